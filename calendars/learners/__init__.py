"""Learners abroad: how their stages follow each other, and who counts as having begun, graduated or left."""
