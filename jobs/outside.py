"""Connections that somebody's words lead to: they reach the internet, and of what is inside only named networks.

Checked where a connection looks up its host, so a name that means another machine by then, or a redirection, is
noticed too.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

from models.networks import Networks, is_inside

_bounds = local()
_resolve = socket.getaddrinfo


class Inside(OSError):
    """Every address of a host is inside."""


def _checked(host: Any, *arguments: Any, **options: Any) -> Any:
    found = _resolve(host, *arguments, **options)
    allowed: Networks | None = getattr(_bounds, "allowed", None)
    if allowed is None:
        return found
    outside = [one for one in found if not is_inside(str(one[4][0]), allowed)]
    if found and not outside:
        _bounds.met_inside = True
        raise Inside
    return outside


@contextmanager
def only_outside(allowed: Networks) -> Iterator[None]:
    """Within the block, this thread reaches only the internet and the networks ``allowed``.

    Raises:
        Inside: at its end, if it tried to reach anything else.
    """
    socket.getaddrinfo = _checked
    _bounds.allowed, _bounds.met_inside = allowed, False
    try:
        yield
    finally:
        _bounds.allowed = None
    if _bounds.met_inside:
        raise Inside
