"""Pages of papers: those of a visit, those that are kept, and those of a week, a year and an agreement."""
