"""What is filled in with a link: its fields, two people filling in at once, what is wrong with it, what it changes."""
