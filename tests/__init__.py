"""The tests: a folder for each package, and `whole` for two desks and a real registry process."""
