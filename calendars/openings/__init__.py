"""Openings: days on which a visit of a given length clashes with nothing."""
