"""What people use: the application, its API, its pages and the command line."""

VERSION = "0.9.0"
"""Version of the whole project; pyproject.toml reads it from here."""
