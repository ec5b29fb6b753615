"""Tables of what two offices have in common in a visit."""
