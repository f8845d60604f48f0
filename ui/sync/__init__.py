"""The sync bar and the outbox."""
