"""What an account keeps for itself: saved views of lists, chosen columns, wanted notices."""
