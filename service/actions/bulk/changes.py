"""One change of up to 200 rows: what would become of each, and doing it to those that were shown, all or nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from models.errors import DomainError, Invalid, Stale
from models.i18n import N_, Message, message
from service.actions.dry_run import dry_run_savepoint

MOST = 200
"""Rows that can be changed at once."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class BulkStep(Generic[Row]):
    """What is to be done to each row: ``find`` gives the row by its id as far as the reader may see it, ``do`` changes
    it by the rules of a single change and tells what becomes of it."""

    find: Callable[[Session, str], Row]
    do: Callable[[Row], "RowDifference"]


@dataclass(frozen=True, slots=True)
class RowDifference:
    """What becomes of a row, in values: before and after; equal ones change nothing."""

    before: Any
    after: Any

    @property
    def is_change(self) -> bool:
        """Whether anything changes."""
        return bool(self.before != self.after)


@dataclass(frozen=True, slots=True)
class TriedRow(Generic[Row]):
    """A row of a preview: what would become of it, or why it is refused."""

    row: Row
    identity: str
    version: int
    difference: RowDifference | None = None
    why_not: Sequence[Message] = field(default_factory=tuple)


def check_number(ids: Collection[str]) -> None:
    """Refuse more rows than can be changed at once, and none.

    Raises:
        Invalid: under ``rows``.
    """
    if not ids:
        raise Invalid({"rows": [message(N_("Tick at least one row."))]})
    if len(ids) > MOST:
        raise Invalid({"rows": [message(N_("At most {count} rows are changed at once."), count=MOST)]})


def preview(session: Session, ids: Sequence[str], step: BulkStep[Row]) -> list[TriedRow[Row]]:
    """What would become of each row; nothing is kept. A row that the reader may not see is left out.

    The rows are changed one after another, as they would be: one may need what another gives up.
    """
    check_number(ids)
    tried: list[TriedRow[Row]] = []
    with dry_run_savepoint(session, is_dry=True):
        for identity in ids:
            try:
                row: Any = step.find(session, identity)
            except DomainError:
                continue
            version = row.version
            try:
                with session.begin_nested():
                    tried.append(TriedRow(row, identity, version, step.do(row)))
                    session.flush()
            except (DomainError, StaleDataError) as refused:
                if tried and tried[-1].identity == identity:
                    tried.pop()
                tried.append(TriedRow(row, identity, version, why_not=reasons(refused)))
    return tried


def reasons(refused: Exception) -> list[Message]:
    """Why a change was refused, in sentences."""
    if isinstance(refused, Invalid):
        return [line for lines in refused.errors.values() for line in lines]
    if isinstance(refused, DomainError):
        conflicts = refused.extra.get("conflicts") or ()
        return [refused.detail, *(one["detail"] for one in conflicts if isinstance(one, dict) and "detail" in one)]
    return [Stale().detail]


def apply(session: Session, versions: Mapping[str, int], step: BulkStep[Row]) -> int:
    """Change the rows as they were shown, all of them or none; how many really changed.

    ``versions``: id → the version that was shown, in the order in which they are changed. All are locked before the
    first is changed, in the order of their ids, so that two changes of the same rows wait for one another.

    Raises:
        Stale: somebody changed one of them since.
        DomainError: one of them can't be changed any more; nothing is then, and the caller undoes the rest.
    """
    check_number(versions)
    for identity in sorted(versions):
        row: Any = step.find(session, identity)
        # The version alone: with all of it what belongs to the row would be unloaded.
        session.refresh(row, ["version"], with_for_update=True)
        if row.version != versions[identity]:
            raise Stale
    changed = sum(step.do(step.find(session, identity)).is_change for identity in versions)
    session.flush()
    return changed
