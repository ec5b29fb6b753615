"""The HTTP API: a blueprint per noun. Routes open nothing, decide nothing, name no fields."""
