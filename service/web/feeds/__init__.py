"""Subscribing to calendar feeds."""
