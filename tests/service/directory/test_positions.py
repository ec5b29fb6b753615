"""Terms of office over the API: today's follows the clock, changes keep what was, and no event opens by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import col, select

from models.accounts import Audit
from models.database import Database
from models.event_parts import Member
from models.office import Office
from models.places import Person, Position
from models.vocabulary import Role, Visibility
from service.actions.context import ActionContext
from service.actions.directory import directory, positions
from service.actions.directory.day_settling import SettlingQueue
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("joins of terms and people, JSON compared with JSON")


@pytest.fixture
def bodies(app: Flask, database: Database) -> dict[str, str]:
    """Two bodies without accounts."""
    with database.transaction() as session:
        made = {name: factories.make_organisation(session, name={"vi": name}) for name in ("Sở", "Đảng ủy")}
        return {name: one.id for name, one in made.items()}


def term(organisation_id: str | None, title: str, precedence: int, *days: str | None) -> dict[str, Any]:
    first, last = days or (None, None)
    text = {"vi": title} if title else None
    own = {"organisation_id": organisation_id, "title": text, "precedence": precedence}
    return own | {"starts_on": first, "ends_on": last}


def today_of(person: Any) -> tuple[Any, ...]:
    return person["organisation_id"], (person["position"] or {}).get("vi"), person["precedence"]


def test_what_a_person_is_today_is_a_term_whose_days_are_not_known(admin: Caller, bodies: dict[str, str]) -> None:
    so = bodies["Sở"]
    made = admin.made("/people", {"name": "Lan", "organisation_id": so, "position": {"vi": "Chuyên viên"}})
    assert made["positions"] == [term(so, "Chuyên viên", 100)]
    assert admin.made("/people", {"name": "Minh"})["positions"] == []
    path = f"/people/{made['id']}"
    changed = admin.patch(path, {"precedence": 30, "position": {"vi": "Trưởng phòng"}}).json
    assert changed["positions"] == [term(so, "Trưởng phòng", 30)]
    assert admin.patch(path, {"position": None, "organisation_id": None, "precedence": 100}).json["positions"] == []


def test_as_of_ends_the_position_the_day_before_and_begins_another(
    admin: Caller, bodies: dict[str, str], clock: Clock
) -> None:
    so, today = bodies["Sở"], clock.now.date()
    first, before = str(today + timedelta(days=3)), str(today + timedelta(days=2))
    path = "/people/" + admin.made("/people", {"name": "Lan", "organisation_id": so, "precedence": 40})["id"]
    planned = admin.patch(path, {"position": {"vi": "Giám đốc"}, "precedence": 20, "as_of": first}).json
    assert today_of(planned) == (so, None, 40)
    assert planned["positions"] == [term(so, "", 40, None, before), term(so, "Giám đốc", 20, first, None)]
    clock.move(days=2)
    assert today_of(admin.get(path).json) == (so, None, 40)
    clock.move(days=1)
    assert today_of(admin.get(path).json) == (so, "Giám đốc", 20)
    # A day that is over may be given too; not one before the position of today.
    told = admin.patch(path, {"precedence": 10, "as_of": first})
    assert (told.status_code, set(told.json["errors"])) == (422, {"as_of"})
    assert first in told.json["errors"]["as_of"][0]
    assert admin.patch(path, {"as_of": str(today)}).json["errors"].keys() == {"as_of"}


WALK = [(-1, "nobody"), (0, "Sở"), (3, "Sở"), (4, "both"), (6, "both"), (7, "Sở"), (9, "Sở"), (10, "nobody")]
"""Day from the first of the term at the department; the Party's term is the days 4 to 6, of higher precedence."""


def test_a_term_begins_and_ends_with_the_day_without_anybodys_click(
    admin: Caller, bodies: dict[str, str], clock: Clock, settings: Settings
) -> None:
    zone = settings.office.timezone
    day = clock.now.date() + timedelta(days=10)
    department = term(bodies["Sở"], "Giám đốc", 30, str(day), str(day + timedelta(days=9)))
    party = term(bodies["Đảng ủy"], "Bí thư", 10, str(day + timedelta(days=4)), str(day + timedelta(days=6)))
    made = admin.made("/people", {"name": "Lan", "positions": [party, department]})
    assert made["positions"] == [department, party]
    assert zone == "Asia/Ho_Chi_Minh"
    expected = {
        "nobody": (None, None, 100),
        "Sở": (bodies["Sở"], "Giám đốc", 30),
        "both": (bodies["Đảng ủy"], "Bí thư", 10),
    }
    for distance, what in WALK:
        on = day + timedelta(days=distance)
        for hour, minute in ((0, 0), (23, 59)):
            clock.now = datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC) - timedelta(hours=7)
            found = admin.get(f"/people/{made['id']}").json
            assert today_of(found) == expected[what], (distance, hour)
            listed = admin.get(f"/people?organisation_id={found['organisation_id'] or bodies['Sở']}").json
            assert [one["id"] for one in listed] == ([made["id"]] if what != "nobody" else [])
    assert found["positions"] == [department, party], "what was stays known"


