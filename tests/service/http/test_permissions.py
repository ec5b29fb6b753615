"""Who reads and who changes which events: everything that could show a hidden one is asked, by everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from calendars.documents import stored
from calendars.documents.value import Document, Head, HeadForm, Run
from calendars.links.merging import FilledIn
from calendars.placements.values import PlacedTable, Placements
from models.accounts import Audit
from models.agreements import Agreement, Anniversary, Commitment
from models.both_sides.links import EventLink, Submission
from models.both_sides.notes import EventNote
from models.both_sides.proposals import Proposal
from models.database import Database
from models.documents import KeptDocument
from models.estimates import Estimate, EstimateLine, Payment
from models.events import Event
from models.files import File, StoredContent
from models.i18n import translate
from models.learners import Learner
from models.places import Organisation
from models.vocabulary import (
    DocumentKind,
    EventKind,
    EventStatus,
    FileKind,
    GiftKind,
    Language,
    LearnerStage,
    ReminderPurpose,
    ResourceType,
    Role,
    Visibility,
)
from service.actions import permissions
from service.actions.bookings import bookings, resources
from service.actions.both_sides import drafts
from service.actions.context import ActionContext
from service.actions.documents import placements
from service.actions.events import members, programme, programme_revisions, tasks
from service.actions.ledger import gifts
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.http.test_requests import operations
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

MARK = "Hoaphuongdo"
"""A word that stands nowhere but in the event that is hidden, in each of its texts."""


@dataclass
class World:
    """Two departments, the protocol office, and an event of the first with everything an event can have."""

    mine: Organisation
    other: Organisation
    office: Organisation
    event_id: str
    uid: str
    ids: dict[str, str]

    def address(self, path: str) -> str:
        """A path of the API or the console with the ids of what belongs to the event."""
        for name, value in self.ids.items():
            path = path.replace(f"{{{name}}}", value).replace(f"<{name}>", value)
        return path

    def tells(self, answer: TestResponse) -> bool:
        """Whether an answer tells of the event, by words, id or UID; what the question itself said does not count."""
        text, asked = answer.get_data().decode(errors="replace"), answer.request.full_path
        if self.event_id in asked:
            return answer.status_code < 400
        return any(one in text for one in (MARK, self.event_id, self.uid) if one not in asked)


@pytest.fixture
def world(app: Flask, database: Database, settings: Settings, clock: Clock) -> World:
    with database.transaction() as session:
        mine, other = factories.make_organisation(session), factories.make_organisation(session)
        office = factories.make_organisation(session, protocol_office=True)
        owner = factories.make_user(session, Role.OFFICER, organisation_id=mine.id)
        act = ActionContext(owner, clock.now, settings.office)
        agreement = Agreement(
            title={"vi": "Thỏa thuận hợp tác"},
            starts_on=clock.now.date(),
            ends_on=clock.now.date() + timedelta(days=900),
        )
        agreement.parties = ["hai-duong", "vientiane-province"]
        session.add(agreement)
        session.flush()
        commitment = Commitment(
            agreement_id=agreement.id,
            article="2",
            field={"vi": "Xây dựng Đảng"},
            title={"vi": "Bồi dưỡng"},
            activity=EventKind.DELEGATION,
            host="hai-duong",
            guest="vientiane-province",
            headcount_min=50,
            frequency_type="per_year",
            frequency_count=1,
        )
        session.add(commitment)
        anniversary = Anniversary(title={"vi": "Kết nghĩa"}, origin="1984")
        anniversary.parties = ["hai-duong", "vientiane-province"]
        session.add(anniversary)
        session.flush()
        event = factories.make_event(
            session,
            title={"vi": f"Đoàn {MARK}", "en": f"Delegation {MARK}"},
            description={"vi": MARK},
            location={"vi": MARK},
            purpose={"vi": MARK},
            headcount=3,
            organisation_id=mine.id,
            created_by=owner.id,
            commitment_id=commitment.id,
            uid="hidden-uid-0815@example.org",
            results=MARK,
            search_text=MARK.lower(),
        )
        person = factories.make_person(session, name="Trần Văn Chung", email="chung@example.org")
        member = members.add_member(session, act, event, {"person_id": person.id, "role": "head", "note": MARK})
        task = tasks.add_task(session, act, event, {"title": {"vi": MARK}, "due_on": clock.now.date()})
        programme.replace_programme(
            session, act, event, [{"day": event.first_day, "title": {"vi": MARK}, "place": {"vi": MARK}}]
        )
        programme_revisions.publish_programme(session, act, event, MARK)
        placements.replace_placements(session, act, event, Placements(tables=(PlacedTable(None, MARK, (member.id,)),)))
        hall = resources.create_resource(
            session,
            act,
            {"name": {"vi": "Hội trường lớn"}, "type": ResourceType.ROOM, "locality": "hai-duong", "capacity": 1},
        )
        wish = {"event_id": event.id, "resource_id": hall.id, "note": MARK}
        (booking,) = bookings.make_bookings(session, act, [wish], several=False)
        rule = factories.make_rule(session)
        reminder = factories.make_reminder(session, event, rule, state="failed", reason=MARK)
        session.add(StoredContent(sha256="0" * 64, size=1, stored_at=clock.now))
        session.flush()
        file = File(
            event_id=event.id, title=MARK, kind=FileKind.REPORT, name=f"{MARK}.txt", media_type="text/plain", size=1,
            sha256="0" * 64, uploaded_by=owner.id, uploaded_at=clock.now,
        )  # fmt: skip
        session.add(file)
        document = KeptDocument(
            event_id=event.id, kind=DocumentKind.PROGRAMME, language="vi", number=MARK, made_by=owner.id,
            made_at=clock.now, content=stored.write(Document(
                DocumentKind.PROGRAMME, (Language.VI,), Head(HeadForm.PLAIN), ((Run(MARK, Language.VI),),)
            )),
        )  # fmt: skip
        session.add(document)
        session.add(Estimate(event_id=event.id, guest_class="B", class_decided_by=MARK))
        session.flush()
        line = EstimateLine(event_id=event.id, item="car", unit="total", planned=5, description={"vi": MARK})
        session.add(line)
        session.flush()
        payment = Payment(
            event_id=event.id, line_id=line.id, amount=5, currency="VND", paid_on=clock.now.date(), voucher=MARK,
            made_at=clock.now,
        )  # fmt: skip
        session.add(payment)
        proposal = Proposal(
            event_id=event.id, first_day=event.first_day, last_day=event.last_day, note=MARK, made_at=clock.now,
            from_office="vientiane-province", to_office="hai-duong", expires_at=clock.now + timedelta(days=9),
        )  # fmt: skip
        session.add(proposal)
        note = EventNote(event_id=event.id, text=MARK, author_id=owner.id, created_at=clock.now)
        session.add(note)
        # A second visit of the same people, so that the hidden one stands in its way.
        meeting = factories.make_event(
            session, title={"vi": "Đoàn khác"}, organisation_id=other.id, visibility=Visibility.PUBLIC
        )
        members.add_member(session, ActionContext(None, clock.now, settings.office), meeting, {"person_id": person.id})
        late = factories.make_event(session, first_day=clock.now.date() + timedelta(days=3), organisation_id=other.id)
        gift = gifts.create_gift(
            session,
            act,
            {
                "event_id": event.id, "given_by": "hai-duong", "given_to": "vientiane-province",
                "kind": GiftKind.GOODS, "description": {"vi": MARK}, "kept_by": MARK,
            },
        )  # fmt: skip
        link = EventLink(
            event_id=event.id, token_hash="a1" * 32, may=["members"], recipient=MARK, language=Language.LO,
            expires_on=event.arrives_on, made_by=owner.id, made_at=clock.now,
        )  # fmt: skip
        session.add(link)
        session.flush()
        sealed = drafts.pack(settings.secret_key, FilledIn({"people.a.name": MARK}))
        submission = Submission(
            link_id=link.id, event_id=event.id, sealed=sealed, form_token="b2" * 32, submitted_at=clock.now
        )
        session.add(submission)
        session.flush()
        ids = {
            "event_id": event.id,
            "link_id": link.id,
            "submission_id": submission.id,
            "gift_id": gift.id,
            "note_id": note.id,
            "member_id": member.id,
            "task_id": task.id,
            "number": "1",
            "booking_id": booking.id,
            "resource_id": hall.id,
            "reminder_id": reminder.id,
            "rule_id": rule.id,
            "file_id": file.id,
            "document_id": document.id,
            "payment_id": payment.id,
            "proposal_id": proposal.id,
            "kind": "programme",
            "file_format": "xlsx",
            "agreement_id": agreement.id,
            "commitment_id": commitment.id,
            "anniversary_id": anniversary.id,
            "person_id": person.id,
            "organisation_id": mine.id,
            "code": "hai-duong",
            "meeting_id": meeting.id,
            "late_id": late.id,
            "week": f"{event.first_day:%G-W%V}",
            "year": str(event.first_day.year),
            "start": event.first_day.isoformat(),
        }
        return World(mine, other, office, event.id, event.uid, ids)


QUERIES = (
    "",
    f"?q={MARK}",
    "?from=2026-01-01&to=2027-12-31",
    "?state=failed",
    "?overdue=true",
    "?days=3&from=2026-11-23&to=2027-02-28&host=hai-duong&guest=vientiane-province",
)


def asked(world: World, app: Flask, who: Caller) -> dict[str, list[TestResponse]]:
    """What every GET of the API answers about the event's world, with several questions each."""
    found: dict[str, list[TestResponse]] = {}
    for method, path, _role in operations(app):
        if method == "GET":
            found[path] = [who.get(world.address(path) + query) for query in (QUERIES if "{" not in path else [""])]
    resource = world.ids["resource_id"]
    wide = f"/openings?days=1&from=2026-12-01&to=2026-12-20&host=hai-duong&resource={resource}"
    found["/openings"] += [who.get(wide), who.get(f"{wide}&person={world.ids['person_id']}")]
    found["/bookings"].append(who.get(f"/bookings?resource_id={resource}"))
    years = f"/anniversaries/{world.ids['anniversary_id']}/occurrences?from_year=2024&to_year=2028"
    found["/anniversaries/{anniversary_id}/occurrences"].append(who.get(years))
    return found


