"""Tests of the whole: desks without windows and a registry that is a process of its own."""
