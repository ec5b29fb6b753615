"""One change of several events or tasks: tried out row by row first, then done all or nothing."""
