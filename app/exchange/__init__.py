"""What leaves and enters as files of other kinds: paper, and records of other registries."""
