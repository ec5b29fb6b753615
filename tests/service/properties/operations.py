"""Requests of any operation of the API's document, with arguments that an attacker can know.

Nothing here names an operation: whatever the document gains is asked by itself. Fields and parameters are filled by
their names first (``VALUES``), else by their schemas.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import quote

from flask import Flask
from hypothesis import strategies as st

from models.vocabulary import Role
from tests.service.conftest import document_of
from tests.service.properties.desk import GONE, SPIES, Desk
from tests.service.properties.traces import STEM

Draw = Callable[[st.SearchStrategy[Any]], Any]
METHODS = ("get", "post", "put", "patch", "delete")

TABLES: Mapping[str, tuple[str, str]] = {
    "event_id": ("event", "id"),
    "person_id": ("person", "id"),
    "head_id": ("person", "id"),
    "counterpart_id": ("member", "id"),
    "organisation_id": ("organisation", "id"),
    "institution_id": ("organisation", "id"),
    "member_id": ("member", "id"),
    "task_id": ("task", "id"),
    "booking_id": ("booking", "id"),
    "resource_id": ("resource", "id"),
    "rule_id": ("reminder_rule", "id"),
    "reminder_id": ("reminder", "id"),
    "agreement_id": ("agreement", "id"),
    "predecessor_id": ("agreement", "id"),
    "parent_id": ("agreement", "id"),
    "bodies": ("organisation", "id"),
    "commitment_id": ("commitment", "id"),
    "anniversary_id": ("anniversary", "id"),
    "template_id": ("task_template", "id"),
    "learner_id": ("learner", "id"),
    "link_id": ("event_link", "id"),
    "submission_id": ("submission", "id"),
    "payer": ("locality", "code"),
    "holiday_id": ("office_holiday", "id"),
    "norm_id": ("norm", "id"),
    "observance_id": ("observance", "id"),
    "rate_id": ("exchange_rate", "id"),
    "file_id": ("file", "id"),
    "signed_file_id": ("file", "id"),
    "document_id": ("document", "id"),
    "for": ("programme_item", "id"),
    "issued_by": ("organisation", "id"),
    "signed_by": ("person", "id"),
    "feed_id": ("feed", "id"),
    "token_id": ("api_token", "id"),
    "user_id": ("user", "id"),
    "actor_id": ("user", "id"),
    "code": ("locality", "code"),
    "locality": ("locality", "code"),
    "host": ("locality", "code"),
    "guest": ("locality", "code"),
    "party": ("locality", "code"),
    "parties": ("locality", "code"),
    "successor": ("locality", "code"),
    "funded_by": ("locality", "code"),
    "agreements": ("agreement", "id"),
    "organisations": ("organisation", "id"),
    "localities": ("locality", "code"),
    "resource": ("resource", "id"),
    "person": ("person", "id"),
    "into": ("person", "id"),
    "merge_id": ("merge", "id"),
    "hand_over_id": ("hand_over", "id"),
    "gift_id": ("gift", "id"),
    "note_id": ("event_note", "id"),
    "proposal_id": ("proposal", "id"),
    "mentions": ("user", "id"),
    "project_id": ("project", "id"),
    "beneficiary_id": ("organisation", "id"),
    "handover_event_id": ("event", "id"),
    "given_by": ("locality", "code"),
    "given_to": ("locality", "code"),
    "giver_id": ("organisation", "id"),
    "receiver_id": ("organisation", "id"),
    "receiver_person_id": ("person", "id"),
}
"""Where a field's or parameter's value is found: table and column. Every row may be named, whosever it is."""

AUDIENCES = (
    "owner", "members", "organisation", "role:viewer", "role:officer", "role:approver", "role:admin",
    f"email:{SPIES[0]}", f"email:{SPIES[1].upper()}", "email:b.officer@example.org", "email:b.viewer@example.org",
    "email:v.officer@example.org", "email:v.admin@example.org", "email:a.officer@example.org",
    "email:guest@people.example", "email:b.person@people.example",
)  # fmt: skip
ADDRESSES = (*SPIES, GONE, "b.officer@example.org", "v.officer@example.org", "new@example.org", "guest@people.example")
DAYS = ("2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-20", "2027-03-01", "2026-11-01")
NAMES = ("Người A Leader", "Người Guest", "Người Nobody'S", "Người Mới", "Người Gone")
WORDS = ("Việc của họ", "Sở Một", "Sở Hai", "Cong ty khach", "1")

VALUES: Mapping[str, Sequence[Any]] = {
    "audience": AUDIENCES,
    "email": ADDRESSES,
    "recipient": ADDRESSES,
    "name": NAMES,
    "offset": ("-P200D", "-P1D", "P0D", "-PT2H", "-P19D", "P1D"),
    "due_offset": ("-P1D", "P1D", "-P14D"),
    "first_day": (*DAYS[:5], "2026", "2026-11"),
    "last_day": ("2026-12-20", "2027-03-02", "2026", "2026-11"),
    "arrives_on": DAYS[:2],
    "departs_on": ("2026-12-20",),
    "from": DAYS,
    "from_day": DAYS,
    "to": ("2026-12-31", "2027-12-31"),
    "q": (STEM, "", "Người", "so", STEM.upper()),
    "starts_on": ("2026-01-01",),
    "ends_on": ("2030-12-31",),
    "year": (2026, 2027, 2028),
    "week": ("2026-W49", "2026-W51", "2027-W09"),
    "from_year": (2024,),
    "to_year": (2030,),
    "origin": ("1984", "1962-09-05"),
    "timezone": ("Asia/Ho_Chi_Minh", "America/New_York"),
    "languages": ("vi", "lo"),
    "country": ("VN", "LA"),
    "number": ("B7654321",),
    "article": ("1", "2"),
    "aliases": WORDS,
    "expires_at": ("2030-01-01T00:00:00Z",),
    "expires_on": ("2030-01-01",),
    "due_on": DAYS,
    "at": ("08:00", "23:59"),
    "start_time": ("08:00",),
    "end_time": ("17:00",),
    "quantity": (1,),
    "capacity": (1, 5),
    "buffer_before": (0, 30),
    "buffer_after": (0, 30),
    "page": (1, 2),
    "page_size": (1, 500),
    "limit": (1, 50),
    "containing": DAYS,
    "days": (1, 3),
    "headcount": (3, 200),
    "date": DAYS,
    "lunar": ("2026-10-20",),
    "as_of": DAYS,
    "past_days": (0, 365),
    "tombstone_days": (0, 30),
    "password": ("ba con voi di choi qua",),
    "current": ("x",),
    "new": ("ba con voi di choi qua",),
    "messenger": (None,),
    "precedence": (1, 50),
    "amount": ("5",),
    "entity": ("event", "person"),
    "entity_id": ("1",),
    "phone": ("0999",),
    "visibility": ("internal", "internal", "public"),
    "kind": ("programme", "members", "residence", "goods", "money"),
    "received_on": ("2024", "2026-11", "2026-11-01"),
    "file_format": ("docx", "xlsx"),
    "language": ("vi", "vi,lo"),
}
"""Interesting values of fields and parameters by name; of a list, those of its items."""

TOGETHER = frozenset({"event_id", "resource_id"})
"""What a booking needs in one of two places, so that its schema requires neither."""


@dataclass(frozen=True)
class Operation:
    """An operation of the document: ``query`` has the schema of each parameter, ``required`` the needed ones."""

    name: str
    method: str
    path: str
    role: Role
    query: Mapping[str, Any]
    required: frozenset[str]
    bodies: Mapping[str, Any]


@cache
def operations(app: Flask) -> tuple[Operation, ...]:
    """Every operation of an application's document."""
    found = []
    for path, item in document_of(app).json["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method in item:
                operation = item[method]
                query = [one for one in (*shared, *operation.get("parameters", [])) if one.get("in") == "query"]
                found.append(
                    Operation(
                        operation["operationId"],
                        method.upper(),
                        path.removeprefix("/api/v1"),
                        Role(operation["x-required-role"]),
                        {one["name"]: one["schema"] for one in query},
                        frozenset(one["name"] for one in query if one.get("required")),
                        {
                            name: content["schema"]
                            for name, content in operation.get("requestBody", {}).get("content", {}).items()
                        },
                    )
                )
    return tuple(found)


def changes(app: Flask) -> tuple[Operation, ...]:
    """The operations that are not reading."""
    return tuple(one for one in operations(app) if one.method != "GET")


def reads(app: Flask) -> tuple[Operation, ...]:
    return tuple(one for one in operations(app) if one.method == "GET")


def form(content: str, fields: Mapping[str, str] = MappingProxyType({})) -> tuple[bytes, str]:
    """A form with a file and further fields, and its media type."""
    boundary = "x" * 8
    said = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n{content}\r\n'
    return f"{said}{file}--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Arguments:
    """Draws the arguments of requests to a desk."""

    def __init__(self, desk: Desk, draw: Draw) -> None:
        self._desk = desk
        self._draw = draw

    def one_of(self, choices: Sequence[Any]) -> Any:
        return choices[self._draw(st.integers(0, len(choices) - 1))]

    def id_of(self, name: str) -> str:
        """The id of any row that a field of this name may mean; of events the hidden ones are likelier."""
        table, key = TABLES[name]
        known = self._desk.ids(f'"{table}"', key)
        if name == "token_id":
            known = known[len(self._desk.layout.accounts) :]  # those of the accounts themselves stay valid
        if name == "event_id":
            known += [one.id for one in self._desk.secrets for _twice in range(2)]
        return str(self.one_of(known)) if known else "unknown"

    def path(self, operation: Operation) -> str:
        path = operation.path
        while "{" in path:
            name = path[path.index("{") + 1 : path.index("}")]
            value = self.id_of(name) if name in TABLES else str(self.one_of(VALUES.get(name, ("1",))))
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        named = [one for one in operation.query if one in operation.required or self._draw(st.integers(0, 3)) == 0]
        parts = [f"{name}={quote(str(self.value(name, operation.query[name])))}" for name in named]
        return path + (f"?{'&'.join(parts)}" if parts else "")

    def body(self, operation: Operation) -> tuple[Any, str]:
        """A body and its media type, "" for JSON; (None, "") where there is none."""
        if not operation.bodies:
            return None, ""
        media = self.one_of(sorted(operation.bodies))
        if media == "application/json":
            return self.value("", operation.bodies[media]), ""
        content = self.calendar() if "calendar" in operation.path + media or "events/import" in operation.path else ""
        content = content or self.member_list()
        if media == "multipart/form-data":
            asked = operation.bodies[media].get("properties", {})
            fields = {name: str(self.value(name, schema)) for name, schema in asked.items() if name != "file"}
            return form(content, fields)
        return content.encode(), media

    def calendar(self) -> str:
        """A calendar file whose entry may have the UID and people of somebody else."""
        uid = self.one_of(["new-uid@evil.example", "second-uid@evil.example"])
        day = self.one_of(DAYS[:5]).replace("-", "")
        who = self.one_of([*SPIES, "guest@people.example"])
        return "\r\n".join(
            [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "METHOD:REQUEST", "BEGIN:VEVENT", f"UID:{uid}",
                "DTSTAMP:20300101T000000Z", f"SEQUENCE:{self.one_of([0, 9])}", f"DTSTART;VALUE=DATE:{day}",
                "SUMMARY:Của họ", f"ATTENDEE:mailto:{who}", f"ORGANIZER:mailto:{who}",
                f"CLASS:{self.one_of(['PUBLIC', 'PRIVATE'])}", "END:VEVENT", "END:VCALENDAR", "",
            ]
        )  # fmt: skip

    def member_list(self) -> str:
        """A list that names people of others, with addresses and organisations of one's choice."""
        lines = ["name,email,phone,organisation"]
        for _line in range(self.one_of([1, 2])):
            lines.append(
                f"{self.one_of(NAMES)},{self.one_of(ADDRESSES)},0777,{self.one_of(['', 'Sở Hai', 'Sở Một', 'Sở Ba'])}"
            )
        return "\n".join(lines)

    def value(self, name: str, schema: Mapping[str, Any], depth: int = 0) -> Any:
        """A value of a schema; ``name`` is that of the field or parameter."""
        schema = self._resolved(schema)
        if "anyOf" in schema or "oneOf" in schema:
            choices = [self._resolved(one) for one in schema.get("anyOf", schema.get("oneOf", ()))]
            return self.value(name, self.one_of([one for one in choices if one.get("type") != "null"]), depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            if self._draw(st.integers(0, 7)) == 0:
                return None
            kind = next(one for one in kind if one != "null")
        if kind == "array":
            items = schema.get("items", {})
            few = self._draw(st.integers(1, 2)) if name != "parties" else 2
            return [self.value(name, items, depth + 1) for _item in range(few)]
        if kind == "object":
            return self._object(schema, depth)
        if kind == "boolean":
            return self._draw(st.booleans())
        if name in TABLES:
            return self.id_of(name)
        if words := schema.get("enum") or schema.get("x-extensible-enum"):
            return self.one_of([one for one in words if one is not None])
        if name in VALUES:
            return self.one_of(VALUES[name])
        match kind, schema.get("format"):
            case "integer", _:
                least, most = schema.get("minimum", 0), schema.get("maximum", 100)
                return self.one_of([one for one in (least, 1, 2, 5, most) if least <= one <= most])
            case _, "date":
                return self.one_of(DAYS)
        return self.one_of(WORDS)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        fields = {name: one for name, one in schema.get("properties", {}).items() if not one.get("readOnly")}
        required = set(schema.get("required", ())) | (TOGETHER if fields.keys() >= TOGETHER else set())
        if not required and depth == 0 and fields:
            required = {self.one_of(sorted(fields))}
        if {"vi", "lo", "en"} <= fields.keys():
            return {"vi": self.one_of(WORDS)}
        optional = sorted(fields.keys() - required)
        chosen = sorted({self.one_of(optional) for _more in range(self._draw(st.integers(0, 3)))} if optional else ())
        return {name: self.value(name, fields[name], depth + 1) for name in (*sorted(required), *chosen)}

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = document_of(self._desk.app).schemas[name]
        return cast("Mapping[str, Any]", schema)
