"""Account spreadsheets."""
