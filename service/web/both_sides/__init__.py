"""Pages on which two offices meet."""
