"""Agreements and commitments, their progress, and plans of what is outstanding."""
