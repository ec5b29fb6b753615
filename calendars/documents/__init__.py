"""Papers of visits as values: what stands in a programme, a list, a letter, whatever file format it is written in."""
