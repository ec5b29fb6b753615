"""Copying an event: what comes along, what does not and why; and which one can be repeated for a commitment."""
