"""/gifts: entered, listed, measured by norms; who reads and changes them; what stays of them without their event."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from models.accounts import Audit
from models.agreements import Anniversary
from models.database import Database
from models.estimates import Estimate
from models.norms import Norm
from models.places import Locality
from models.vocabulary import (
    EventKind,
    EventStatus,
    GuestClass,
    KnownTo,
    Language,
    MemberRole,
    NormItem,
    NormRole,
    NormUnit,
    Role,
    Side,
    Visibility,
)
from tests import factories
from tests.service.conftest import Caller
from tests.service.web.test_pages import count_queries

pytestmark = pytest.mark.both_databases("sums of text and days, outer joins, JSON, foreign keys that set NULL")

HD, VC = "hai-duong", "vientiane-province"
PICTURE = {
    "given_by": HD,
    "given_to": VC,
    "kind": "goods",
    "description": {"vi": "Tranh thêu chùa Côn Sơn", "lo": "ຮູບປັກ", "en": "Embroidered picture"},
    "quantity": "1",
    "unit": "bức",
    "value": {"amount": "2000000", "currency": "VND"},
    "received_on": "2024-03-07",
}


def make_visit(database: Database, **values: Any) -> dict[str, str]:
    """A visit with a head and a member of the guests and a head of the hosts; their ids and the event's."""
    with database.transaction() as session:
        event = factories.make_event(session, **values)
        found = {"event": event.id}
        for name, role, side in (
            ("head", MemberRole.HEAD, Side.GUEST),
            ("member", MemberRole.INTERPRETER, Side.GUEST),
            ("host", MemberRole.HEAD, Side.HOST),
        ):
            person = factories.make_person(session, name=name)
            factories.make_member(session, event, person, role=role, side=side)
            found[name] = person.id
        return found


def decide_class(database: Database, event_id: str, guest_class: GuestClass = GuestClass.B) -> None:
    with database.transaction() as session:
        session.add(Estimate(event_id=event_id, guest_class=guest_class, class_decided_by="Chủ tịch UBND tỉnh"))


def make_norms(database: Database) -> dict[str, str]:
    """The norms of article 12 for classes A and B: role → id of class B's."""
    with database.transaction() as session:
        made = {}
        for guest_class, role, amount in (
            (GuestClass.A, NormRole.HEAD, 2_600_000),
            (GuestClass.B, NormRole.HEAD, 1_800_000),
            (GuestClass.B, NormRole.SPOUSE, 1_800_000),
            (GuestClass.B, NormRole.MEMBER, 1_000_000),
        ):
            norm = Norm(
                act="Thông tư 35/2026/TT-BTC",
                article="12",
                valid_from=date(2026, 5, 18),
                guest_class=guest_class,
                role=role,
                item=NormItem.GIFT,
                unit=NormUnit.PERSON,
                amount=amount,
                verified=True,
            )
            session.add(norm)
            if guest_class is GuestClass.B:
                made[role.value] = norm.id
        return made


@pytest.fixture
def officer(caller: Callable[..., Caller]) -> Caller:
    """An officer of the protocol office who reads English."""
    return caller(Role.OFFICER, locale=Language.EN)


@pytest.fixture
def merged(database: Database) -> None:
    """Hải Dương went into Hải Phòng on 1 July 2025."""
    with database.transaction() as session:
        place = session.get_one(Locality, HD)
        place.successor, place.succeeded_on = "hai-phong", date(2025, 7, 1)


def codes(gift: Any) -> list[str]:
    return [one["code"] for one in gift["warnings"]]


