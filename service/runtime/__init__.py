"""Starting, supervising and logging the processes of the service."""
