"""What follows from a change: bookings, programmes, due days of tasks and reminders that move with it."""
