"""A visit's page: everything about one event, each part edited where it stands."""
