"""Dry runs: they do exactly what the real run does, and nothing of it is kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from service.actions import outside


@contextmanager
def dry_run_savepoint(session: Session, *, is_dry: bool) -> Iterator[None]:
    """Roll back at the end what happens inside if it is a dry run; do nothing otherwise.

    A dry run keeps no writer waiting, however long it takes: the request is begun anew where nothing is kept.
    """
    if not is_dry:
        yield
        return
    outside.need_trial(session)
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
