"""What holds for every operation: accounts and roles, ETags, idempotency keys, the trail, the document."""

from collections.abc import Callable

import pytest
from flask import Flask
from openapi_spec_validator import validate
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from models.accounts import Audit, IdempotencyKey, User
from models.database import Database
from models.vocabulary import Role
from service.api import holidays
from service.app import create_app
from service.settings import Settings
from tests.at_once import at_once
from tests.service.conftest import BATCH, Caller, Clock

pytestmark = pytest.mark.both_databases("races of ETags and idempotency keys, the trail's triggers")

PERSON = {"name": "Nguyễn Văn A"}


def operations(app: Flask) -> list[tuple[str, str, Role]]:
    """Every operation of the document: method, path below /api/v1, role that suffices."""
    document = app.test_client().get("/api/v1/openapi.json").json
    return [
        (method.upper(), path.removeprefix("/api/v1"), Role(operation["x-required-role"]))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]


def test_document_is_valid_openapi_3_1(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    validate(document)
    names = set(document["components"]["schemas"])
    assert {"TrainingBatch", "TrainingBatchChange", "Problem"} <= names
    problem = document["components"]["responses"]["UNPROCESSABLE_ENTITY"]["content"]
    assert set(problem) == {"application/problem+json"}


def test_documentation_needs_no_other_machine(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "//" not in page.text.replace("<!doctype", "")
    script = client.get("/api/v1/docs/swagger-ui-bundle.js")
    assert script.status_code == 200
    script.close()
    assert client.get("/api/v1/docs/../../../settings.py").status_code == 404


def test_every_operation_needs_an_account_and_its_role(
    app: Flask, caller: Callable[..., Caller], database: Database
) -> None:
    callers, disabled = {role: caller(role) for role in Role}, caller(Role.ADMIN)
    with database.transaction() as session:
        session.get_one(User, disabled.user_id).active = False
    found = operations(app)
    assert len(found) > 80
    for method, path, needed in found:
        concrete = path.replace("{", "").replace("}", "")
        anonymous = app.test_client().open(f"/api/v1{concrete}", method=method)
        assert anonymous.status_code == 401, (method, path)
        assert anonymous.headers["WWW-Authenticate"].startswith("Bearer")
        assert disabled.call(method, concrete).status_code == 401, (method, path)
        for role, who in callers.items():
            status = who.call(method, concrete).status_code
            assert (status == 403) == (not role.suffices_for(needed)), (method, path, role, status)
            assert status < 500, (method, path, role)


def test_an_operation_without_a_role_does_not_start(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.delattr(holidays.LunarView.get, "required_role")
    with pytest.raises(RuntimeError, match="GET /api/v1/lunar has no role"):
        create_app(settings)


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic eDp5", "bearer", "Bearer \xe9"])
def test_bad_credentials_are_401(officer: Caller, header: str) -> None:
    assert officer.get("/me", Authorization=header).status_code == 401


def test_disabled_account_is_out_at_once(officer: Caller, admin: Caller) -> None:
    assert officer.get("/me").status_code == 200
    assert admin.patch(f"/users/{officer.user_id}", {"active": False}).status_code == 200
    assert officer.get("/me").status_code == 401


def test_token_ends_on_its_day_and_when_revoked(officer: Caller, clock: Clock) -> None:
    made = officer.made("/tokens", {"name": "phone", "expires_at": "2026-12-01T00:00:00Z"})
    phone = Caller(officer.client, officer.user_id, made["token"])
    assert phone.get("/me").status_code == 200
    clock.move(days=10)
    assert phone.get("/me").status_code == 401
    other = officer.made("/tokens", {"name": "tablet"})
    tablet = Caller(officer.client, officer.user_id, other["token"])
    assert tablet.get("/me").status_code == 200
    assert officer.call("DELETE", f"/tokens/{other['id']}").status_code == 204
    assert tablet.get("/me").status_code == 401
    assert "token" not in officer.get("/tokens").json[0]


def test_other_peoples_tokens_are_not_found(officer: Caller, admin: Caller) -> None:
    made = officer.made("/tokens", {"name": "phone"})
    assert admin.call("DELETE", f"/tokens/{made['id']}").status_code == 404


def test_change_needs_the_etag_it_was_read_with(officer: Caller) -> None:
    made = officer.post("/people", PERSON)
    path, etag = f"/people/{made.json['id']}", made.headers["ETag"]
    assert officer.call("PATCH", path, {"name": "B"}).status_code == 428
    for wrong in ('"other"', f"W/{etag}", f'W/{etag}, "other"'):
        assert officer.patch(path, {"name": "B"}, wrong).status_code == 412
    changed = officer.patch(path, {"name": "B"}, etag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] == officer.etag(path) != etag
    assert officer.patch(path, {"name": "C"}, etag).status_code == 412
    assert officer.get(path, If_None_Match=changed.headers["ETag"]).status_code == 304
    assert officer.delete(path, etag).status_code == 412
    assert officer.call("DELETE", path).status_code == 428
    assert officer.delete(path, changed.headers["ETag"]).status_code == 204


def test_twenty_writers_with_one_etag(officer: Caller, database: Database) -> None:
    made = officer.post("/people", PERSON)
    path, etag = f"/people/{made.json['id']}", made.headers["ETag"]
    answers = at_once([lambda n=n: officer.patch(path, {"name": f"Name {n}"}, etag).status_code for n in range(20)])
    assert sorted(answers) == [200] + [412] * 19
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit).where(Audit.entity == "person", Audit.action == "change")).all()
    assert len(trail) == 1


@pytest.mark.parametrize("header", ['W/"a"', '"other"', 'W/".U.2S?\'"\'U:", "", "J"', '"a.b.c"', "x" * 5000])
def test_an_if_match_that_names_no_tag_of_ours_is_stale(officer: Caller, header: str) -> None:
    path = f"/people/{officer.made('/people', PERSON)['id']}"
    assert officer.call("PATCH", path, {"name": "B"}, If_Match=header).status_code == 412
    assert officer.call("DELETE", path, If_Match=header).status_code == 412
    assert officer.get(path).json["name"] == PERSON["name"]


def test_same_key_twenty_times_at_once_makes_one_thing(officer: Caller, database: Database) -> None:
    answers = at_once([lambda: officer.post("/people", PERSON, Idempotency_Key="wish-1") for _ in range(20)])
    made = [answer for answer in answers if answer.status_code == 201]
    assert made
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.data for answer in made}) == 1
    assert len(officer.get("/people").json) == 1
    again = officer.post("/people", PERSON, Idempotency_Key="wish-1")
    assert (again.status_code, again.data) == (201, made[0].data)
    assert (again.headers["ETag"], again.headers["Location"]) == (made[0].headers["ETag"], made[0].headers["Location"])


