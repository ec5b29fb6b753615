"""What a reader keeps for themselves: saved views, chosen columns, wanted notices."""
