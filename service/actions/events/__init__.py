"""Events of every kind, their members, programme and tasks."""
