"""Visit programmes: items, checks, differences between revisions, rendering."""