def test_a_gift_is_entered_read_changed_and_deleted(officer: Caller, database: Database) -> None:
    made = officer.made("/gifts", PICTURE | {"occasion": {"vi": "Thăm và làm việc"}, "source": "Báo Hải Dương"})
    assert {name: made[name] for name in PICTURE} == PICTURE
    assert (made["year"], made["is_planned"], made["event_id"], made["norm_id"], made["over_norm"]) == (
        2024,
        False,
        None,
        None,
        None,
    )
    path = f"/gifts/{made['id']}"
    assert officer.get(path).json == made
    changed = officer.patch(path, {"quantity": "2.5", "value": None, "received_on": "2024-03"}).json
    assert (changed["quantity"], changed["value"], changed["received_on"]) == ("2.5", None, "2024-03")
    stale = officer.patch(path, {"unit": "bộ"}, etag='"0"')
    assert stale.status_code == 412
    assert officer.call("PATCH", path, {"unit": "bộ"}).status_code == 428
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404
    with database.transaction() as session:
        trail = session.exec(select(Audit).where(Audit.entity == "gift")).all()
    assert [one.action for one in trail] == ["create", "change", "delete"]
    assert trail[1].changes["value"] == {"from": 2000000, "to": None}


def test_a_repeated_post_makes_one(officer: Caller) -> None:
    first, second = (officer.post("/gifts", PICTURE, Idempotency_Key="once") for _ in range(2))
    assert first.json == second.json
    assert len(officer.get("/gifts").json) == 1


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"given_to": HD}, "given_to", "the same locality"),
        ({"given_to": "hai-phong"}, "given_to", "the same locality"),
        ({"given_to": "nowhere"}, "given_to", "There is no"),
        ({"kind": "money", "value": None}, "value", "how much money"),
        ({"value": {"amount": "0", "currency": "VND"}}, "value", "Leave this empty"),
        ({"value": {"amount": "1.5", "currency": "VND"}}, "value", "decimal places"),
        ({"value": 2000000}, "value", ""),
        ({"quantity": "0"}, "quantity", "Leave this empty"),
        ({"quantity": 1.5}, "quantity", "Not a quantity"),
        ({"received_on": "2024-13"}, "received_on", "Not a day"),
        ({"received_on": "2027", "is_planned": False}, "received_on", "still to come"),
        ({"received_on": "2026-12", "is_planned": False}, "received_on", "still to come"),
        ({"kind": "promise"}, "kind", "Must be one of"),
        ({"giver_id": "01HHHHHHHHHHHHHHHHHHHHHHHH"}, "giver_id", "There is no organisation"),
        ({"receiver_person_id": "01HHHHHHHHHHHHHHHHHHHHHHHH"}, "receiver_person_id", "There is no person"),
        ({"event_id": "01HHHHHHHHHHHHHHHHHHHHHHHH"}, "event_id", "There is no event"),
        ({"norm_id": "01HHHHHHHHHHHHHHHHHHHHHHHH"}, "norm_id", "There is no norm"),
        ({"description": {"lo": "ຮູບ"}}, "description", "Vietnamese (vi) or English (en)"),
        ({"office": "hai-duong"}, "office", "Unknown field"),
        ({"over_norm": None}, "over_norm", "Unknown field"),
    ],
)
def test_a_refusal_names_the_field(
    officer: Caller, merged: None, change: dict[str, Any], field: str, sentence: str
) -> None:
    answer = officer.post("/gifts", PICTURE | change)
    assert answer.status_code == 422
    (path,) = [name for name in answer.json["errors"] if name.split(".")[0] == field] or [""]
    assert sentence in str(answer.json["errors"].get(path))


def test_norms_that_are_not_of_gifts_or_do_not_hold_are_refused(officer: Caller, database: Database) -> None:
    norms = make_norms(database)
    with database.transaction() as session:
        meal = Norm(
            act="x", valid_from=date(2026, 5, 18), item=NormItem.MEALS, unit=NormUnit.PERSON_DAY, amount=2_000_000
        )
        session.add(meal)
        meal_id = meal.id
    answer = officer.post("/gifts", PICTURE | {"norm_id": meal_id})
    assert "not about gifts" in answer.json["errors"]["norm_id"][0]
    answer = officer.post("/gifts", PICTURE | {"norm_id": norms["head"]})
    assert "does not hold on the day" in answer.json["errors"]["norm_id"][0]


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ({"given_by": HD}, (HD, VC)),
        ({"given_to": HD}, (VC, HD)),
        ({"giver_id": "body"}, (VC, HD)),
        ({"receiver_id": "body"}, (HD, VC)),
        ({"receiver_person_id": "head"}, (HD, VC)),
        ({"receiver_person_id": "host"}, (VC, HD)),
    ],
)
def test_giver_and_receiver_follow_from_the_event(
    officer: Caller, database: Database, said: dict[str, str], given: tuple[str, str]
) -> None:
    visit = make_visit(database)
    with database.transaction() as session:
        visit["body"] = factories.make_organisation(session, locality=VC).id
    named = {name: visit.get(value, value) for name, value in said.items()}
    body = {"event_id": visit["event"], "kind": "goods", "description": {"vi": "Quà"}} | named
    made = officer.made("/gifts", body)
    assert (made["given_by"], made["given_to"]) == given
    assert made["is_planned"], "the visit is still to come"
    assert made["year"] == 2026


