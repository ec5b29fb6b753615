"""What people can do: one write use case per function. No Flask here; nothing here commits."""
