"""Trying something out: what a dry run does is exactly what the real one does, and is undone."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session


@contextmanager
def dry_run_savepoint(session: Session, *, is_dry: bool) -> Iterator[None]:
    """What happens inside is undone at the end when it is a dry run; it is the real thing otherwise."""
    if not is_dry:
        yield
        return
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