def test_without_anything_that_tells_giver_and_receiver_are_asked_for(officer: Caller, database: Database) -> None:
    body = {"event_id": make_visit(database)["event"], "kind": "goods", "description": {"vi": "Quà"}}
    assert set(officer.post("/gifts", body).json["errors"]) == {"given_by", "given_to"}


def test_the_norm_of_class_and_role_is_proposed_and_measured_by(officer: Caller, database: Database) -> None:
    norms, visit = make_norms(database), make_visit(database)
    body = PICTURE | {"event_id": visit["event"], "received_on": None, "receiver_person_id": visit["head"]}
    gift = officer.made("/gifts", body)
    assert (gift["norm_id"], gift["over_norm"], codes(gift)) == (None, None, ["guest_class_unknown"])
    decide_class(database, visit["event"])
    path = f"/gifts/{gift['id']}"
    gift = officer.get(path).json
    assert (gift["norm_id"], codes(gift)) == (norms["head"], ["gift_over_norm"])
    assert gift["over_norm"] == {"amount": "200000", "currency": "VND"}
    gift = officer.patch(path, {"receiver_person_id": visit["member"]}).json
    assert (gift["norm_id"], gift["over_norm"]["amount"]) == (norms["member"], "1000000")
    # What people choose goes before what is proposed; of several receivers each counts.
    gift = officer.patch(path, {"norm_id": norms["spouse"], "receiver_person_id": None, "quantity": "2"}).json
    assert (gift["norm_id"], gift["over_norm"]) == (norms["spouse"], None)
    gift = officer.patch(path, {"quantity": None}).json
    assert gift["over_norm"] is None, "how many is not known, nor what is allowed for them"
    gift = officer.patch(path, {"quantity": "1", "value": {"amount": "99.50", "currency": "USD"}}).json
    assert gift["over_norm"] is None, "dollars are not measured in dong"


def test_what_the_other_side_gives_has_no_norm_and_somebody_keeps_it(officer: Caller, database: Database) -> None:
    make_norms(database)
    visit = make_visit(database, first_day=date(2026, 9, 1), last_day=date(2026, 9, 3), status=EventStatus.COMPLETED)
    decide_class(database, visit["event"])
    body = PICTURE | {"given_by": VC, "given_to": HD, "event_id": visit["event"], "received_on": "2026-09-02"}
    gift = officer.made("/gifts", body | {"receiver_person_id": visit["host"]})
    assert (gift["norm_id"], codes(gift)) == (None, ["keeper_unknown"])
    gift = officer.patch(f"/gifts/{gift['id']}", {"kept_by": "Nhà truyền thống", "receipt": "BB 12/2026"}).json
    assert codes(gift) == []


@pytest.mark.parametrize(("year", "warned"), [(2027, ["gift_not_allowed"]), (2024, [])])
def test_a_ceremony_in_a_year_without_gifts_is_warned_of(
    officer: Caller, database: Database, year: int, warned: list[str]
) -> None:
    with database.transaction() as session:
        anniversary = Anniversary(title={"vi": "Ngày hợp tác"}, origin="1984", parties=[HD, VC])
        session.add(anniversary)
        session.flush()
        event = factories.make_event(
            session,
            kind=EventKind.ANNIVERSARY,
            anniversary_id=anniversary.id,
            year=year,
            ordinal=year - 1984,
            first_day=date(year, 11, 14),
            status=EventStatus.DRAFT,
        )
        event_id = event.id
    gift = officer.made("/gifts", PICTURE | {"event_id": event_id, "received_on": None})
    assert codes(gift) == warned


