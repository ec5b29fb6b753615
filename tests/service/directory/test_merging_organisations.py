"""Merging an organisation that was entered twice; and either kind of merge while others write."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.feeds import Feed
from models.places import Organisation, Person
from models.vocabulary import Role
from tests import factories
from tests.service.conftest import Caller

pytestmark = pytest.mark.both_databases("references are moved by statements, and others write meanwhile")


@pytest.fixture
def both(database: Database) -> tuple[Organisation, Organisation]:
    """A double and the organisation that stays."""
    with database.transaction() as session:
        double = factories.make_organisation(
            session, name={"vi": "Sở YT Hải Dương", "lo": "ພະແນກສາທາ"}, aliases=["SYT"], email="syt@example.org"
        )
        return double, factories.make_organisation(session, name={"vi": "Sở Y tế tỉnh Hải Dương"})


def test_everything_goes_to_the_one_that_stays_and_it_has_both_names(
    approver: Caller, database: Database, both: tuple[Organisation, Organisation]
) -> None:
    double, stays = both
    with database.transaction() as session:
        author = factories.make_user(session)
        event = factories.make_event(
            session, organisation_id=double.id, confirmed_values={"organisation_id": double.id}
        )
        person = factories.make_person(session, organisation_id=double.id)
        member = factories.make_member(session, factories.make_event(session), person)
        factories.make_organisation(session, successor_id=double.id, ends_on=date(2020, 1, 1))
        filters = {"organisations": [double.id, stays.id]}
        session.add(Feed(user_id=author.id, name="Lịch", token_hash="e" * 64, filter=filters))
    answer = approver.post(f"/organisations/{double.id}/merge", {"into": stays.id})
    assert answer.status_code == 200, answer.text
    done = answer.json
    counted = {kind: count for kind, count in done["moved"].items() if count}
    assert counted == {"events": 1, "people": 1, "members": 1, "feeds": 1}
    assert done["filled"] == ["aliases", "email", "name"]
    now = approver.get(f"/organisations/{stays.id}").json
    assert now["name"] == {"vi": "Sở Y tế tỉnh Hải Dương", "lo": "ພະແນກສາທາ"}
    assert (now["aliases"], now["email"]) == (["Sở YT Hải Dương", "SYT"], "syt@example.org")
    with database.transaction(write=False) as session:
        assert session.get_one(Event, event.id).confirmed_values == {"organisation_id": stays.id}
        assert session.get_one(Member, member.id).organisation_id == stays.id
        assert [one.filter for one in session.exec(select(Feed))] == [{"organisations": [stays.id]}]
    assert approver.get(f"/organisations/{double.id}").json["merged_into"] == stays.id
    assert approver.post(f"/merges/{done['id']}/undo").json["stayed"] == []
    assert approver.get(f"/organisations/{stays.id}").json["aliases"] == []
    assert approver.get(f"/organisations/{double.id}").json["aliases"] == ["SYT"]


def test_where_accounts_would_move_an_administrator_does_it(
    approver: Caller, admin: Caller, database: Database, both: tuple[Organisation, Organisation]
) -> None:
    double, stays = both
    with database.transaction() as session:
        user = factories.make_user(session, organisation_id=double.id)
    path, body = f"/organisations/{double.id}/merge", {"into": stays.id}
    refused = approver.post(path, body)
    assert (refused.status_code, refused.json["code"]) == (403, "admin_required")
    done = admin.post(path, body).json
    assert done["moved"]["accounts"] == 1
    refused = approver.post(f"/merges/{done['id']}/undo")
    assert (refused.status_code, refused.json["code"]) == (403, "admin_required")
    with database.transaction(write=False) as session:
        assert session.get_one(User, user.id).organisation_id == stays.id
    assert admin.post(f"/merges/{done['id']}/undo").status_code == 200


@pytest.mark.parametrize("of_double", [True, False])
def test_an_approver_decides_no_succession_by_merging(
    approver: Caller, admin: Caller, database: Database, both: tuple[Organisation, Organisation], of_double: bool
) -> None:
    """Whoever has accounts would read what was of the time of a body that came before the other."""
    double, stays = both
    with database.transaction() as session:
        line, other = (double, stays) if of_double else (stays, double)
        factories.make_organisation(session, successor_id=line.id, ends_on=date(2020, 1, 1))
        factories.make_user(session, organisation_id=other.id)
    path, body = f"/organisations/{double.id}/merge", {"into": stays.id}
    refused = approver.post(path, body)
    assert (refused.status_code, refused.json["code"]) == (403, "admin_required"), refused.text
    done = admin.post(path, body)
    assert done.status_code == 200, done.text
    refused = approver.post(f"/merges/{done.json['id']}/undo")
    assert (refused.status_code, refused.json["code"]) == (403, "admin_required")
    assert admin.post(f"/merges/{done.json['id']}/undo").json["stayed"] == []


def test_neither_lines_nor_successions_are_crossed(
    admin: Caller, database: Database, both: tuple[Organisation, Organisation]
) -> None:
    double, stays = both
    with database.transaction() as session:
        elsewhere = factories.make_organisation(session, locality="vientiane-province")
        between = factories.make_organisation(session, ends_on=date(2024, 1, 1), successor_id=double.id)
        session.get_one(Organisation, stays.id).ends_on = date(2020, 1, 1)
        session.get_one(Organisation, stays.id).successor_id = between.id
    answer = admin.post(f"/organisations/{elsewhere.id}/merge", {"into": stays.id})
    assert (answer.status_code, answer.json["code"]) == (403, "operator_only")
    answer = admin.post(f"/organisations/{double.id}/merge", {"into": stays.id})
    assert (answer.status_code, answer.json["code"]) == (409, "own_successor")
    assert admin.get(f"/organisations/{double.id}").status_code == 200


COUNT = 200


@pytest.mark.parametrize("kind", ["people", "organisations"])
def test_all_or_nothing_while_others_write(
    app: Flask, caller: Callable[..., Caller], database: Database, both: tuple[Organisation, Organisation], kind: str
) -> None:
    """Others change what refers to the double and add more of it: afterwards nothing does, whatever came in between."""
    double, stays = both
    with database.transaction() as session:
        people = [factories.make_person(session, name=name) for name in ("Bun Nhông", "Bounnhong")]
        for _number in range(COUNT):
            event = factories.make_event(session, organisation_id=double.id)
            factories.make_member(session, event, people[0])
            factories.make_task(session, event, organisation_id=double.id, person_id=people[0].id)
        events = session.exec(select(Event.id).order_by(Event.id)).all()
    one, other = (person.id for person in people) if kind == "people" else (double.id, stays.id)
    who, path, body = caller(Role.ADMIN), f"/{kind}/{one}/merge", {"into": other}
    preview = who.post(path, body | {"dry_run": True}).json["moved"]
    assert preview["tasks"] == COUNT
    begun, over, wrong = threading.Event(), threading.Event(), []

    def write(number: int, writer: Caller) -> None:
        writer.client = app.test_client(use_cookies=False)
        turn = 0
        while not over.is_set() and turn < 40:
            event_id = events[(turn * 3 + number) % len(events)]
            field = "person_id" if kind == "people" else "organisation_id"
            answers = [
                writer.call("PATCH", f"/delegations/{event_id}", {"headcount": turn + 1}, If_Match="*"),
                writer.post(f"/events/{event_id}/tasks", {"title": {"vi": "Việc"}, field: one}),
            ]
            # Busy, changed at the very moment, or no such person any more: each says so.
            wrong.extend(each.text for each in answers if each.status_code not in {200, 201, 409, 412, 422, 503})
            turn += 1
            begun.set()

    threads = [threading.Thread(target=write, args=(number, caller(Role.ADMIN))) for number in range(3)]
    for thread in threads:
        thread.start()
    begun.wait(20)
    answer = who.post(path, body)
    while answer.status_code == 503:
        answer = who.post(path, body)
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert answer.status_code == 200, answer.text
    moved = answer.json["moved"]
    assert moved["tasks"] >= COUNT
    assert {kind: moved[kind] for kind in preview if kind != "tasks"} == {
        kind: preview[kind] for kind in preview if kind != "tasks"
    }
    with database.transaction(write=False) as session:
        assert session.get(Person if kind == "people" else Organisation, one) is None
    undone = who.post(f"/merges/{answer.json['id']}/undo")
    while undone.status_code == 503:
        undone = who.post(f"/merges/{answer.json['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert who.get(f"/{kind}/{one}").status_code == 200
