"""Who is in which car, room and seat: proposals by precedence, and what does not fit."""