def officer_of(caller: Callable[..., Caller], organisation: Organisation, role: Role = Role.OFFICER) -> Caller:
    return caller(role, organisation_id=organisation.id)


@pytest.mark.both_databases("rights as a condition of every list")
def test_nothing_tells_an_outsider_of_an_internal_event(
    world: World, app: Flask, caller: Callable[..., Caller]
) -> None:
    for role in (Role.VIEWER, Role.OFFICER):
        for path, answers in asked(world, app, officer_of(caller, world.other, role)).items():
            for answer in answers:
                assert not world.tells(answer), (path, answer.request.full_path, answer.text)
                assert answer.status_code < 500, (path, answer.text)


IN_CHARGE_ONLY = {
    "/events/{event_id}/history", "/reminders", "/reminders/{reminder_id}", "/events/{event_id}/files",
    "/files/{file_id}", "/documents/{document_id}", "/gifts", "/gifts/{gift_id}",
}  # fmt: skip
"""What tells only those in charge of an event of it, not those who take part in it."""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["owner", "office", "approver", "participant"])
def test_the_same_questions_tell_those_who_may_know(
    world: World, app: Flask, caller: Callable[..., Caller], database: Database, who: str
) -> None:
    """The control: what is kept from outsiders does stand in these answers."""
    match who:
        case "owner":
            reader = officer_of(caller, world.mine, Role.VIEWER)
        case "office":
            reader = officer_of(caller, world.office, Role.VIEWER)
        case "approver":
            reader = caller(Role.APPROVER)
        case _:
            reader = officer_of(caller, world.other, Role.VIEWER)
            with database.transaction() as session:
                factories.make_task(session, session.get_one(Event, world.event_id), organisation_id=world.other.id)
    telling = {path for path, answers in asked(world, app, reader).items() if any(map(world.tells, answers))}
    assert telling >= {
        "/events", "/events/{event_id}", "/events/{event_id}/history", "/delegations", "/delegations/{event_id}",
        "/events/{event_id}/members", "/events/{event_id}/tasks", "/events/{event_id}/programme", "/tasks",
        "/events/{event_id}/placements",
        "/events/{event_id}/bookings", "/bookings", "/bookings/{booking_id}", "/conflicts", "/reminders",
        "/reminders/{reminder_id}", "/agreements/{agreement_id}/progress", "/events/{event_id}/files",
        "/files/{file_id}", "/documents/{document_id}", "/events/{event_id}/notes", "/notes/{note_id}",
    } - (IN_CHARGE_ONLY if who == "participant" else set())  # fmt: skip
    assert who != "participant" or not telling & IN_CHARGE_ONLY


