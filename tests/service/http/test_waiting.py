"""Who waits for whom: previews for nobody, writers for their turn; what is told to those whose turn does not come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from models.database import Database, in_transaction
from models.events import Event
from models.places import Person
from models.vocabulary import Role
from service.actions import outside
from service.actions.imports import calendar_files, xlsx_reader
from service.http.refusal import UNREAD, WAITED
from tests.service.agreements.test_progress_api import agreement, batches
from tests.service.conftest import BATCH, Caller
from tests.service.imports.test_calendar_import import calendar, entry
from tests.service.web.test_event_pages import fill_in
from tests.service.web.test_pages import SITE, Browser, signed_in
from tests.workbooks import workbook_of

__all__ = ["agreement", "batches", "signed_in"]

ICS = calendar(*(entry(uid=f"{number}@example.org") for number in range(3)))
CSV = "Họ và tên,Chức vụ\nTrần Thị Mai,Chuyên viên\n".encode()


@pytest.fixture
def event_id(officer: Caller) -> str:
    return str(officer.made("/training-batches", BATCH)["id"])


@pytest.fixture
def outsider(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Somebody who saves whenever something is tried out, in the midst of it; how often."""
    saved: list[int] = []
    need_trial = outside.need_trial

    def and_save(session: Any) -> None:
        need_trial(session)
        with database.transaction(patience=0.5) as other:
            other.add(Person(name=f"Người lưu {len(saved)}"))
        saved.append(1)

    monkeypatch.setattr(outside, "need_trial", and_save)
    return saved


def send(who: Caller, path: str, content: bytes, kind: str) -> Any:
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": kind}
    return who.client.post(f"/api/v1{path}", data=content, headers=headers)


def preview(deed: str, officer: Caller, page: Browser, event_id: str, agreement: str) -> Any:
    """One of the previews."""
    match deed:
        case "calendar":
            return send(officer, "/events/import?dry_run=true", ICS, "text/calendar")
        case "members":
            return send(officer, f"/events/{event_id}/members/import?dry_run=true", CSV, "text/csv")
        case "plan":
            return officer.post(f"/agreements/{agreement}/plan", {"dry_run": True})
        case "calendar page":
            return page.send("/events/import", do="look", text=ICS.decode())
        case "plan page":
            return page.get(f"/agreements/{agreement}/plan")
        case "days":
            return fill_in(page, event_id, "days", "look", first_day="2027-04-12", last_day="2027-04-23")
    raise AssertionError(deed)


