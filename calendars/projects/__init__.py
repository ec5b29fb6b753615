"""What one side builds or delivers for the other: its figures, what can't be right, where it stands."""
