"""The boundary table of every overlap test: one span and another in each position around it.

Positions are whole numbers, half-open: the one span is ``[10, 20)``.
"""

ONE = (10, 20)

BOUNDARIES = [
    # where the other lies, its start, its end, whether they overlap
    ("before", 1, 8, False),
    ("touching the start", 5, 10, False),
    ("overlapping the start by one", 5, 11, True),
    ("overlapping the start", 5, 15, True),
    ("inside", 12, 18, True),
    ("inside from the start", 10, 12, True),
    ("inside to the end", 18, 20, True),
    ("same", 10, 20, True),
    ("around", 5, 25, True),
    ("overlapping the end", 15, 25, True),
    ("overlapping the end by one", 19, 25, True),
    ("touching the end", 20, 25, False),
    ("after", 22, 25, False),
]
