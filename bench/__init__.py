"""Measurements: medians, and ratios to floors taken in the same run. No part of the tests."""
