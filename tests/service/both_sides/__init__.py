"""Tests of what two offices do together."""
