"""The desk of a reviewer: filing, documents, opinion side by side."""
