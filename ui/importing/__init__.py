"""Account spreadsheets: check, repair, import."""
