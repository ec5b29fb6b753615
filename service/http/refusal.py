"""How a server in front of the WSGI application makes it refuse a request."""

REFUSED = "desk.refused"
"""WSGI environment key: the response status for a request whose body did not arrive; absent for all others."""
