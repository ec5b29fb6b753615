"""Planning a visit: what it is for, what it needs, on which days; and plans of a whole agreement."""
