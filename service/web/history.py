"""The history of an event from the audit trail: who, when, what from and to, why."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from calendars.days.spans import Days
from calendars.documents.kinds import EVENT_KINDS
from calendars.estimates.labels import CLASS_NAMES, ITEM_NAMES, STATE_NAMES, WHO_PAYS_NAMES
from calendars.programmes.differences import differences
from calendars.programmes.items import ProgrammeItemValues
from calendars.proposals.steps import STATE_NAMES as PROPOSAL_STATES
from models.accounts import Audit, User
from models.agreements import Anniversary, Commitment
from models.events import Event
from models.i18n import N_, NP_
from models.places import Organisation, Person
from models.queries.merged import names_of_merged
from models.resources import Resource
from models.vocabulary import (
    ActivityType,
    BookingState,
    DelegationLevel,
    DocumentKind,
    EstimateState,
    EventStatus,
    FileVisibility,
    GuestClass,
    KnownTo,
    Language,
    MemberAnswer,
    MemberRole,
    NormItem,
    NoteVisibility,
    ReminderChannel,
    ReminderState,
    Role,
    Side,
    TaskAnchor,
    Visibility,
    WhoPays,
)
from service.actions import crud
from service.actions.events.event_queries import history_of
from service.actions.undo.checks import WITHIN
from service.actions.undo.offers import UndoOffer, offers
from service.schemas.word_names import NOTE_VISIBILITIES
from service.web.form_fields import FieldSpec, FieldType
from service.web.labels import (
    ACTIVITY_TYPES,
    BOOKING_STATES,
    CHANNELS,
    DEEDS,
    FIELDS,
    FILE_VISIBILITIES,
    LEVELS,
    OTHER_DEED,
    REMINDER_STATES,
    SUBMISSION_STATES,
    TASK_ANCHORS,
    VISIBILITIES,
    money,
)
from service.web.programme_board import ItemDifference, difference_texts
from service.web.view import View

ENTRIES_SHOWN = 200
PROGRAMMES_TOLD = 10
"""The newest changes of the programme are told item by item; of older ones, and of long programmes, how many items."""

LONG_PROGRAMME = 100
NOTHING = "–"
_STATES_OF: Mapping[str, Mapping[Any, str]] = {"proposal": PROPOSAL_STATES, "submission": SUBMISSION_STATES}
"""What states are called of rows whose words mean something else elsewhere."""

_SIDES = ("from", "to")

_DAYS = {"first_day", "last_day", "arrives_on", "departs_on", "due_on"}
_PLACES = {"host", "guest", "funded_by"}
_JOURNEYS = {"arrival", "departure"}
_REFERENCES: Mapping[str, type[Any]] = {
    "organisation_id": Organisation,
    "in_charge_id": User,
    "institution_id": Organisation,
    "person_id": Person,
    "head_id": Person,
    "counterpart_id": Person,
    "commitment_id": Commitment,
    "anniversary_id": Anniversary,
    "resource_id": Resource,
}
_HEADS = "head"
"""The people who lead a delegation, a list of ids."""

_NAMING: Mapping[str, str] = {
    "member": "person_id",
    "task": "title",
    "file": "title",
    "booking": "resource_id",
    "document": "kind",
    "payment": "item",
    "gift": "description",
}
"""Which value tells what an entry is about, where an event has several of the kind."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after."""

    label: str
    before: Markup | str
    after: Markup | str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing somebody did. ``about`` names the person or task, where it is about one; ``items`` are the changes of
    a programme, item by item."""

    at: datetime
    who: str
    deed: str
    about: Markup | str
    changes: Sequence[FieldChange]
    reason: str | None
    items: Sequence[ItemDifference] = ()
    undo: UndoOffer | None = None
    """How the reader's own change can be undone, at the newest of its entries."""


@dataclass(frozen=True, slots=True)
class EventHistory:
    """The newest entries first; ``has_more`` when the oldest are not shown."""

    entries: Sequence[HistoryEntry]
    has_more: bool


def read_history(view: View, event: Event, subjects: Mapping[str, Markup | str]) -> EventHistory:
    """Read and tell an event's history; a fixed number of queries, however long it is.

    ``subjects`` are the event's present people and tasks by id, as entries about them call them.
    """
    found = history_of(view.session, event.id, ENTRIES_SHOWN + 1)
    teller = HistoryFormatter(view, event, [audit for audit, _user in found], subjects)
    shown = found[:ENTRIES_SHOWN]
    offered = _offers(view, [audit for audit, _user in shown])
    entries = [
        replace(teller.entry(audit, user), undo=offered.pop(audit.request_id or "", None)) for audit, user in shown
    ]
    return EventHistory(entries, len(found) > ENTRIES_SHOWN)


