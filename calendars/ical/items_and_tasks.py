"""Calendar entries other than the event itself: programme items, tasks, and the remainder of a deleted event."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from calendars.events.labels import status_name
from calendars.events.lifecycle import CALLED_OFF
from calendars.ical.vevent import (
    CLASS,
    STATUS,
    UTC_NAMES,
    EventFacts,
    add_times,
    bounds,
    dtstart_dtend,
    stamped,
    status_of,
    summary,
)
from calendars.programmes.dated_parts import DatedPart, PartKind
from calendars.programmes.items import ProgrammeItemValues
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import EventStatus


def render_programme(facts: EventFacts, language: str) -> bytes:
    """The items of the programme published last, and performances and phases, a VEVENT each, related to the visit.

    None of an outdated programme, whose items a calendar would show on the old days. A performance that the programme
    tells at the same time is not told twice. Empty while the visit is a draft and when it is cancelled or postponed.
    Times are local; what has no known end has no DTEND. An item keeps its UID when it moves, as long as its title stays
    the same. Source: RFC 5545 section 3.8.4.5.
    """
    items = sorted(_shown_items(facts), key=lambda item: item.begins)
    parts = _shown_parts(facts)
    rendered = [
        _item(facts, item, f"{facts.uid}-item-{key}", language) for item, key in zip(items, _keys(items), strict=True)
    ]
    rendered += [
        _part(facts, part, f"{facts.uid}-{part.kind}-{key}", language)
        for part, key in zip(parts, _keys(parts), strict=True)
    ]
    return b"".join(rendered)


def programme_zone(facts: EventFacts) -> str:
    """The zone that :func:`render_programme`'s bytes refer to, empty for none."""
    has_hours = any(item.start_time is not None or item.end_time is not None for item in _shown_items(facts))
    has_hours = has_hours or any(part.start_time is not None for part in _shown_parts(facts))
    return facts.timezone if has_hours and facts.timezone not in UTC_NAMES else ""


def _shown_parts(facts: EventFacts) -> Sequence[DatedPart]:
    if facts.status in CALLED_OFF or facts.status is EventStatus.DRAFT:
        return ()
    told = {(item.day, item.start_time) for item in _shown_items(facts)}
    return [
        part
        for part in facts.parts
        if part.kind is not PartKind.PERFORMANCE or (part.first_day, part.start_time) not in told
    ]


def _shown_items(facts: EventFacts) -> Sequence[ProgrammeItemValues]:
    if facts.programme is None or facts.status in CALLED_OFF or facts.status is EventStatus.DRAFT:
        return ()
    return () if facts.is_programme_outdated else facts.programme.items


def _keys(items: Sequence[ProgrammeItemValues] | Sequence[DatedPart]) -> Iterator[str]:
    """A key for each item or part: its title, and its number among the items with that title."""
    seen: Counter[str] = Counter()
    for item in items:
        title = json.dumps(item.title, sort_keys=True, ensure_ascii=False)
        seen[title] += 1
        yield hashlib.sha256(f"{title}{seen[title]}".encode()).hexdigest()[:16]


def _item(facts: EventFacts, item: ProgrammeItemValues, uid: str, language: str) -> bytes:
    when = dtstart_dtend(item.day, item.day, item.start_time, item.end_time, facts.timezone)
    lines = [
        (N_("Hosted by: {name}"), one_line(localized(item.hosted_by, language))),
        (N_("Attending: {name}"), one_line(localized(item.attendees, language))),
    ]
    title = one_line(localized(item.title, language))
    return _entry(facts, uid, title, when, one_line(localized(item.place, language)), lines, language)


def _part(facts: EventFacts, part: DatedPart, uid: str, language: str) -> bytes:
    when = dtstart_dtend(part.first_day, part.last_day, part.start_time, None, facts.timezone)
    place = one_line(localized(part.place, language))
    return _entry(facts, uid, one_line(part.name(language)), when, place, [], language)