def test_the_worker_settles_a_day_once(
    app: Flask, database: Database, bodies: dict[str, str], clock: Clock, settings: Settings
) -> None:
    office: Office = settings.office
    today = clock.now.date()
    with database.transaction() as session:
        act = ActionContext(None, clock.now, office)
        ending = {"organisation_id": bodies["Sở"], "title": None, "precedence": 5, "starts_on": None, "ends_on": today}
        person = directory.create_person(session, act, {"name": "Lan", "positions": [ending]})
        identity = person.id
    queue = SettlingQueue(office, clock)
    with database.transaction(write=False) as session:
        assert not queue.is_waiting(session)
    clock.move(days=1)
    with database.transaction(write=False) as session:
        assert queue.is_waiting(session)
    with database.transaction() as session:
        assert queue.plan_batch(session, clock.now)
        assert not queue.plan_batch(session, clock.now)
        person = session.get_one(Person, identity)
        assert (person.organisation_id, person.precedence) == (None, 100)
        rows = session.exec(
            select(Audit).where(Audit.entity == "person", Audit.entity_id == identity, col(Audit.action) == "change")
        ).all()
        assert [(row.actor_name, set(row.changes)) for row in rows] == [("desk", {"organisation_id", "precedence"})]
        assert positions.settle(session, ActionContext(None, clock.now, office)) == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"positions": [term("nowhere", "x", 1)]}, "positions.0.organisation_id"),
        ({"positions": [term(None, "x", 1, "2026-02-01", "2026-01-31")]}, "positions.0.ends_on"),
        ({"positions": [term(None, "x", 0)]}, "positions.0.precedence"),
        ({"positions": [term(None, "x", 1)], "position": {"vi": "y"}}, "position"),
        ({"positions": [term(None, "x", 1)], "as_of": "2026-01-01"}, "as_of"),
        ({"name_lo": "Khamphan"}, "name_lo"),
        ({"name_latin": "ຄຳພັນ"}, "name_latin"),
    ],
)
def test_a_refusal_names_the_field(admin: Caller, body: dict[str, Any], field: str) -> None:
    path = "/people/" + admin.made("/people", {"name": "Lan", "precedence": 7})["id"]
    answer = admin.patch(path, body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field})


def test_what_a_body_repeats_is_no_wish(admin: Caller, bodies: dict[str, str]) -> None:
    """A client that sends back all it read, with one value changed, changes that value."""
    path = "/people/" + admin.made("/people", {"name": "Lan", "organisation_id": bodies["Sở"], "precedence": 7})["id"]
    whole = {
        name: value for name, value in admin.get(path).json.items() if name not in {"id", "created_at", "updated_at"}
    }
    changed = admin.patch(path, whole | {"precedence": 8}).json
    assert changed["positions"] == [term(bodies["Sở"], "", 8)]
    listed = admin.patch(path, whole | {"precedence": 8, "positions": [term(bodies["Sở"], "Bí thư", 8)]}).json
    assert today_of(listed) == (bodies["Sở"], "Bí thư", 8)


def test_names_are_kept_as_they_are_written(admin: Caller) -> None:
    wish = {"name": "Khăm Phăn", "name_lo": "ຄຳພັນ", "name_latin": "Khamphan d'Étoile", "honorific": "Ông"}
    made = admin.made("/people", wish)
    assert (made["name"], made["name_lo"], made["name_latin"]) == ("Khăm Phăn", "ຄຳພັນ", "KHAMPHAN D'ÉTOILE")
    assert made["honorific"] == {"vi": "Ông"}
    for words in ("kham phan", "ຄຳພັນ", "khamphan", "etoile"):
        assert [one["id"] for one in admin.get(f"/people?q={words}").json] == [made["id"]], words


