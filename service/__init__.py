"""What a person asks: the application, its API, its pages and the command line."""

VERSION = "0.2.0"
"""Of the whole project; pyproject.toml takes it from here."""