def _offers(view: View, audits: Sequence[Audit]) -> dict[str, UndoOffer]:
    """Request → how it can be undone, of the reader's own lately; nothing for who may change nothing."""
    if view.user is None or not view.may(Role.OFFICER):
        return {}
    since = view.act.now - WITHIN
    own = {one.request_id for one in audits if one.actor_id == view.user.id and one.request_id and one.at >= since}
    return offers(view.session, view.act, own)


_WORDS: Mapping[str, Sequence[tuple[type[StrEnum], Callable[[View, Any], str]]]] = {
    "status": [(EventStatus, View.status)],
    "role": [(MemberRole, View.role)],
    "side": [(Side, View.side)],
    "answer": [(MemberAnswer, View.answer)],
    "shown_to": [(NoteVisibility, lambda view, word: view.say(NOTE_VISIBILITIES[word]))],
    "visibility": [
        (Visibility, lambda view, word: view.say(VISIBILITIES[word])),
        (FileVisibility, lambda view, word: view.say(FILE_VISIBILITIES[word])),
    ],
    "kind": [(DocumentKind, lambda view, word: view.say(EVENT_KINDS[word].name) if word in EVENT_KINDS else word)],
    "level": [(DelegationLevel, lambda view, word: view.say(LEVELS[word]))],
    "activity_type": [(ActivityType, lambda view, word: view.say(ACTIVITY_TYPES[word]))],
    "anchor": [(TaskAnchor, lambda view, word: view.say(TASK_ANCHORS[word]))],
    "channel": [(ReminderChannel, lambda view, word: view.say(CHANNELS[word]))],
    "guest_class": [(GuestClass, lambda view, word: view.plain(CLASS_NAMES[word]))],
    "who_pays": [(WhoPays, lambda view, word: view.plain(WHO_PAYS_NAMES[word]))],
    "item": [(NormItem, lambda view, word: view.plain(ITEM_NAMES[word]))],
}
"""Field → the words its values are of, and how a reader is told them; what is none of them is shown as it is."""


