"""The API's document: operations have names, requests and answers are described apart, and it tells the truth."""

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from models.accounts import User
from models.agreements import Agreement, Anniversary, Commitment
from models.both_sides.notes import EventNote
from models.both_sides.proposals import Proposal
from models.database import Database
from models.estimates import Payment
from models.event_parts import TaskTemplate
from models.exchange_rates import ExchangeRate
from models.feeds import Feed
from models.file_store import FileStore
from models.gifts import Gift
from models.holidays import OfficeHoliday
from models.norms import Norm
from models.observances import Observance
from models.places import Locality, Organisation, Person
from models.projects import Project
from models.reminders import Reminder, ReminderRule
from models.resources import Booking, Resource
from models.successions import Merge, OrganisationHandOver
from models.vocabulary import EventKind, Role
from service.api import holidays, places
from service.api.events import KIND_PATHS
from service.app import create_app
from service.schemas.rows import StrictSchema
from service.settings import Settings
from tests import factories
from tests.at_once import at_once
from tests.service.conftest import Caller, Clock, document_of
from tests.service.files.samples import sent
from tests.service.http.document_checks import Document
from tests.service.web.populated_database import furnish, load_programme

VERBS = {
    "get": {"list", "get", "find", "diagnose", "make"},
    "put": {"replace", "import"},
    "patch": {"change"},
    "delete": {"delete"},
    "post": {
        *("create", "reject", "transition", "plan", "publish", "import", "rotate"),
        *("preview", "propose", "retry", "mark", "reveal", "change", "accept", "request", "refuse", "merge"),
        *("undo", "hand", "send", "strike", "submit", "approve", "return", "settle", "reverse"),
        *("decline", "counter", "withdraw", "copy"),
    },
}
"""The verbs an operation's name begins with, by its method."""


@pytest.fixture
def database_kind() -> str:
    """What the document says does not depend on the database."""
    return "sqlite"


@pytest.fixture
def document(app: Flask) -> Document:
    return document_of(app)


def test_decorators_do_not_copy_the_schemas() -> None:
    """flask-smorest copies what it knows of an operation at each decorator; a start would copy 140,000 objects."""
    for schema in (places.PersonSchema(), StrictSchema()):
        assert copy.deepcopy({"schema": [schema]})["schema"][0] is schema
    (described,) = places.blp._docs["PersonView"]["get"]["response"]["responses"][200]
    assert described["schema"] is copy.deepcopy(described)["schema"]


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, the value itself among them."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from within(inner)


def reached(document: dict[str, Any], start: Any) -> dict[str, Any]:
    """The components that a part of the document refers to, by name, also through others."""
    found: dict[str, Any] = {}
    waiting = [start]
    while waiting:
        for one in within(waiting.pop()):
            kind, _slash, name = one.get("$ref", "").removeprefix("#/components/").partition("/")
            if name and name not in found:
                found[name] = document["components"][kind][name]
                waiting.append(found[name])
    return found


