"""Calendar feeds: selection, cached bytes, assembly, readers and diagnostics."""
