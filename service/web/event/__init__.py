"""The page of one event, with each of its parts edited in place."""
