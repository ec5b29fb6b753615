"""Backup of everything to one file, and restore from it."""
