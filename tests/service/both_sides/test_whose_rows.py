"""An account of one office never changes a row of another: tried with every operation that writes, by API and pages.

Three offices share the installation, and each of two is the default one in turn. What an operation writes is decided
in :mod:`tests.service.both_sides.whose`: one that is added without a decision fails here. Bodies are made from the
document's own schemas, with ids of all offices in them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.database import Database
from models.events import Event
from models.file_store import FileStore
from models.places import Organisation
from models.queries.audience import addresses
from models.queries.offices import Offices
from models.tables import metadata
from models.vocabulary import Role
from service.settings import Settings, load_settings
from tests import factories
from tests.service.both_sides.whose import WHOSE
from tests.service.conftest import Caller
from tests.service.http.test_offices import THINGS
from tests.service.http.test_permissions import FORM, World, change, changes, money_changes, world
from tests.service.imports.test_planted_people import take
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in", "world"]

HOME, THERE, THIRD = "hai-duong", "vientiane-province", "ha-noi"

OF_OFFICES = {
    "rule_id": "/reminder-rules", "template_id": "/task-templates", "holiday_id": "/office-holidays",
    "observance_id": "/observances", "rate_id": "/exchange-rates", "norm_id": "/norms",
}  # fmt: skip
"""What an office has of its own, by the names of its ids in addresses."""

Row = tuple[Any, ...]


@pytest.fixture(params=[HOME, THERE])
def settings(request: pytest.FixtureRequest, settings: Settings, database_url: str) -> Settings:
    """The office whose rows are tried at is the default one, or another."""
    return load_settings(
        {
            "DESK_DATABASE_URL": database_url,
            "DESK_VAR": str(settings.var),
            "DESK_PUBLIC_URL": settings.public_url,
            "DESK_SECRET_KEY": settings.secret_key,
            "DESK_LOCALITY": request.param,
        }
    )


def operations(app: Flask) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Name → method, path below /api/v1 and description, of every operation that writes."""
    document: Any = app.test_client().get("/api/v1/openapi.json").json
    return {
        one["operationId"]: (method.upper(), path.removeprefix("/api/v1"), one)
        for path, item in document["paths"].items()
        for method, one in item.items()
        if method in {"post", "put", "patch", "delete"}
    }


def test_every_operation_that_writes_has_a_decision(app: Flask) -> None:
    assert set(operations(app)) == set(WHOSE)


# Whose a row is


class Owners:
    """Says of every row of the database to which office it belongs; None: to all, or it is the service's own."""

    def __init__(self, database: Database) -> None:
        with database.transaction(write=False) as session:
            self.offices = Offices.load(session)
            self.tables = {
                name: {tuple(row[: len(table.primary_key)]): dict(row._mapping) for row in session.execute(
                    select(*table.primary_key.columns, *(one for one in table.c if one not in set(table.primary_key)))
                )}
                for name, table in metadata.tables.items()
                if name not in {"audit", "ical_fragment", "feed_chunk", "calendar_change", "reminder_attempt",
                                "booking_notice"}
            }  # fmt: skip

    def of(self, name: str, row: Mapping[str, Any]) -> str | None:
        def at(table: str, identity: str | None) -> str | None:
            found = self.tables[table].get((identity,))
            return None if found is None else self.of(table, found)

        if name == "event":
            return self.offices.of(row["organisation_id"])
        if name == "organisation":
            return self.offices.at(row["locality"])
        if name == "person":
            return self.offices.of(row["organisation_id"] or row["former_organisation_id"])
        if name in {"user", "file", "resource", "event_note"} or (row.get("event_id") is None and "office" in row):
            return self.offices.named(row["office"])
        for table in ("event", "person", "user", "resource"):
            if row.get(f"{table}_id") is not None:
                return at(table, row[f"{table}_id"])
        return None

    def held_by(self, office: str) -> dict[tuple[str, Row], Mapping[str, Any]]:
        """The rows of an office: table and key → values."""
        return {
            (name, key): row
            for name, rows in self.tables.items()
            for key, row in rows.items()
            if self.of(name, row) == office
        }