def test_key_belongs_to_its_account_body_and_day(officer: Caller, admin: Caller, clock: Clock) -> None:
    first = officer.post("/people", PERSON, Idempotency_Key="k").json["id"]
    assert officer.post("/people", {"name": "B"}, Idempotency_Key="k").status_code == 422
    assert officer.post("/activities", PERSON, Idempotency_Key="k").status_code == 422
    assert admin.post("/people", PERSON, Idempotency_Key="k").json["id"] != first
    assert officer.post("/people", PERSON, Idempotency_Key="k").json["id"] == first
    clock.move(hours=24, seconds=1)
    assert officer.post("/people", PERSON, Idempotency_Key="k").json["id"] != first


def test_refused_wish_leaves_its_key_free(officer: Caller) -> None:
    assert officer.post("/people", {"name": ""}, Idempotency_Key="k").status_code == 422
    assert officer.post("/people", PERSON, Idempotency_Key="k").status_code == 201


def test_kept_answer_hides_the_token_it_showed(officer: Caller, database: Database) -> None:
    shown = officer.post("/tokens", {"name": "phone"}, Idempotency_Key="k").json["token"]
    with database.transaction(write=False) as session:
        kept = session.exec(select(IdempotencyKey)).one()
        trail = session.exec(select(Audit)).all()
    assert shown.encode() not in kept.answer
    assert all(shown not in str(entry.changes) for entry in trail)
    assert officer.post("/tokens", {"name": "phone"}, Idempotency_Key="k").json["token"] == shown


