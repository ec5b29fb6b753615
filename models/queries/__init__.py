"""Database queries that the service and the jobs share."""
