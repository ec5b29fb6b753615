"""Warnings: what does not fit an agreement, the calendar, the bookings or the host."""
