"""The HTTP API, one blueprint per noun. Routes contain no transactions, no rules and no field lists."""
