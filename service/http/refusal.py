"""How a server in front of the WSGI application has it refuse a request."""

REFUSED = "desk.refused"
"""WSGI environment: the status of the answer to a request whose body did not arrive; absent for all others."""
