"""The manual for officers, searched and shown beside the pages that it is about."""
