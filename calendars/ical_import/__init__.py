"""Reading iCalendar files that other programs wrote."""
