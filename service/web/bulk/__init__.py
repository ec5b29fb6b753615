"""Changing several rows of a list at once, with a preview."""
