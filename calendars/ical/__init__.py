"""Events, programme items and tasks as iCalendar bytes (RFC 5545)."""
