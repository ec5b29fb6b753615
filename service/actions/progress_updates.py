"""How far long work has come, told to whoever listens: a page that shows it. Nobody listens to most work."""

from collections.abc import Callable

from sqlmodel import Session

_LISTENER = "steps"

Listener = Callable[[str, int, int], None]
"""Takes an English sentence with the places ``done`` and ``total``, and these numbers."""


def listen(session: Session, listener: Listener) -> None:
    """Tell ``listener`` from now on how far the work of a session has come."""
    session.info[_LISTENER] = listener


def tell(session: Session, sentence: str, done: int, total: int) -> None:
    """Say that of ``total`` pieces ``done`` are done; cheap when nobody listens."""
    listener: Listener | None = session.info.get(_LISTENER)
    if listener is not None:
        listener(sentence, done, total)
