"""The diary: the calendar by month, week and year, and the office's week as it is printed."""
