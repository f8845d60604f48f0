"""Lists of records, one record, its timeline."""
