"""Programme files that officers can read and edit, and their loader."""
