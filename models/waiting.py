"""How long a request may wait for its turn; apart from the database, for processes that only pass requests on."""

from contextvars import ContextVar

WAIT_SECONDS = 20.0
"""The longest a writer waits for its turn, and on PostgreSQL for each lock; then it fails."""

waiting_since: ContextVar[float | None] = ContextVar("waiting_since", default=None)
"""When the present request began to wait (:func:`models.clock.monotonic`): time spent in a queue counts as waiting."""