def requests_and_answers(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The components of what is sent, and of what is answered."""
    operations = [one for item in document["paths"].values() for one in item.values() if "operationId" in one]
    sent = [one["requestBody"] for one in operations if "requestBody" in one]
    return reached(document, sent), reached(document, [one["responses"] for one in operations])


def not_apart(document: dict[str, Any]) -> list[str]:
    """What is described for both ways, or for the wrong one."""
    sent, answered = requests_and_answers(document)
    return [
        *(f"{name} is both" for name in sorted(sent.keys() & answered.keys())),
        *(f"{name}: readOnly" for name, one in sent.items() if any(part.get("readOnly") for part in within(one))),
        *(f"{name}: writeOnly" for name, one in answered.items() if any(part.get("writeOnly") for part in within(one))),
        *(f"{name}: enum" for name, one in answered.items() if any("enum" in part for part in within(one))),
        *(
            f"{name}: open"
            for name, one in sent.items()
            if "properties" in one and one.get("additionalProperties", True)
        ),
    ]


def wrong_kinds(document: dict[str, Any]) -> list[str]:
    """What keeps a program from telling events apart by their kind."""
    schemas = document["components"]["schemas"]
    any_event = schemas["AnyEvent"]
    mapping = any_event["discriminator"]["mapping"]
    wrong = [f"{kind} is not in the mapping" for kind in EventKind if kind not in mapping]
    if sorted(mapping.values()) != sorted(one["$ref"] for one in any_event["oneOf"]):
        wrong.append("mapping and oneOf differ")
    for kind, ref in mapping.items():
        schema = schemas[ref.rpartition("/")[2]]
        if schema["properties"]["kind"].get("const") != kind or "kind" not in schema["required"]:
            wrong.append(f"{ref} is not always of the kind {kind}")
    return wrong


def test_every_operation_has_a_name_of_its_own(document: Document) -> None:
    names = {place: operation["operationId"] for place, operation in document.operations.items()}
    assert [name for name, count in Counter(names.values()).items() if count > 1] == []
    assert {"listPeople", "createPerson", "getPerson", "changePerson", "deletePerson"} <= set(names.values())
    for (method, path), name in names.items():
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name), name
        assert re.match("[a-z]+", name)[0] in VERBS[method], (method, path, name)  # type: ignore[index]


@pytest.mark.parametrize("name", ["", "Lunar", "lunar", "get_lunar", "getLUNAR"])
def test_an_operation_without_a_name_does_not_start(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, name: str
) -> None:
    monkeypatch.setattr(holidays.LunarView.get, "operation_id", name)
    with pytest.raises(RuntimeError, match="GET /api/v1/lunar has no operationId"):
        create_app(settings)


def test_an_operation_with_the_name_of_another_does_not_start(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(holidays.LunarView.get, "operation_id", places.PeopleView.get.operation_id)  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="have the same operationId, listPeople"):
        create_app(settings)


def test_requests_and_answers_are_described_apart(document: Document) -> None:
    assert not_apart(document.json) == []
    sent, answered = requests_and_answers(document.json)
    assert [name for name in sent if not name.endswith(("Input", "Change"))] == []
    assert [name for name in answered if name.endswith(("Input", "Change"))] == []
    assert sent.keys() | answered.keys() >= document.schemas.keys()


def test_what_is_described_the_wrong_way_would_be_found(document: Document) -> None:
    """The negative control."""
    doctored = copy.deepcopy(document.json)
    schemas = doctored["components"]["schemas"]
    schemas["PersonInput"]["properties"]["id"] = {"type": "string", "readOnly": True}
    schemas["PersonChange"]["additionalProperties"] = True
    schemas["User"]["properties"]["password"] = {"type": "string", "writeOnly": True}
    schemas["Task"]["properties"]["anchor"] = {"type": "string", "enum": ["arrival"]}
    schemas["MemberInput"]["properties"]["person"] = {"$ref": "#/components/schemas/MemberPerson"}
    assert sorted(not_apart(doctored)) == [
        "LocalizedText is both",
        "LocalizedText: open",
        "MemberPerson is both",
        "MemberPerson: open",
        "PersonChange: open",
        "PersonInput: readOnly",
        "Task: enum",
        "User: writeOnly",
    ]


def test_one_schema_gives_what_makes_changes_and_shows_a_thing(document: Document) -> None:
    made, changed, shown = (document.schemas[name] for name in ("UserInput", "UserChange", "User"))
    assert made["required"] == ["email", "role"]
    assert "required" not in changed
    assert made["properties"].keys() == changed["properties"].keys()
    assert {"password", "messenger"} == made["properties"].keys() - shown["properties"].keys()
    assert {"id", "created_at", "updated_at"} < shown["properties"].keys() - made["properties"].keys()
    assert set(shown["required"]) == shown["properties"].keys()
    token = document.schemas["Token"]
    assert token["properties"].keys() - set(token["required"]) == {"token"}


def test_lists_of_words_are_closed_in_requests_and_may_grow_in_answers(document: Document) -> None:
    words = ["arrival", "start", "end", "task_due", "observance", "anniversary", "agreement_end"]
    words += ["agreement_review", "expiry", "milestone"]
    assert document.schemas["ReminderRuleInput"]["properties"]["anchor"] == {"type": "string", "enum": words}
    assert document.schemas["ReminderRule"]["properties"]["anchor"] == {"type": "string", "x-extensible-enum": words}
    level = document.schemas["DelegationInput"]["properties"]["level"]
    assert level == {"type": ["string", "null"], "enum": ["high", "department", "working", None]}
    assert "x-extensible-enum" in document.json["info"]["description"]


def test_events_are_told_apart_by_their_kind(document: Document) -> None:
    assert wrong_kinds(document.json) == []


def test_a_kind_that_is_not_told_apart_would_be_found(document: Document) -> None:
    """The negative control."""
    doctored = copy.deepcopy(document.json)
    any_event = doctored["components"]["schemas"]["AnyEvent"]
    del any_event["discriminator"]["mapping"]["activity"]
    doctored["components"]["schemas"]["Ceremony"]["required"].remove("kind")
    doctored["components"]["schemas"]["Delegation"]["properties"]["kind"]["const"] = "visit"
    assert wrong_kinds(doctored) == [
        "activity is not in the mapping",
        "mapping and oneOf differ",
        "#/components/schemas/Delegation is not always of the kind delegation",
        "#/components/schemas/Ceremony is not always of the kind anniversary",
    ]


def test_every_field_says_what_it_is(document: Document) -> None:
    untyped = [
        f"{name}.{field}"
        for name, schema in document.schemas.items()
        for field, described in schema.get("properties", {}).items()
        if not {"type", "$ref", "anyOf", "oneOf"} & described.keys()
    ]
    assert untyped == []
    assert [one for one in within(document.json) if None in one.values()] == []


def test_everybody_gets_the_same_document_at_once(settings: Settings) -> None:
    app = create_app(settings)
    answers = at_once([lambda: app.test_client().get("/api/v1/openapi.json").data for _ in range(8)])
    assert len(set(answers)) == 1
    assert len(document_of(app).operations) > 100


EXAMPLES = {
    "agreement_id": Agreement.id,
    "anniversary_id": Anniversary.id,
    "booking_id": Booking.id,
    "code": Locality.code,
    "commitment_id": Commitment.id,
    "feed_id": Feed.id,
    "gift_id": Gift.id,
    "note_id": EventNote.id,
    "hand_over_id": OrganisationHandOver.id,
    "holiday_id": OfficeHoliday.id,
    "merge_id": Merge.id,
    "norm_id": Norm.id,
    "observance_id": Observance.id,
    "rate_id": ExchangeRate.id,
    "organisation_id": Organisation.id,
    "payment_id": Payment.id,
    "person_id": Person.id,
    "project_id": Project.id,
    "proposal_id": Proposal.id,
    "reminder_id": Reminder.id,
    "resource_id": Resource.id,
    "rule_id": ReminderRule.id,
    "template_id": TaskTemplate.id,
    "user_id": User.id,
}
"""Where the examples for the parts of the addresses are."""
NEEDED = {"/openings": "?days=3&from=2027-02-01&to=2027-03-31"}
"""What an address can't be read without."""


def test_whatever_is_read_is_as_the_document_says(
    database: Database, settings: Settings, clock: Clock, caller: Callable[..., Caller], document: Document
) -> None:
    load_programme(database, settings.office, clock.now)
    with database.transaction() as session:
        visit = furnish(session, settings.office, clock.now)
        of_kind = {path: factories.make_event(session, kind=kind).id for kind, path in KIND_PATHS.items()}
        examples = {name: str(session.exec(select(column)).first()) for name, column in EXAMPLES.items()}
    admin = caller(Role.ADMIN)
    FileStore(settings.files_folder).open(make=True)
    examples |= {"event_id": visit, "number": "1", "file_id": sent(admin, f"/events/{visit}/files")["id"]}
    kept = admin.made(f"/events/{visit}/documents", {"kind": "programme"})
    examples |= {"document_id": kept["id"], "kind": "programme", "file_format": "xlsx"}
    learned = {"name": "Học sinh thứ nhất", "stage": "language"}
    batch = of_kind["training-batches"]
    examples |= {"learner_id": admin.made(f"/training-batches/{batch}/learners", learned)["id"]}
    examples |= {"week": "2027-W14", "year": "2027"}
    drafts = {"name": "Bản thảo của tôi", "page": "coming", "query": "status=draft"}
    examples |= {"view_id": admin.made("/saved-views", drafts)["id"]}
    assert admin.call("PUT", f"/people/{examples['person_id']}/passport", {"number": "C1234567"}).status_code == 200
    assert admin.call("PUT", f"/people/{examples['person_id']}/particulars", {"sex": "female"}).status_code == 200
    read = 0
    for method, path in document.operations:
        if method == "get":
            below = path.removeprefix("/api/v1")
            kind = of_kind.get(below.split("/")[1])
            address = below.format(**examples | ({"event_id": kind} if kind else {})) + NEEDED.get(below, "")
            answer = admin.get(address)  # who calls looks whether the answer is as the document says
            assert answer.status_code == 200, (address, answer.text)
            read += 1
    assert read > 50


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"name": None}, "name"),
        ({"precedence": "1"}, "precedence"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"surname": "Bình"}, "Additional properties"),
    ],
)
def test_an_answer_that_is_otherwise_would_be_found(
    document: Document, admin: Caller, change: dict[str, Any], wrong: str
) -> None:
    """The negative control of who calls."""
    person = admin.made("/people", {"name": "Trần Thị Bình"})
    described = {"$ref": "#/components/schemas/Person"}
    assert document.errors(described, person) == []
    (found,) = document.errors(described, person | change)
    assert wrong in found
    (found,) = document.errors(described, {name: value for name, value in person.items() if name != "phone"})
    assert "required" in found
    task = admin.made("/task-templates", {"kind": "activity", "title": {"vi": "Đón đoàn"}, "offset": "-P1D"})
    (found,) = document.errors({"$ref": "#/components/schemas/TaskTemplate"}, task | {"kind": "journey"})
    assert "journey" in found