def test_lists_are_narrowed_by_side_year_agreement_and_words(officer: Caller, merged: None, database: Database) -> None:
    visit = make_visit(database, first_day=date(2026, 12, 30), last_day=date(2027, 1, 2))
    agreement = officer.made(
        "/agreements",
        {
            "title": {"vi": "Thỏa thuận 2024–2028"},
            "parties": [HD, VC],
            "starts_on": "2024-09-18",
            "ends_on": "2028-12-31",
        },
    )
    gifts = {
        name: officer.made("/gifts", PICTURE | change)["id"]
        for name, change in {
            "old": {"received_on": "2008"},
            "day before": {"received_on": "2024-09-17"},
            "month": {"received_on": "2024-09"},
            "year": {"received_on": "2028"},
            "theirs": {"received_on": "2026-01-05", "given_by": VC, "given_to": "hai-phong"},
            "visit": {"received_on": None, "event_id": visit["event"]},
            "unknown": {"received_on": None, "description": {"vi": "Máy vi tính"}},
            "money": {"received_on": "2025", "kind": "money"},
            "others": {"received_on": "2025", "given_by": "vietnam", "given_to": "laos"},
        }.items()
    }
    names = {identity: name for name, identity in gifts.items()}

    def found(query: str) -> list[str]:
        return [names[one["id"]] for one in officer.get(f"/gifts?{query}").json]

    assert found("")[:2] == ["year", "visit"]
    assert found("")[-1] == "unknown"
    assert sorted(found(f"given_by={VC}")) == ["theirs"]
    assert found("given_to=hai-duong") == ["theirs"], "Hải Phòng carries on what Hải Dương was"
    assert sorted(found("year=2024")) == ["day before", "month"]
    assert sorted(found("year=2026")) == ["theirs", "visit"]
    assert sorted(found("from_year=2026&to_year=2028")) == ["theirs", "visit", "year"]
    assert sorted(found(f"agreement_id={agreement['id']}")) == ["money", "month", "theirs", "visit", "year"]
    assert found(f"event_id={visit['event']}") == ["visit"]
    assert found("kind=money") == ["money"]
    assert found("is_planned=true") == ["year", "visit"]
    assert found("q=may+vi") == ["unknown"]
    assert officer.get("/gifts?from_year=2028&to_year=2026").status_code == 422
    assert officer.get("/gifts?side=host").status_code == 422


def test_a_list_takes_as_many_queries_for_three_as_for_one(officer: Caller, database: Database) -> None:
    make_norms(database)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            visit = make_visit(database)
            decide_class(database, visit["event"])
            body = PICTURE | {"event_id": visit["event"], "received_on": None, "receiver_person_id": visit["head"]}
            officer.made("/gifts", body)
        counts.append(count_queries(database, lambda: officer.get("/gifts")))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("status", EventStatus)
def test_a_gift_is_planned_until_its_visit_is_held_unless_somebody_says(
    officer: Caller, database: Database, status: EventStatus
) -> None:
    visit = make_visit(database, status=status, first_day=date(2026, 11, 1))
    body = PICTURE | {"event_id": visit["event"], "received_on": None}
    is_held = status in {EventStatus.CONFIRMED, EventStatus.ONGOING, EventStatus.COMPLETED}
    assert officer.made("/gifts", body)["is_planned"] is not is_held
    assert officer.made("/gifts", body | {"received_on": "2026-10-31"})["is_planned"] is False
    for said in (True, False):
        assert officer.made("/gifts", body | {"is_planned": said})["is_planned"] is said


