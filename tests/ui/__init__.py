"""Tests of what a person sees: real widgets on a real working copy, no screen, no network."""
