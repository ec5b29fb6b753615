"""Dry runs: they do exactly what the real run does, and are rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session


@contextmanager
def dry_run_savepoint(session: Session, *, is_dry: bool) -> Iterator[None]:
    """Roll back at the end what happens inside if it is a dry run; do nothing otherwise."""
    if not is_dry:
        yield
        return
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
