"""Every number, text and list that comes in has a bound, checked before work is done; nothing is changed silently."""

import copy
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from models.database import Database
from models.errors import Invalid
from models.events import Event
from models.vocabulary import Role
from service.api.members import XLSX
from service.http import bounds, json_body
from service.web.administration.pages import AREAS
from tests import factories, workbooks
from tests.service.conftest import BATCH, Caller
from tests.service.http.document_checks import Document
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

AT_ONCE = 0.5
"""Seconds of work within which a body of thousands of items is refused; 5,000 phases took 2 s."""


# The document says of every value of a request how large it may be


def unbounded(document: Mapping[str, Any]) -> list[str]:
    """Where a request may hold a value without a bound; a word of a closed list has one."""
    return sorted(set(_of_operations(document)))


def _of_operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method == "parameters":
                continue
            for parameter in (*shared, *operation.get("parameters", [])):
                name = parameter.get("$ref", "").rpartition("/")[2]
                described = document["components"]["parameters"][name] if name else parameter
                where = f"{method} {path} {described['in']} {described['name']}"
                yield from _within(document, described["schema"], where, ())
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from _within(document, content["schema"], f"{method} {path}", ())


def _within(
    document: Mapping[str, Any], schema: Mapping[str, Any], where: str, above: tuple[str, ...]
) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in above:
            yield from _within(document, document["components"]["schemas"][name], name, (*above, name))
        return
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _within(document, one, where, above)
    found = schema.get("type")
    types = set(found if isinstance(found, list) else [found])
    is_word = "enum" in schema or "const" in schema
    if not is_word and "string" in types and "maxLength" not in schema:
        yield f"{where}: text"
    if not is_word and types & {"integer", "number"} and not {"minimum", "maximum"} <= schema.keys():
        yield f"{where}: number"
    if "array" in types:
        if "maxItems" not in schema:
            yield f"{where}: list"
        yield from _within(document, schema["items"], f"{where}.0", above)
    if "object" in types or "properties" in schema:
        others = schema.get("additionalProperties", True)
        if others is not False and "maxProperties" not in schema:
            yield f"{where}: object"
        if isinstance(others, Mapping):
            yield from _within(document, others, f"{where}.*", above)
        for name, one in schema.get("properties", {}).items():
            yield from _within(document, one, f"{where}.{name}", above)


@pytest.fixture
def document(app: Flask) -> Document:
    return Document(app)


def test_every_value_of_every_request_has_a_bound(document: Document) -> None:
    assert unbounded(document.json) == []
    assert len(document.operations) > 100


def test_a_value_without_a_bound_would_be_found(document: Document) -> None:
    """The negative control."""
    doctored = copy.deepcopy(document.json)
    schemas = doctored["components"]["schemas"]
    del schemas["PersonInput"]["properties"]["name"]["maxLength"]
    del schemas["PersonInput"]["properties"]["precedence"]["maximum"]
    del schemas["ProgrammeInput"]["properties"]["items"]["maxItems"]
    del schemas["TrainingBatchInput"]["properties"]["composition"]["maxProperties"]
    del schemas["TaskInput"]["additionalProperties"]
    assert unbounded(doctored) == [
        "PersonInput.name: text",
        "PersonInput.precedence: number",
        "ProgrammeInput.items: list",
        "TaskInput: object",
        "TrainingBatchInput.composition: object",
    ]


# Bodies


def refused(answer: TestResponse, *fields: str) -> None:
    """It is refused with these fields named, and with no error of ours."""
    assert answer.status_code == 422, answer.text
    assert sorted(answer.json["errors"]) == sorted(fields)


def raw(caller: Caller, path: str, body: str | bytes, method: str = "POST") -> TestResponse:
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json", "If-Match": "*"}
    return caller.client.open(f"/api/v1{path}", method=method, data=body, headers=headers)