def test_a_gift_outlives_its_event_and_keeps_its_year(caller: Callable[..., Caller], database: Database) -> None:
    officer = caller(Role.OFFICER)
    with database.transaction() as session:
        body = factories.make_organisation(session).id
    table = [
        ({"first_day": date(2026, 12, 2)}, {}, "2026-12-02"),
        ({"first_day": date(2026, 12, 2), "last_day": date(2026, 12, 4)}, {}, "2026-12"),
        ({"first_day": date(2026, 11, 29), "last_day": date(2026, 12, 4)}, {}, "2026"),
        ({"first_day": date(2026, 12, 30), "last_day": date(2027, 1, 4)}, {}, "2026"),
        ({"first_day": date(2026, 12, 2)}, {"received_on": "2026-10-30"}, "2026-10-30"),
        ({"first_day": date(2026, 11, 2), "status": EventStatus.CANCELLED}, {"is_planned": False}, None),
        (
            {
                "first_day": date(2008, 1, 1),
                "last_day": date(2008, 12, 31),
                "known_to": KnownTo.YEAR,
                "status": EventStatus.COMPLETED,
            },
            {},
            "2008",
        ),
        (
            {
                "first_day": date(1984, 1, 1),
                "last_day": date(2009, 12, 31),
                "known_to": KnownTo.YEAR,
                "status": EventStatus.COMPLETED,
            },
            {},
            None,
        ),
    ]
    for values, change, expected in table:
        visit = make_visit(database, **({"status": EventStatus.DRAFT, "organisation_id": body} | values))
        gift = officer.made("/gifts", PICTURE | {"event_id": visit["event"], "received_on": None} | change)
        assert gift["organisation_id"] == body
        year = gift["year"]
        listed = [one["id"] for one in officer.get(f"/gifts?year={values['first_day'].year}").json]
        assert (gift["id"] in listed) is (year is not None)
        assert officer.delete(f"/delegations/{visit['event']}").status_code == 204
        left = officer.get(f"/gifts/{gift['id']}").json
        year = year if expected else None
        assert (left["event_id"], left["received_on"], left["year"]) == (None, expected, year)
        assert left["organisation_id"] == body, "it stays with those who were in charge"


