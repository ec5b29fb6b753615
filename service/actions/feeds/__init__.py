"""Calendar feeds: selection, caching, assembly, access log and diagnostics."""