class TestRights:
    """Positions decide whose somebody is: they are changed by whoever may change that."""

    @pytest.fixture
    def scene(
        self, database: Database, caller: Any, bodies: dict[str, str], clock: Clock
    ) -> tuple[Caller, Caller, dict[str, str]]:
        """Two departments with accounts; a guest without one takes part in the first one's internal event."""
        with database.transaction() as session:
            ours, theirs = (factories.make_organisation(session).id for _ in range(2))
            guest = factories.make_person(session, name="Khách", organisation_id=bodies["Sở"])
            event = factories.make_event(session, organisation_id=ours, visibility=Visibility.INTERNAL)
            factories.make_member(session, event, guest)
            ids = {"ours": ours, "theirs": theirs, "guest": guest.id, "event": event.id}
        return (
            caller(Role.OFFICER, organisation_id=ours),
            caller(Role.OFFICER, organisation_id=theirs),
            ids,
        )

    def test_who_holds_the_words_only_moves_nobody(
        self, scene: tuple[Caller, Caller, dict[str, str]], bodies: dict[str, str], clock: Clock
    ) -> None:
        ours, _theirs, ids = scene
        path, so = f"/people/{ids['guest']}", bodies["Sở"]
        assert ours.patch(path, {"position": {"vi": "Phó Giám đốc"}}).status_code == 200
        tomorrow = str(clock.now.date() + timedelta(days=1))
        for body in (
            {"organisation_id": ids["ours"]},
            {"organisation_id": ids["ours"], "as_of": tomorrow},
            {"positions": [term(so, "", 100, None, tomorrow)]},
            {"positions": [term(so, "", 100), term(ids["ours"], "", 1, tomorrow, None)]},
        ):
            answer = ours.patch(path, body)
            assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge"), body
        assert ours.patch(path, {"positions": [term(so, "Giám đốc", 100)]}).status_code == 200

    def test_nobody_is_put_into_anothers_department_later(
        self, scene: tuple[Caller, Caller, dict[str, str]], admin: Caller, clock: Clock
    ) -> None:
        ours, _theirs, ids = scene
        path = "/people/" + ours.made("/people", {"name": "Lan", "organisation_id": ids["ours"]})["id"]
        tomorrow = str(clock.now.date() + timedelta(days=1))
        for body in (
            {"organisation_id": ids["theirs"], "as_of": tomorrow},
            {"positions": [term(ids["ours"], "", 100), term(ids["theirs"], "", 1, tomorrow, None)]},
        ):
            answer = ours.patch(path, body)
            assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge"), body
            assert set(answer.json["errors"]) == {"positions" if "positions" in body else "organisation_id"}
            assert admin.patch(path, body).status_code == 200
            assert admin.patch(path, {"positions": [term(ids["ours"], "", 100)]}).status_code == 200

    def test_past_terms_make_nobody_ones_own(
        self, scene: tuple[Caller, Caller, dict[str, str]], bodies: dict[str, str], admin: Caller
    ) -> None:
        """Who has no position is kept by the body of the last one: so those that are over are written by whoever may
        change the organisation."""
        ours, _theirs, ids = scene
        over = term(ids["ours"], "", 1, "2000-01-01", "2001-01-01")
        retired = term(bodies["Sở"], "", 100, "1990-01-01", "1999-01-01")
        stays = term(bodies["Sở"], "", 1)
        guests = [
            (admin.made("/people", {"name": "Nobody's"})["id"], [[over], [term(None, "Khách", 100), over]]),
            (admin.made("/people", {"name": "Retired", "positions": [retired]})["id"], [[over], [retired, over], []]),
            (ids["guest"], [[stays, over], [over]]),
        ]
        for person, attempts in guests:
            ours.call("POST", f"/events/{ids['event']}/members", {"person_id": person})
            path = f"/people/{person}"
            before = admin.get(path).json["positions"]
            for listed in attempts:
                answer = ours.patch(path, {"positions": listed})
                assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge"), listed
                assert admin.get(path).json["positions"] == before
            assert ours.patch(path, {"email": "spy@example.org"}).status_code == 403
            assert ours.patch(path, {"name_lo": "ແຂກ"}).status_code == 200
        # What they are called today takes somebody who is retired from nobody.
        assert ours.patch(f"/people/{guests[1][0]}", {"position": {"vi": "Khách"}}).status_code == 403

    def test_past_terms_plant_nobody_elsewhere(
        self,
        scene: tuple[Caller, Caller, dict[str, str]],
        bodies: dict[str, str],
        caller: Any,
        admin: Caller,
        database: Database,
    ) -> None:
        ours, theirs, ids = scene
        with database.transaction() as session:
            abroad = factories.make_organisation(session, locality="vientiane-province").id
        caller(Role.ADMIN, organisation_id=abroad)
        present = term(ids["ours"], "", 100, "2020-01-01", None)
        mine = "/people/" + ours.made("/people", {"name": "Lan", "positions": [present]})["id"]
        for body in (ids["theirs"], abroad):
            past = term(body, "", 1, "2001-01-01", "2002-01-01")
            for listed in ([past], [past, term(ids["ours"], "", 2, "2020-01-01", None)]):
                for answer in (
                    ours.call("POST", "/people", {"name": "Hoa", "email": "spy@example.org", "positions": listed}),
                    ours.patch(mine, {"positions": listed}),
                ):
                    assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge"), listed
                    assert set(answer.json["errors"]) == {"positions"}
        past = term(ids["theirs"], "", 1, "2001-01-01", "2002-01-01")
        # Who oversees the office writes what was; its own people's body sends it back, and may not leave it alone.
        assert admin.patch(mine, {"positions": [past, present]}).status_code == 200
        assert ours.patch(mine, {"positions": [past, present | {"precedence": 7}]}).status_code == 200
        assert ours.patch(mine, {"positions": [past]}).status_code == 403
        elsewhere = term(bodies["Sở"], "", 1, "2001-01-01", "2002-01-01")
        assert ours.call("POST", "/people", {"name": "Hoa", "positions": [elsewhere]}).status_code == 201
        assert theirs.call("POST", "/people", {"name": "Mai", "positions": [past]}).status_code == 201

    def test_a_position_opens_no_event(
        self, scene: tuple[Caller, Caller, dict[str, str]], admin: Caller, clock: Clock, database: Database
    ) -> None:
        """Neither at once, nor when it begins: whose a member is was settled when they were added."""
        _ours, theirs, ids = scene
        event = f"/events/{ids['event']}"
        assert theirs.get(event).status_code == 404
        tomorrow = str(clock.now.date() + timedelta(days=1))
        path = f"/people/{ids['guest']}"
        moved = admin.patch(path, {"organisation_id": ids["theirs"], "position": {"vi": "Mới"}, "as_of": tomorrow})
        assert moved.status_code == 200
        clock.move(days=1)
        assert admin.get(path).json["organisation_id"] == ids["theirs"]
        assert theirs.get(event).status_code == 404
        (member,) = admin.get(f"{event}/members").json
        assert member["organisation_id"] != ids["theirs"]
        assert member["position"] is None
        assert member["person"]["position"] == {"vi": "Mới"}
        with database.transaction() as session:
            session.delete(session.get_one(Member, member["id"]))
        added = admin.made(f"{event}/members", {"person_id": ids["guest"]})
        assert (added["organisation_id"], added["position"]) == (ids["theirs"], {"vi": "Mới"})
        assert theirs.get(event).status_code == 200, "now somebody in charge added one of theirs"

    def test_the_end_of_a_position_makes_nobody_everybodys(
        self, scene: tuple[Caller, Caller, dict[str, str]], clock: Clock
    ) -> None:
        """Who has no position any more is changed by whom they were with, and not by who has them on a visit."""
        ours, theirs, ids = scene
        path = "/people/" + theirs.made("/people", {"name": "Lan", "organisation_id": ids["theirs"]})["id"]
        today = str(clock.now.date())
        ended = theirs.patch(path, {"positions": [term(ids["theirs"], "", 100, None, today)]})
        assert ended.json["organisation_id"] == ids["theirs"]
        clock.move(days=1)
        assert theirs.get(path).json["organisation_id"] is None
        ours.made(f"/events/{ids['event']}/members", {"person_id": path.rsplit("/", 1)[1]})
        refused = ours.patch(path, {"phone": "0912"})
        assert (refused.status_code, refused.json["code"]) == (403, "not_in_charge")
        assert ours.get(f"{path}/particulars").status_code == 404
        assert theirs.patch(path, {"phone": "0912"}).status_code == 200
        assert theirs.get(f"/events/{ids['event']}").status_code == 404, "added as nobody's"

    def test_the_end_of_a_position_brings_nobody_to_another_office(
        self, caller: Any, admin: Caller, database: Database, clock: Clock
    ) -> None:
        with database.transaction() as session:
            abroad = factories.make_organisation(session, locality="vientiane-province").id
        theirs = caller(Role.ADMIN, organisation_id=abroad)
        made = theirs.made("/people", {"name": "Khăm", "organisation_id": abroad, "email": "kham@example.la"})
        path, today = f"/people/{made['id']}", str(clock.now.date())
        assert theirs.patch(path, {"positions": [term(abroad, "", 100, None, today)]}).status_code == 200
        assert admin.get(path).json["email"] is None
        clock.move(days=1)
        assert admin.get(path).json["organisation_id"] is None
        assert admin.get(path).json["email"] is None
        assert theirs.get(path).json["email"] == "kham@example.la"
        assert admin.patch(path, {"phone": "0912"}).status_code == 403
        assert admin.call("PUT", f"{path}/particulars", {"sex": "male"}).status_code == 404


def test_terms_go_with_their_person(admin: Caller, database: Database) -> None:
    made = admin.made("/people", {"name": "Lan", "precedence": 7})
    assert admin.delete(f"/people/{made['id']}").status_code == 204
    with database.transaction(write=False) as session:
        assert session.exec(select(Position)).all() == []
