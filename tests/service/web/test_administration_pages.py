"""Administration as people meet it: lists, forms, refusals that name the field, steps, rights, the audit trail."""

# ruff: noqa: F811

import ast
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import SQLModel, col, select

from models.accounts import ApiToken, Audit, User, WebSession
from models.agreements import Agreement, Anniversary, Commitment
from models.database import Database
from models.estimates import Estimate
from models.event_parts import TaskTemplate
from models.exchange_rates import ExchangeRate
from models.feeds import Feed
from models.holidays import OfficeHoliday
from models.observances import Observance
from models.places import Locality, Organisation, Person
from models.reminders import ReminderRule
from models.resources import Resource
from models.vocabulary import EventKind, Language, Role
from service.actions import audit, crud
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.ledger import estimates
from service.settings import Settings
from service.web.administration.audit import DEEDS, KINDS, LABELS, forms_of
from service.web.labels import DEEDS as EVENT_DEEDS
from service.web.labels import FIELDS
from service.web.view import View
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, browser, read, signed_in, told, words  # noqa: F401 - fixtures

SignedIn = Callable[..., Browser]
PASSWORD = "bon con meo di bo"
AGREEMENT = "agreement-in-force"
ROLES_OF = {
    "accounts": (Role.ADMIN, Role.ADMIN),
    "rules": (Role.OFFICER, Role.OFFICER),
    "task-templates": (Role.OFFICER, Role.ADMIN),
    "resources": (Role.OFFICER, Role.OFFICER),
    "holidays": (Role.OFFICER, Role.ADMIN),
    "observances": (Role.OFFICER, Role.OFFICER),
    "exchange-rates": (Role.OFFICER, Role.APPROVER),
    "localities": (Role.OFFICER, Role.ADMIN),
    "organisations": (Role.OFFICER, Role.OFFICER),
    "people": (Role.OFFICER, Role.OFFICER),
    "agreements": (Role.OFFICER, Role.OFFICER),
    "commitments": (Role.OFFICER, Role.OFFICER),
    "anniversaries": (Role.OFFICER, Role.OFFICER),
}
"""Area → who reads it here, and whom the API lets write."""

FORMS: dict[str, dict[str, Any]] = {
    "accounts": {"name": "Lan", "email": "lan@example.org", "role": "officer", "locale": "lo", "active": "yes"},
    "rules": {
        "name.vi": "Nhắc đón đoàn",
        "offset_number": "2",
        "offset_unit": "W",
        "offset_side": "-",
        "anchor": "arrival",
        "at": "08:00",
        "audience": ["owner", "members"],
        "emails": "desk@example.org",
        "kinds": "training_batch",
        "active": "yes",
    },
    "task-templates": {
        "title.vi": "Đặt xe",
        "kind": "delegation",
        "offset_number": "7",
        "offset_unit": "D",
        "offset_side": "-",
        "anchor": "arrival",
        "active": "yes",
    },
    "resources": {
        "name.vi": "Phòng A",
        "type": "room",
        "locality": "hai-duong",
        "capacity": "1",
        "buffer_before": "0",
        "buffer_after": "15",
        "seats": "40",
        "languages": "vi, lo",
        "active": "yes",
    },
    "holidays": {
        "name.vi": "Nghỉ bù",
        "country": "VN",
        "category": "public",
        "first_day": "2027-03-11",
        "days": "1",
        "source": "QĐ 1",
    },
    "observances": {
        "name.vi": "Ngày truyền thống ngành ngoại vụ",
        "country": "VN",
        "recurs": "solar",
        "recurs_month": "8",
        "recurs_day": "28",
        "since_year": "1945",
        "greets": "yes",
    },
    "exchange-rates": {"currency": "USD", "day": "2026-11-20", "rate": "25410,5", "source": "Ngân hàng Nhà nước"},
    "localities": {
        "code": "hue",
        "name.vi": "Huế",
        "country": "VN",
        "level": "city",
        "timezone": "Asia/Ho_Chi_Minh",
    },
    "organisations": {"name.vi": "Sở Ngoại vụ", "locality": "hai-duong"},
    "people": {"name": "Trần Thị Mai", "precedence": "3", "languages": "vi"},
    "agreements": {
        "title.vi": "Thỏa thuận 2029–2033",
        "parties": ["hai-duong", "vientiane-province"],
        "starts_on": "2029-01-01",
        "ends_on": "2033-12-31",
    },
    "commitments": {
        "agreement_id": AGREEMENT,
        "article": "2",
        "field.vi": "Giáo dục",
        "title.vi": "Bồi dưỡng cán bộ",
        "activity": "training_batch",
        "host": "hai-duong",
        "guest": "vientiane-province",
        "frequency_type": "per_year",
        "frequency_count": "1",
        "headcount_min": "10",
        "headcount_max": "15",
    },
    "anniversaries": {"title.vi": "Kết nghĩa", "origin": "1984", "parties": ["hai-duong", "vientiane-province"]},
}
MODELS = {
    "accounts": User,
    "rules": ReminderRule,
    "task-templates": TaskTemplate,
    "resources": Resource,
    "holidays": OfficeHoliday,
    "observances": Observance,
    "exchange-rates": ExchangeRate,
    "localities": Locality,
    "organisations": Organisation,
    "people": Person,
    "agreements": Agreement,
    "commitments": Commitment,
    "anniversaries": Anniversary,
}
WRONG = {
    "accounts": ("email", "kein"),
    "rules": ("offset_number", "viele"),
    "task-templates": ("offset_number", "viele"),
    "resources": ("capacity", "0"),
    "holidays": ("days", "99"),
    "observances": ("since_year", "0"),
    "exchange-rates": ("rate", "viele"),
    "localities": ("timezone", "Asia/Nowhere"),
    "organisations": ("email", "kein"),
    "people": ("precedence", "0"),
    "agreements": ("copies", "-1"),
    "commitments": ("frequency_count", "0"),
    "anniversaries": ("origin", "1984-13"),
}


