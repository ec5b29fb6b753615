"""The pages for taking back what one did: undo, the list of one's own changes, the trash."""
