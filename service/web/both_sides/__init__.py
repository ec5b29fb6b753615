"""Pages of what two offices have of one visit."""
