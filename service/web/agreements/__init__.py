"""Agreements: the table of years, exchange charts, the plan preview, anniversaries."""
