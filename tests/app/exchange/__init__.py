"""Tests of what leaves and enters as files of other kinds."""
