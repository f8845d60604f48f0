"""The registry over HTTP: one module for each kind of question."""
