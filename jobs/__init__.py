"""What the clock asks: the timetable, claim, deliver, settle, mail, housekeeping."""
