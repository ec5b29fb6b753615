"""Lists: upcoming events, conflicts, tasks, reminders, bookings, search."""
