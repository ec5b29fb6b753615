"""Calendar entries other than the event itself: programme items, tasks, and the remainder of a deleted event."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from calendars.days.spans import Days
from calendars.events.labels import status_name
from calendars.events.lifecycle import CALLED_OFF
from calendars.ical.vevent import (
    CLASS,
    STATUS,
    UTC_NAMES,
    EventFacts,
    bounds,
    dtstart_dtend,
    stamped,
    status_of,
    summary,
)
from calendars.programmes.items import ProgrammeItemValues
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import EventStatus

_LONGEST_GUESS = timedelta(hours=1)
_LAST_MINUTE = time(23, 59)


def render_programme(facts: EventFacts, language: str) -> bytes:
    """The items of the programme published last, a VEVENT each, related to the visit; none while it is a draft, none
    when it is called off, and none of an outdated programme, whose items a calendar would show on the old days.

    Empty while the visit is a draft and when it is cancelled or postponed. Items with times are local times; without an
    end they last until the next one begins, at most one hour. An item keeps its UID when it moves, as long as its title
    stays the same. Source: RFC 5545 section 3.8.4.5.
    """
    items = sorted(_shown_items(facts), key=lambda item: item.begins)
    rendered = [
        _item(facts, item, end, f"{facts.uid}-item-{key}", language)
        for (item, end), key in zip(_ends(items), _keys(items), strict=True)
    ]
    return b"".join(rendered)


def programme_zone(facts: EventFacts) -> str:
    """The zone that :func:`render_programme`'s bytes refer to, empty for none."""
    has_hours = any(item.start_time is not None or item.end_time is not None for item in _shown_items(facts))
    return facts.timezone if has_hours and facts.timezone not in UTC_NAMES else ""


def _shown_items(facts: EventFacts) -> Sequence[ProgrammeItemValues]:
    if facts.programme is None or facts.status in CALLED_OFF or facts.status is EventStatus.DRAFT:
        return ()
    return () if facts.programme.is_outdated(Days(facts.first_day, facts.last_day)) else facts.programme.items


def _ends(items: Sequence[ProgrammeItemValues]) -> Iterator[tuple[ProgrammeItemValues, time | None]]:
    """Each item, in running order, with its end; None for an item without times."""
    for number, item in enumerate(items):
        if item.end_time is not None or item.start_time is None:
            yield item, item.end_time
            continue
        begins = datetime.combine(item.day, item.start_time)
        later = [other.begins for other in items[number + 1 :] if other.day == item.day and other.begins > begins]
        end = min([begins + _LONGEST_GUESS, *later])
        yield item, end.time() if end.date() == item.day else max(_LAST_MINUTE, item.start_time)


def _keys(items: Sequence[ProgrammeItemValues]) -> Iterator[str]:
    """A key for each item: its title, and its number among the items with that title."""
    seen: Counter[str] = Counter()
    for item in items:
        title = json.dumps(item.title, sort_keys=True, ensure_ascii=False)
        seen[title] += 1
        yield hashlib.sha256(f"{title}{seen[title]}".encode()).hexdigest()[:16]


def _item(facts: EventFacts, item: ProgrammeItemValues, end: time | None, uid: str, language: str) -> bytes:
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    from icalendar import Event

    event = stamped(Event(), facts, uid)
    event.add("SUMMARY", one_line(localized(item.title, language)))
    start, finish = dtstart_dtend(item.day, item.day, item.start_time, end, facts.timezone)
    event.add("DTSTART", start)
    event.add("DTEND", finish)
    event.add("TRANSP", "OPAQUE" if isinstance(start, datetime) else "TRANSPARENT")
    event.add("STATUS", status_of(facts))
    event.add("CLASS", CLASS[facts.visibility])
    event.add("RELATED-TO", facts.uid, parameters={"RELTYPE": "PARENT"})
    if place := one_line(localized(item.place, language)):
        event.add("LOCATION", place)
    lines = [
        (N_("Hosted by: {name}"), one_line(localized(item.hosted_by, language))),
        (N_("Attending: {name}"), one_line(localized(item.attendees, language))),
        ("{name}", summary(facts, language)),
        ("{name}", one_line(facts.url or "")),
    ]
    event.add("DESCRIPTION", "\n".join(translate(line, language, name=name) for line, name in lines if name))
    if facts.url:
        event.add("URL", one_line(facts.url))
    rendered: bytes = event.to_ical()
    return rendered


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """The fields of a task shown in a calendar: ``responsible`` is a person or an organisation; instants are aware."""

    id: str
    title: LocalizedText
    due_day: date | None
    done: bool
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime
    responsible: LocalizedText | None


def render_tasks(facts: EventFacts, tasks: Sequence[TaskFacts], language: str) -> bytes:
    """An event's tasks, one VTODO each, related to it; tasks of a cancelled or postponed event are cancelled.

    Source: RFC 5545 section 3.6.2.
    """
    return b"".join(_task(facts, task, language) for task in tasks)


def _task(facts: EventFacts, task: TaskFacts, language: str) -> bytes:
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
    start, end = bounds(gone)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("TRANSP", "TRANSPARENT")
    event.add("STATUS", STATUS[gone.status])
    event.add("CLASS", CLASS[gone.visibility])
    event.add("DESCRIPTION", translate(N_("Status: {name}"), language, name=status_name(gone.status, language)))
    rendered: bytes = event.to_ical()
    return rendered
