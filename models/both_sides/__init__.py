"""Tables of what two offices have of one visit: what is shared of it, and what is said about it."""