def _entry(
    facts: EventFacts,
    uid: str,
    title: str,
    when: tuple[date, date | None],
    place: str,
    lines: Sequence[tuple[str, str]],
    language: str,
) -> bytes:
    """An entry of its own that belongs to the visit; ``lines`` (sentence and its value) come first in its text."""
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    from icalendar import Event

    event = stamped(Event(), facts, uid)
    event.add("SUMMARY", title)
    add_times(event, *when, facts.status)
    event.add("STATUS", status_of(facts))
    event.add("CLASS", CLASS[facts.visibility])
    event.add("RELATED-TO", facts.uid, parameters={"RELTYPE": "PARENT"})
    if place:
        event.add("LOCATION", place)
    told = [*lines, ("{name}", summary(facts, language)), ("{name}", one_line(facts.url or ""))]
    event.add("DESCRIPTION", "\n".join(translate(line, language, name=name) for line, name in told if name))
    if facts.url:
        event.add("URL", one_line(facts.url))
    rendered: bytes = event.to_ical()
    return rendered


@dataclass(frozen=True, slots=True)
class CalendarTask:
    """The fields of a task shown in a calendar: ``responsible`` is a person or an organisation; instants are aware."""

    id: str
    title: LocalizedText
    due_day: date | None
    done: bool
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime
    responsible: LocalizedText | None


def render_tasks(facts: EventFacts, tasks: Sequence[CalendarTask], language: str) -> bytes:
    """An event's tasks, one VTODO each, related to it; tasks of a cancelled or postponed event are cancelled.

    Source: RFC 5545 section 3.6.2.
    """
    return b"".join(_task(facts, task, language) for task in tasks)


def _task(facts: EventFacts, task: CalendarTask, language: str) -> bytes:
    from icalendar import Todo

    todo = Todo()
    changed_at = max(task.updated_at, facts.updated_at).astimezone(UTC)
    todo.add("UID", f"task-{task.id}")
    todo.add("DTSTAMP", changed_at)
    todo.add("LAST-MODIFIED", changed_at)
    todo.add("CREATED", task.created_at.astimezone(UTC))
    todo.add("SUMMARY", one_line(localized(task.title, language)))
    if task.due_day is not None:
        todo.add("DUE", task.due_day)
    if task.done:
        todo.add("STATUS", "COMPLETED")
        todo.add("PERCENT-COMPLETE", 100)
        if task.done_at is not None:
            todo.add("COMPLETED", task.done_at.astimezone(UTC))
    else:
        todo.add("STATUS", "CANCELLED" if facts.status in CALLED_OFF else "NEEDS-ACTION")
    todo.add("CLASS", CLASS[facts.visibility])
    todo.add("RELATED-TO", facts.uid, parameters={"RELTYPE": "PARENT"})
    lines = [
        (N_("Responsible: {name}"), one_line(localized(task.responsible, language))),
        ("{name}", summary(facts, language)),
        ("{name}", one_line(facts.url or "")),
    ]
    todo.add("DESCRIPTION", "\n".join(translate(line, language, name=name) for line, name in lines if name))
    if facts.url:
        todo.add("URL", one_line(facts.url))
    rendered: bytes = todo.to_ical()
    return rendered


def render_deleted(facts: EventFacts, language: str) -> bytes:
    """The remainder of a deleted event: its days, marked as cancelled, so that calendars strike it out."""
    from icalendar import Event

    gone = replace(facts, status=EventStatus.CANCELLED)
    event = stamped(Event(), gone)
    event.add("SUMMARY", summary(gone, language))
    add_times(event, *bounds(gone), gone.status)
    event.add("STATUS", STATUS[gone.status])
    event.add("CLASS", CLASS[gone.visibility])
    event.add("DESCRIPTION", translate(N_("Status: {name}"), language, name=status_name(gone.status, language)))
    rendered: bytes = event.to_ical()
    return rendered