def test_failed_change_leaves_nothing(officer: Caller, database: Database) -> None:
    officer.made("/activities", BATCH)
    with database.transaction(write=False) as session:
        before = len(session.exec(select(Audit)).all())
    assert officer.post("/activities", BATCH | {"host": "nowhere"}).status_code == 422
    assert officer.post("/localities", {}).status_code == 403
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Audit)).all()) == before


def test_change_leaves_one_audit_row_with_who_what_and_request(officer: Caller, admin: Caller) -> None:
    made = officer.made("/people", PERSON)
    officer.headers["X-Request-Id"] = "request-7"
    officer.patch(f"/people/{made['id']}", {"name": "B", "precedence": 100})
    entry = admin.get("/audit?entity=person").json[0]
    assert (entry["action"], entry["actor_id"], entry["request_id"]) == ("change", officer.user_id, "request-7")
    assert entry["changes"] == {"name": {"from": "Nguyễn Văn A", "to": "B"}}
    officer.patch(f"/people/{made['id']}", {"name": "B"})
    assert len(admin.get(f"/audit?entity_id={made['id']}").json) == 2


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor_name = 'x'", "DELETE FROM audit"])
def test_trail_cannot_be_rewritten(officer: Caller, database: Database, statement: str) -> None:
    officer.made("/people", PERSON)
    with pytest.raises(DatabaseError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))


def test_passwords_are_checked_and_never_shown(admin: Caller, database: Database) -> None:
    wish = {"email": "Lan@Example.org", "role": "officer", "name": "Lan"}
    for bad in ("short", "a" * 12, "passwordpassword"):
        assert set(admin.post("/users", wish | {"password": bad}).json["errors"]) == {"password"}
    made = admin.made("/users", wish | {"password": "bốn từ chẳng liên quan"})
    assert made["email"] == "lan@example.org"
    assert not {"password", "password_hash"} & set(made)
    assert admin.post("/users", wish).status_code == 409
    assert set(admin.post("/users", wish | {"email": "a\r\nb@c.d"}).json["errors"]) == {"email"}
    with database.transaction(write=False) as session:
        kept = session.exec(select(User.password_hash).where(User.email == "lan@example.org")).one()
        trail = str([entry.changes for entry in session.exec(select(Audit)).all()])
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert kept not in trail
    assert "chẳng liên quan" not in trail


def test_last_administrator_stays(admin: Caller) -> None:
    for change in ({"active": False}, {"role": "officer"}):
        assert admin.patch(f"/users/{admin.user_id}", change).json["code"] == "last_admin"


def test_session_cookie_needs_the_csrf_token(
    app: Flask, officer: Caller, database: Database, settings: Settings
) -> None:
    from service.actions.accounts import accounts
    from service.http.app_context import AppContext

    desk: AppContext = app.extensions["desk"]
    with database.transaction() as session:
        user = session.get(User, officer.user_id)
        assert user is not None
        cookie = accounts.open_session(session, user, desk.clock())
    browser = app.test_client()
    browser.set_cookie(desk.session_cookie, cookie, domain="localhost")
    assert browser.get("/api/v1/me").status_code == 200
    assert browser.post("/api/v1/people", json=PERSON).status_code == 403
    good = {"X-CSRF-Token": desk.csrf_token(cookie)}
    assert browser.post("/api/v1/people", json=PERSON, headers=good).status_code == 201
    wrong = {"X-CSRF-Token": desk.csrf_token("another")}
    assert browser.post("/api/v1/people", json=PERSON, headers=wrong).status_code == 403


def test_answers_carry_safe_headers(officer: Caller) -> None:
    headers = officer.get("/me").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-cache"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]


def test_unknown_address_and_method_are_problems(officer: Caller) -> None:
    missing = officer.get("/nothing")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    wrong = officer.call("DELETE", "/me")
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")
    assert "GET" in wrong.headers["Allow"]
