"""What projects stand beside in tests: a promise, the event of a handover; and counting statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import event as sql_event

from models.agreements import Agreement, AgreementParty, Commitment
from models.database import Database
from models.vocabulary import ActivityType, EventKind, FrequencyType
from tests import factories


def promise(database: Database, *, ends_on: date = date(2028, 12, 31), **values: Any) -> tuple[str, str]:
    """The ids of an agreement of five years and of its one commitment: a school in the period, with its handover."""
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        agreement = Agreement(title={"vi": "Thỏa thuận 2024–2028"}, starts_on=date(2024, 1, 1), ends_on=ends_on)
        agreement.party_rows = [
            AgreementParty(locality=code, position=place)
            for place, code in enumerate(("hai-duong", "vientiane-province"))
        ]
        session.add(agreement)
        session.flush()
        row = {
            "article": "10",
            "field": {"vi": "Hạ tầng"},
            "title": {"vi": "Xây trường"},
            "activity": EventKind.ACTIVITY,
            "activity_types": [ActivityType.HANDOVER],
            "host": "vientiane-province",
            "frequency_type": FrequencyType.IN_PERIOD,
            "frequency_count": 1,
        } | values
        commitment = Commitment(agreement_id=agreement.id, **row)
        session.add(commitment)
        session.flush()
        return agreement.id, commitment.id


def make_handover(database: Database, **values: Any) -> str:
    """The id of an activity of the type *handover* in Vientiane Province."""
    with database.transaction() as session:
        row = {
            "kind": EventKind.ACTIVITY,
            "activity_type": ActivityType.HANDOVER,
            "host": "vientiane-province",
            "guest": "hai-duong",
            "first_day": date(2026, 8, 23),
        } | values
        return factories.make_event(session, **row).id


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sql_event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sql_event.remove(database.engine, "before_cursor_execute", note)
