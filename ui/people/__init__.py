"""Sign-in, first sign-in, staff."""
