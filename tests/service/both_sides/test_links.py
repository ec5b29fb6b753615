"""Links without an account: made, opened, filled in, handed in, taken in whole or in part, and what ends them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from models.accounts import Audit, User
from models.both_sides.links import EventLink, LinkDraft, Submission
from models.both_sides.office_profiles import OfficeProfile
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.places import Passport, Person
from models.vocabulary import EventStatus, Role
from service.actions.both_sides import submissions as submission_actions
from tests import factories
from tests.at_once import at_once
from tests.service.both_sides.conftest import OTHER, OWN, TwoOffices
from tests.service.both_sides.link_holder import LinkHolder, make_link, token_of
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("links, drafts and what is handed in are locked row by row")

SECRETS = {
    "passport_number": "P 7654321", "born_on": "1971-08-09", "diet": "Không ăn thịt bò",
    "passport_kind": "official", "passport_expires_on": "2031-01-02", "sex": "female", "nationality": "la",
}  # fmt: skip


@pytest.fixture
def event_id(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_event(session).id


@pytest.fixture
def approver_of(approver: Caller) -> Caller:
    return approver


@pytest.fixture
def holder(approver: Caller, client: FlaskClient, event_id: str) -> LinkHolder:
    return LinkHolder(client, token_of(make_link(approver, event_id)))


def submissions(caller: Caller, event_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get(f"/events/{event_id}/submissions").json
    return found


def test_a_link_is_told_once_and_kept_as_its_hash(approver: Caller, database: Database, event_id: str) -> None:
    link = make_link(approver, event_id, "members")
    assert link["url"].startswith("https://desk.example.org/link/")
    assert len(token_of(link)) >= 43  # 256 bits
    assert (link["expires_on"], link["opens"], link["for"]) == ("2026-12-02", True, "Bà Khamla")
    listed = approver.get(f"/events/{event_id}/links").json
    assert [(one["id"], one["url"]) for one in listed] == [(link["id"], None)]
    with database.transaction() as session:
        row = session.exec(select(EventLink)).one()
        assert token_of(link) not in repr(row.model_dump())
        assert all(token_of(link) not in repr(one.changes) for one in session.exec(select(Audit)))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"expires_on": "2026-12-03"}, 422),
        ({"expires_on": "2020-01-01"}, 422),
        ({"may": []}, 422),
        ({"may": ["budget"]}, 422),
        ({"for": ""}, 422),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(approver: Caller, event_id: str, given: Any, code: int) -> None:
    body = {"may": ["members"], "for": "Bà Khamla"} | given
    assert approver.post(f"/events/{event_id}/links", body).status_code == code


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.CANCELLED, EventStatus.COMPLETED])
def test_nothing_is_filled_in_for_a_visit_that_is_not_to_come(
    approver: Caller, database: Database, event_id: str, status: EventStatus
) -> None:
    with database.transaction() as session:
        session.get_one(Event, event_id).status = status
    answer = approver.post(f"/events/{event_id}/links", {"may": ["members"], "for": "x"})
    assert (answer.status_code, answer.json["code"]) == (409, "no_links_now")


def test_what_is_filled_in_is_handed_in_and_taken(
    approver: Caller, database: Database, event_id: str, holder: LinkHolder
) -> None:
    assert holder.open().status_code == 200
    key = holder.add(name="Khamla Sivilay", name_latin="khamla sivilay", position="ຫົວໜ້າຫ້ອງການ", **SECRETS)
    holder.form |= {"travel.arrival.by": "QV312", "travel.arrival.at": "2026-12-02 09:30", "days.note": "Tốt"}
    holder.hand_in()
    [found] = submissions(approver, event_id)
    assert (found["state"], found["is_late"], found["for"]) == ("submitted", False, "Bà Khamla")
    after = {one["path"]: one["after"] for one in found["differences"]}
    assert after[f"people.{key}.passport_number"] == "•••••321"
    assert after[f"people.{key}.diet"] == SECRETS["diet"]
    taken = approver.post(f"/submissions/{found['id']}/accept", {})
    assert taken.status_code == 200, taken.text
    assert (taken.json["state"], taken.json["differences"]) == ("accepted", [])
    with database.transaction() as session:
        member, person = session.exec(select(Member, Person).where(Member.person_id == Person.id)).one()
        assert (person.name, person.name_latin, member.side) == ("Khamla Sivilay", "KHAMLA SIVILAY", "guest")
        assert person.position == {"vi": "ຫົວໜ້າຫ້ອງການ", "lo": "ຫົວໜ້າຫ້ອງການ"}
        assert session.exec(select(Passport)).one().expires_on == date(2031, 1, 2)
    particulars = approver.get(f"/people/{person.id}/particulars").json
    assert {name: particulars[name] for name in ("sex", "born_on", "nationality", "diet")} == {
        "sex": "female", "born_on": "1971-08-09", "nationality": "LA", "diet": SECRETS["diet"],
    }  # fmt: skip
    again = approver.post(f"/submissions/{found['id']}/accept", {})
    assert (again.status_code, again.json["code"]) == (409, "already_decided")


def test_sealed_values_are_never_shown_again_nor_stored_in_the_clear(
    approver: Caller, database: Database, event_id: str, holder: LinkHolder
) -> None:
    holder.open()
    holder.add(name="Phetsamone", **SECRETS)
    holder.send()
    shown = holder.open().text
    hidden = [SECRETS[name] for name in ("passport_number", "born_on", "diet")]
    assert [one for one in hidden if one in shown] == []
    assert "Phetsamone" in shown  # the control: what is not sealed is shown
    told = holder.send("save", Accept="application/json")
    assert [one for one in hidden if one in told.text] == []
    receipt = holder.client.get(f"{holder.path}/handed-in/{holder.hand_in()}")
    assert [one for one in hidden if one in receipt.text] == []
    with database.transaction() as session:
        stored = [repr(one.sealed) for one in (*session.exec(select(LinkDraft)), *session.exec(select(Submission)))]
        trail = [repr(one.changes) for one in session.exec(select(Audit))]
    assert stored
    assert [one for one in ("Phetsamone", *hidden) for text in (*stored, *trail) if one in text] == []
    # An empty sealed field says nothing: what was entered stays and is handed in.
    [found] = submissions(approver, event_id)
    assert SECRETS["diet"] in {one["after"] for one in found["differences"]}


def test_a_form_counts_once_however_often_it_is_sent(approver: Caller, event_id: str, holder: LinkHolder) -> None:
    holder.open()
    holder.add(name="Khamla")
    first = holder.hand_in()
    assert holder.hand_in() == first
    holder.open()  # another page with another token, and nothing changed
    assert holder.hand_in() == first
    holder.open()
    holder.add(name="Bounmy")
    second = holder.hand_in()
    assert [(one["id"], one["state"]) for one in submissions(approver, event_id)] == [
        (second, "submitted"), (first, "replaced"),
    ]  # fmt: skip


def test_what_is_wrong_is_told_and_nothing_of_it_lost(approver: Caller, event_id: str, holder: LinkHolder) -> None:
    holder.open()
    key = holder.add(name="", position="Giám đốc", nationality="XX", name_latin="ຄຳລາ")
    answer = holder.send("submit")
    assert answer.status_code == 422
    assert f'href="#people-{key}-name"' in answer.text
    assert "Giám đốc" in answer.text
    assert submissions(approver, event_id) == []
    assert "Giám đốc" in holder.open().text


def test_two_at_once_lose_nothing(approver: Caller, client: FlaskClient, event_id: str, holder: LinkHolder) -> None:
    other = LinkHolder(client, holder.token)
    holder.open()
    key = holder.add(name="Khamla", position="Director")
    holder.send()
    holder.open()
    other.open()
    holder.form[f"people.{key}.position"] = "Deputy director"
    holder.send()
    other.form[f"people.{key}.position"] = "Head of office"
    other.form[f"people.{key}.nationality"] = "LA"
    other.add(name="Bounmy")
    other.send()
    shown = other.open().text
    assert "Deputy director" in shown
    assert "Head of office" in shown  # beside it
    assert {text for path, text in other.form.items() if path.endswith(".name") and text} == {"Khamla", "Bounmy"}
    assert other.form[f"people.{key}.nationality"] == "LA"
    other.hand_in()
    [found] = submissions(approver, event_id)
    assert {one["path"].rpartition(".")[2]: one["others"] for one in found["differences"]}["position"] == 1


ENDS: dict[str, Callable[[Database, Clock, str, Caller, dict[str, Any]], Any]] = {
    "revoked": lambda database, clock, event_id, caller, link: caller.call("DELETE", f"/links/{link['id']}"),
    "expired": lambda database, clock, event_id, caller, link: clock.move(days=9),
    "cancelled": lambda database, clock, event_id, caller, link: _set(database, event_id, status=EventStatus.CANCELLED),
    "arrived": lambda database, clock, event_id, caller, link: _set(
        database, event_id, arrives_on=clock.now.date() - timedelta(days=1)
    ),
    "account off": lambda database, clock, event_id, caller, link: _switch_off(database, caller),
    "deleted": lambda database, clock, event_id, caller, link: _delete(database, event_id),
}


def _set(database: Database, event_id: str, **values: Any) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        for name, value in values.items():
            setattr(event, name, value)


def _switch_off(database: Database, caller: Caller) -> None:
    with database.transaction() as session:
        session.get_one(User, caller.user_id).active = False


def _delete(database: Database, event_id: str) -> None:
    with database.transaction() as session:
        session.delete(session.get_one(Event, event_id))


@pytest.mark.parametrize("cause", ENDS)
def test_a_dead_link_is_answered_as_one_that_never_was(
    caller: Callable[..., Caller],
    client: FlaskClient,
    database: Database,
    clock: Clock,
    event_id: str,
    cause: str,
) -> None:
    maker = caller(Role.APPROVER)
    expires = (clock.now.date() + timedelta(days=5)).isoformat()
    link = make_link(maker, event_id, "members", expires_on=expires)
    path = f"/link/{token_of(link)}"
    assert client.get(path).status_code == 200  # the control
    ENDS[cause](database, clock, event_id, maker, link)
    unknown = client.get("/link/" + "A" * 43)
    for method in ("GET", "POST"):
        dead = client.open(path, method=method, data={"do": "save"} if method == "POST" else None)
        assert (dead.status_code, dead.text) == (404, unknown.text)
        fixed = {name: value for name, value in dead.headers if name != "X-Request-Id"}
        assert fixed == {name: value for name, value in unknown.headers if name != "X-Request-Id"}


def test_it_opens_on_the_day_of_arrival_and_not_after_it(
    approver: Caller, client: FlaskClient, clock: Clock, event_id: str
) -> None:
    path = f"/link/{token_of(make_link(approver, event_id))}"
    clock.now = clock.now.replace(year=2026, month=12, day=2, hour=3)
    assert client.get(path).status_code == 200
    clock.move(days=1)
    assert client.get(path).status_code == 404


def test_a_scanner_that_opens_everything_changes_nothing(database: Database, holder: LinkHolder) -> None:
    def state() -> tuple[int, ...]:
        with database.transaction() as session:
            return tuple(len(session.exec(select(table)).all()) for table in (LinkDraft, Submission, Audit, EventLink))

    before = state()
    for method in ("GET", "HEAD", "OPTIONS"):
        for rest in ("", "/files", "/template.xlsx", "?do=submit&token=x", "/list", "/people/a/photo"):
            holder.client.open(holder.path + rest, method=method, headers={"Purpose": "prefetch"})
    assert state() == before
    holder.open()
    holder.send()  # the control: a POST does
    holder.add(name="x")
    holder.send()
    assert state() != before


def test_guessing_is_bounded_and_disturbs_no_holder(
    client: FlaskClient, clock: Clock, holder: LinkHolder, approver: Caller, event_id: str
) -> None:
    assert holder.open().status_code == 200
    shapes = [f"{number:0{43 if number % 5 == 0 else 42}d}" for number in range(10_000)]  # one in five could be one
    statuses = [client.get(f"/link/{shape}").status_code for shape in shapes]
    assert statuses.count(404) == 60
    assert statuses.count(429) == 9_940
    assert holder.open().status_code == 200  # it opened here before
    fresh = LinkHolder(client, token_of(make_link(approver, event_id)))
    assert fresh.open().status_code == 200, "one that never opened in this process opens too"
    fresh.add(name="Khamla")
    assert fresh.send().status_code == 303
    assert client.get("/link/short").status_code == 429
    elsewhere = client.get(f"/link/{'B' * 43}", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 404
    clock.move(minutes=16)
    assert client.get(f"/link/{1:043d}").status_code == 404


def test_handing_in_again_keeps_the_last_and_is_bounded(
    clock: Clock, holder: LinkHolder, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission_actions, "MOST_A_DAY", 5)
    holder.open()
    key = holder.add(name="Khamla 0")
    for number in range(5):
        holder.form[f"people.{key}.name"] = f"Khamla {number}"
        holder.hand_in()
        holder.open()
    holder.form[f"people.{key}.name"] = "Khamla 6"
    refused = holder.send("submit")
    assert refused.status_code == 429, refused.text
    with database.transaction(write=False) as session:
        rows = session.exec(select(Submission).order_by(col(Submission.id))).all()
        assert [bool(row.sealed) for row in rows] == [False] * 4 + [True], "only what waits is kept"
    clock.move(days=1, minutes=1)
    holder.open()
    assert holder.form[f"people.{key}.name"] == "Khamla 6", "saved all the same"
    holder.hand_in()  # the control: another day


def test_its_pages_hide_its_address(holder: LinkHolder) -> None:
    answer = holder.open()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers
    assert "http" not in [one for one in answer.text.split('"') if one.startswith("http")]


def test_two_who_take_it_at_once_take_it_once(
    caller: Callable[..., Caller], database: Database, event_id: str, holder: LinkHolder
) -> None:
    holder.open()
    holder.add(name="Khamla")
    identity = holder.hand_in()
    callers = [caller(Role.APPROVER), caller(Role.APPROVER)]
    answers = at_once([lambda one=one: one.post(f"/submissions/{identity}/accept", {}) for one in callers])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    with database.transaction() as session:
        assert len(session.exec(select(Member)).all()) == 1


def test_a_late_swap_is_named_and_removes_only_who_is_named(
    approver: Caller, client: FlaskClient, database: Database, event_id: str, holder: LinkHolder
) -> None:
    holder.open()
    holder.add(name="Khamla")
    holder.send()
    holder.open()
    holder.add(name="Bounmy")
    approver.post(f"/submissions/{holder.hand_in()}/accept", {})
    holder.open()
    key = next(path.split(".")[1] for path, text in holder.form.items() if text == "Bounmy")
    holder.form[f"people.{key}.name"] = "Souksavanh"
    late = holder.hand_in()
    found = submissions(approver, event_id)[0]
    assert found["is_late"]
    missing = [one for one in found["differences"] if one["step"] == "missing"]
    assert [one["who"] for one in missing] == ["Bounmy"]
    take = [f"people.{key}", missing[0]["path"]]
    assert approver.post(f"/submissions/{late}/accept", {"take": take}).status_code == 200
    with database.transaction() as session:
        names = session.exec(select(Person.name).join(Member, Member.person_id == Person.id)).all()  # type: ignore[arg-type]
    assert sorted(names) == ["Khamla", "Souksavanh"]


def test_nobody_gets_the_passport_of_whom_they_were_typed_over(
    approver: Caller, event_id: str, holder: LinkHolder
) -> None:
    holder.open()
    key = holder.add(name="Dala", name_latin="DALA", **SECRETS)
    holder.hand_in()
    holder.open()
    holder.form |= {f"people.{key}.name": "Phouvong", f"people.{key}.name_latin": "PHOUVONG"}
    answer = holder.send("submit")
    assert answer.status_code == 409
    assert f'href="#people-{key}-name"' in answer.text
    holder.open()
    assert holder.form[f"people.{key}.name"] == "Phouvong", "what was typed is kept"
    holder.form[f"people.{key}.born_on"] = "1980-02-03"
    holder.hand_in()
    after = {one["path"]: one["after"] for one in submissions(approver, event_id)[0]["differences"]}
    assert after[f"people.{key}.born_on"] == "1980-02-03"
    assert not {f"people.{key}.passport_number", f"people.{key}.diet"}.intersection(after)


def test_a_person_is_removed_with_everything_that_was_entered(
    approver: Caller, event_id: str, holder: LinkHolder
) -> None:
    holder.open()
    key = holder.add(name="Dala", **SECRETS)
    holder.send()
    holder.open()
    assert holder.client.post(holder.path, data=holder.form | {"remove": key}).status_code == 303
    assert key not in holder.open().text
    holder.add(name="Phouvong")
    holder.hand_in()
    paths = [one["path"] for one in submissions(approver, event_id)[0]["differences"]]
    assert not [path for path in paths if path.startswith(f"people.{key}.")]


def test_it_is_rejected_with_a_reason_that_its_page_shows(approver: Caller, event_id: str, holder: LinkHolder) -> None:
    holder.open()
    holder.add(name="Khamla")
    identity = holder.hand_in()
    answer = approver.post(f"/submissions/{identity}/reject", {"reason": "Thiếu hộ chiếu"})
    assert (answer.status_code, answer.json["state"]) == (200, "rejected")
    assert "Thiếu hộ chiếu" in holder.open().text


def test_what_is_not_offered_can_not_be_taken(approver: Caller, event_id: str, holder: LinkHolder) -> None:
    holder.open()
    key = holder.add(name="Khamla", position="Director")
    identity = holder.hand_in()
    for take in (["people.nobody"], [f"people.{key}.position"], ["budget"]):
        answer = approver.post(f"/submissions/{identity}/accept", {"take": take})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["take"]), take


def test_others_find_neither_links_nor_what_was_handed_in(
    caller: Callable[..., Caller], database: Database, event_id: str, holder: LinkHolder
) -> None:
    holder.open()
    holder.add(name="Khamla")
    identity = holder.hand_in()
    with database.transaction() as session:
        body = factories.make_organisation(session).id
    outsider = caller(Role.OFFICER, organisation_id=body)
    for path in (f"/events/{event_id}/links", f"/events/{event_id}/submissions"):
        assert outsider.get(path).status_code in (403, 404)
    assert outsider.post(f"/submissions/{identity}/accept", {}).status_code in (403, 404)


def test_its_page_is_of_the_office_that_made_it(two: TwoOffices, client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        visit = factories.make_event(session, host=OTHER, guest=OWN, organisation_id=two.other_body_id).id
        session.add(OfficeProfile(code=OTHER, name={"vi": "Văn phòng Viêng Chăn"}, timezone="Pacific/Kiritimati"))
    theirs = LinkHolder(client, token_of(make_link(two.other, visit)))
    theirs.open()
    theirs.add(name="Khamla")
    page = client.get(theirs.send("submit").headers["Location"]).text
    assert "Văn phòng Viêng Chăn" in page
    ours = LinkHolder(client, token_of(make_link(two.owner, two.event_id)))
    ours.open()
    ours.add(name="Khamla")
    other = client.get(ours.send("submit").headers["Location"]).text
    assert "Văn phòng Viêng Chăn" not in other
    hours = [re.search(r"\d\d:\d\d", one.partition('class="notice good"')[2]) for one in (page, other)]
    assert [hour and hour[0] for hour in hours] == ["17:00", "10:00"], "each by its own office's clock"
