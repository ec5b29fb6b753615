"""The published programme and its revisions."""
