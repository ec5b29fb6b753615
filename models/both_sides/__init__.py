"""Tables of what two offices do together about a visit."""
