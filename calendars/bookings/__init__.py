"""When a booking is, and how much of a resource is available."""
