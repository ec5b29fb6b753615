"""Reminder rules, planned reminders and their delivery."""
