"""The use cases: one function for each thing people can do. They do not use Flask and never commit."""