@pytest.mark.both_databases("rights as a condition of every page")
def test_no_page_tells_an_outsider_of_an_internal_event(
    world: World, app: Flask, signed_in: Callable[..., Browser]
) -> None:
    pages = sorted(
        {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("pages.") and "GET" in rule.methods}  # type: ignore[operator]
        - {"/static/<name>", "/unsubscribe/<token>", "/login"}
    )
    mine = signed_in(Role.OFFICER, organisation_id=world.mine.id)
    other = signed_in(Role.OFFICER, organisation_id=world.other.id)
    telling = set()
    for page in pages:
        for query in ("", f"?q={MARK}", "?from=2026-01-01&to=2027-12-31", "?state=failed", "?past=yes"):
            answer = other.get(world.address(page) + query)
            assert answer.status_code < 500, page
            assert not world.tells(answer), (page, query, answer.text)
            if world.tells(mine.get(world.address(page) + query)):
                telling.add(page)
    assert telling >= {"/", "/events/<event_id>", "/conflicts", "/tasks", "/reminders", "/resources/<resource_id>"}


def test_what_stands_in_the_way_is_busy(world: World, caller: Callable[..., Caller]) -> None:
    outsider = officer_of(caller, world.other)
    meeting = world.ids["meeting_id"]
    clash = outsider.post("/bookings", {"event_id": meeting, "resource_id": world.ids["resource_id"]})
    assert clash.status_code == 409
    (conflict,) = clash.json["conflicts"]
    assert conflict["title"] == permissions.BUSY
    assert (conflict["with"], conflict["event_id"], conflict["booking_id"]) == (None, None, None)
    assert not world.tells(clash)
    warnings = outsider.get(f"/events/{meeting}").json["conflicts"]
    busy = [one for one in warnings if one["code"] in {"host_overlap", "person_double_committed"}]
    assert {one["code"] for one in busy} == {"host_overlap", "person_double_committed"}
    assert all(one["with"] is None and translate("Busy (internal)", Language.VI) in one["detail"] for one in busy)
    (taken,) = outsider.get(f"/bookings?resource_id={world.ids['resource_id']}").json
    assert (taken["event_id"], taken["event_title"], taken["note"]) == (None, permissions.BUSY, None)
    assert taken["from"]