@dataclass
class Stage:
    """An office with rows of every kind, and the accounts of two other offices, each with something of its own."""

    world: World
    database: Database
    office: str
    attackers: list[Caller]
    ids: dict[str, list[str]]

    def rows(self) -> dict[tuple[str, Row], Mapping[str, Any]]:
        return Owners(self.database).held_by(self.office)


@pytest.fixture
def stage(world: World, app: Flask, caller: Callable[..., Caller], database: Database, settings: Settings) -> Stage:
    FileStore(settings.files_folder).open(make=True)
    home = caller(Role.ADMIN, organisation_id=world.mine.id)
    world.ids |= {name: home.made(path, THINGS[path][0])["id"] for name, path in OF_OFFICES.items()}
    world.ids |= {"user_id": home.user_id, "feed_id": home.made("/feeds", {"name": "Lịch"})["id"]}
    world.ids |= {"organisation_id": world.other.id, "code": HOME}
    world.ids["person_id"] = home.made("/people", {"name": "Lê Thị Đào", "organisation_id": world.mine.id})["id"]
    with database.transaction() as session:
        factories.make_locality(session, THIRD)
        bodies = [factories.make_organisation(session, locality=place) for place in (THERE, THIRD)]
        offices = Offices.load(session)
        office = offices.of(world.mine.id)
    attackers = [
        caller(role, organisation_id=body.id) for body in bodies for role in (Role.ADMIN, Role.APPROVER, Role.OFFICER)
    ]
    ids = {name: [value] for name, value in world.ids.items()}
    for name in ("note_id", "link_id", "submission_id", "proposal_id"):
        ids[name] = ["0" * 26]  # others' tests try those of a shared visit
    for boss, body, place in ((attackers[0], bodies[0], THERE), (attackers[3], bodies[1], THIRD)):
        plan = {"title": {"vi": "Đoàn"}, "host": place, "guest": HOME, "first_day": "2027-03-01"}
        event = boss.made("/delegations", plan | {"last_day": "2027-03-02", "organisation_id": body.id})["id"]
        person = boss.made("/people", {"name": "Khamla", "organisation_id": body.id})["id"]
        own = {"event_id": event, "person_id": person, "organisation_id": body.id, "user_id": boss.user_id}
        own["template_id"] = boss.made("/task-templates", THINGS["/task-templates"][0])["id"]
        own["rule_id"] = boss.made("/reminder-rules", THINGS["/reminder-rules"][0])["id"]
        for name, value in own.items():
            ids.setdefault(name, []).append(value)
    return Stage(world, database, office, attackers, ids)


# Bodies


