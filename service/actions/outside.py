"""Work that is done outside the transaction: a use case asks for it, and runs again when it is done.

A transaction that writes keeps others waiting, so nothing slow may happen inside one: hashing a password, parsing a
file, trying out an import. A use case that needs such work asks for it with :func:`ask` or :func:`need_trial` where it
would do it. The transaction then ends, the work is done, and the use case runs once more from its beginning, in a new
transaction that sees what has changed meanwhile; this time :func:`ask` returns the result at once.

:func:`run` is what pages, the API and the command line open transactions with. In a transaction of any other kind the
work is done inside it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlmodel import Session

from models.database import Database

Result = TypeVar("Result")
Work = Callable[[], Any]

_TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a piece of work came to: a result, or an error that is raised where the work was asked for."""

    result: Any
    error: Exception | None


_outcomes: ContextVar[dict[str, _Outcome] | None] = ContextVar("outcomes", default=None)


class _Asked(BaseException):
    """Ends a use case that needs ``work``; ``keeps``: what it has written so far is committed."""

    def __init__(self, key: str, work: Work, keeps: bool) -> None:
        super().__init__(key)
        self.key, self.work, self.keeps = key, work, keeps


class _TrialNeeded(BaseException):
    """Ends a use case that is only tried out, so that it runs where no writer waits for it."""


def ask(key: str, prepare: Callable[[], Callable[[], Result]], *, keeps: bool = False) -> Result:
    """The result of work done outside the transaction.

    Args:
        key: names the work within the request.
        prepare: called the first time only, inside the transaction; returns the work.
        keeps: commit what was written until then; not inside a savepoint, which would be rolled back.

    Raises whatever the work raises.
    """
    outcomes = _outcomes.get()
    if outcomes is None:
        return prepare()()
    if key not in outcomes:
        raise _Asked(key, prepare(), keeps)
    outcome = outcomes[key]
    if outcome.error is not None:
        raise outcome.error
    return cast(Result, outcome.result)


def need_trial(session: Session) -> None:
    """Go on only where nothing is kept and no writer waits (:meth:`models.database.Database.trial`)."""
    if _outcomes.get() is not None and not session.info.get(_TRIAL):
        raise _TrialNeeded


def is_trial(session: Session) -> bool:
    """Whether nothing that this session writes is kept."""
    return bool(session.info.get(_TRIAL))


def run(database: Database, use: Callable[[Session], Result], *, write: bool = True, one_state: bool = False) -> Result:
    """Run a use case in a transaction; again, in a new one, whenever it asked for work outside. ``one_state``: what it
    reads does not change while it reads.

    Raises whatever the use case raises; nothing is then kept, except what was committed by a ``keeps`` before.
    """
    options: dict[str, bool] = {"one_state": True} if one_state and not write else {}
    outcomes: dict[str, _Outcome] = {}
    token = _outcomes.set(outcomes)
    is_tried_out = False
    try:
        while True:
            try:
                if is_tried_out:
                    with database.trial() as session:
                        session.info[_TRIAL] = True
                        return use(session)
                with database.transaction(write=write, **options) as session:
                    try:
                        return use(session)
                    except _Asked as asked:
                        if not asked.keeps:
                            raise
                        key, work = asked.key, asked.work
            except _TrialNeeded:
                is_tried_out = True
                continue
            except _Asked as asked:
                key, work = asked.key, asked.work
            try:
                outcomes[key] = _Outcome(work(), None)
            except Exception as error:
                outcomes[key] = _Outcome(None, error)
    finally:
        _outcomes.reset(token)
