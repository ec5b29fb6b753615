"""Pages of what two offices do together about a visit, and of links without an account."""
