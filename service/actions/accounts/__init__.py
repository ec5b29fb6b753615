"""Accounts, passwords, tokens, sessions and what they may still open."""
