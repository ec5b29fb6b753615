"""The migration of leaves and kinds of passports: rows are kept up and down, and what would be lost is named."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.event_parts import TaskTemplate
from models.migrate import downgrade, upgrade
from models.places import Passport
from models.vocabulary import EventKind, PassportKind
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.both_databases("a migration up and down")

BEFORE = "0044"


def filled(database: Database) -> str:
    with database.transaction() as session:
        lan, minh = factories.make_user(session, email="lan@example.org"), factories.make_user(session)
        person = factories.make_person(session)
        session.add(Passport(person_id=person.id, sealed_number=b"x", country="LA", stored_at=NOW))
        session.add(TaskTemplate(kind=EventKind.DELEGATION, title={"vi": "Thị thực"}, offset="-P14D"))
        assert lan.away_until is None
        return minh.id


def change(database: Database, what: str, stand_in: str, *, back: bool = False) -> None:
    with database.transaction() as session:
        lan = session.exec(select(User).where(User.email == "lan@example.org")).one()
        passport, template = session.exec(select(Passport)).one(), session.exec(select(TaskTemplate)).one()
        values: dict[str, tuple[Any, dict[str, Any]]] = {
            "1 accounts on leave": (lan, {"away_until": date(2026, 12, 5), "stand_in_id": stand_in}),
            "1 kinds of passports": (passport, {"kind": PassportKind.OFFICIAL}),
            "1 task templates": (template, {"passport_kinds": ["official"]}),
        }
        row, wanted = values[what]
        for name, value in wanted.items():
            setattr(row, name, None if back else value)


@pytest.mark.parametrize("what", ["1 accounts on leave", "1 kinds of passports", "1 task templates"])
def test_what_the_version_before_can_not_hold_stops_the_way_down(database: Database, what: str) -> None:
    stand_in, url = filled(database), database.url.render_as_string(hide_password=False)
    change(database, what, stand_in)
    database.dispose()
    with pytest.raises(RuntimeError, match=what):
        downgrade(url, BEFORE)
    change(database, what, stand_in, back=True)
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction() as session:
        passport = session.exec(select(Passport)).one()
        assert (passport.country, passport.kind) == ("LA", None)
        assert session.exec(select(TaskTemplate)).one().passport_kinds is None
