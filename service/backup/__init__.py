"""Keeping: a copy of everything in one file, and everything made anew from it."""
