"""Papers of visits: read for whoever asks, made, kept, numbered, signed, sent."""