def test_who_reads_and_changes_what(caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        bodies = {name: factories.make_organisation(session, name={"vi": name}).id for name in ("A", "B")}
        events = {
            visibility: factories.make_event(session, organisation_id=bodies["A"], visibility=visibility).id
            for visibility in Visibility
        }
    a, b = (caller(Role.OFFICER, organisation_id=one) for one in bodies.values())
    office, viewer = caller(Role.OFFICER), caller(Role.VIEWER)
    for event_id in events.values():
        gift = a.made("/gifts", PICTURE | {"event_id": event_id, "received_on": None})
        path = f"/gifts/{gift['id']}"
        assert gift["organisation_id"] == bodies["A"]
        assert viewer.get(path).status_code == 403
        for method in ("GET", "PATCH", "DELETE"):
            assert b.call(method, path, {} if method == "PATCH" else None, If_Match="*").status_code == 404
        assert b.get("/gifts").json == []
        assert b.get(f"/gifts?event_id={event_id}").json == []
        assert office.patch(path, {"unit": "bộ"}).status_code == 200
        assert a.patch(path, {"unit": "chiếc"}).status_code == 200
    hidden = b.post("/gifts", PICTURE | {"event_id": events[Visibility.INTERNAL]})
    never = b.post("/gifts", PICTURE | {"event_id": "01HHHHHHHHHHHHHHHHHHHHHHHH"})
    assert (hidden.status_code, list(hidden.json["errors"])) == (422, ["event_id"])
    assert (never.status_code, list(never.json["errors"])) == (422, ["event_id"])
    seen = b.post("/gifts", PICTURE | {"event_id": events[Visibility.PUBLIC]})
    assert (seen.status_code, seen.json["code"]) == (403, "not_in_charge")
    # The history of a public event is read by its whole office, what it gave is not.
    history = f"/events/{events[Visibility.PUBLIC]}/history"
    assert "gift" in {one["entity"] for one in a.get(history).json}
    assert "gift" not in {one["entity"] for one in b.get(history).json}
    # Without an event: one's own body's, and the office all of them.
    own = b.made("/gifts", PICTURE)
    path = f"/gifts/{own['id']}"
    assert own["organisation_id"] == bodies["B"]
    assert a.get(path).status_code == 404
    assert office.patch(path, {"unit": "bộ"}).status_code == 200
    theirs = office.made("/gifts", PICTURE)
    assert theirs["organisation_id"] is None
    assert b.get(f"/gifts/{theirs['id']}").status_code == 404
    # Nobody moves a gift to an event of others, nor takes one from them.
    moved = b.patch(path, {"event_id": events[Visibility.PUBLIC]})
    assert (moved.status_code, moved.json["code"]) == (403, "not_in_charge")
    assert b.patch(path, {"event_id": events[Visibility.INTERNAL]}).status_code == 422


def test_the_list_as_a_file(officer: Caller) -> None:
    officer.made("/gifts", PICTURE)
    answer = officer.get("/gifts?format=csv&locale=vi")
    head, row = (one.split(";") for one in answer.text.lstrip("\ufeff").splitlines()[:2])
    cells = dict(zip(head, row, strict=True))
    said = {"Bên tặng": "Hải Dương", "Số lượng": "1", "Giá trị": "2000000", "Hiện vật hay tiền": "Hiện vật"}
    assert {name: cells[name] for name in said} == said
    assert "Tranh thêu chùa Côn Sơn" in row
    assert not [name for name in head if name == name.lower() and "_" not in name and name.isascii()], "all are named"


def test_the_paper_holds_gifts_for_who_reads_money(caller: Callable[..., Caller], database: Database) -> None:
    """Others of the office make the list with room to fill in, and never read a kept one that is filled in."""
    with database.transaction() as session:
        bodies = [factories.make_organisation(session).id for _ in range(2)]
    visit = make_visit(database, organisation_id=bodies[0], visibility=Visibility.PUBLIC)
    own, other = (caller(Role.OFFICER, organisation_id=one) for one in bodies)
    viewer = caller(Role.VIEWER, organisation_id=bodies[0])
    body = PICTURE | {"event_id": visit["event"], "received_on": None, "receiver_person_id": visit["head"]}
    own.made("/gifts", body)
    path = f"/events/{visit['event']}/documents/gifts.xlsx?language=vi"
    for who, is_filled in ((own, True), (other, False), (viewer, False)):
        answer = who.get(path)
        assert answer.status_code == 200
        written = str(CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python())
        assert ("2.000.000 VND" in written) is is_filled
        assert ("Tranh thêu" in written) is is_filled
        assert "head" in written
    kept = own.made(f"/events/{visit['event']}/documents", {"kind": "gifts", "language": "vi"})
    assert own.get(f"/documents/{kept['id']}").status_code == 200
    assert other.get(f"/documents/{kept['id']}").status_code == 404
    sent = own.post(f"/documents/{kept['id']}/send", {"to": [visit["head"]]})
    assert (sent.status_code, sent.json["code"]) == (409, "not_mailed")


def test_a_merge_of_people_and_bodies_carries_their_gifts_and_brings_them_back(
    caller: Callable[..., Caller], database: Database
) -> None:
    approver = caller(Role.APPROVER)
    with database.transaction() as session:
        double, stays = (factories.make_person(session, name="Vongsa Somchit").id for _ in range(2))
        old, new = (factories.make_organisation(session).id for _ in range(2))
    of_body = approver.made("/gifts", PICTURE | {"giver_id": old})["id"]
    of_person = approver.made("/gifts", PICTURE | {"receiver_person_id": double})["id"]

    def now() -> tuple[str, str]:
        return (
            approver.get(f"/gifts/{of_body}").json["giver_id"],
            approver.get(f"/gifts/{of_person}").json["receiver_person_id"],
        )

    merged = [
        approver.post(f"/people/{double}/merge", {"into": stays}).json,
        approver.post(f"/organisations/{old}/merge", {"into": new}).json,
    ]
    assert now() == (new, stays)
    for one in merged:
        assert approver.post(f"/merges/{one['id']}/undo").status_code == 200
    assert now() == (old, double)
