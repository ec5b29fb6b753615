"""What an agreement promises, how far it is kept, what is outstanding and how to plan it."""