class HistoryFormatter:
    """Puts audit rows into words; the names their ids stand for are read at once.

    ``event`` is None where they are about many things; ``labels`` are further fields that are told, ``forms`` by the
    kind of thing the questions it is entered with: they name its fields and what can be chosen.
    """

    def __init__(
        self,
        view: View,
        event: Event | None,
        audits: Sequence[Audit],
        subjects: Mapping[str, Markup | str],
        labels: Mapping[str, str] = FIELDS,
        forms: Mapping[str, Mapping[str, FieldSpec]] = MappingProxyType({}),
    ) -> None:
        self.view = view
        self.forms = forms
        self.day = event.first_day if event else None
        self.labels = {**FIELDS, **labels}
        wanted: dict[type[Any], set[str]] = {model: set() for model in _REFERENCES.values()}
        for audit in audits:
            for name, change in audit.changes.items():
                if name in _REFERENCES:
                    wanted[_REFERENCES[name]] |= {value for value in change.values() if isinstance(value, str)}
                if name == _HEADS:
                    wanted[Person] |= {one for value in change.values() if isinstance(value, list) for one in value}
        self.names: dict[str, Any] = {}
        for model, listed in wanted.items():
            if listed:
                found = crud.by_id(view.session, model, listed)
                self.names |= {identity: _name(row) for identity, row in found.items()}
                self.names |= names_of_merged(view.session, listed - found.keys())
        # What was deleted since is still named by the entry that tells of it.
        gone = {audit.entity_id: self._named(audit) for audit in audits if audit.action == "delete"}
        self.subjects = {**gone, **subjects}
        programmes = [audit.id for audit in audits if (audit.action, audit.entity) == ("change", "programme")]
        self.told = set(programmes[:PROGRAMMES_TOLD])

    def entry(self, audit: Audit, user: User | None) -> HistoryEntry:
        is_whole = audit.action in {"create", "delete"}
        items = self._items(audit)
        return HistoryEntry(
            at=audit.at,
            who=user.name if user else audit.actor_name if audit.actor_id else self.view.say(N_("The service itself")),
            deed=self.view.say(DEEDS.get((audit.action, audit.entity), OTHER_DEED)),
            about=self.subjects.get(audit.entity_id) or self._named(audit) if audit.entity in _NAMING else "",
            changes=[] if is_whole or items else list(self._changes(audit)),
            reason=audit.reason,
            items=items,
        )

    def _items(self, audit: Audit) -> list[ItemDifference]:
        """What became of which item, of the newest changes of the programme; empty where only the order changed."""
        change = audit.changes.get("items") if audit.id in self.told else None
        if not isinstance(change, dict):
            return []
        before, after = (change.get(side) or [] for side in _SIDES)
        if max(len(before), len(after)) > LONG_PROGRAMME:
            return []
        return difference_texts(
            self.view,
            differences(
                [ProgrammeItemValues.read(one) for one in before], [ProgrammeItemValues.read(one) for one in after]
            ),
        )

    def _named(self, audit: Audit) -> Markup | str:
        name = _NAMING.get(audit.entity, "")
        change = audit.changes.get(name)
        return self._value(name, change.get("to") or change.get("from")) if change else ""

    def _changes(self, audit: Audit) -> list[FieldChange]:
        known = self._known_days(audit)
        return [*known, *self._field_changes(audit, {*_DAYS, "known_to"} if known else set())]

    def _known_days(self, audit: Audit) -> list[FieldChange]:
        """The days of a change before or after which only the month or the year was known; none of others."""
        closeness = audit.changes.get("known_to")
        if not isinstance(closeness, dict):
            return []
        told = []
        for side in _SIDES:
            dates = [(audit.changes.get(name) or {}).get(side) for name in ("first_day", "last_day")]
            days = [date.fromisoformat(one) for one in dates if isinstance(one, str)]
            known_to = KnownTo(closeness.get(side) or KnownTo.DAY)
            told.append(self.view.known(Days(days[0], days[-1]), known_to) if days else NOTHING)
        return [FieldChange(self.view.say(NP_("of an event", "Days")), told[0], told[1])]

    def _field_changes(self, audit: Audit, told: Collection[str]) -> list[FieldChange]:
        form = self.forms.get(audit.entity, {})
        asked = {name: field.label for name, field in form.items()}
        return [
            FieldChange(self.view.say(label), *(self._told(audit, name, change.get(side), form) for side in _SIDES))
            for name, label in (asked | {name: self.labels[name] for name in self.labels if name not in asked}).items()
            if name not in told and isinstance(change := audit.changes.get(name), dict)
        ]

    def _told(self, audit: Audit, name: str, value: Any, form: Mapping[str, FieldSpec]) -> Markup | str:
        """A value of a row. What states mean depends on what has them."""
        if name == "state" and value in (states := _STATES_OF.get(audit.entity, {})):
            return self.view.say(states[value])
        return self._value(name, value, form.get(name))

    def _value(self, name: str, value: Any, field: FieldSpec | None = None) -> Markup | str:
        if value is None or value in ("", [], {}):
            return NOTHING
        if field is not None and (chosen := _chosen(field, value)):
            return chosen
        if name in _REFERENCES or name == _HEADS:
            return self._referred(value)
        if name in _JOURNEYS and isinstance(value, dict):
            return " · ".join(self.view.journey(value))
        if name in _PLACES:
            return self.view.place(value, self.day)
        if name in _DAYS or (field is not None and field.type is FieldType.DAY):
            return self.view.day(date.fromisoformat(value))
        if isinstance(value, bool):
            return self.view.say(N_("yes")) if value else self.view.say(N_("no"))
        return self._several(value) if isinstance(value, list | dict) else self._word(name, str(value))

    def _several(self, value: list[Any] | dict[str, Any]) -> str:
        """Money, a text in several languages, or how many entries there are."""
        if isinstance(value, dict):
            if _is_money(value):
                return money(value, self.view.language)
            if set(value) <= set(Language):
                return self.view.text(value)
            if all(isinstance(item, list) for item in value.values()):
                return self.view.say(N_("{count} entries"), count=sum(map(len, value.values())))
            return ", ".join(f"{key}: {item}" for key, item in value.items())
        if all(map(_is_money, value)):
            return ", ".join(money(one, self.view.language) for one in value)
        return self.view.say(N_("{count} entries"), count=len(value))

    def _word(self, name: str, value: str) -> str:
        if name == "state":
            return self._state(value)
        for words, say in _WORDS.get(name, ()):
            if value in set(words):
                return say(self.view, words(value))
        return value

    def _referred(self, value: Any) -> Markup | str:
        """The name that an id stands for, or several ids in a list."""
        if isinstance(value, list):
            return Markup(", ").join(map(self._referred, value))
        known = self.names.get(value, value)
        return self.view.text(known) if isinstance(known, dict) else str(known)

    def _state(self, value: str) -> str:
        """The state of a reminder, a booking or an estimate: the words that they share mean the same."""
        if value in set(EstimateState):
            return self.view.plain(STATE_NAMES[EstimateState(value)])
        if value in set(BookingState):
            return self.view.say(BOOKING_STATES[BookingState(value)])
        return self.view.say(REMINDER_STATES[ReminderState(value)]) if value in set(ReminderState) else value


def _is_money(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"amount", "currency"}


def _chosen(field: FieldSpec, value: Any) -> str:
    """What was chosen or listed, as the form calls it; empty where it asks for something else."""
    names = dict(field.options)
    if isinstance(value, list) and (names or field.type is FieldType.LIST):
        return ", ".join(names.get(str(one), str(one).removeprefix("email:")) for one in value)
    return names.get(str(value), "")


def _name(row: Any) -> Any:
    return getattr(row, "name", None) or row.title
