"""An application that reads once more when a connection to the database died under a request."""

from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

_SAFE = {"GET", "HEAD", "OPTIONS"}


class RereadingFlask(Flask):
    """Repeats what only reads, once, on a fresh connection: the server was restarted, or ended the first one.

    A request that changes something is not repeated: it may have been committed before the connection died.
    """

    def dispatch_request(self) -> ResponseReturnValue:
        """As Flask's; called after everything that precedes a request."""
        try:
            return super().dispatch_request()
        except DBAPIError as error:
            if request.method not in _SAFE or not error.connection_invalidated:
                raise
        return super().dispatch_request()
