"""What holds for one event: labels, lifecycle, direction, precedence, due dates of its tasks."""
