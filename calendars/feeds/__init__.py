"""Feeds: the calendar programs that read them, and what is wrong with one."""
