"""Editing a programme as a whole: what is proposed, which halls are booked, saving with their bookings."""
