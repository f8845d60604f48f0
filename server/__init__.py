"""The central registry: what offices file with, over HTTP."""
