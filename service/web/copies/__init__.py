"""Pages that copy a visit."""
