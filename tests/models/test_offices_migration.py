"""The migration that settles whose people take part: nobody reads more by it, and the way down loses nothing."""

import pytest
from sqlalchemy import text

from models.database import Database
from models.migrate import downgrade, upgrade
from models.queries.offices import Offices
from models.vocabulary import Role
from tests import factories

BEFORE = "0010"


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def settled(database: Database) -> list[tuple[str | None, ...]]:
    with database.engine.connect() as connection:
        members = connection.execute(text("SELECT organisation_id FROM member ORDER BY id")).all()
        heads = connection.execute(text("SELECT head_organisation_id FROM event ORDER BY id")).all()
    return [tuple(row[0] for row in rows) for rows in (members, heads)]


@pytest.mark.both_databases("a migration up and down")
def test_who_takes_part_today_takes_part_after_it(database: Database) -> None:
    with database.transaction() as session:
        one = factories.make_organisation(session)
        person, nobody = factories.make_person(session, organisation_id=one.id), factories.make_person(session)
        event = factories.make_event(session, head_id=person.id)
        factories.make_member(session, event, person)
        factories.make_member(session, event, nobody)
        factories.make_event(session)
    expected = settled(database)
    assert expected == [(one.id, None), (one.id, None)]
    database.dispose()
    downgrade(url_of(database), BEFORE)
    upgrade(url_of(database))
    assert settled(database) == expected


@pytest.mark.both_databases("a migration up and down")
@pytest.mark.parametrize("what", ["member", "head"])
def test_somebody_who_moved_since_stops_the_way_down(database: Database, what: str) -> None:
    with database.transaction() as session:
        one, other = factories.make_organisation(session), factories.make_organisation(session)
        person = factories.make_person(session, name="Trần Văn Chung", organisation_id=one.id)
        event = factories.make_event(session, head_id=person.id if what == "head" else None)
        if what == "member":
            factories.make_member(session, event, person)
    with database.transaction() as session:
        session.get_one(type(person), person.id).organisation_id = other.id
    database.dispose()
    with pytest.raises(RuntimeError, match=f"Trần Văn Chung.*{event.id}"):
        downgrade(url_of(database), BEFORE)
    with database.transaction() as session:  # the control: back where they were added from
        session.get_one(type(person), person.id).organisation_id = one.id
    database.dispose()
    downgrade(url_of(database), BEFORE)


@pytest.mark.both_databases("a migration up and down")
def test_two_offices_stop_the_way_down(database: Database) -> None:
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            organisation = factories.make_organisation(session, locality=code)
            factories.make_user(session, Role.OFFICER, organisation_id=organisation.id)
    with database.transaction(write=False) as session:
        assert list(Offices.load(session).others) == ["vientiane-province"]
    database.dispose()
    with pytest.raises(RuntimeError, match="vientiane-province"):
        downgrade(url_of(database), BEFORE)


@pytest.mark.both_databases("a migration up and down")
def test_accounts_from_before_stay_in_the_default_office(database: Database) -> None:
    with database.transaction() as session:
        organisation = factories.make_organisation(session, locality="vientiane-province")
        user = factories.make_user(session, Role.APPROVER, organisation_id=organisation.id)
        assert user.office == "vientiane-province"
        user.office = None  # as the version before leaves it
    database.dispose()
    downgrade(url_of(database), BEFORE)
    upgrade(url_of(database))
    with database.transaction() as session:
        assert session.get_one(type(user), user.id).office is None
        assert Offices.load(session).alone
        later = factories.make_user(session, Role.VIEWER, organisation_id=organisation.id)
        assert later.office == "vientiane-province", "nobody new gets the rights that older accounts kept"
        assert not Offices.load(session).alone
