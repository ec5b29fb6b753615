"""How openings and progress answer, and grow, with the number of events in the store; in figures and as a table."""

import gc
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlmodel import Session

from models.agreements import Agreement, Commitment
from models.clock import utcnow
from models.database import Database
from models.events import Event
from models.migrate import upgrade
from models.types import new_id
from models.vocabulary import DurationUnit, EventKind, EventStatus, FrequencyType, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.app import create_app
from service.settings import load_settings
from tests import factories
from tests.bench.measure import seconds, shown

SIZES = (1_000, 10_000, 100_000)
YEARS = 10
ROUNDS = 7
LIMIT = 0.2
"""Seconds: what each may take among 10,000 events."""

_START = date(2024, 1, 1)
_FIRST, _LAST = date(2030, 1, 1), date(2030, 12, 31)
_PARTNER, _OWN = "vientiane-province", "hai-duong"
_AGREEMENTS, _COMMITMENTS = 2, 10


@dataclass(frozen=True)
class Figure:
    """One cell: how long a question takes, and how many events its answer hangs on."""

    what: str
    events: int
    touched: int
    seconds: float


def fill(session: Session, count: int) -> str:
    """``count`` visits of twelve days spread over ten years and twenty commitments; the first agreement's id.

    Six of seven were held as promised, one in seven had too few people. One in a hundred is received by the office.
    """
    for code in (_PARTNER, _OWN):
        factories.make_locality(session, code)
    commitments: list[Commitment] = []
    agreements = []
    for number in range(_AGREEMENTS):
        first = date(2024 + 5 * number, 1, 1)
        agreement = Agreement(title={"vi": "Văn bản hợp tác"}, starts_on=first, ends_on=date(first.year + 4, 12, 31))
        agreement.parties = [_OWN, _PARTNER]
        session.add(agreement)
        session.flush()
        agreements.append(agreement.id)
        commitments += [_commitment(session, agreement.id, position) for position in range(_COMMITMENTS)]
    session.execute(insert(Event), [_visit(number, count, commitments) for number in range(count)])
    return agreements[0]


def _commitment(session: Session, agreement_id: str, position: int) -> Commitment:
    commitment = Commitment(
        agreement_id=agreement_id,
        article=str(position + 1),
        field={"vi": "Bồi dưỡng"},
        title={"vi": "Bồi dưỡng cán bộ", "en": "Training of cadres"},
        activity=EventKind.TRAINING_BATCH,
        headcount_min=10,
        headcount_max=15,
        duration_min=10,
        duration_max=15,
        duration_unit=DurationUnit.DAYS,
        frequency_type=FrequencyType.PER_YEAR,
        frequency_count=1,
        position=position,
    )
    session.add(commitment)
    session.flush()
    return commitment


def _visit(number: int, count: int, commitments: list[Commitment]) -> dict[str, Any]:
    first = _START + timedelta(days=number * YEARS * 365 // count)
    last = first + timedelta(days=11)
    is_own, now = number % 100 == 0, utcnow()
    of_time = commitments[:_COMMITMENTS] if first.year < 2029 else commitments[_COMMITMENTS:]
    return {
        "id": new_id(),
        "kind": EventKind.TRAINING_BATCH,
        "uid": f"bench-{number}@example.org",
        "title": {"vi": f"Đợt bồi dưỡng số {number}", "en": f"Training batch {number}"},
        "host": _OWN if is_own else _PARTNER,
        "guest": _PARTNER if is_own else _OWN,
        "first_day": first,
        "last_day": last,
        "arrives_on": first,
        "departs_on": last,
        "headcount": 8 if number % 7 == 0 else 12,
        "status": EventStatus.COMPLETED,
        "commitment_id": of_time[number % _COMMITMENTS].id,
        "search_text": "",
        "created_at": now,
        "updated_at": now,
    }


@contextmanager
def desk(folder: Path, count: int) -> Iterator[tuple[Callable[[str], None], str]]:
    """Ask a desk with so many events by address, through the whole application; and the first agreement's id."""
    url = f"sqlite:///{folder / f'growth{count}'}.db"
    upgrade(url)
    environment = {"DESK_DATABASE_URL": url, "DESK_VAR": str(folder / f"growth{count}"), "DESK_SECRET_KEY": "b" * 40}
    settings, database = load_settings(environment), Database(url)
    with database.transaction() as session:
        agreement_id = fill(session, count)
        user = factories.make_user(session, Role.VIEWER)
        secret = accounts.issue_token(session, ActionContext(user, utcnow(), settings.office), user, "bench").secret
    client: FlaskClient = create_app(settings, database).test_client()
    # As every web process does: what lives as long as the process is not looked through again and again.
    gc.collect()
    gc.freeze()

    def ask(path: str) -> None:
        answer = client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})
        if answer.status_code != 200:
            raise RuntimeError(answer.text)

    yield ask, agreement_id
    gc.unfreeze()
    database.dispose()


def measure(folder: Path, sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Medians for a store of each size."""
    found = []
    for count in sizes:
        year = f"days=12&from={_FIRST}&to={_LAST}"
        with desk(folder, count) as (ask, agreement_id):
            questions = (
                ("openings in a year, own province", f"/openings?{year}&host={_OWN}&guest={_PARTNER}", count // 1000),
                (
                    "openings in a year, every visit's host",
                    f"/openings?{year}&host={_PARTNER}&guest={_OWN}",
                    count // 10,
                ),
                ("progress of all agreements", "/progress?as_of=2034-01-01", count),
                ("progress of one agreement", f"/agreements/{agreement_id}/progress?as_of=2034-01-01", count // 2),
            )
            for what, path, touched in questions:
                ask(path)
                taken = statistics.median(seconds(lambda path=path: ask(path)) for _round in range(ROUNDS))
                found.append(Figure(what, count, touched, taken))
    return found


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table: a row for each question, a column for each size, and how it grows."""
    sizes = sorted({one.events for one in figures})
    titles = [f"{size:,} events" for size in sizes]
    lines = [
        f"| over HTTP, in process | {' | '.join(titles)} | × time, × events touched | wanted |",
        f"| --- |{' --- |' * len(sizes)} --- | --- |",
    ]
    for what in dict.fromkeys(one.what for one in figures):
        row = {one.events: one for one in figures if one.what == what}
        first, last = row[sizes[0]], row[sizes[-1]]
        slower, more = last.seconds / first.seconds, last.touched / first.touched
        is_good = slower <= more and all(one.seconds < LIMIT for one in row.values() if one.events <= 10_000)
        lines.append(
            f"| {what} | {' | '.join(shown(row[size].seconds) for size in sizes)} | {slower:.0f} ×, {more:.0f} × "
            f"| ≤ 200 ms at 10,000; at most linear{'' if is_good else ' (missed)'} |"
        )
    return "\n".join(lines)
