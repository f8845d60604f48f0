"""The registry, on SQLite and on PostgreSQL."""