@pytest.mark.parametrize("number", ["9" * 4301, "-" + "9" * 4301, "1e400", "-1e400", "1" * 41, "0." + "3" * 5000])
def test_a_number_of_any_length_is_refused_by_name(officer: Caller, number: str) -> None:
    body = json.dumps(BATCH | {"headcount": 0}).replace('"headcount": 0', f'"headcount": {number}')
    refused(raw(officer, "/training-batches", body), "headcount")
    nested = body.replace(number, "1")[:-1] + f', "phases": [{{"title": {{"vi": "x"}}, "first_day": {number}}}]}}'
    refused(raw(officer, "/training-batches", nested), "phases.0.first_day")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "01", "1.", "0x1", "+1"])
def test_what_is_no_number_of_json_is_malformed(officer: Caller, number: str) -> None:
    assert raw(officer, "/people", f'{{"name": "Lan", "precedence": {number}}}').status_code == 400


def test_zero_has_no_sign(officer: Caller) -> None:
    answer = raw(officer, "/training-batches", json.dumps(BATCH).replace('"headcount": 12', '"headcount": -0'))
    assert (answer.status_code, answer.json.get("errors", {}).keys() <= {"headcount"}) in {(201, True), (422, True)}


@pytest.mark.parametrize("body", ['{"name": "a", "name": "b"}', '{"name": "a", "name": "a"}'])
def test_a_field_given_twice_is_refused(officer: Caller, body: str) -> None:
    refused(raw(officer, "/people", body), "name")


@pytest.mark.parametrize("depth", [40, 5000, 100_000])
def test_deep_nesting_is_refused(officer: Caller, depth: int) -> None:
    answer = raw(officer, "/people", '{"name": ' + "[" * depth + "]" * depth + "}")
    assert answer.status_code in {400, 422}


MANY: dict[str, tuple[str, Any, str]] = {
    "phases": (
        "/training-batches",
        BATCH | {"phases": [{"title": {"vi": "x"}, "first_day": "2027-03-10", "last_day": "2027-03-11"}] * 5000},
        "phases",
    ),
    "performances": (
        "/art-troupe-visits",
        {k: v for k, v in BATCH.items() if k != "headcount"}
        | {"performances": [{"day": "2027-03-10", "title": {"vi": "x"}}] * 5000},
        "performances",
    ),
    "kinds of a rule": (
        "/reminder-rules",
        {"name": "x", "anchor": "arrival", "offset": "-P1D", "audience": ["owner"], "kinds": ["activity"] * 5000},
        "kinds",
    ),
    "audience": (
        "/reminder-rules",
        {"name": "x", "anchor": "arrival", "offset": "-P1D", "audience": ["owner"] * 5000},
        "audience",
    ),
    "aliases": (
        "/organisations",
        {"name": {"vi": "x"}, "locality": "hai-duong", "aliases": ["x"] * 5000},
        "aliases",
    ),
    "languages of a person": ("/people", {"name": "Lan", "languages": ["vi"] * 5000}, "languages"),
    "parties": (
        "/agreements",
        {"title": {"vi": "x"}, "starts_on": "2027-01-01", "ends_on": "2028-01-01", "parties": ["hai-duong"] * 5000},
        "parties",
    ),
    "localities of a feed": (
        "/feeds",
        {"name": "x", "filter": {"localities": ["hai-duong"] * 5000}},
        "filter.localities",
    ),
    "a composition": ("/training-batches", BATCH | {"composition": {str(one): 1 for one in range(900)}}, "composition"),
    "bookings": ("/bookings", {"bookings": [{"resource_id": "x", "event_id": "y"}] * 5000}, "bookings"),
}