# Changing


def changes(world: World) -> list[tuple[str, str, Any]]:
    """Every way to change the event or what belongs to it."""
    event = f"/events/{world.event_id}"
    kind = f"/delegations/{world.event_id}"
    return [
        ("PATCH", kind, {"title": {"vi": "khác"}}),
        ("DELETE", kind, None),
        ("POST", f"{event}/transitions", {"to": "cancelled", "reason": "vì mưa"}),
        ("POST", f"{event}/confirmation-requests", None),
        ("POST", f"{event}/members", {"person_id": world.ids["person_id"], "role": "member"}),
        ("PATCH", f"{event}/members/{world.ids['member_id']}", {"role": "member"}),
        ("DELETE", f"{event}/members/{world.ids['member_id']}", None),
        ("POST", f"{event}/members/import", "name\nLê Thị Hoa\n"),
        ("PUT", f"{event}/programme", {"items": []}),
        ("POST", f"{event}/programme/revisions", {}),
        ("PUT", f"{event}/placements", {"tables": [{"for": None, "name": "khác", "seats": []}]}),
        ("POST", f"{event}/placements/proposal", {}),
        ("PUT", f"{event}/share", {"acknowledged": True}),
        ("DELETE", f"{event}/share", None),
        ("POST", f"{event}/links", {"may": ["members"], "for": "Bà Khamla"}),
        ("DELETE", f"/links/{world.ids['link_id']}", None),
        ("POST", f"/submissions/{world.ids['submission_id']}/accept", {}),
        ("POST", f"/submissions/{world.ids['submission_id']}/reject", {"reason": "x"}),
        ("POST", f"{event}/proposals", DAYS),
        *(("POST", f"/proposals/{world.ids['proposal_id']}/{step}", body) for step, body in STEPS.items()),
        ("POST", f"{event}/tasks", {"title": {"vi": "việc"}}),
        ("PATCH", f"{event}/tasks/{world.ids['task_id']}", {"done": True}),
        ("DELETE", f"{event}/tasks/{world.ids['task_id']}", None),
        (
            "POST",
            "/bookings",
            {"event_id": world.event_id, "resource_id": world.ids["resource_id"], "from": "2027-05-01"},
        ),
        ("PATCH", f"/bookings/{world.ids['booking_id']}", {"note": "khác"}),
        ("DELETE", f"/bookings/{world.ids['booking_id']}", None),
        ("POST", f"/reminders/{world.ids['reminder_id']}/retry", None),
        ("POST", f"{event}/files", FORM),
        ("PATCH", f"/files/{world.ids['file_id']}", {"title": "khác"}),
        ("DELETE", f"/files/{world.ids['file_id']}", None),
        ("POST", f"{event}/documents", {"kind": "programme"}),
        ("PATCH", f"/documents/{world.ids['document_id']}", {"signed_file_id": None}),
        ("POST", f"/documents/{world.ids['document_id']}/send", {"to": [world.ids["person_id"]]}),
        ("DELETE", f"/documents/{world.ids['document_id']}", None),
        ("POST", "/gifts", GIFT | {"event_id": world.event_id}),
        ("PATCH", f"/gifts/{world.ids['gift_id']}", {"unit": "bộ"}),
        ("DELETE", f"/gifts/{world.ids['gift_id']}", None),
    ]


