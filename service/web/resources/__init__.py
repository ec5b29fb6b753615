"""Rooms and cars over days and hours: the grid, booking from it, and what their keepers answer."""
