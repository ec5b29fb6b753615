"""Programme files an officer can read and edit, and their loader."""
