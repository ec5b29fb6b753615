"""Two offices at one table, and whoever holds a link: what crosses between them, whatever they do in any order."""
