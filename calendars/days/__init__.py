"""Days, spans, durations, offsets, holidays and the lunar calendar."""