def bodies(
    schema: Any, document: dict[str, Any], ids: Mapping[str, list[str]], name: str = ""
) -> st.SearchStrategy[Any]:
    """What a schema of the document takes, nearly, with ids of all offices in it."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return st.one_of([bodies(one, document, ids, name) for one in schema[several]])
    kinds = schema.get("type", "string")
    kind = next((one for one in (kinds if isinstance(kinds, list) else [kinds]) if one != "null"), "string")
    if "enum" in schema:
        return st.sampled_from([one for one in schema["enum"] if one is not None])
    if kind == "object":
        known = {key: bodies(one, document, ids, key) for key, one in schema.get("properties", {}).items()}
        if not known:
            return st.just({"vi": "Khác"})
        needed = {key: one for key, one in known.items() if key in schema.get("required", ())}
        free = {key: one for key, one in known.items() if key not in needed}
        return st.fixed_dictionaries(needed, optional=free)
    if kind == "array":
        return st.lists(bodies(schema.get("items", {}), document, ids, name.removesuffix("s")), max_size=2)
    if kind in {"integer", "number"}:
        return st.integers(1, 30)
    if kind == "boolean":
        return st.booleans()
    return _texts(name, schema, ids)


def _texts(name: str, schema: Any, ids: Mapping[str, list[str]]) -> st.SearchStrategy[str]:
    everybody = sorted({one for those in ids.values() for one in those})
    if name in ids:
        return st.sampled_from(ids[name])
    if name.endswith("_id") or name in {"into", "to", "id", "bodie", "issued_by", "signed_by"}:
        return st.sampled_from(everybody)
    if schema.get("format") == "date":
        return st.sampled_from(["2026-12-02", "2027-03-01", "2027-03-02"])
    if name in {"host", "guest", "locality", "partie", "party", "payer", "given_by", "given_to", "successor", "parent"}:
        return st.sampled_from([HOME, THERE, THIRD])
    if "email" in name:
        return st.just("spy@evil.example")
    return st.sampled_from(["Khác", "VN", "LA", "10:00", "Asia/Vientiane", "public", "-P7D"])


def paths(path: str, ids: Mapping[str, list[str]], draw: Callable[[st.SearchStrategy[str]], str]) -> str:
    for name, values in ids.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", draw(st.sampled_from(values)))
    return path.replace("{week}", "2027-W14").replace("{year}", "2027")


def tried(who: Caller, method: str, path: str, body: Any) -> int:
    """The status of an attempt; what the document says of its answer is asked elsewhere."""
    answer = change(who, method, path, FORM if method == "POST" and path.endswith("/files") else body)
    assert answer.status_code < 500, (method, path, body, answer.text)
    return answer.status_code


@pytest.mark.both_databases("every statement that writes")
def test_no_operation_changes_a_row_of_another_office(stage: Stage, app: Flask) -> None:
    before, known = stage.rows(), operations(app)
    document: Any = app.test_client().get("/api/v1/openapi.json").json
    done: dict[int, int] = {}
    assert len({name for name, _key in before}) > 20  # of every kind there is something to change

    count = 200 if stage.database.is_sqlite else 60
    checks = list(HealthCheck)

    @hypothesis_settings(
        max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=checks
    )
    @given(st.data())
    def attempt(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(known)))
        method, path, operation = known[name]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = data.draw(bodies(content["schema"], document, stage.ids)) if content else None
        who = data.draw(st.sampled_from(stage.attackers))
        status = tried(who, method, paths(path, stage.ids, data.draw), body)
        done[status // 100] = done.get(status // 100, 0) + 1
        assert status >= 400 or stage.rows() == before, name

    attempt()
    assert stage.rows() == before  # what was refused wrote nothing either
    assert done[2] >= 1  # some of it was done, to their own
    assert done[4] > 30


def test_nor_the_same_with_what_would_be_right(stage: Stage, app: Flask) -> None:
    """Bodies that those in charge would send."""
    before, known = stage.rows(), operations(app)
    for who in (stage.attackers[0], stage.attackers[3], stage.attackers[5]):
        for method, path, body in [*changes(stage.world), *money_changes(stage.world)]:
            assert method == "GET" or tried(who, method, path, body) >= 400, (method, path)
        for name, path in OF_OFFICES.items():
            assert tried(who, "PATCH", f"{path}/{stage.world.ids[name]}", THINGS[path][1]) in {403, 404}, path
        for method, path, _operation in known.values():
            if "{" in path and not path.startswith(("/agreements", "/anniversaries", "/commitments", "/localities")):
                tried(who, method, stage.world.address(path), {})
        assert stage.rows() == before


def test_what_those_of_the_office_do_is_seen(stage: Stage, caller: Callable[..., Caller]) -> None:
    """The control of the comparison: each kind of row is seen to change."""
    home = caller(Role.ADMIN, organisation_id=stage.world.mine.id)
    event, before = stage.world.event_id, stage.rows()
    kinds: set[str] = set()
    for method, path, body in (
        ("PATCH", f"/delegations/{event}", {"headcount": 5}),
        ("PATCH", f"/people/{stage.world.ids['person_id']}", {"phone": "020"}),
        ("PATCH", f"/organisations/{stage.world.other.id}", {"email": "a@b.example"}),
        ("PATCH", f"/norms/{stage.world.ids['norm_id']}", {"verified": True}),
        ("PATCH", f"/users/{home.user_id}", {"name": "Khác"}),
        ("DELETE", f"/events/{event}/tasks/{stage.world.ids['task_id']}", None),
    ):
        assert change(home, method, path, body).status_code < 300, (method, path)
        after = stage.rows()
        kinds |= {name for name, key in {**before, **after} if before.get((name, key)) != after.get((name, key))}
        before = after
    assert {"event", "person", "organisation", "norm", "user", "task"} <= kinds


# Lists, member by member


@pytest.mark.parametrize("row", ["{name},spy@evil.example,{body}", "{name},spy@evil.example,{body} ({place})"])
def test_a_list_changes_nobody_of_another_office(stage: Stage, row: str) -> None:
    """A list on one's own visit that names somebody of another office, with another address."""
    before = stage.rows()
    body = stage.world.mine.name["vi"]
    line = row.format(name="Lê Thị Đào", body=body, place="Hải Dương")
    for who, event in zip((stage.attackers[0], stage.attackers[3]), stage.ids["event_id"][1:], strict=True):
        answer = take(who, event, f"name,email,organisation\n{line}\n")
        assert answer.status_code < 500
        assert stage.rows() == before
        head = change(who, "PATCH", f"/delegations/{event}", {"head_id": stage.world.ids["person_id"]})
        assert head.status_code < 500
        assert stage.rows() == before


