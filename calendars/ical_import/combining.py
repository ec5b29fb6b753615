"""Combine the entries of .ics files that share a UID: versions, series and their modified occurrences.

Source: RFC 5545 sections 3.8.4.4 (RECURRENCE-ID) and 3.2.13 (RANGE), RFC 5546 section 2.1.5 (which version is newer).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from calendars.ical_import.content_lines import SkippedPart, UnreadablePart
from calendars.ical_import.entries import ImportedEvent, RefusedReplacement, SingleEntry, SkippedComponent
from calendars.ical_import.properties import MAX_UID
from calendars.ical_import.rrule_expansion import WorkBudget
from calendars.ical_import.series import LOOKAHEAD_STEPS, RecurrenceId, Window, check_window, cut_remarks, expanded
from calendars.ical_import.times import local_time
from calendars.ical_import.timezones import FileZones
from models.i18n import N_, Message, message

MAX_EVENTS = 2_000
"""The limit counts every occurrence of recurring entries."""

_HAS_NEWER = message(N_("The file has a newer entry with the same UID."))

Found = ImportedEvent | SkippedComponent


class Combination:
    """The entries of one file, combined; ``today`` is the day around which series are expanded.

    Of entries with the same UID (and the same recurrence) the newest is used; the others are ignored. An occurrence
    whose replacement is refused is not imported in its original form either.
    """

    def __init__(
        self,
        singles: Sequence[SingleEntry],
        refused: Sequence[RefusedReplacement],
        today: date,
        budget: WorkBudget,
    ) -> None:
        self._today, self._budget = today, budget
        self._ahead = WorkBudget(LOOKAHEAD_STEPS)
        self.expanded: set[str] = set()
        """The UIDs of the series that were expanded."""
        self._outdated: list[SkippedComponent] = []
        self._masters = self._newest_masters(singles)
        self._modified = [one for one in singles if one.recurrence is not None]
        self._room = MAX_EVENTS - sum(one.series.is_one for one in self._masters.values())
        self._replaced: set[tuple[str, str]] = set()
        self._onwards: dict[str, dict[str, SingleEntry]] = {}
        for broken in refused:
            with suppress(UnreadablePart):
                self._replaced.add((broken.uid, self._key(broken.uid, broken.recurrence, broken.zones)))

    def found(self) -> list[Found]:
        """Every entry under its own UID; of a series every occurrence, modified ones with their changes."""
        # Modified occurrences first: what they replace is left out of the series.
        modified = [self._occurrence_of(one) for one in self._modified]
        originals = (found for one in self._masters.values() for found in self._all_of(one))
        return _newest([*self._outdated, *modified, *originals])

    def _newest_masters(self, singles: Sequence[SingleEntry]) -> dict[str, SingleEntry]:
        masters: dict[str, SingleEntry] = {}
        for one in singles:
            if one.recurrence is not None:
                continue
            known = masters.get(one.entry.uid)
            older = one if known is not None and _age(one.entry) < _age(known.entry) else known
            if older is not one:
                masters[one.entry.uid] = one
            if older is not None:
                self._outdated.append(skipped(older.entry, _HAS_NEWER, is_refused=False))
        return masters

    def _key(self, uid: str, recurrence: RecurrenceId, zones: FileZones) -> str:
        """The key of the occurrence that is replaced."""
        master = self._masters.get(uid)
        if master is None:
            return recurrence.at.key(None, zones, self._budget)
        return recurrence.at.key(master.start, master.zones, self._budget)

    def _occurrence_of(self, one: SingleEntry) -> Found:
        """A modified occurrence."""
        entry, recurrence = one.entry, one.recurrence
        if recurrence is None:
            return entry
        master = self._masters.get(entry.uid)
        try:
            at = self._key(entry.uid, recurrence, one.zones)
            self._replaced.add((entry.uid, at))
            if recurrence.and_later:
                self._onwards.setdefault(entry.uid, {})[at] = one
            check_window(entry.hours, self._today)
            if not entry.marked_title and master is not None:
                entry = replace(entry, marked_title=master.entry.marked_title, title=master.entry.title)
            begins = master.start.key(None, master.zones, self._budget) if master else None
            return _occurrence(entry, at, is_first=at == begins)
        except UnreadablePart as problem:
            return skipped(entry, problem.why, is_refused=not isinstance(problem, SkippedPart))

    def _all_of(self, one: SingleEntry) -> Iterator[Found]:
        """A single entry, or the occurrences of a series that no modified one replaces."""
        if one.series.is_one:
            yield one.entry
            return
        try:
            window = Window(self._today, self._budget, self._room, self._ahead)
            occurrences = [
                self._changed(replace(_occurrence(one.entry, at, is_first=is_first), hours=hours), at, one)
                for at, hours, is_first in expanded(one.series, one.entry.hours, one.start, one.zones, window)
                if (one.entry.uid, at) not in self._replaced
            ]
            self._room -= len(occurrences)
            self.expanded.add(one.entry.uid)
            remarks = cut_remarks(one.series, one.start, one.zones, window)
            if occurrences and remarks:
                occurrences[0] = replace(occurrences[0], remarks=(*occurrences[0].remarks, *remarks))
            yield from occurrences
        except UnreadablePart as problem:
            yield skipped(one.entry, problem.why, is_refused=not isinstance(problem, SkippedPart))

    def _changed(self, occurrence: ImportedEvent, at: str, master: SingleEntry) -> ImportedEvent:
        """An occurrence with the last change that also applies to it.

        The keys of one series are all days or all instants in UTC, so their order is that of time.
        """
        onwards = self._onwards.get(master.entry.uid, {})
        since = max((key for key in onwards if key < at), default=None)
        if since is None or (change := onwards[since]).recurrence is None:
            return occurrence
        replaced, zone = change.recurrence.at.in_zone_of(master.start), occurrence.hours.zone
        before = local_time(replaced, zone, master.zones, self._budget) if zone else replaced.midnight
        hours = change.entry.hours.moved(occurrence.hours.begins - before)
        return replace(
            change.entry, uid=occurrence.uid, series_uid=occurrence.series_uid, recurrence_id=at, hours=hours
        )


def skipped(entry: ImportedEvent, why: Message, *, is_refused: bool = True) -> SkippedComponent:
    """An entry as one that is not imported."""
    return SkippedComponent(
        entry.number, entry.component, (why,), is_refused, entry.uid, entry.recurrence_id, entry.title
    )


def _occurrence(entry: ImportedEvent, at: str, *, is_first: bool) -> ImportedEvent:
    """An occurrence: the first one keeps the UID of the series, the others have their start appended to it."""
    uid = entry.uid if is_first else f"{entry.uid}/{at}"
    if len(uid) > MAX_UID:
        raise UnreadablePart(message(N_("The UID is longer than {max} characters."), max=MAX_UID))
    return replace(entry, uid=uid, series_uid=entry.uid, recurrence_id=at)


def _newest(found: Sequence[Found]) -> list[Found]:
    """Of entries with the same UID the newest; the others are reported as ignored."""
    newest: dict[str, ImportedEvent] = {}
    others: list[Found] = []
    for one in found:
        if isinstance(one, SkippedComponent):
            others.append(one)
            continue
        existing = newest.get(one.uid)
        older = one if existing is not None and _age(one) < _age(existing) else existing
        if older is not one:
            newest[one.uid] = one
        if older is not None:
            others.append(skipped(older, _HAS_NEWER, is_refused=False))
    return [*newest.values(), *others]


def _age(entry: ImportedEvent) -> tuple[int, float, int]:
    return entry.sequence, entry.stamp.timestamp() if entry.stamp else 0.0, entry.number
