"""The benchmarks: each a ratio against a peer or a limit measured in the same run. Never part of the tests."""
