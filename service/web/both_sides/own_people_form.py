"""The form in which the other side of a shared visit says for all its people at once whether they come, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from models.event_parts import Member
from models.events import Event
from models.queries.dated import has_days
from models.vocabulary import MemberAnswer
from service.actions import crud
from service.actions.both_sides import own_people
from service.actions.events.members import MemberPosition
from service.schemas.members import MemberSchema
from service.web.forms import FormRefusal
from service.web.view import View

JOURNEYS = ("arrival", "departure")
PARTS = ("day", "hour", "by", "place")
"""What the other side says of a journey; who meets them is the hosts' to say."""


@dataclass(frozen=True, slots=True)
class OwnFields:
    """What stands in the fields: what was typed if it was refused, else what is known."""

    is_refused: bool

    def value(self, member: Member, name: str, part: str = "") -> str:
        """The value of a member's field."""
        key = ".".join(filter(None, (member.id, name, part)))
        # Of whom somebody else changed meanwhile what is known now is shown.
        if self.is_refused and request.form.get(f"{member.id}.version") == str(member.version) and key in request.form:
            return request.form[key]
        if not part:
            return str(member.answer.value)
        return _parts(getattr(member, name)).get(part, "")

    def has_journey(self, member: Member) -> bool:
        """Whether anything stands in the fields of the journeys."""
        return any(self.value(member, name, part) for name in JOURNEYS for part in PARTS)


def save(view: View, event: Event) -> Mapping[str, int]:
    """Enter what was typed for everybody; with the button "All come" all of them take part."""
    rows = request.form.getlist("row")
    shown = [crud.part(view.session, Member, event.id, row) for row in dict.fromkeys(rows)]
    wishes = []
    for member in shown:
        values = _typed(member.id, has_journeys=has_days(event))
        changed = {name: one for name, one in values.items() if not _is_known(member, name, one)}
        if changed:
            version = request.form.get(f"{member.id}.version", 0, int)
            wishes.append((member.id, version, changed))
    own_people.answer_for_own(view.session, view.act, event, wishes)
    return {}


def with_names(view: View, seats: Sequence[MemberPosition], refusal: FormRefusal | None) -> FormRefusal | None:
    """A refusal that says of whom each of its sentences is."""
    if refusal is None:
        return None
    names = {seat.member.id: view.person(seat.person) for seat in seats}
    told = {
        key: [_of(names.get(key.partition(".")[0]), line) for line in lines] for key, lines in refusal.fields.items()
    }
    return replace(refusal, fields=told)


def _of(name: str | None, line: str) -> str:
    return line if name is None else f"{name}: {line}"


def _typed(row: str, *, has_journeys: bool) -> dict[str, Any]:
    answer = MemberAnswer.ACCEPTED.value if request.form["do"] == "all" else request.form.get(f"{row}.answer")
    wish: dict[str, Any] = {"answer": answer or None}
    if has_journeys:
        wish |= {name: _journey(row, name) for name in JOURNEYS}
    schema: type[Schema] = MemberSchema
    try:
        values: dict[str, Any] = schema(partial=True).load(wish)
    except ValidationError as wrong:
        raise ValidationError({row: wrong.messages}) from None
    return values


def _journey(row: str, name: str) -> dict[str, str] | None:
    """A journey as it was typed, as the API takes it."""
    typed = {part: request.form.get(f"{row}.{name}.{part}", "").strip() for part in PARTS}
    day, hour = typed.pop("day"), typed.pop("hour")
    if day or hour:
        typed["at"] = f"{day}T{hour}" if hour else day
    return {part: value for part, value in typed.items() if value} or None


def _is_known(member: Member, name: str, value: Any) -> bool:
    """Whether a member has this value already."""
    if name == "answer":
        return bool((value or MemberAnswer.NEEDS_ACTION) == member.answer)
    return _parts(getattr(member, name)) == _parts(value)


def _parts(journey: Mapping[str, str] | None) -> dict[str, str]:
    """A journey as the fields show it."""
    known = journey or {}
    day, _t, hour = known.get("at", "").partition("T")
    shown = {"day": day, "hour": hour, "by": known.get("by", ""), "place": known.get("place", "")}
    return {part: value for part, value in shown.items() if value}
