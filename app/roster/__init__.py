"""Account spreadsheets: template, reading in a child process, checks, and what comes of them."""
