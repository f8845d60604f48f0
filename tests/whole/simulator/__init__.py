"""A registry, desks and a bad network in one process, all of it decided by one seed."""