DAYS = {"first_day": "2027-03-10", "last_day": "2027-03-12"}
STEPS: Mapping[str, Any] = {"accept": None, "decline": {}, "counter": DAYS, "withdraw": None}
GIFT = {
    "given_by": "hai-duong",
    "given_to": "vientiane-province",
    "kind": "goods",
    "description": {"vi": "Tranh thêu"},
}
OF_MONEY = ("/gifts/",)
"""What of an event fewer read than the event: others are told that it is not there."""


DONG = {"amount": "5", "currency": "VND"}


def money_changes(world: World) -> list[tuple[str, str, Any]]:
    """Every way to read or change the event's money: to who does not read it there is none."""
    event = f"/events/{world.event_id}"
    return [
        ("GET", f"{event}/estimate", None),
        ("GET", f"{event}/estimate?headcount=5", None),
        ("GET", f"/payments/{world.ids['payment_id']}", None),
        ("PUT", f"{event}/estimate", {"lines": [{"item": "car", "unit": "total", "planned": DONG}]}),
        ("POST", f"{event}/estimate/submit", None),
        ("POST", f"{event}/estimate/settle", None),
        ("POST", f"{event}/payments", {"line_id": "x", "amount": DONG, "paid_on": "2026-11-01"}),
        ("PATCH", f"/payments/{world.ids['payment_id']}", {"voucher": "PC-02"}),
        ("DELETE", f"/payments/{world.ids['payment_id']}", None),
    ]


OF_BATCHES: list[tuple[str, str, Any]] = [
    ("POST", "/training-batches/{event_id}/learners", {"name": "Khamla", "stage": "language"}),
    ("PATCH", "/training-batches/{event_id}/learners/{learner_id}", {"note": "Học bổng"}),
    ("DELETE", "/training-batches/{event_id}/learners/{learner_id}", None),
]
"""Every way to change who learns: only training batches have learners, and the event of the world is none."""


OF_NOTES: list[tuple[str, str, Any]] = [
    ("POST", "/events/{event_id}/notes", {"text": "Đã gọi"}),
    ("POST", "/notes/{note_id}/strike", None),
    ("DELETE", "/notes/{note_id}", None),
]
"""Every way to change notes: departments that take part write them too, who is not in charge of the event."""


ALONG = ["members", "programme", "tasks", "bookings"]
OF_COPIES: list[tuple[str, str, Any]] = [
    ("POST", "/events/{event_id}/copy", {"first_day": "2027-06-14", "take": ALONG})
]
"""Every way to make an event of one's own from another: for officers who see all of that."""


FORM = {"title": "Báo cáo", "kind": "report", "file": "Nội dung"}
"""A form with a file; the address says that it is one."""


def change(who: Caller, method: str, path: str, body: Any) -> TestResponse:
    """Try a change, whatever state the thing is in."""
    headers = {"Authorization": f"Bearer {who.token}", "If-Match": "*"}
    if method == "POST" and path.endswith("/files"):
        boundary, form = encode_multipart(body | {"file": FileStorage(BytesIO(body["file"].encode()), "a.txt", "file")})
        headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        return who.client.open(f"/api/v1{path}", method=method, data=form, headers=headers)
    if isinstance(body, str):
        headers["Content-Type"] = "text/csv"
        return who.client.open(f"/api/v1{path}", method=method, data=body, headers=headers)
    return who.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)


