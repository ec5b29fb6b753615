"""Reads that the service and the jobs share."""
