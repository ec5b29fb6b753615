"""One typed line that says what a visit is, when, with whom and how many come."""