def test_only_those_in_charge_change_what_others_may_read(
    world: World, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Event, world.event_id).visibility = Visibility.PUBLIC
    outsider = officer_of(caller, world.other)
    before = trail(database)
    for method, path, body in changes(world):
        answer = change(outsider, method, path, body)
        expected = (404, "not_found") if path.startswith(OF_MONEY) else (403, "not_in_charge")
        assert (answer.status_code, answer.json.get("code")) == expected, (method, path, answer.text)
    assert trail(database) == before


def test_an_internal_event_is_not_even_there(world: World, caller: Callable[..., Caller], database: Database) -> None:
    outsider = officer_of(caller, world.other)
    before = trail(database)
    for method, path, body in changes(world):
        answer = change(outsider, method, path, body)
        assert answer.status_code in {404, 422}, (method, path, answer.text)
        assert MARK not in answer.text
    assert trail(database) == before


@pytest.mark.parametrize("visibility", list(Visibility))
def test_money_is_not_even_there_for_who_may_read_the_event(
    world: World, caller: Callable[..., Caller], database: Database, visibility: Visibility
) -> None:
    with database.transaction() as session:
        session.get_one(Event, world.event_id).visibility = visibility
    outsider = officer_of(caller, world.other)
    before = trail(database)
    for method, path, body in money_changes(world):
        answer = change(outsider, method, path, body)
        assert answer.status_code == 404, (method, path, answer.text)
        assert MARK not in answer.text
    assert trail(database) == before


@pytest.mark.parametrize(("whose", "role", "expected"), [
    ("other", Role.OFFICER, (404, 404, 404)),
    ("mine", Role.VIEWER, (403, 403, 403)),
    ("mine", Role.OFFICER, (201, 200, 403)),
])  # fmt: skip
def test_notes_are_written_by_officers_who_read_the_event_and_deleted_by_their_author(
    world: World, caller: Callable[..., Caller], whose: str, role: Role, expected: tuple[int, ...]
) -> None:
    who = officer_of(caller, getattr(world, whose), role)
    answers = [change(who, method, world.address(path), body) for method, path, body in OF_NOTES]
    assert tuple(one.status_code for one in answers) == expected, [one.text for one in answers]
    assert whose == "mine" or MARK not in "".join(one.text for one in answers)


@pytest.mark.parametrize(("whose", "role", "expected"), [
    ("other", Role.OFFICER, 404),
    ("mine", Role.VIEWER, 403),
    ("mine", Role.OFFICER, 201),
])  # fmt: skip
def test_copies_are_made_by_officers_who_see_all_of_the_event(
    world: World, caller: Callable[..., Caller], database: Database, whose: str, role: Role, expected: int
) -> None:
    who, before = officer_of(caller, getattr(world, whose), role), trail(database)
    for method, path, body in OF_COPIES:
        answer = change(who, method, world.address(path), body)
        assert answer.status_code == expected, answer.text
        assert expected == 201 or MARK not in answer.text
    assert (trail(database) == before) is not (expected == 201)


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize(("whose", "role", "expected"), [
    ("other", Role.OFFICER, {404}),
    ("mine", Role.VIEWER, {403}),
    ("mine", Role.OFFICER, {200, 201, 204}),
])  # fmt: skip
def test_learners_are_changed_by_officers_in_charge_and_not_even_there_for_others(
    world: World,
    caller: Callable[..., Caller],
    database: Database,
    visibility: Visibility,
    whose: str,
    role: Role,
    expected: set[int],
) -> None:
    with database.transaction() as session:
        kind = EventKind.TRAINING_BATCH
        batch = factories.make_event(session, kind=kind, organisation_id=world.mine.id, visibility=visibility).id
        learner = Learner(event_id=batch, name=MARK, stage=LearnerStage.LANGUAGE)
        session.add(learner)
        session.flush()
        ids = {"event_id": batch, "learner_id": learner.id}
    who = officer_of(caller, getattr(world, whose), role)
    before = trail(database)
    for method, path, body in OF_BATCHES:
        answer = change(who, method, path.format(**ids), body)
        assert answer.status_code in expected, (method, path, answer.text)
        assert expected & {200} or MARK not in answer.text
    assert (trail(database) == before) is not bool(expected & {200})