@pytest.fixture(autouse=True)
def place(database: Database) -> None:
    with database.transaction() as session:
        if session.get(Locality, "hai-duong") is None:
            factories.make_locality(session)
        factories.make_locality(session, "vientiane-province")
        agreement = Agreement(
            id=AGREEMENT, title={"vi": "Thỏa thuận 2024–2028"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31)
        )
        agreement.parties = ["hai-duong", "vientiane-province"]
        session.add(agreement)


def make(browser: Browser, area: str, **values: Any) -> str:
    """Fill in an area's form; the address of what was made."""
    answer = browser.send(f"/administration/{area}/new", **FORMS[area] | values)
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"].partition("?")[0]


def version(browser: Browser, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', browser.get(path).text)
    assert found
    return found[1]


def shown(page: str) -> dict[str, Any]:
    """What a browser would send of a page's first form of the administration, changed by nobody."""
    form = re.search(r'<form class="stack card".*?</form>', page, re.S)
    assert form
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") == "checkbox":
            if " checked" in tag:
                found.setdefault(given["name"], []).append(unescape(given["value"]))
        else:
            found[given["name"]] = unescape(given.get("value", ""))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        assert chosen
        found[name] = unescape(chosen[1])
    return found


def audits(database: Database, entity: str) -> list[Audit]:
    with database.transaction() as session:
        return list(session.exec(select(Audit).where(Audit.entity == entity).order_by(col(Audit.id))).all())


@pytest.mark.parametrize("area", list(FORMS))
def test_what_a_browser_sends_of_a_form_is_taken_and_unchanged_changes_nothing(
    signed_in: SignedIn, database: Database, area: str
) -> None:
    admin = signed_in(Role.ADMIN, locale=Language.VI)
    entity = str(MODELS[area].__tablename__)
    before = len(audits(database, entity))
    new = f"/administration/{area}/new"
    made = admin.send(new, **shown(admin.get(new).text) | FORMS[area])
    assert made.status_code == 303, words(made)
    path = made.headers["Location"].partition("?")[0]
    kept = admin.send(path, **shown(admin.get(path).text))
    assert kept.status_code == 303, words(kept)
    assert [one.action for one in audits(database, entity)[before:]] == ["create"]


def test_addresses_of_a_rule_stand_in_their_own_field_alone(signed_in: SignedIn, database: Database) -> None:
    officer = signed_in(Role.OFFICER)
    path = make(officer, "rules")
    sent = shown(officer.get(path).text)
    assert (sent["audience"], sent["emails"]) == (["owner", "members"], "desk@example.org")
    assert officer.send(path, **sent | {"emails": ""}).status_code == 303
    with database.transaction(write=False) as session:
        assert session.exec(select(ReminderRule)).one().audience == ["owner", "members"]


@pytest.mark.parametrize("area", list(FORMS))
@pytest.mark.both_databases("versions, unique names")
def test_made_changed_refused_and_stale(signed_in: SignedIn, database: Database, area: str) -> None:
    admin = signed_in(Role.ADMIN, locale=Language.VI)
    entity = str(MODELS[area].__tablename__)
    before = len(audits(database, entity))
    path = make(admin, area)
    assert [one.action for one in audits(database, entity)[before:]] == ["create"]
    read(admin.get(f"/administration/{area}"))
    name = next(field for field in ("name", "name.vi", "title.vi", "source") if field in FORMS[area])
    changed = FORMS[area] | {name: "Tên mới", "do": "change"}
    changed.pop("code", None)
    seen = version(admin, path)
    assert admin.send(path, **changed | {"version": seen}).status_code == 303
    assert "Tên mới" in words(admin.get(f"/administration/{area}"))
    assert [one.action for one in audits(database, entity)[before:]] == ["create", "change"]

    stale = admin.send(path, **changed | {name: "Tên khác", "version": seen})
    assert stale.status_code == 412
    assert "Tên khác" in stale.text  # what was typed stays
    assert re.search(r'<p class="now" id="[^"]+-now">[^<]*Tên mới', stale.text)
    assert "Tên mới" in admin.get(path).text

    field, value = WRONG[area]
    refused = admin.send(path, **changed | {field: value, name: "Gõ dở", "version": version(admin, path)})
    assert refused.status_code == 422, words(refused)
    page = read(refused)
    assert f'href="#{field}"' in refused.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', refused.text)
    assert "Gõ dở" in refused.text
    assert page.headings[0] == 1
    assert len(audits(database, entity)[before:]) == 2


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("area", list(ROLES_OF))
def test_roles_and_areas(signed_in: SignedIn, area: str, role: Role) -> None:
    reads, writes = ROLES_OF[area]
    one = signed_in(role)
    may_read, may_write = role.suffices_for(reads), role.suffices_for(writes)
    assert one.get(f"/administration/{area}").status_code == (200 if may_read else 403)
    assert one.get(f"/administration/{area}/new").status_code == (200 if may_write else 403)
    csrf = one.csrf("/account")
    answer = one.post(f"/administration/{area}/new", {"csrf": csrf} | FORMS[area])
    assert answer.status_code == (303 if may_write else 403)
    assert ('href="/administration"' in one.get("/").text) == role.suffices_for(Role.OFFICER)
    assert one.get("/administration/audit").status_code == (200 if role is Role.ADMIN else 403)


@pytest.mark.parametrize("area", [one for one in FORMS if one not in ("accounts", "localities")])
@pytest.mark.both_databases("deletes, and what hangs on a row that goes")
def test_deleted_by_those_who_may(signed_in: SignedIn, area: str) -> None:
    admin, viewer = signed_in(Role.ADMIN), signed_in(Role.VIEWER)
    path = make(admin, area)
    wish = {"do": "delete", "version": version(admin, path)}
    assert viewer.post(path, wish | {"csrf": viewer.csrf("/account")}).status_code == 403
    assert admin.get(path).status_code == 200
    assert admin.send(path, **wish).status_code == 303
    assert admin.get(path).status_code == 404


def test_an_officer_retires_but_does_not_delete_a_room(signed_in: SignedIn, database: Database) -> None:
    officer = signed_in(Role.OFFICER)
    path = make(officer, "resources")
    assert officer.send(path, do="delete", version=version(officer, path)).status_code == 403
    form = FORMS["resources"] | {"do": "change", "version": version(officer, path)}
    form.pop("active")
    assert officer.send(path, **form).status_code == 303
    with database.transaction() as session:
        assert session.exec(select(Resource.active)).all() == [False]


def test_nobody_anonymous_and_no_unknown_area(browser: Browser, signed_in: SignedIn) -> None:
    assert browser.get("/administration/accounts").status_code == 303
    assert signed_in(Role.ADMIN).get("/administration/nowhere").status_code == 404


def test_first_password_must_be_changed_and_is_never_shown(signed_in: SignedIn, database: Database) -> None:
    admin = signed_in(Role.ADMIN)
    short = admin.send("/administration/accounts/new", **FORMS["accounts"] | {"password": "kurz1"})
    assert short.status_code == 422
    assert "kurz1" not in short.text
    path = make(admin, "accounts", password=PASSWORD)
    with database.transaction() as session:
        user = session.exec(select(User).where(User.email == "lan@example.org")).one()
        assert user.must_change_password
        assert user.password_hash
    assert PASSWORD not in admin.get(path).text
    assert PASSWORD not in str([one.changes for one in audits(database, "user")])
    with database.transaction() as session:
        session.exec(select(User).where(User.email == "lan@example.org")).one().must_change_password = False
    assert admin.send(path, do="password", password=PASSWORD + " cao", version=version(admin, path)).status_code == 303
    with database.transaction() as session:
        assert session.exec(select(User).where(User.email == "lan@example.org")).one().must_change_password
    trail = admin.get("/administration/audit").text
    assert PASSWORD not in trail
    assert "argon2" not in trail


def test_last_administrator_stays(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        me = factories.make_user(session, Role.ADMIN, email="chi@example.org")
    admin = signed_in(user=me)
    path = f"/administration/accounts/{me.id}"
    form = {"name": "Chi", "email": "chi@example.org", "role": "officer", "locale": "vi", "active": "yes"}
    assert admin.send(path, **form, do="change", version=version(admin, path)).status_code == 409
    form["role"] = "admin"
    form.pop("active")
    assert admin.send(path, **form, do="change", version=version(admin, path)).status_code == 409
    assert admin.get(path).status_code == 200


@pytest.mark.both_databases("what a leaver had is revoked by statements over many rows")
def test_a_leaver_keeps_nothing(
    signed_in: SignedIn, database: Database, clock: Clock, settings: Settings, app: Flask
) -> None:
    with database.transaction() as session:
        user = factories.make_user(session, Role.OFFICER, email="cu@example.org")
        other = factories.make_user(session, Role.OFFICER, email="khac@example.org")
        for one in (user, other):
            accounts.issue_token(session, ActionContext(one, clock.now, settings.office), one, "x")
    leaver, admin = signed_in(user=user), signed_in(Role.ADMIN)
    assert leaver.get("/").status_code == 200
    path = f"/administration/accounts/{user.id}"
    assert admin.send(path, do="sessions", version=version(admin, path)).status_code == 303
    assert leaver.get("/").status_code == 303
    assert admin.send(path, do="access", version=version(admin, path)).status_code == 303
    with database.transaction() as session:
        assert session.exec(select(ApiToken.user_id)).all() == [other.id]
        assert not session.exec(select(WebSession).where(WebSession.user_id == user.id)).all()


@pytest.mark.both_databases("the figures of rules")
def test_a_rule_is_a_sentence_and_becomes_iso(signed_in: SignedIn, database: Database) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    path = make(officer, "rules")
    with database.transaction() as session:
        rule = session.exec(select(ReminderRule)).one()
        assert (rule.offset, rule.audience) == ("-P14D", ["owner", "members", "email:desk@example.org"])
    said = words(officer.get(path))
    assert "14 days before the arrival, at 08:00, to whoever is in charge of the event, the people on its list" in said
    hours = {"offset_number": "3", "offset_unit": "H", "offset_side": "+", "anchor": "end", "at": ""}
    form = FORMS["rules"] | hours | {"do": "change", "version": version(officer, path)}
    assert officer.send(path, **form).status_code == 303
    assert "3 hours after the last day, to " in words(officer.get(path))
    with database.transaction() as session:
        session.exec(select(ReminderRule)).one().offset = "-P1DT2H"
    form = FORMS["rules"] | {"offset_unit": "-P1DT2H", "do": "change", "version": version(officer, path)}
    assert "1 day and 2 hours" in words(officer.get(path))
    assert officer.send(path, **form).status_code == 303
    with database.transaction() as session:
        assert session.exec(select(ReminderRule.offset)).one() == "-P1DT2H"


def test_the_offices_day_takes_the_place_of_a_computed_one(signed_in: SignedIn) -> None:
    admin = signed_in(Role.ADMIN, locale=Language.EN)
    assert "Instead of:" not in words(admin.get("/administration/holidays?year=2027"))
    make(admin, "holidays", first_day="2027-01-01", category="workday")
    assert "Instead of:" in words(admin.get("/administration/holidays?year=2027"))
    yearly = {"first_day": "", "recurs": "lunar", "recurs_month": "8", "recurs_day": "10", "category": "festival"}
    path = make(admin, "holidays", **yearly)
    assert re.search(r'name="recurs_month"[^>]*value="8"', admin.get(path).text)
    refused = admin.send("/administration/holidays/new", **FORMS["holidays"] | yearly | {"recurs_month": "13"})
    assert refused.status_code == 422
    assert re.search(r'id="recurs_month"[^>]*aria-invalid', refused.text)


def test_a_passport_is_masked_until_a_reason_is_given(signed_in: SignedIn, database: Database) -> None:
    officer = signed_in(Role.OFFICER)
    path = make(officer, "people")
    kept = officer.send(path, do="passport", number="B1234567", version=version(officer, path))
    assert kept.status_code == 303
    assert "B1234567" not in officer.get(path).text
    assert "567" in words(officer.get(path))
    assert officer.send(path, do="reveal", reason="", version=version(officer, path)).status_code == 422
    shown = officer.send(path, do="reveal", reason="Đặt vé", version=version(officer, path))
    assert "B1234567" in words(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    assert [one.reason for one in audits(database, "passport")] == [None, "Đặt vé"]
    assert "B1234567" not in signed_in(Role.ADMIN).get("/administration/audit").text


@pytest.mark.parametrize("language", ["vi", "lo", "en"])
def test_what_a_step_asks_for_is_marked_where_it_is_wrong(signed_in: SignedIn, language: str) -> None:
    officer = signed_in(Role.OFFICER, locale=Language(language))
    path = make(officer, "people")
    entered = {"number": "B1234567", "passport_country": "Laos", "expires_on": "2030-02-30"}
    page = officer.send(path, do="passport", **entered, version=version(officer, path))
    assert page.status_code == 422
    for name in ("passport_country", "expires_on"):
        assert f'<a href="#{name}">' in page.text
        assert re.search(rf'id="{name}"[^>]*aria-invalid', page.text)
        assert f'id="{name}-wrong"' in page.text
    for name, value in entered.items():
        assert re.search(rf'id="{name}"[^>]*value="{value}"', page.text)
    assert f"<details open><summary>{told('Enter a passport', language)}" in page.text
    # The form above was not sent: nothing is wrong in it, and it shows what is kept.
    assert 'id="name-wrong"' not in page.text
    kept = officer.send(path, do="passport", number="B1234567", version=version(officer, path))
    assert kept.status_code == 303
    page = officer.send(path, do="reveal", reason="x", version=version(officer, path))
    assert '<a href="#reason">' in page.text
    assert f"<details open><summary>{told('Show the whole number', language)}" in page.text


def test_a_password_that_is_too_easy_is_told_at_its_field(signed_in: SignedIn) -> None:
    admin = signed_in(Role.ADMIN)
    path = make(admin, "accounts")
    page = admin.send(path, do="password", password="1234", version=version(admin, path))
    assert page.status_code == 422
    assert '<a href="#password">' in page.text
    assert re.search(r'id="password"[^>]*aria-invalid', page.text)
    assert 'value="1234"' not in page.text


def test_audit_tells_changes_and_pages_by_position(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        factories.make_user(session, Role.OFFICER, name="Ai khác")
    admin = signed_in(Role.ADMIN, locale=Language.EN)
    path = make(admin, "resources")
    form = FORMS["resources"] | {"seats": "55", "do": "change", "version": version(admin, path)}
    assert admin.send(path, **form).status_code == 303
    said = words(admin.get("/administration/audit?kind=resource"))
    assert "Seats or beds: 40 → 55" in said
    assert "Made: resource" in said
    assert "Seats or beds" not in words(admin.get("/administration/audit?kind=person"))
    assert "Seats or beds" not in words(admin.get("/administration/audit?to=2000-01-01"))
    for number in range(52):
        make(admin, "people", name=f"Người {number:02}")
    first = admin.get("/administration/audit")
    older = re.search(r'href="(/administration/audit\?below=\d+)"', first.text)
    assert older
    assert "Người 49" in words(first)
    make(admin, "people", name="Người sau")
    second = words(admin.get(older[1]))
    assert "Người 00" not in words(first)
    assert "Người 00" in second
    assert "Người 01" in second
    assert "Người 49" not in second


@pytest.mark.both_databases("changes rows of most tables, and reads the trail back")
def test_the_trail_speaks_like_the_forms(
    signed_in: SignedIn, database: Database, clock: Clock, settings: Settings
) -> None:
    admin = signed_in(Role.ADMIN, locale=Language.VI)
    with database.transaction() as session:
        organisation = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"})
        template = factories.make_template(session)
        rule = factories.make_rule(session)
        user = factories.make_user(session, Role.OFFICER)
        agreement = Agreement(title={"vi": "Thỏa thuận"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31))
        session.add(agreement)
        session.flush()
        agreement.parties = ["hai-duong", "vientiane-province"]
        commitment = Commitment(
            agreement_id=agreement.id,
            article="2",
            field={"vi": "Đào tạo"},
            title={"vi": "Lớp"},
            activity="training_batch",
        )
        session.add(commitment)
        session.flush()
        act = ActionContext(user, clock.now, settings.office)
        kind = {"kind": EventKind.ACTIVITY, "organisation_id": organisation.id, "active": False}
        crud.change(session, act, template, kind)
        crud.change(session, act, rule, {"audience": ["owner", "role:approver"], "kinds": ["training_batch"]})
        crud.change(session, act, user, {"role": Role.APPROVER, "must_change_password": True})
        crud.change(
            session,
            act,
            commitment,
            {"headcount_min": 10, "frequency_type": "in_period", "frequency_count": 3, "host": "vientiane-province"},
        )
        crud.change(session, act, agreement, {"signed_on": date(2024, 9, 6)})
        feed = Feed(user_id=user.id, name="Lịch", locale=Language.VI, token_hash="x")
        session.add(feed)
        session.flush()
        crud.change(session, act, feed, {"filter": {"kinds": ["activity", "delegation"]}, "lunar": True})
        session.add(
            Audit(at=clock.now, actor_name="x", action="restore", entity="database", entity_id="0009", changes={})
        )
    said = words(admin.get("/administration/audit"))
    for sentence in (
        "Cơ sở dữ liệu được khôi phục từ bản sao lưu",
        "Có ngày âm lịch: không → có Sự kiện nào: – → 2 mục",
        "Ngày ký: – → 06/9/2024",
        "Bên chủ nhà: – → tỉnh Viêng Chăn",
        "Bao lâu một lần: Theo thống nhất của hai bên, không ấn định số lần → Số lần nhất định trong cả giai đoạn",
        "Vai trò: Cán bộ → Người phê duyệt Phải đặt mật khẩu mới: không → có",
        "Người nhận: desk@example.org → người phụ trách sự kiện, tất cả có vai trò “Người phê duyệt”",
        "Loại: Đoàn đại biểu → Hoạt động khác Đơn vị thực hiện: – → Sở Ngoại vụ Đang dùng: có → không",
    ):
        assert sentence in said
    for code in ("training_batch", "role:approver", "in_period", "vientiane-province", "['", "approver", "must_change"):
        assert code not in said, code


def test_every_deed_of_the_trail_has_a_name() -> None:
    """Whatever the actions write down is told as more than "other change"."""
    written = {deed for path in sorted(Path("service").rglob("*.py")) for deed in deeds_of(path.read_text())}
    actions = {action for action, _entity in written}
    assert {"create", "delete", "rotate", "restore", "sign_in_limit", "submit", "reverse"} <= actions
    assert len(written) > 40
    of_events = {action for action, _entity in EVENT_DEEDS}
    assert sorted(actions - DEEDS.keys() - of_events) == []
    untold = {one for one in written if one[1] is not None and one[0] not in DEEDS}
    assert sorted(untold - EVENT_DEEDS.keys()) == []


def deeds_of(source: str) -> set[tuple[str, str | None]]:
    """The (action, entity) of every ``record(session, act, action, entity, …)`` of a module, entity None where that is
    computed. An action that a function is given is what the module's calls of that function give it."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found: set[tuple[str, str | None]] = set()
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        given = [one.arg for one in function.args.args]
        for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
            if not (isinstance(call.func, ast.Name) and call.func.id == "record" and len(call.args) > 3):
                continue
            action, entity = call.args[2:4]
            actions = [action]
            if isinstance(action, ast.Name) and action.id in given:
                place = given.index(action.id)
                actions = [
                    one.args[place]
                    for one in calls
                    if isinstance(one.func, ast.Name) and one.func.id == function.name and len(one.args) > place
                ]
            entities = texts_in(entity) or {None}
            found |= {(deed, thing) for node in actions for deed in texts_in(node) for thing in entities}
    return found


def texts_in(node: ast.expr) -> set[Any]:
    """The text of a constant, both of a choice between two."""
    if isinstance(node, ast.IfExp):
        return texts_in(node.body) | texts_in(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


MACHINE = {
    "id", "uid", "sequence", "event_id", "user_id", "created_by", "confirmed_by", "confirmed_at",
    "changed_since_confirmed", "asked_by", "asked_at", "template_id", "due_day", "done_at", "position", "kind",
    "budget_amount", "budget_currency", "media_type", "size", "sha256", "uploaded_by", "uploaded_at", "agreement_id",
    "known_to", "made_by", "made_at", "project_id", "answered_at",
}  # fmt: skip
"""Columns an entry says nothing of: the machine's own, what its status or another word says, what never changes."""

NEVER_CHANGED = {"api_token", "reminder", "passport", "particulars", "audit", "payment"}
"""Made, deleted, looked at, sent again or seen: each such entry is a sentence of its own."""


def test_every_field_of_the_trail_has_a_name(app: Flask, database: Database) -> None:
    tables = {mapper.local_table.name: mapper.class_ for mapper in SQLModel._sa_registry.mappers}
    desk = app.extensions["desk"]
    with database.transaction() as session, app.test_request_context():
        act = ActionContext(factories.make_user(session, Role.ADMIN), desk.clock(), desk.settings.office)
        view = View(session, desk, act, Language.EN)
        asked = forms_of(view, KINDS)
    untold = {}
    for kind in set(KINDS) - NEVER_CHANGED:
        if kind == "estimate":  # its entries tell of its lines and sums, not of its columns
            fields = estimates._told(Estimate(event_id=""), []).keys() | {"approved", "paid"}
        else:
            fields = audit.snapshot(tables[kind]()).keys()
        untold[kind] = sorted(fields - MACHINE - LABELS.keys() - FIELDS.keys() - asked.get(kind, {}).keys())
    assert {kind: fields for kind, fields in untold.items() if fields} == {}


@pytest.mark.both_databases("LIKE, and an order that pages need")
def test_lists_are_searched_and_paged(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        for number in range(1000):
            factories.make_person(session, name=f"Nguyễn Văn {number:04}")
    officer = signed_in(Role.OFFICER)
    first = officer.get("/administration/people")
    assert len(first.data) < 200_000
    assert "Nguyễn Văn 0049" in words(first)
    assert "Nguyễn Văn 0050" not in words(first)
    assert "Nguyễn Văn 0050" in words(officer.get("/administration/people?number=2"))
    assert "Nguyễn Văn 0777" in words(officer.get("/administration/people?q=van+0777"))
    assert len(officer.get("/administration/resources/new").data) < 200_000


@pytest.mark.parametrize("area", list(FORMS))
@pytest.mark.both_databases("the lists of all areas and what they count")
def test_as_many_queries_for_three_rows_as_for_one(signed_in: SignedIn, database: Database, area: str) -> None:
    admin = signed_in(Role.ADMIN)
    different = {
        "accounts": "email", "localities": "code", "holidays": "first_day", "organisations": "name.vi",
        "exchange-rates": "day",
    }.get(area, "")  # fmt: skip
    values = {
        "email": "m{}@example.org",
        "code": "noi-{}",
        "first_day": "2027-04-0{}",
        "day": "2026-11-0{}",
        "name.vi": "Sở số {}",
    }

    def add(number: int) -> None:
        make(admin, area, **({different: values[different].format(number)} if different else {}))

    def count() -> int:
        asked: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            asked.append(statement)

        sqlalchemy_event.listen(database.engine, "before_cursor_execute", note)
        assert admin.get(f"/administration/{area}").status_code == 200
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", note)
        return len(asked)

    add(1)
    one = count()
    add(2)
    add(3)
    assert count() == one


def test_terms_of_office_are_a_table_of_the_form(signed_in: SignedIn, database: Database) -> None:
    admin = signed_in(Role.ADMIN)
    path = make(admin, "people", position={}, organisation_id="", **{"position.vi": "Phó Giám đốc"})
    row = {"positions.0.title.vi": "Giám đốc", "positions.0.precedence": "", "positions.0.starts_on": "2020-02-01"}
    wrong = admin.send(
        path, do="positions", version=version(admin, path), **row, **{"positions.0.ends_on": "2019-01-01"}
    )
    assert wrong.status_code == 422
    assert re.search(r'id="positions-0-ends_on"[^>]*aria-invalid', wrong.text)
    assert admin.send(path, do="positions", version=version(admin, path), **row).status_code == 303
    page = admin.get(path).text
    assert re.search(r'id="positions-0-starts_on"[^>]*value="2020-02-01"', page)
    assert re.search(r'id="position-vi"[^>]*value="Giám đốc"', page)
    form = {"do": "change", "position.vi": "Bí thư", "as_of": "2025-07-01", "version": version(admin, path)}
    assert admin.send(path, **form).status_code == 303
    page = admin.get(path).text
    assert re.search(r'id="positions-0-ends_on"[^>]*value="2025-06-30"', page)
    assert re.search(r'id="position-vi"[^>]*value="Bí thư"', page)


def test_particulars_are_for_those_concerned_and_not_lost(signed_in: SignedIn, database: Database) -> None:
    admin = signed_in(Role.ADMIN)
    path = make(admin, "people")
    seen = re.compile(r'name="particulars_seen" value="([0-9a-f]*)"')
    before = seen.search(admin.get(path).text)[1]  # type: ignore[index]
    typed = {"do": "particulars", "sex": "male", "born_on": "1970-01-31", "nationality": "LA", "diet": "chay"}
    kept = admin.send(path, **typed, particulars_seen=before, version=version(admin, path))
    assert kept.status_code == 303
    page = admin.get(path).text
    assert re.search(r'id="born_on"[^>]*value="1970-01-31"', page)
    assert re.search(r'value="male" selected', page)
    stale = admin.send(path, **typed | {"diet": "x"}, particulars_seen=before, version=version(admin, path))
    assert stale.status_code == 412
    with database.transaction() as session:
        department = factories.make_organisation(session).id
    other = signed_in(Role.OFFICER, organisation_id=department).get(path)
    assert other.status_code == 200
    assert "1970-01-31" not in other.text
    assert "particulars" not in other.text
    assert "chay" not in admin.get("/administration/audit").text