@pytest.mark.both_databases("whom mail about an internal event reaches")
def test_who_belongs_to_no_body_is_their_offices_who_entered_them(
    stage: Stage, caller: Callable[..., Caller], database: Database
) -> None:
    """Otherwise they were the default office's at once: their own could neither read the address nor correct it."""
    home = caller(Role.ADMIN, organisation_id=stage.world.mine.id)
    for who, event in zip((stage.attackers[0], stage.attackers[3]), stage.ids["event_id"][1:], strict=True):
        values = {"name": "Nguyễn Khách", "email": "khach@x.example", "position": {"vi": "Giám đốc"}}
        made = who.made("/people", values)
        path = f"/people/{made['id']}"
        assert who.get(path).json["email"] == "khach@x.example"  # type: ignore[index]
        assert who.patch(path, {"phone": "020", "position": {"vi": "Trưởng phòng"}}).status_code == 200
        assert who.patch(path, {"email": "moi@x.example"}).json["email"] == "moi@x.example"  # type: ignore[index]
        assert home.get(path).json["email"] is None  # type: ignore[index]
        assert home.call("PATCH", path, {"name": "Khác"}, If_Match="*").status_code == 403
        who.made(f"/events/{event}/members", {"person_id": made["id"]})
        with database.transaction() as session:
            assert set(addresses(session, ["members"], session.get_one(Event, event))) == {"moi@x.example"}


# Pages

DEEDS = ("change", "delete", "password", "access", "sessions", "forget", "passport", "particulars", "positions", "undo")


def test_no_page_changes_a_row_of_another_office(stage: Stage, app: Flask, signed_in: Callable[..., Browser]) -> None:
    before, count = stage.rows(), 0
    areas = ("rules", "task-templates", "resources", "accounts", "people", "organisations", "norms", "holidays")
    of_area = {"rules": "rule_id", "task-templates": "template_id", "resources": "resource_id", "accounts": "user_id",
               "people": "person_id", "organisations": "organisation_id", "norms": "norm_id",
               "holidays": "holiday_id"}  # fmt: skip
    pages = [
        stage.world.address(rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages.") and "POST" in (rule.methods or ()) and "login" not in rule.rule
    ]
    pages += [f"/administration/{area}/{stage.world.ids[of_area[area]]}" for area in areas]
    with stage.database.transaction(write=False) as session:
        theirs = session.get_one(Organisation, stage.ids["organisation_id"][1])
    browser = signed_in(Role.ADMIN, organisation_id=theirs.id)
    csrf = browser.csrf("/administration/office")
    form = {"csrf": csrf, "version": "1", "name": "Khác", "name.vi": "Khác", "title": "Khác", "title.vi": "Khác"}
    form |= {"email": "spy@evil.example", "password": "vườn hoa buổi sáng", "text": "Khác", "reason": "Khác"}
    for page in pages:
        if page.startswith(("/logout", "/static", "/account")) or "<" in page:
            continue
        for deed in DEEDS if page.startswith("/administration/") else ("", "delete", "change", "take", "accept"):
            answer = browser.post(page, form | {"do": deed})
            assert answer.status_code < 500, (page, deed)
            count += 1
        assert stage.rows() == before, page
    assert count > 100