@pytest.mark.parametrize("who", ["owner", "office", "approver"])
def test_those_in_charge_may(world: World, caller: Callable[..., Caller], who: str) -> None:
    """The control."""
    changer = {
        "owner": lambda: officer_of(caller, world.mine),
        "office": lambda: officer_of(caller, world.office),
        "approver": lambda: caller(Role.APPROVER),
    }[who]()
    for method, path, body in [*money_changes(world), *changes(world)]:
        answer = change(changer, method, path, body)
        assert answer.status_code not in {401, 403, 404} or method == "DELETE", (method, path, answer.text)
        assert answer.status_code != 403, (method, path, answer.text)


def test_what_one_made_for_others_stays_in_ones_hands(caller: Callable[..., Caller], world: World) -> None:
    outsider = officer_of(caller, world.other)
    made = outsider.made(
        "/activities",
        {
            "title": {"vi": "Họp"},
            "activity_type": "meeting",
            "host": "hai-duong",
            "first_day": "2027-01-05",
            "last_day": "2027-01-05",
            "organisation_id": world.mine.id,
        },
    )
    assert outsider.patch(f"/activities/{made['id']}", {"title": {"vi": "Họp lại"}}).status_code == 200
    third = officer_of(caller, world.office, Role.VIEWER)
    assert third.get(f"/activities/{made['id']}").status_code == 200


def test_who_a_task_is_for_may_say_it_is_done(world: World, caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, world.event_id)
        task = factories.make_task(session, event, organisation_id=world.other.id)
    outsider = officer_of(caller, world.other)
    path = f"/events/{world.event_id}/tasks/{task.id}"
    refused = outsider.call("PATCH", path, {"title": {"vi": "khác"}}, If_Match="*")
    done = outsider.call("PATCH", path, {"done": True}, If_Match="*")
    assert (refused.status_code, done.status_code) == (403, 200), (refused.text, done.text)


@pytest.mark.both_databases("readers are planned anew by their organisation")
def test_only_an_administrator_names_the_protocol_office(world: World, caller: Callable[..., Caller]) -> None:
    path = f"/organisations/{world.other.id}"
    outsider = officer_of(caller, world.other)
    assert outsider.patch(path, {"protocol_office": True}).status_code == 403
    assert outsider.patch(path, {"protocol_office": False, "email": "so@example.org"}).status_code == 200
    assert outsider.get(f"/events/{world.event_id}").status_code == 404
    assert caller(Role.ADMIN).patch(path, {"protocol_office": True}).status_code == 200
    assert outsider.get(f"/events/{world.event_id}").status_code == 200
    body = {"name": {"vi": "Văn phòng mới"}, "locality": "hai-duong", "protocol_office": True}
    assert officer_of(caller, world.mine).post("/organisations", body).status_code == 403


def trail(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(Audit.id)).all())


# The matrix is whole

SHARED = frozenset(
    {
        "localities", "organisations", "people", "agreements", "commitments", "anniversaries", "office-holidays",
        "observances", "task-templates", "resources", "users", "me", "tokens", "reminder-rules", "feeds", "norms",
        "exchange-rates", "projects", "changes",
        "merges", "hand-overs", "document-templates", "office",
    }
)  # fmt: skip
"""What is nobody's event: of all officers, of administrators, or of the account itself (find_feed, own tokens, undoing
one's own changes: ``tests/service/undo``). Who changes projects is asked in
``tests/service/ledger/test_projects_api.py``."""

LIKE = {"training-batches": "delegations", "art-troupe-visits": "delegations", "activities": "delegations"}
MADE = frozenset({"/delegations", "/events/import"})
"""Making one asks for no right to another; an import that would change one is refused entry by entry."""


OF_APPROVERS = frozenset(
    {
        "/events/{event_id}/accept-changes", "/events/{event_id}/refuse-confirmation",
        "/events/{event_id}/estimate/approve", "/events/{event_id}/estimate/return",
        "/events/{event_id}/estimate/reverse",
    }
)  # fmt: skip
"""An approver may change every event; that it takes one is asked of every role in ``test_requests``."""


OF_KEEPERS = frozenset({"/bookings/{booking_id}/approve", "/bookings/{booking_id}/refuse"})
"""Who keeps a resource answers, not who is in charge of the event: ``tests/service/bookings/test_keepers_api.py``."""


