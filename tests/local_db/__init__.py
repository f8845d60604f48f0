"""Tests of the working copy."""
