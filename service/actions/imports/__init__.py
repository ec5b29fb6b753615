"""Calendar files and member lists that people upload."""