def test_every_change_has_its_place_in_the_matrix(world: World, app: Flask) -> None:
    """An operation that is added and not thought about fails here."""
    asked = {(method, urlsplit(path).path) for method, path, _body in [*changes(world), *money_changes(world)]}
    of_batches = {(method, path) for method, path, _body in [*OF_BATCHES, *OF_NOTES, *OF_COPIES]}
    missing = []
    for method, path, _role in operations(app):
        noun, _slash, rest = path.strip("/").partition("/")
        of_event = "ceremonies/{event_id}" in rest
        path = f"/{LIKE.get(noun, noun)}" + (f"/{rest}" if rest else "")
        if (method, f"/{noun}/{rest}") in of_batches:
            continue
        if of_event:
            path = "/delegations/{event_id}"  # the same two actions
        elif method == "GET" or noun in SHARED or path in MADE | OF_APPROVERS | OF_KEEPERS:
            continue
        path = path.replace("/seen", "/retry")  # the same check
        if (method, world.address(path)) not in asked:
            missing.append((method, path))
    assert missing == []


# Feeds and mails: what their owner may see now


def test_feed_shows_what_its_owner_may_see_now(
    world: World, caller: Callable[..., Caller], client: FlaskClient, database: Database, clock: Clock
) -> None:
    outsider, admin, insider = officer_of(caller, world.other), caller(Role.ADMIN), officer_of(caller, world.mine)
    path = urlsplit(outsider.made("/feeds", {"name": "Lịch"})["url"]).path

    def shown() -> bool:
        clock.move(seconds=1)
        found = MARK.encode() in client.get(path).data
        assert (MARK.encode() in client.get(path).data) is found
        return found

    assert not shown()
    event = f"/events/{world.event_id}"
    task = insider.made(f"{event}/tasks", {"title": {"vi": "Xe"}, "organisation_id": world.other.id})
    assert shown()
    assert insider.call("DELETE", f"{event}/tasks/{task['id']}", If_Match="*").status_code == 204
    assert not shown()
    assert admin.patch(f"/users/{outsider.user_id}", {"organisation_id": world.mine.id}).status_code == 200
    assert shown()
    assert admin.patch(f"/users/{outsider.user_id}", {"organisation_id": world.other.id}).status_code == 200
    assert not shown()
    assert admin.patch(f"/organisations/{world.other.id}", {"protocol_office": True}).status_code == 200
    assert shown()


@pytest.mark.both_databases("rights by members")
def test_member_brings_the_event_to_their_organisation(
    world: World, caller: Callable[..., Caller], client: FlaskClient, clock: Clock
) -> None:
    outsider, office = officer_of(caller, world.other), officer_of(caller, world.office)
    path = urlsplit(outsider.made("/feeds", {"name": "Lịch"})["url"]).path
    assert MARK.encode() not in client.get(path).data
    clock.move(seconds=1)
    assert office.patch(f"/people/{world.ids['person_id']}", {"organisation_id": world.other.id}).status_code == 200
    assert MARK.encode() not in client.get(path).data  # nobody in charge has done anything about the visit
    clock.move(seconds=1)
    members = f"/events/{world.event_id}/members"
    assert office.delete(f"{members}/{world.ids['member_id']}", "*").status_code == 204
    office.made(members, {"person_id": world.ids["person_id"]})
    assert MARK.encode() in client.get(path).data
    assert outsider.get(f"/events/{world.event_id}").status_code == 200


@pytest.mark.both_databases("rights as a condition")
def test_weekly_schedule_tells_what_its_reader_may_see(
    world: World, database: Database, settings: Settings, clock: Clock
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, world.event_id)
        event.status, due = EventStatus.PLANNED, clock.now
        event.first_day = event.last_day = clock.now.date()
        readers = {
            is_insider: factories.make_user(session, organisation_id=organisation.id)
            for is_insider, organisation in ((True, world.mine), (False, world.other))
        }
        writer = OfficeMailWriter(settings.office, settings.secret_key)
        for is_insider, user in readers.items():
            letter: Any = writer.write(session, ReminderPurpose.WEEKLY, user.email, due, clock.now)
            assert (MARK in repr(letter)) is is_insider
        assert permissions.reader(session) is None  # nobody's eyes are left behind


def test_public_events_are_everybodys(world: World, caller: Callable[..., Caller], database: Database) -> None:
    outsider = officer_of(caller, world.other, Role.VIEWER)
    assert outsider.get(f"/events/{world.event_id}").status_code == 404
    with database.transaction() as session:
        session.get_one(Event, world.event_id).visibility = Visibility.PUBLIC
    assert outsider.get(f"/events/{world.event_id}").status_code == 200
