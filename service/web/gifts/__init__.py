"""Gifts and goods on the console: those of a visit, the list of all, and the form of one."""
