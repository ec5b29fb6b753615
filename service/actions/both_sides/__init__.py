"""What two offices do together about a visit."""
