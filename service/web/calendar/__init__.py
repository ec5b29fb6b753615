"""The calendar by month, week, day and year, and the office's weekly schedule for printing."""
