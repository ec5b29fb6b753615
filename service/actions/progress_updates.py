"""Progress of long operations, reported to a listener, such as a page that shows it. Most operations have none."""

from collections.abc import Callable

from sqlmodel import Session

_LISTENER = "steps"

Listener = Callable[[str, int, int], None]
"""Takes an English sentence with the placeholders ``done`` and ``total``, and these numbers."""


def listen(session: Session, listener: Listener) -> None:
    """Report the progress of a session's operations to ``listener`` from now on."""
    session.info[_LISTENER] = listener


def tell(session: Session, sentence: str, done: int, total: int) -> None:
    """Report that ``done`` of ``total`` items are done; cheap without a listener."""
    listener: Listener | None = session.info.get(_LISTENER)
    if listener is not None:
        listener(sentence, done, total)
