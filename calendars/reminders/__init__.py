"""When a reminder is due, and why one is skipped."""
