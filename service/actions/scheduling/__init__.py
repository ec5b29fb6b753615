"""Openings, conflicts, warnings, holidays and the weekly schedule."""