@pytest.mark.parametrize("name", MANY)
def test_thousands_of_items_are_refused_at_once_and_without_the_writer(
    officer: Caller, admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, body, field = MANY[name]
    opened: list[bool] = []
    transaction = Database.transaction
    monkeypatch.setattr(
        Database, "transaction", lambda self, write=True: (opened.append(write), transaction(self, write))[1]
    )
    caller = admin if path == "/agreements" else officer
    began = time.thread_time()
    answer = raw(caller, path, json.dumps(body))
    took = time.thread_time() - began
    assert field in answer.json.get("errors", {}), answer.text
    assert len(answer.json["errors"]) < 10, "the items themselves are not looked at"
    assert opened == [False], "nobody's writing waits for it"
    assert took < AT_ONCE


@pytest.mark.parametrize(
    "body",
    [
        '{"name": ' + json.dumps(["x"] * 60_000) + "}",
        json.dumps({f"field-{number}": 1 for number in range(1001)}),
        json.dumps([[["x"] * 100] * 100] * 10),
    ],
    ids=["one list", "fields", "lists of lists"],
)
def test_more_values_than_anything_has_are_refused_at_once(officer: Caller, body: str) -> None:
    began = time.thread_time()
    refused(raw(officer, "/people", body), "body")
    assert time.thread_time() - began < AT_ONCE


def test_who_is_not_let_in_is_told_nothing_about_the_body(officer: Caller, viewer: Caller) -> None:
    body = '{"name": ' + "9" * 5000 + "}"
    assert raw(viewer, "/people", body).status_code == 403
    viewer.token = "unknown"
    assert raw(viewer, "/people", body).status_code == 401


def test_a_body_that_is_right_is_loaded_once_and_before_the_transaction(
    officer: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    transaction, read = Database.transaction, json_body.read
    monkeypatch.setattr(
        Database, "transaction", lambda self, write=True: (steps.append(f"write={write}"), transaction(self, write))[1]
    )
    monkeypatch.setattr(json_body, "read", lambda body: (steps.append("read"), read(body))[1])
    assert raw(officer, "/people", '{"name": "Lan"}').status_code == 201
    assert steps == ["read", "write=True"]


def test_all_errors_are_still_told_at_once(officer: Caller) -> None:
    """Those of fields, and those that only the database knows."""
    refused(
        officer.post("/people", {"name": "", "organisation_id": "nowhere", "precedence": "x"}),
        "name", "organisation_id", "precedence",
    )  # fmt: skip


# Half characters


@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "a\\ud800b", "\\ude00\\ud83d"])
def test_half_a_character_is_refused_wherever_it_is(officer: Caller, half: str, database: Database) -> None:
    refused(raw(officer, "/people", f'{{"name": "{half}"}}'), "name")
    refused(raw(officer, "/organisations", f'{{"name": {{"vi": "{half}"}}, "locality": "hai-duong"}}'), "name.vi")
    refused(raw(officer, "/people", f'{{"name": "Lan", "languages": ["vi", "{half}"]}}'), "languages.1")
    answer = raw(officer, "/people", f'{{"name": "Lan", "{half}": 1}}')
    assert answer.status_code == 422
    assert answer.json["errors"].keys() != {"name"}
    with database.transaction(write=False) as session:
        assert session.exec(select(Event)).all() == []


def test_a_whole_character_of_two_halves_is_taken(officer: Caller) -> None:
    answer = raw(officer, "/people", '{"name": "Lan \\ud83c\\udf8b"}')
    assert (answer.status_code, answer.json["name"]) == (201, "Lan 🎋")


