"""What an account keeps for itself: saved views, chosen columns, wanted notices."""
