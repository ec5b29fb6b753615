"""What a person did can be undone: a whole request or nothing of it, through the same actions and rights."""
