"""Loading a database from a backup, and stopping what must not continue as if nothing had happened."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError, StatementError
from sqlmodel import Session, col

from calendars.reminders import due_times
from calendars.reminders.change_notices import TELLING
from models import dump_rows
from models.dump_rows import TableShape
from models.events import Event
from models.i18n import N_, message
from models.migrate import knows, upgrade_within
from models.reminders import JobRun, Reminder
from models.vocabulary import ReminderState
from models.workers import PlanningJob
from service.actions import change_log, secret_key
from service.actions.accounts import messenger_addresses
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.directory import particulars, passports
from service.backup import tables
from service.backup.archive import Archive, BadBackup, Manifest, newer
from service.backup.unproven import ShutOut, shut_out

_REFUSED = N_("The database refuses what {file} holds for {table} ({answer}). Nothing was changed.")


@dataclass(frozen=True)
class LoadSummary:
    """How many rows a restore loaded, and how many reminders it skipped because they were due before.

    ``sealed``: whose passports and messengers' addresses the secret key does not open. ``shut_out`` is what ended
    because nothing proves where the backup comes from, None if its signature does.
    """

    rows: int
    skipped: int
    sealed: Sequence[str] = field(default_factory=tuple)
    shut_out: ShutOut | None = None


def check_revision(archive: Archive) -> None:
    """Refuse a backup of a database revision unknown to this program.

    Raises:
        BadBackup: it was made by a newer version.
    """
    if not knows(archive.manifest.revision):
        raise newer(archive)


def fill(
    connection: Connection, archive: Archive, act: ActionContext, secret: str, roles_here: Mapping[str, str]
) -> LoadSummary:
    """Load a backup into an empty database and migrate it to the newest revision, in the caller's transaction.

    ``secret`` is the service's secret key, which the database belongs to from then on; ``roles_here`` are the roles of
    the accounts in the database that is replaced, by address. On SQLite ``foreign_keys`` is off on this connection. The
    tables are created at the backup's revision; the later migrations then run on its rows, as they would have run on
    the original database.

    Raises:
        BadBackup: the file's content does not fit such a database.
    """
    manifest = archive.manifest
    upgrade_within(connection, manifest.revision)
    shapes = dump_rows.shapes(connection, tables.backed_up())
    _compare(archive, shapes)
    rows = 0
    with dump_rows.rows_in_any_order(connection, shapes.values()):
        for shape in shapes.values():
            with _refusal_told(archive, shape), archive.lines(shape.name) as lines:
                rows += dump_rows.load(connection, shape, lines)
    dump_rows.number_on(connection, shapes.values())
    if wrong := dump_rows.dangling(connection):
        raise BadBackup(message(_REFUSED, file=str(archive.path), table=", ".join(wrong), answer="FOREIGN KEY"))
    upgrade_within(connection, locality=act.office.locality)
    with Session(connection) as session:
        skipped = finish_restore(session, act, manifest)
        ended = None if archive.doubt is None else shut_out(session, act, archive.doubt, roles_here)
        secret_key.remember(session, secret, act.now)
        sealed = sealed_otherwise(session, secret)
        session.commit()  # only flushes: the transaction is the caller's
    return LoadSummary(rows, skipped, sealed, ended)


def sealed_otherwise(session: Session, secret: str) -> list[str]:
    """Whose passports and messengers' addresses this secret does not open: names and addresses of accounts."""
    personal = {*passports.not_opened(session, secret), *particulars.not_opened(session, secret)}
    return [*sorted(personal), *messenger_addresses.not_opened(session, secret)]


def _compare(archive: Archive, shapes: Mapping[str, TableShape]) -> None:
    present = {name: {column: str(kind) for column, kind in shape.kinds.items()} for name, shape in shapes.items()}
    if present != {name: dict(one.columns) for name, one in archive.manifest.tables.items()}:
        raise archive.damaged()


@contextmanager
def _refusal_told(archive: Archive, shape: TableShape) -> Iterator[None]:
    try:
        yield
    except (DataError, IntegrityError, InterfaceError, ProgrammingError) as problem:
        answer = str(problem.orig).strip().partition("\n")[0]
        raise BadBackup(message(_REFUSED, file=str(archive.path), table=shape.name, answer=answer)) from problem
    except DBAPIError:
        raise
    except (ValueError, TypeError, ArithmeticError, RecursionError, StatementError) as problem:
        raise archive.damaged() from problem


def finish_restore(session: Session, act: ActionContext, manifest: Manifest) -> int:
    """Skip reminders due before the restore, and record it in the audit trail; returns how many were skipped.

    They may all have been sent between the backup and the restore. The scheduled jobs are recorded as done until now,
    so that none is caught up on.
    """
    skipped = skip_what_was_due(session, act)
    _run(session, update(JobRun).values(ran_for=act.now, ran_at=act.now))
    # What is still to be planned may have been planned and sent, too: whatever was due by now comes too late.
    _run(session, update(PlanningJob).values(asked_at=act.now + due_times.GRACE))
    # Processes that keep running have cached calendars of the previous database.
    change_log.note(session, act.now, None)
    details: dict[str, Any] = {
        "taken_at": {"from": None, "to": manifest.taken_at.isoformat()},
        "reminders_skipped": {"from": None, "to": skipped},
    }
    record(session, act, "restore", "database", manifest.revision, details)
    return skipped


def skip_what_was_due(session: Session, act: ActionContext) -> int:
    """Skip, with the reason, every reminder that is waiting or being sent and was due by now; returns how many."""
    waiting = (
        col(Reminder.state).in_([ReminderState.PENDING, ReminderState.SENDING]),
        col(Reminder.due_at) <= act.now,
    )
    given_up = {
        "state": ReminderState.SKIPPED,
        "reason": due_times.RESTORED,
        "lease_until": None,
        "lease_owner": None,
        "waits_for_server": False,
        "updated_at": act.now,
        # It may have been sent, and then has told the event as it was.
        "told_sequence": select(col(Event.sequence))
        .where(col(Event.id) == col(Reminder.event_id), col(Reminder.purpose).in_(TELLING))
        .scalar_subquery(),
    }
    return _run(session, update(Reminder).where(*waiting).values(given_up))


def _run(session: Session, statement: Any) -> int:
    return int(session.execute(statement, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]