@pytest.mark.parametrize("deed", ["calendar", "members", "plan", "calendar page", "plan page", "days"])
def test_others_save_while_something_is_tried_out(
    officer: Caller,
    signed_in: Callable[..., Browser],
    event_id: str,
    agreement: dict[str, Any],
    batches: dict[str, Any],
    database: Database,
    outsider: list[int],
    deed: str,
) -> None:
    answer = preview(deed, officer, signed_in(Role.OFFICER), event_id, agreement["id"])
    assert answer.status_code == 200, answer.text
    assert batches
    assert outsider, "nothing was tried out"
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Event)).all()) == 1
        assert len(session.exec(select(Person)).all()) == len(outsider)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_in_a_writer_s_transaction_nobody_could(
    officer: Caller, database: Database, outsider: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: where a preview is a writer like any other."""
    monkeypatch.setattr(database, "trial", database.transaction)
    answer = send(officer, "/events/import?dry_run=true", ICS, "text/calendar")
    assert (answer.status_code, answer.json["code"], outsider) == (503, "busy", [])


def test_files_are_read_outside_transactions(officer: Caller, event_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bool]] = []

    def noting(name: str, read: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            seen.append((name, in_transaction()))
            return read(*arguments)

        return noted

    monkeypatch.setattr(calendar_files, "read_calendar", noting("calendar", calendar_files.read_calendar))
    monkeypatch.setattr(xlsx_reader, "workbook_lines", noting("workbook", xlsx_reader.workbook_lines))
    sheet = workbook_of(["Họ và tên"], ["Trần Thị Mai"])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    for query in ("?dry_run=true", ""):
        assert send(officer, f"/events/import{query}", ICS, "text/calendar").status_code == 200
        assert send(officer, f"/events/{event_id}/members/import{query}", sheet, kind).status_code == 200
    assert seen == [("calendar", False), ("workbook", False)] * 2


@pytest.mark.both_databases("answers of trials are stored afterwards")
def test_the_answer_to_a_dry_run_is_stored_under_its_key(
    officer: Caller, agreement: dict[str, Any], batches: dict[str, Any]
) -> None:
    def plan(body: Any) -> Any:
        return officer.post(f"/agreements/{agreement['id']}/plan", body, Idempotency_Key="k")

    first, again = plan({"dry_run": True}), plan({"dry_run": True})
    assert (first.status_code, again.status_code) == (200, 200)
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert first.json == again.json
    assert len(first.json["created"]) == 3
    assert batches["id"] == first.json["created"][0]["commitment_id"]
    assert plan({"dry_run": False}).status_code == 422


# Turns that did not come


@contextmanager
def held_up(database: Database, event_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else is in the midst of changing a visit, and nobody waits long."""
    monkeypatch.setattr("models.database.WAIT_SECONDS", 0.3)
    database.engine.dispose()  # PostgreSQL's connections learn it when they are opened
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        with other.transaction() as session:
            session.exec(select(Event).where(Event.id == event_id).with_for_update()).one()
            yield
    finally:
        other.dispose()


@pytest.mark.both_databases("what writers wait for, and how they are told, differs")
def test_a_writer_whose_turn_does_not_come_is_told(
    officer: Caller, database: Database, event_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer.headers["Accept-Language"] = "en"
    path = f"/training-batches/{event_id}"
    tag = officer.etag(path)
    with held_up(database, event_id, monkeypatch):
        answer = officer.patch(path, {"headcount": 14}, tag)
        assert officer.get(path).status_code == 200, "readers don't wait"
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "busy", "5")
    assert "Nothing was changed" in answer.json["detail"]
    assert officer.patch(path, {"headcount": 14}, tag).status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # there any writer waits for any other
@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "what you typed is still there"), ("vi", "nút quay lại"), ("lo", "ກັບຄືນດ້ວຍປຸ່ມ")],
)
def test_on_a_page_too(
    database: Database,
    event_id: str,
    signed_in: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    told: str,
) -> None:
    page = signed_in(Role.OFFICER)
    page.post("/language", {"language": language, "next": "/"})
    token = page.csrf("/feeds")
    with held_up(database, event_id, monkeypatch):
        answer = page.post("/feeds", {"do": "create", "name": "x", "csrf": token}, Accept="text/html")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert told in answer.text
    assert f'lang="{language}"' in answer.text


def test_the_document_tells_of_it(officer: Caller) -> None:
    document = officer.client.get("/api/v1/openapi.json").json
    assert document["components"]["responses"]["BUSY"]["headers"].keys() == {"Retry-After"}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                told = operation["responses"]["503"]["$ref"].rpartition("/")[2]
                assert told == ("AWAY" if method == "get" else "BUSY"), (method, path)


# What the server in front says


def test_who_waited_too_long_for_a_thread_is_told_the_same(app: Flask, officer: Caller) -> None:
    answer = app.test_client().post(
        "/api/v1/activities", json={}, environ_overrides={WAITED: True}, headers={"Accept-Language": "en"}
    )
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "busy", "5")


def test_whose_body_was_not_read_does_nothing_although_signed_in(
    app: Flask, officer: Caller, signed_in: Callable[..., Browser]
) -> None:
    """Who signs in between the two looks: their body is not taken for an empty one."""
    headers = {"Authorization": f"Bearer {officer.token}"}
    answer = app.test_client().post("/api/v1/feeds", headers=headers, environ_overrides={UNREAD: False})
    assert answer.status_code == 503
    page = signed_in(Role.OFFICER)
    answer = page.client.post("/feeds", base_url=SITE, environ_overrides={UNREAD: False})
    assert answer.status_code == 503
    answer = app.test_client().post("/api/v1/feeds", environ_overrides={UNREAD: False})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    answer = app.test_client().post("/feeds", base_url=SITE, environ_overrides={UNREAD: False})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/feeds")
