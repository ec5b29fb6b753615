"""Files of events, agreements, commitments and people: taken in, read, changed, removed."""
