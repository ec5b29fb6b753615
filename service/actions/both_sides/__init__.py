"""What two offices do with one visit: what is shared, proposed, noted and answered."""
