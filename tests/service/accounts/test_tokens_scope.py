"""API tokens: what one that may only read is refused, and when each was used last."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import select

from models.accounts import ApiToken, Audit
from models.database import Database
from models.vocabulary import Role
from service.http.app_context import AppContext
from service.http.authentication import SessionActivity
from tests.service.conftest import Caller, Clock
from tests.service.http.test_requests import operations

PERSON = {"name": "Nguyễn Văn A"}


def with_token(caller: Caller, **wish: object) -> Caller:
    made = caller.made("/tokens", {"name": "second"} | wish)
    return Caller(caller.client, caller.user_id, made["token"])


def test_a_token_may_all_its_account_may_unless_it_says_other(officer: Caller) -> None:
    made = officer.made("/tokens", {"name": "phone"})
    assert (made["scope"], made["last_used_at"]) == ("write", None)
    assert with_token(officer, scope="write").post("/people", PERSON).status_code == 201
    assert set(officer.post("/tokens", {"name": "x", "scope": "all"}).json["errors"]) == {"scope"}
    assert set(officer.post("/tokens", {"name": "x", "last_used_at": "2026-01-01T00:00:00Z"}).json["errors"]) == {
        "last_used_at"
    }


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_a_token_for_reading_is_refused_every_change(app: Flask, caller: Callable[..., Caller], role: Role) -> None:
    owner = caller(role)
    reader = with_token(owner, scope="read")
    found = operations(app)
    assert len({path for method, path, _role in found if method != "GET"}) > 40
    for method, path, needed in found:
        concrete = path.replace("{", "").replace("}", "")
        answer = reader.call(method, concrete)
        is_scope = answer.mimetype == "application/problem+json" and answer.json["code"] == "token_scope"
        assert is_scope is (method != "GET"), (method, path, answer.text)
        if is_scope:
            assert answer.status_code == 403
        elif role.suffices_for(needed):
            assert answer.status_code != 403, (method, path)
        # The same with the account's other token is refused for other reasons or not at all.
        other = owner.call(method, concrete)
        assert other.status_code < 400 or other.json["code"] != "token_scope"
    assert reader.call("HEAD", "/me").status_code == 200


def test_a_refused_change_changes_nothing(officer: Caller, database: Database) -> None:
    reader = with_token(officer, scope="read")
    for headers in ({}, {"Idempotency_Key": "k"}):
        assert reader.post("/people", PERSON, **headers).status_code == 403
    assert reader.post("/tokens", {"name": "more", "scope": "write"}).json["code"] == "token_scope"
    assert officer.get("/people").json == []
    assert officer.post("/people", PERSON, Idempotency_Key="k").status_code == 201


def test_last_use_is_written_down_once_an_hour(app: Flask, officer: Caller, database: Database, clock: Clock) -> None:
    desk: AppContext = app.extensions["desk"]
    phone = with_token(officer)
    start = clock.now
    written = []
    for minutes in (0, 59, 2, 30):
        clock.move(minutes=minutes)
        assert phone.get("/me").status_code == 200
        desk.afterwards.close()
        found = {token["name"]: token["last_used_at"] for token in officer.get("/tokens").json}
        written.append(found["second"])
    stamps = [(start + timedelta(minutes=after)).strftime("%Y-%m-%dT%H:%M") for after in (0, 0, 61, 61)]
    assert [stamp[:16] for stamp in written] == stamps


def test_a_token_revoked_meanwhile_is_passed_over(officer: Caller, database: Database, clock: Clock) -> None:
    made = officer.made("/tokens", {"name": "phone"})
    attendance = SessionActivity(database)
    with database.transaction(write=False) as session:
        attendance.of_token(session, made["token"], clock.now)
    assert officer.call("DELETE", f"/tokens/{made['id']}").status_code == 204
    attendance.write()
    with database.transaction(write=False) as session:
        assert [row.name for row in session.exec(select(ApiToken))] == ["test"]


def test_tokens_made_and_revoked_stand_in_the_trail_without_the_secret(officer: Caller, database: Database) -> None:
    made = officer.made("/tokens", {"name": "phone", "scope": "read"})
    officer.call("DELETE", f"/tokens/{made['id']}")
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit).where(Audit.entity_id == made["id"]).order_by(Audit.id)).all()  # type: ignore[arg-type]
        assert [(entry.action, entry.actor_id) for entry in trail] == [
            ("create", officer.user_id),
            ("delete", officer.user_id),
        ]
        assert trail[0].changes["scope"] == {"from": None, "to": "read"}
        assert made["token"] not in str([entry.changes for entry in trail])
        assert "token_hash" not in str([entry.changes for entry in trail])
