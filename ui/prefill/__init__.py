"""Filling a new filing from what exists: look at what is taken before it is taken."""
