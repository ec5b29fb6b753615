"""The pages on which the two sides of a visit work together."""
