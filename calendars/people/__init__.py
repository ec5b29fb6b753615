"""People: their terms of office, their names in the reader's language, the side they stand on."""