def test_without_the_check_it_would_be_changed(officer: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr("service.http.json_body.is_half", lambda _text: False)
    monkeypatch.setattr("service.schemas.fields.is_half", lambda _text: False)
    answer = raw(officer, "/people", '{"name": "Lan \\ud800"}')
    assert (answer.status_code, answer.json["name"]) == (201, "Lan \ufffd")


CUT = quote_from_bytes("Viêng Chăn".encode()[:3])
HALVES = ["%ED%A0%80", "%FF", CUT, "%C3%28"]
"""A lone surrogate as bytes, what no UTF-8 has, and a letter cut in two."""


@pytest.mark.parametrize("text", HALVES)
def test_addresses_that_are_no_text_are_refused(officer: Caller, signed_in: Callable[..., Browser], text: str) -> None:
    refused(officer.client.get(f"/api/v1/people?q={text}", headers={"Authorization": f"Bearer {officer.token}"}), "q")
    assert (
        officer.client.get(f"/api/v1/people/{text}", headers={"Authorization": f"Bearer {officer.token}"}).status_code
        == 404
    )
    browser = signed_in(Role.OFFICER)
    assert browser.get(f"/search?q={text}").status_code == 422
    assert browser.get(f"/events/{text}").status_code == 404


@pytest.mark.parametrize("text", HALVES)
def test_forms_that_are_no_text_are_refused(client: Any, text: str) -> None:
    form = {"data": f"email=lan%40example.org&password={text}", "content_type": bounds.FORM}
    assert client.post("/login", **form).status_code == 422


@pytest.mark.parametrize("text", [b"\xed\xa0\x80", b"\xff", "Viêng".encode()[:3]])
def test_uploads_that_are_no_text_are_refused(
    officer: Caller, signed_in: Callable[..., Browser], database: Database, text: bytes
) -> None:
    """A form's field, a list as CSV, one as XLSX; what is guessed of a calendar file is told in its remarks."""
    browser = signed_in(Role.OFFICER)
    token = browser.csrf("/events/import")
    parts = {"csrf": token.encode(), "do": b"look", "text": b"BEGIN:VCALENDAR" + text}
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in parts.items()
    )
    answer = browser.open("POST", "/events/import", body + b"--x--\r\n", Content_Type=f"{bounds.UPLOAD}; boundary=x")
    assert answer.status_code == 422
    with database.transaction() as session:
        event = factories.make_event(session, created_by=officer.user_id).id
    headers = {"Authorization": f"Bearer {officer.token}"}
    path = f"/api/v1/events/{event}/members/import"
    answer = officer.client.post(path, data="Họ tên\n".encode() + text, content_type="text/csv", headers=headers)
    refused(answer, "file")
    sheet = workbooks.workbook_of(["Họ tên"], ["Lan"])
    strings = workbooks.unpacked(sheet)[workbooks.STRINGS]
    halved = workbooks.repacked(sheet, workbooks.STRINGS, strings.replace(b"Lan", b"&#xD800;"))
    answer = officer.client.post(path, data=halved, content_type=XLSX, headers=headers)
    assert answer.status_code == 422
    assert all(name == "file" or name.startswith("rows.") for name in answer.json["errors"])


def test_a_form_of_thousands_of_fields_is_refused_at_once(client: Any) -> None:
    began = time.thread_time()
    answer = client.post("/login", data="a=1&" * 400_000, content_type=bounds.FORM)
    assert answer.status_code == 422
    assert time.thread_time() - began < AT_ONCE


def test_addresses_have_a_length(officer: Caller, client: Any) -> None:
    for path in ("/api/v1/people", "/search", "/healthz"):
        answer = client.get(f"{path}?q={'x' * bounds.MOST_OF_AN_ADDRESS}")
        assert answer.status_code == 414
    assert client.get("/api/v1/people?" + "q=x&" * 1001).status_code == 422
    assert officer.get(f"/people/{'x' * 101}").status_code == 404
    for header in ("If_Match", "If_None_Match"):
        refused(officer.get("/people", **{header: '"x"' * bounds.MOST_OF_A_HEADER}), header.replace("_", "-"))
    for page in ("1000001", "9" * 30, "9" * 5000):
        refused(officer.get(f"/people?page={page}"), "page")


# Anything at all

_HUGE = st.sampled_from([10**39, -(10**39), 2**31, 2**63, -(2**63) - 1, 1e308, -0.0, 5e-324])
_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["\ud800", "\x00", "\u202e", "x" * 30_000, "9" * 5000, "2027-13-45", "-P9999999999D", "\ufffd"]),
)
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), _HUGE, st.floats(allow_nan=True), _TEXTS)
HOSTILE = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_TEXTS, inner, max_size=4),
        st.builds(lambda one: [one] * 10_000, _LEAVES),
    ),
    max_leaves=8,
)
"""What no schema has thought of."""


