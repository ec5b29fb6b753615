"""Days that two sides of a visit agree on: which step may follow, when an offer lapses, who is told and when."""
