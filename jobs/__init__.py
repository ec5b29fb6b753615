"""Background work: the schedule, claiming, delivering and recording reminders, mail, cleanup."""