def requests_of(document: Document) -> list[tuple[str, str, list[str]]]:
    """Each operation with a JSON body: method, path, the fields it has."""
    found = []
    for path, operations in document.json["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            if name:
                properties = document.json["components"]["schemas"][name].get("properties", {})
                found.append((method.upper(), path, list(properties)))
    return found


@pytest.mark.timeout(600)
def test_hostile_bodies_are_answered_at_every_operation(
    officer: Caller, admin: Caller, document: Document, database: Database
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session).id
        person = factories.make_person(session).id
    known = {"event_id": event, "person_id": person, "code": "hai-duong"}
    asked = requests_of(document)
    assert len(asked) > 40
    slow: list[str] = []

    @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=max(120, settings().max_examples))
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        method, path, fields = data.draw(st.sampled_from(asked))
        body = data.draw(
            st.one_of(HOSTILE, st.dictionaries(st.sampled_from(fields or ["x"]), HOSTILE, min_size=1, max_size=4))
        )
        address = path.removeprefix("/api/v1")
        for part in [one[1:-1] for one in address.split("/") if one.startswith("{")]:
            address = address.replace("{" + part + "}", known.get(part, "01h00000000000000000000000"))
        began = time.thread_time()
        answer = raw(admin, address, json.dumps(body), method)
        took = time.thread_time() - began
        assert answer.status_code < 500, (method, path, answer.text)
        if took > 10:  # a second or less on a quiet machine
            slow.append(f"{method} {path}: {took:.1f} s")

    ask()
    assert slow == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_any_bytes_are_read_or_refused(database_kind: str, body: bytes) -> None:
    try:
        json_body.read(body)
    except (BadRequest, Invalid):
        return
    json.loads(body)


def forms_of(app: Flask, browser: Browser, known: Mapping[str, str]) -> dict[str, tuple[str, list[str]]]:
    """Each page that takes a form: its address → a token for it, and the names of what can be filled in."""
    found: dict[str, tuple[str, list[str]]] = {}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule.startswith("/api/") or rule.endpoint == "pages.sign_out":
            continue
        for area in AREAS if "<area>" in rule.rule else ("",):
            parts = {part: known.get(part, "01h00000000000000000000000") for part in rule.arguments} | {"area": area}
            path = rule.rule
            for part, value in parts.items():
                path = path.replace(f"<{part}>", value)
            found[path] = ("", _names_in(browser.get(path).text))
    token = browser.csrf("/account")
    return {path: (token, names or ["x"]) for path, (_token, names) in found.items()}


def _names_in(page: str) -> list[str]:
    return sorted({*re.findall(r'<(?:input|select|textarea|button)[^>]*? name="([^"]+)"', page)} - {"csrf"})


_WRITTEN = st.one_of(
    st.text(max_size=30).map(lambda one: one.encode("utf-8", "surrogatepass")),
    st.binary(max_size=9),
    st.sampled_from(
        [b"9" * 5000, b"x" * 30_000, b"-1e400", b"\xed\xa0\x80", b"\x00", b"2027-13-45", b"," * 9000, b"yes", b"1",
         b"2027-03-10", b"a: 9\n" * 3000]
    ),
)  # fmt: skip


@pytest.mark.timeout(600)
def test_hostile_forms_are_answered_at_every_page(
    app: Flask, database: Database, signed_in: Callable[..., Browser]
) -> None:
    with database.transaction() as session:
        known = {"event_id": factories.make_event(session).id, "identity": factories.make_person(session).id}
    browser = signed_in(Role.ADMIN)
    forms = forms_of(app, browser, known)
    assert len(forms) > 25
    assert sum(len(names) for _token, names in forms.values()) > 150
    met: set[int] = set()

    @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=max(150, settings().max_examples))
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(forms)))
        token, names = forms[path]
        rows = st.sampled_from(["phases.0.title.vi", "phases.999.first_day", "items.0.day", "composition"])
        filled = data.draw(st.dictionaries(st.one_of(st.sampled_from(names), rows), _WRITTEN, max_size=6))
        pairs = [f"{quote(name)}={quote_from_bytes(value)}" for name, value in filled.items()]
        began = time.thread_time()
        answer = browser.open("POST", path, "&".join([f"csrf={token}", *pairs]), Content_Type=bounds.FORM)
        met.add(answer.status_code)
        assert answer.status_code < 500, (path, filled, answer.text[:300])
        assert time.thread_time() - began < 5, (path, filled)

    send()
    assert met - {400, 403}, "forms got further than the door"
