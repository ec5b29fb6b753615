"""What is handed in equals what was typed, and taking some of it writes exactly that; files and their bounds."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from sqlmodel import select

from models.both_sides.links import Submission, SubmissionFile
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.files import File
from models.places import Particulars, Passport, Person
from models.vocabulary import FileKind, Side
from service.actions.both_sides import drafts
from service.settings import Settings
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.both_sides.link_holder import LinkHolder, make_link, token_of
from tests.service.conftest import Caller
from tests.service.files import samples
from tests.service.web.test_pages import count_queries
from tests.workbooks import workbook_of

pytestmark = pytest.mark.both_databases("what is taken is written by the use cases of people")

WORDS = st.sampled_from(["Khamla", "Bounmy", "ຄຳລາ", "Nguyễn Văn An", "Director"])
FIELDS: dict[str, st.SearchStrategy[str]] = {
    "name_latin": st.sampled_from(["KHAMLA SIVILAY", "AN"]),
    "position": WORDS,
    "sex": st.sampled_from(["female", "male"]),
    "born_on": st.sampled_from(["1971-08-09", "1980-01-01"]),
    "nationality": st.sampled_from(["LA", "VN"]),
    "diet": WORDS,
    "passport_number": st.sampled_from(["P1234567", "C7654321"]),
}


@pytest.fixture
def event_id(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_event(session).id


@pytest.fixture
def holder(approver: Caller, client: FlaskClient, event_id: str) -> LinkHolder:
    return LinkHolder(client, token_of(make_link(approver, event_id)))


@given(data=st.data())
@hypothesis_settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_taking_some_writes_exactly_that(
    data: st.DataObject, approver: Caller, client: FlaskClient, database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        for table in (Member, Passport, Particulars, Person):
            for row in session.exec(select(table)).all():
                session.delete(row)
            session.flush()
        event_id = factories.make_event(session).id
    holder = LinkHolder(client, token_of(make_link(approver, event_id)))
    typed: dict[str, dict[str, str]] = {}
    holder.open()
    for number, key in enumerate(holder.blank_keys()):
        typed[key] = {"name": f"Person {number}"} | data.draw(st.fixed_dictionaries({}, optional=FIELDS))
        holder.form |= {f"people.{key}.{name}": text for name, text in typed[key].items()}
    identity = holder.hand_in()
    flat = {f"people.{key}.{name}": text for key, values in typed.items() for name, text in values.items()}
    with database.transaction() as session:
        opened = drafts.unpack(settings.secret_key, session.get_one(Submission, identity).sealed)
        assert opened is not None
        assert opened.values == flat
    take = {
        f"people.{key}.{name}"
        for key in data.draw(st.sets(st.sampled_from([*typed]), min_size=1))
        for name in {"name"} | data.draw(st.sets(st.sampled_from([*typed[key]])))
    }
    answer = approver.post(f"/submissions/{identity}/accept", {"take": sorted(take)})
    assert answer.status_code == 200, answer.text
    assert set(answer.json["taken"]) == take
    with database.transaction() as session:
        people = {person.name: person for person in session.exec(select(Person))}
        assert {one.person_id for one in session.exec(select(Member))} == {one.id for one in people.values()}
        passports = {one.person_id for one in session.exec(select(Passport))}
    wanted = {typed[path.split(".")[1]]["name"] for path in take}
    assert set(people) == wanted
    for key, values in typed.items():
        if values["name"] not in people:
            continue
        person = people[values["name"]]
        taken = {name: text for name, text in values.items() if f"people.{key}.{name}" in take}
        assert person.name_latin == taken.get("name_latin")
        assert (person.position or {}).get("vi") == taken.get("position")
        assert (person.id in passports) == ("passport_number" in taken)
        found = approver.get(f"/people/{person.id}/particulars")
        known = found.json if found.status_code == 200 else {}
        for name in ("sex", "born_on", "nationality", "diet"):
            assert known.get(name) == taken.get(name)


def upload(holder: LinkHolder, rest: str, content: bytes, name: str) -> Any:
    return holder.client.post(f"{holder.path}/{rest}", data={"file": (BytesIO(content), name)})


def test_a_photo_is_written_anew_and_becomes_the_persons(
    approver: Caller, database: Database, event_id: str, settings: Settings, holder: LinkHolder
) -> None:
    holder.open()
    key = holder.add(name="Khamla")
    holder.send()
    assert upload(holder, f"people/{key}/photo", samples.picture(), "khamla.jpg").status_code == 303
    holder.open()
    identity = holder.hand_in()
    [found] = approver.get(f"/events/{event_id}/submissions").json
    assert f"people.{key}.photo" in {one["path"] for one in found["differences"]}
    assert approver.post(f"/submissions/{identity}/accept", {}).status_code == 200
    with database.transaction() as session:
        file = session.exec(select(File)).one()
        assert (file.kind, file.sha256) == (FileKind.PHOTO, session.exec(select(SubmissionFile.sha256)).one())
        person = session.exec(select(Person)).one()
    assert approver.get(f"/people/{person.id}/particulars").json["photo_id"] == file.id
    stored = (settings.files_folder / file.sha256[:2] / file.sha256).read_bytes()
    assert b"Hoaphuongdo" in samples.picture()
    assert b"Hoaphuongdo" not in stored
    assert not Image.open(BytesIO(stored)).getexif()


@pytest.mark.parametrize("content", [b"", samples.TEXT, samples.pdf(), b"\xff\xd8\xff\xe0broken"])
def test_what_is_no_photo_is_refused(database: Database, holder: LinkHolder, content: bytes) -> None:
    holder.open()
    key = holder.add(name="Khamla")
    holder.send()
    answer = upload(holder, f"people/{key}/photo", content, "x.jpg")
    assert answer.status_code in (413, 415, 422)
    with database.transaction() as session:
        assert session.exec(select(SubmissionFile)).all() == []


def test_no_more_photos_than_a_link_may_bring(
    database: Database, holder: LinkHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder.open()
    key = holder.add(name="Khamla")
    holder.send()
    monkeypatch.setattr(drafts, "MOST_FILES", 1)
    assert upload(holder, f"people/{key}/photo", samples.picture(), "a.jpg").status_code == 303
    assert upload(holder, f"people/{key}/photo", samples.picture(size=(8, 8)), "b.jpg").status_code == 413
    monkeypatch.setattr(drafts, "MOST_FILES", 60)
    monkeypatch.setattr(drafts, "MOST_BYTES", 10)
    assert upload(holder, f"people/{key}/photo", samples.picture(size=(8, 8)), "b.jpg").status_code == 413


def test_more_than_fifty_people_are_refused(holder: LinkHolder) -> None:
    holder.open()
    holder.form |= {f"people.k{number}.name": f"Person {number}" for number in range(51)}
    assert holder.send().status_code == 409
    del holder.form["people.k50.name"]
    assert holder.send().status_code == 303


def test_a_workbook_is_looked_over_before_it_is_handed_in(
    approver: Caller, client: FlaskClient, event_id: str, holder: LinkHolder
) -> None:
    assert client.get(f"{holder.path}/template.xlsx").data.startswith(b"PK")
    book = workbook_of(["Họ và tên", "Chức vụ"], ["Khamla Sivilay", "Giám đốc"], ["Bounmy"])
    assert upload(holder, "list", book, "list.xlsx").status_code == 303
    assert approver.get(f"/events/{event_id}/submissions").json == []
    holder.open()
    names = {text for path, text in holder.form.items() if path.endswith(".name") and text}
    assert names == {"Khamla Sivilay", "Bounmy"}
    assert upload(holder, "list", b"no workbook", "list.xlsx").status_code == 422


def test_journeys_go_to_who_was_filled_in(
    caller: Callable[..., Caller], approver: Caller, database: Database, event_id: str, holder: LinkHolder
) -> None:
    with database.transaction() as session:
        other = factories.make_person(session, name="Somebody else")
        session.add(Member(event_id=event_id, person_id=other.id))
    holder.open()
    holder.add(name="Khamla")
    holder.form |= {"travel.arrival.by": "QV312", "travel.arrival.at": "2026-12-02 09:30", "travel.departure.by": "Xe"}
    identity = holder.hand_in()
    answer = approver.post(f"/submissions/{identity}/accept", {"take": ["people", "travel.arrival"]})
    assert answer.status_code == 200, answer.text
    with database.transaction() as session:
        found = {
            person.name: (member.arrival, member.departure)
            for member, person in session.exec(select(Member, Person).where(Member.person_id == Person.id))
        }
    assert found == {
        "Khamla": ({"at": "2026-12-02T09:30", "by": "QV312"}, None),
        "Somebody else": (None, None),
    }


def test_listing_asks_no_more_of_the_database_for_more(
    approver: Caller, client: FlaskClient, database: Database, event_id: str
) -> None:
    counts: dict[str, list[int]] = {"links": [], "submissions": []}
    for more in (1, 2):
        for _number in range(more):
            holder = LinkHolder(client, token_of(make_link(approver, event_id)))
            holder.open()
            holder.add(name="Khamla", diet="x", passport_number="P1234567")
            holder.hand_in()
        for path, found in counts.items():
            found.append(count_queries(database, lambda path=path: approver.get(f"/events/{event_id}/{path}")))
    assert [found[0] for found in counts.values()] == [found[1] for found in counts.values()]


def roles(database: Database, event_id: str) -> dict[str, str]:
    with database.transaction() as session:
        found = session.exec(select(Person.name, Member.role).where(Member.person_id == Person.id))
        return {name: role.value for name, role in found}


def test_the_form_says_who_heads_the_delegation(
    approver: Caller, holder: LinkHolder, database: Database, event_id: str
) -> None:
    holder.open()
    assert "ຫົວໜ້າຄະນະ" in holder.page, "the choice of roles, in the language of the link"
    holder.add(name="Khamla", role="head")
    second = holder.blank_keys()[0]
    holder.form |= {f"people.{second}.name": "Bounmy", f"people.{second}.role": "head"}
    refused = holder.send("submit")
    assert refused.status_code == 422
    assert f"people-{second}-role-wrong" in refused.text
    holder.open()
    holder.form |= {f"people.{second}.name": "Bounmy", f"people.{second}.role": "deputy"}
    first = holder.hand_in()
    assert approver.post(f"/submissions/{first}/accept", {}).status_code == 200
    assert roles(database, event_id) == {"Khamla": "head", "Bounmy": "deputy"}


def test_another_head_is_told_unless_the_first_makes_room(
    approver: Caller, client: FlaskClient, holder: LinkHolder, database: Database, event_id: str
) -> None:
    holder.open()
    key = holder.add(name="Khamla", role="head")
    assert approver.post(f"/submissions/{holder.hand_in()}/accept", {}).status_code == 200
    other = LinkHolder(client, token_of(make_link(approver, event_id)))
    other.open()
    new = other.add(name="Bounmy", role="head")
    path = f"/submissions/{other.hand_in()}/accept"
    refused = approver.post(path, {})
    assert refused.status_code == 422
    assert f"people.{new}.role" in refused.json["errors"], refused.json
    assert roles(database, event_id) == {"Khamla": "head"}, "nothing was taken"
    assert approver.post(path, {"take": [f"people.{new}.name"]}).status_code == 200
    holder.open()
    holder.form |= {f"people.{key}.role": "member"}
    holder.add(name="Bounmy", role="head")
    assert approver.post(f"/submissions/{holder.hand_in()}/accept", {}).status_code == 200
    assert roles(database, event_id) == {"Khamla": "member", "Bounmy": "head"}


def other_days(client: FlaskClient, two: TwoOffices) -> str:
    """Hand in other days for the visit between two offices; the id of what was handed in."""
    made = LinkHolder(client, token_of(make_link(two.owner, two.event_id, "days")))
    made.open()
    made.form |= {"days.first_day": "2027-04-05", "days.last_day": "2027-04-08", "days.note": "ຫຼັງປີໃໝ່"}
    return made.hand_in()


def test_other_days_become_a_proposal_of_the_other_side(two: TwoOffices, client: FlaskClient, approver: Caller) -> None:
    two.share()
    identity = other_days(client, two)
    assert two.owner.post(f"/submissions/{identity}/accept", {}).status_code == 200
    [mine] = two.owner.get(f"{two.path}/proposals").json
    [theirs] = two.other.get(f"{two.path}/proposals").json
    assert (mine["first_day"], mine["last_day"], mine["state"]) == ("2027-04-05", "2027-04-08", "open")
    assert (mine["office"], mine["note"]) == ("vientiane-province", "Bà Khamla: ຫຼັງປີໃໝ່")
    assert "accept" in mine["possible"], "the own side answers"
    assert theirs["possible"] == ["withdraw"]
    assert theirs["made_by"] is None, "no account of the other office made it, and none of the own is told"
    assert theirs["made_by_name"] == ""
    second = other_days(client, two)
    refused = two.owner.post(f"/submissions/{second}/accept", {})
    assert (refused.status_code, refused.json["code"]) == (409, "proposal_open")
    assert two.owner.get(f"{two.path}/submissions").json[0]["state"] == "submitted", "nothing happened"


def test_other_days_stay_a_note_where_nothing_is_shared(two: TwoOffices, client: FlaskClient) -> None:
    identity = other_days(client, two)
    taken = two.owner.post(f"/submissions/{identity}/accept", {})
    assert taken.status_code == 200
    assert "days.first_day" in taken.json["taken"]
    assert two.owner.get(f"{two.path}/proposals").json == []


def test_a_journey_is_known_to_the_hour_or_to_the_day(
    approver: Caller, holder: LinkHolder, database: Database, event_id: str
) -> None:
    holder.open()
    inputs = dict(re.findall(r'<input[^>]*name="(travel[^"]+)"[^>]*?type="([^"]+)"', holder.page))
    assert inputs["travel.arrival.at"] == "datetime-local"
    assert inputs["travel.arrival.day"] == "date"
    holder.add(name="Khamla")
    holder.form |= {"travel.arrival.at": "2026-12-02T09:30", "travel.departure.day": "2026-12-05"}
    assert approver.post(f"/submissions/{holder.hand_in()}/accept", {}).status_code == 200
    with database.transaction() as session:
        member = session.exec(select(Member)).one()
        assert (member.arrival, member.departure) == ({"at": "2026-12-02T09:30"}, {"at": "2026-12-05"})
    holder.open()
    holder.form |= {"travel.arrival.at": "", "travel.arrival.day": "2026-12-02"}
    assert approver.post(f"/submissions/{holder.hand_in()}/accept", {}).status_code == 200
    with database.transaction() as session:
        assert session.exec(select(Member)).one().arrival == {"at": "2026-12-02T09:30"}, "no hour is taken away"
    holder.open()
    holder.form |= {"travel.arrival.at": "2026-12-02 10:15"}
    holder.send()
    holder.open()
    assert holder.form["travel.arrival.at"] == "2026-12-02 10:15", "what a picker can't show is not lost"
    assert re.search(r'name="travel.arrival.at" value="2026-12-02 10:15" maxlength', holder.page)


def test_a_nationality_is_chosen(holder: LinkHolder) -> None:
    holder.open()
    options = holder.page.partition('.nationality"')[2].partition("</select>")[0]
    assert re.findall(r'value="([^"]*)"', options)[:3] == ["", "LA", "VN"]
    assert "ລາວ" in options
    key = holder.add(name="Khamla", nationality="la")
    holder.send()
    holder.open()
    assert holder.form[f"people.{key}.nationality"] == "la", "what is no choice is not lost"


@pytest.mark.parametrize("is_shared", [True, False])
def test_people_whom_the_other_office_keeps_are_taken_as_its_own(
    two: TwoOffices, client: FlaskClient, database: Database, *, is_shared: bool
) -> None:
    """Of a shared visit; what their office enters itself is left out, and the rest of the list is taken."""
    known = two.other.made("/people", {"name": "Kham Testman", "organisation_id": two.other_body_id})["id"]
    assert two.other.call("PUT", f"/people/{known}/passport", {"number": "C7654321"}).status_code in (200, 201, 204)
    if is_shared:
        two.share()
    holder = LinkHolder(client, token_of(make_link(two.owner, two.event_id)))
    holder.open()
    first = holder.add(name="Kham Testman", position="Director", diet="no fish", passport_number="P1111111")
    holder.send()
    holder.open()
    second = holder.add(name="Bounmy Newman", position="Driver")
    identity = holder.hand_in()
    answer = two.owner.post(f"/submissions/{identity}/accept", {})
    if not is_shared:
        assert (answer.status_code, list(answer.json["errors"])) == (422, [f"people.{first}.name"]), answer.text
        return
    assert answer.status_code == 200, answer.text
    taken = set(answer.json["taken"])
    assert {f"people.{first}.name", f"people.{second}.name", f"people.{second}.position"} <= taken
    assert not {f"people.{first}.{name}" for name in ("position", "diet", "passport_number")} & taken
    with database.transaction(write=False) as session:
        members = {one.person_id for one in session.exec(select(Member).where(Member.event_id == two.event_id))}
        assert known in members
        assert session.get_one(Person, known).position is None
    assert "321" in two.other.get(f"/people/{known}/passport").text, "its own passport, as it was"


@pytest.mark.parametrize("kind", ["unknown", "of another link", "an address"])
def test_a_photo_is_what_came_as_a_file_and_never_what_was_typed(
    approver: Caller, client: FlaskClient, database: Database, event_id: str, holder: LinkHolder, kind: str
) -> None:
    """The control is above: a picture that came in is a photo."""
    elsewhere = LinkHolder(client, token_of(make_link(approver, event_id)))
    elsewhere.open()
    key = elsewhere.add(name="Somebody")
    elsewhere.send()
    assert upload(elsewhere, f"people/{key}/photo", samples.picture(), "x.jpg").status_code == 303
    with database.transaction(write=False) as session:
        theirs = session.exec(select(SubmissionFile)).one().id
    typed = {"unknown": "01m8rn2x8tv1bmnxjysp8h8ggn", "of another link": theirs, "an address": "../../etc/passwd"}
    holder.open()
    holder.add(name="Khamla", photo=typed[kind])
    identity = holder.hand_in()
    found = {one["id"]: one for one in approver.get(f"/events/{event_id}/submissions").json}
    assert [one["path"].rpartition(".")[2] for one in found[identity]["differences"]] == ["name"]
    answer = approver.post(f"/submissions/{identity}/accept", {})
    assert answer.status_code == 200, answer.text
    with database.transaction(write=False) as session:
        assert not session.exec(select(File).where(File.kind == FileKind.PHOTO)).all()


@pytest.mark.parametrize("whose", ["of the own side", "of no body", "on the list of hosts"])
def test_nothing_is_written_over_that_nobody_saw(
    approver: Caller, client: FlaskClient, database: Database, holder: LinkHolder, event_id: str, whose: str
) -> None:
    """A name that the directory knows: the own side's people are no guests, and of others only gaps are filled."""
    with database.transaction() as session:
        body = None if whose == "of no body" else factories.make_organisation(session, locality="hai-duong").id
        person = factories.make_person(session, name="Tran Official", organisation_id=body).id
        if whose == "on the list of hosts":
            factories.make_member(
                session, session.get_one(Event, event_id), person=session.get_one(Person, person), side=Side.HOST
            )
    stored = {"born_on": "1960-01-01", "diet": "REAL"}
    assert approver.call("PUT", f"/people/{person}/particulars", stored).status_code in (200, 201)
    assert approver.call("PUT", f"/people/{person}/passport", {"number": "R1111111"}).status_code in (200, 201)
    holder.open()
    typed = {"diet": "EVIL", "born_on": "1999-09-09", "nationality": "LA", "passport_number": "E7654321"}
    key = holder.add(name="Tran Official", **typed)
    identity = holder.hand_in()
    answer = approver.post(f"/submissions/{identity}/accept", {})
    if whose == "of no body":
        assert set(answer.json["taken"]) == {f"people.{key}.name", f"people.{key}.nationality"}, answer.text
        stored |= {"nationality": "LA"}
    else:
        assert (answer.status_code, list(answer.json["errors"])) == (422, [f"people.{key}.name"]), answer.text
    found = approver.get(f"/people/{person}/particulars").json
    assert {name: found[name] for name in stored} == stored
    assert "111" in approver.get(f"/people/{person}/passport").text
