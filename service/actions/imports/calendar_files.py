"""Importing calendar files: each entry, independently, becomes a draft or changes the event it was imported as."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlmodel import Session, select

from calendars.days.office_clock import ShownTimes, shown_times
from calendars.events.lifecycle import CALLED_OFF
from calendars.ical_import.entries import ImportedEvent, SkippedComponent
from calendars.ical_import.reader import CalendarFile, ImportContext, read_calendar
from calendars.ical_import.times import ImportedTimes
from models.errors import DomainError, Forbidden, Invalid
from models.events import Event
from models.i18n import N_, Message, message
from models.places import Locality
from models.text import clean, fold, localized, one_line
from models.vocabulary import EventKind, Language, Visibility
from service.actions import crud, outside, permissions, progress_updates
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.imports.known_entries import KnownEntries
from service.actions.known_days import check_has_days

KINDS = (EventKind.ACTIVITY, EventKind.DELEGATION, EventKind.TRAINING_BATCH, EventKind.ART_TROUPE_VISIT)
"""The kinds that can be created from a calendar entry; a ceremony needs an anniversary, which no entry names."""

RESULTS = ("created", "changed", "unchanged", "refused", "ignored")
MAX_SOURCE = 200


@dataclass(frozen=True, slots=True)
class ImportDefaults:
    """Values for entries that do not give them: kind, and localities by code (host None: the office's own).

    ``charset`` is the one the sender declared for the file, if any.
    """

    kind: EventKind = EventKind.ACTIVITY
    host: str | None = None
    guest: str | None = None
    language: Language = Language.VI
    source: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True)
class ComponentOutcome:
    """The result for one component, or for one occurrence of a series; ``event_id`` is None if there is no event.

    ``times`` are its days and hours by the office's clock, None if they could not be read.
    """

    number: int
    component: str
    uid: str
    recurrence_id: str | None
    title: str
    result: str
    event_id: str | None = None
    reasons: tuple[Message, ...] = ()
    times: ShownTimes | None = None


def import_calendar(
    session: Session, act: ActionContext, content: bytes, defaults: ImportDefaults
) -> list[ComponentOutcome]:
    """Import a calendar file; returns the outcome of each component, in the file's order.

    New events are drafts, known ones (by their UID) are changed if the entry is newer. An entry that can't be imported
    is refused with its reasons and leaves nothing behind; the others are not affected. An import never cancels or
    deletes anything. The file is read outside the transaction.

    Raises:
        Invalid: ``file`` is no calendar or too large; ``kind``, ``host`` or ``guest`` is not valid.
    """
    host = defaults.host or act.office.locality
    errors = crud.missing_references(session, Event, {"host": host, "guest": defaults.guest})
    if defaults.kind not in KINDS:
        errors["kind"] = [message(N_("Must be one of: {choices}."), choices=", ".join(KINDS))]
    if defaults.guest == host:
        errors["guest"] = [message(N_("Host and guest must be two different localities."))]
    crud.check(errors)
    context = ImportContext(defaults.language, act.office.timezone, act.now, act.today)
    file = outside.ask("calendar file", lambda: partial(read_calendar, content, context, defaults.charset))
    source = one_line(defaults.source or file.source)[:MAX_SOURCE] or "?"
    return _CalendarImport(session, act, defaults, host, source, file).run()


class _CalendarImport:
    """The import of one file, with the known events by UID and the localities by name."""

    def __init__(
        self,
        session: Session,
        act: ActionContext,
        defaults: ImportDefaults,
        host: str,
        source: str,
        file: CalendarFile,
    ) -> None:
        self.session, self.act, self.defaults, self.host, self.found = session, act, defaults, host, file.found
        self.reason = message(N_("Taken from a calendar file: {source}"), source=source).to(defaults.language)
        entries = [one for one in file.found if isinstance(one, ImportedEvent)]
        self.is_alone = permissions.offices(session).alone
        if not self.is_alone:
            _one_at_a_time(session)
        self.history = KnownEntries.load(session, entries, file)
        self.hidden = permissions.hidden(session, [event.id for event in self.history.events])
        self.places = _places(session) if any(one.host_name for one in entries) else {}

    def run(self) -> list[ComponentOutcome]:
        """Import every entry independently of the others."""
        outcomes = []
        for number, one in enumerate(self.found):
            progress_updates.tell(self.session, N_("Entry {done} of {total}"), number, len(self.found))
            outcomes.append(self._skipped(one) if isinstance(one, SkippedComponent) else self._import(one))
        return outcomes + [self._left(event) for event in self.history.left if event.id not in self.hidden]

    def _left(self, event: Event) -> ComponentOutcome:
        """The outcome of an event whose occurrence the file's series no longer contains."""
        why = message(
            N_("The series in the file no longer has this day. Nothing is cancelled by a file: a person does that.")
        )
        title = localized(event.title, self.defaults.language)
        number = self.history.number_of(event)
        uid = self.history.uid_of(event)
        return ComponentOutcome(number, "VEVENT", uid, uid.rpartition("/")[2], title, "unchanged", event.id, (why,))

    def _skipped(self, skipped: SkippedComponent) -> ComponentOutcome:
        return ComponentOutcome(
            skipped.number,
            skipped.component,
            skipped.uid,
            skipped.recurrence_id,
            skipped.title,
            "refused" if skipped.is_refused else "ignored",
            reasons=skipped.reasons,
        )

    def _import(self, entry: ImportedEvent) -> ComponentOutcome:
        event = self.history.event_of(entry)
        remarks = list(entry.remarks)
        if event.id in self.hidden if event is not None else self.history.is_closed(entry):
            # Its owner, content and days are not revealed to whoever may not see it.
            reason = message(events.UID_TAKEN)
            return self._outcome(entry, "refused", None, (reason,))
        try:
            with self.session.begin_nested():
                if event is None:
                    result, event = self._create(entry, remarks)
                else:
                    result = self._change(entry, event, remarks)
                if event is not None and result in {"created", "changed"}:
                    self.history.remember(entry, event)
        except Invalid as error:
            reasons = (
                message("{field}: {problem}", field=name, problem=one)
                for name, lines in error.errors.items()
                for one in lines
            )
            return self._outcome(entry, "refused", None, reasons)
        except DomainError as error:
            return self._outcome(entry, "refused", event, (error.detail,))
        return self._outcome(entry, result, event, remarks)

    def _outcome(self, entry: ImportedEvent, result: str, event: Event | None, reasons: Any) -> ComponentOutcome:
        return ComponentOutcome(
            entry.number,
            entry.component,
            entry.uid,
            entry.recurrence_id,
            entry.title,
            result,
            event.id if event is not None else None,
            tuple(reasons),
            self._times(entry.hours),
        )

    def _times(self, hours: ImportedTimes) -> ShownTimes | None:
        office = self.act.office.timezone
        try:
            return shown_times(
                hours.first_day, hours.last_day, hours.start_time, hours.end_time, hours.zone or office, office
            )
        except ValueError:
            return None

    def _create(self, entry: ImportedEvent, remarks: list[Message]) -> tuple[str, Event | None]:
        if entry.is_cancelled:
            remarks.append(message(N_("It is cancelled, and the desk never knew of it.")))
            return "ignored", None
        kind = entry.kind or self.defaults.kind
        if kind not in KINDS:
            kind = EventKind.ACTIVITY
            remarks.append(
                message(N_("A ceremony needs its anniversary, which no file names: it becomes an activity."))
            )
        host, guest = self._localities(entry)
        values: dict[str, Any] = {
            "title": _text(entry.title, entry.language),
            "description": _text(entry.description, entry.language) if entry.description else None,
            "location": _text(entry.location, entry.language) if entry.location else None,
            "host": host,
            "guest": guest,
            "visibility": entry.visibility or Visibility.INTERNAL,
            "headcount": entry.headcount,
            "sequence": entry.sequence,
            **_days(entry.hours, self.act.office.timezone),
        }
        # UIDs are unique, and whether another office has this entry is not this one's to learn: with several offices
        # the event always has a UID of its own, and is found again by the entry's.
        uid = entry.uid if self.is_alone else None
        return "created", events.create_event(self.session, self.act, kind, values, reason=self.reason, uid=uid)

    def _localities(self, entry: ImportedEvent) -> tuple[str, str | None]:
        """Host and guest: from the defaults, else as the entry names them, else the office's own and none."""
        host = self.defaults.host or self.places.get(fold(entry.host_name)) or self.host
        guest = self.defaults.guest or self.places.get(fold(entry.guest_name))
        return host, guest if guest != host else None

    def _change(self, entry: ImportedEvent, event: Event, remarks: list[Message]) -> str:
        if entry.is_cancelled:
            if event.status not in CALLED_OFF:
                remarks.append(
                    message(
                        N_("The file calls it off. Nothing is cancelled by a file: a person does that, with a reason.")
                    )
                )
            return "unchanged"
        check_has_days(event, "first_day")
        values = _differences(entry, event)
        if not values:
            return "unchanged"
        if event.id in self.history.others:
            raise Forbidden(message(events.UID_TAKEN), code="not_in_charge")
        if older := self.history.why_older(entry, event):
            remarks.append(older)
            return "unchanged"
        if entry.sequence > event.sequence:
            values["sequence"] = entry.sequence
        events.change_event(self.session, self.act, event, values, reason=self.reason)
        return "changed"


def _one_at_a_time(session: Session) -> None:
    """Let an office's imports wait for each other: no unique UID stops two of the same file from both making events.

    Other writers, who only refer to the office's locality, go on.
    """
    own = select(Locality.code).where(Locality.code == permissions.own_office(session))
    session.exec(own.with_for_update(key_share=True)).all()


def _places(session: Session) -> Mapping[str, str]:
    """Folded name in any language → locality; names that two localities share are left out."""
    found: dict[str, set[str]] = {}
    for locality in session.exec(select(Locality)).all():
        for name in locality.name.values():
            found.setdefault(fold(name), set()).add(locality.code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _text(text: str, language: Language) -> dict[str, str]:
    """A text in one language; a Lao one is used for Vietnamese too, since every text has Vietnamese or English."""
    return {language.value: text} | ({Language.VI.value: text} if language is Language.LO else {})


def _days(hours: ImportedTimes, zone: str) -> dict[str, Any]:
    return {
        "first_day": hours.first_day,
        "last_day": hours.last_day,
        "start_time": hours.start_time,
        "end_time": hours.end_time,
        "timezone": hours.zone or zone,
    }


def _differences(entry: ImportedEvent, event: Event) -> dict[str, Any]:
    """The event's values that the entry changes; values the entry does not contain stay as they are."""
    values: dict[str, Any] = {}
    if not {entry.title, entry.marked_title} & {one_line(text) for text in event.title.values()}:
        values["title"] = {**event.title, **_merged(event.title, entry.title, entry.language)}
    for name, text, normalise in (("description", entry.description, clean), ("location", entry.location, one_line)):
        current: Mapping[str, str] = getattr(event, name) or {}
        if text and text not in {normalise(one) for one in current.values()}:
            values[name] = {**current, **_merged(current, text, entry.language)}
    if entry.visibility is not None and entry.visibility is not event.visibility:
        values["visibility"] = entry.visibility
    return values | _changed_days(entry.hours, event)


def _merged(current: Mapping[str, str], text: str, language: Language) -> dict[str, str]:
    """The text in its language; in Vietnamese too if there would be neither Vietnamese nor English otherwise."""
    has_any = localized({name: current.get(name, "") for name in (Language.VI, Language.EN)}, Language.VI)
    return {language.value: text} if has_any else _text(text, language)


def _changed_days(hours: ImportedTimes, event: Event) -> dict[str, Any]:
    """The entry's days and hours if they differ; instants are compared, as one can be written in several zones."""
    current = ImportedTimes(event.first_day, event.last_day, event.start_time, event.end_time, event.timezone)
    is_whole = event.start_time is None and event.end_time is None
    if is_whole or hours.zone is None:
        days = (hours.first_day, hours.last_day) != (event.first_day, event.last_day)
        is_changed = days or is_whole is not (hours.zone is None)
    else:
        is_renamed = hours.is_named and hours.zone != event.timezone
        is_changed = is_renamed or hours.span(event.timezone) != current.span(event.timezone)
    if not is_changed:
        return {}
    shown = hours if hours.is_named or is_whole else hours.shown_in(event.timezone)
    return _days(shown, event.timezone)
