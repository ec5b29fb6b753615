"""What two offices do together in a visit."""
