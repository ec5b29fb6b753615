"""Localities, organisations, people and their passports."""
