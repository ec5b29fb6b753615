"""The weekly schedule (lịch công tác tuần) as a paper: what its page shows, in one language or two."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from calendars.days.formatting import format_days
from calendars.days.holidays import Holiday
from calendars.documents.facts import IssuerFacts
from calendars.documents.office_papers import column, completed, office_author, office_head
from calendars.documents.value import Align, Block, Document, Heading, Items, Paper, Paragraph, Row, Table, Text, plain
from calendars.documents.wording import Wording, capitals, emphasised
from calendars.ical.vevent import EventFacts
from calendars.mails.weekly_mail import HALVES
from calendars.mails.weekly_schedule import (
    HalfDay,
    ScheduleDay,
    ScheduleRow,
    ScheduleTable,
    TravelRow,
    WeekSchedule,
    schedule,
)
from calendars.programmes.dated_parts import DatedPart
from calendars.programmes.items import ProgrammeItemValues
from models.i18n import N_, message
from models.text import LocalizedText
from models.vocabulary import DocumentKind, Language

_NOTHING = message(N_("Weekly schedule"))
_COLUMNS = 7


def compose(week: WeekSchedule, issuer: IssuerFacts, wording: Wording) -> Document:
    """The week as a table by days: part of the day, hours, what, where, who presides, prepares and takes part.

    What lasts all week stands first. Working days have a line for morning and afternoon, to be filled in by hand where
    nothing is planned. Below stand the events that don't take place, and how many more there are than were read.
    """
    whole = _completed(week, wording)
    tables = [schedule(whole, language) for language in wording.languages]
    days = {str(one): format_days(week.days.first, week.days.last, one) for one in wording.languages}
    year, number, _day = week.first_day.isocalendar()
    name = wording.say(N_("Weekly schedule"))
    columns = (
        column(wording, N_("Part of the day"), 11),
        column(wording, N_("When"), 10, Align.CENTRE),
        column(wording, N_("What takes place"), 30),
        column(wording, N_("Place"), 16),
        column(wording, N_("Presided by"), 14),
        column(wording, N_("Prepared by"), 16),
        column(wording, N_("Attending"), 18),
    )
    notes: list[Block] = []
    if tables[0].is_empty:
        notes.append(Paragraph(wording.say(N_("Nothing is planned for this week.")), indent=False))
    return Document(
        kind=DocumentKind.WEEKLY_SCHEDULE,
        languages=wording.languages,
        head=office_head(issuer, wording),
        title=emphasised(capitals(name), bold=True),
        abstract=wording.say(N_("Week {number} of {year}: {days}"), bold=True, number=number, year=year, days=days),
        blocks=(
            *notes,
            Table(plain(name[:1]), columns, tuple(_rows(tables, wording))),
            *_called_off(tables, wording),
            *_left_out(week, wording),
        ),
        paper=Paper.LANDSCAPE,
        author=office_author(issuer),
        made_for=week.first_day,
    )


def _rows(tables: Sequence[ScheduleTable], wording: Wording) -> Iterator[Row]:
    if tables[0].all_week:
        yield Row((wording.say(N_("All week"), bold=True),), group=True)
        for rows in zip(*(table.all_week for table in tables), strict=True):
            yield _row((), rows, wording)
    for days in zip(*(table.days for table in tables), strict=True):
        yield Row(((*wording.weekday(days[0].day), *_holidays(days, wording)),), group=True)
        yield from _day(days, wording)


def _holidays(days: Sequence[ScheduleDay], wording: Wording) -> Text:
    lines = zip(*(day.holidays for day in days), strict=True)
    return tuple(line for told in lines for line in emphasised(_each(told, wording), italic=True))


def _day(days: Sequence[ScheduleDay], wording: Wording) -> Iterator[Row]:
    rows = [*zip(*(day.rows for day in days), strict=True)]
    is_free = days[0].day.weekday() >= 5 and not rows
    for half in HalfDay:
        own = [one for one in rows if one[0].half is half]
        name = wording.say(HALVES[half])
        for place, one in enumerate(own):
            yield _row(name if place == 0 else (), one, wording)
        if not own and is_free is (half is HalfDay.WHOLE_DAY):
            yield Row((name, *((),) * (_COLUMNS - 1)))
    for told, found in (
        (N_("Arriving:"), [day.arriving for day in days]),
        (N_("Departing:"), [day.departing for day in days]),
    ):
        if found[0]:
            yield Row((wording.say(told), (), _travels(found, wording), *((),) * (_COLUMNS - 3)))


def _row(half: Text, rows: Sequence[ScheduleRow], wording: Wording) -> Row:
    """One row of the table from the same row in each language."""
    return Row(
        (
            half,
            wording.words(rows[0].hours),
            tuple(line for one in zip(wording.languages, rows, strict=True) for line in _what(*one, wording)),
            _each([row.where for row in rows], wording),
            _each([row.presides for row in rows], wording),
            _each([row.prepares for row in rows], wording),
            tuple(line for told in zip(*(row.attends for row in rows), strict=True) for line in _each(told, wording)),
        )
    )


def _what(language: Language, row: ScheduleRow, wording: Wording) -> Text:
    own = wording.only(language)
    about = tuple(line for told in row.about for line in emphasised(_each([told], own), italic=True))
    return (*_each([row.what], own), *about)


def _each(told: Sequence[str], wording: Wording) -> Text:
    """The same words in each language of the paper."""
    by_language = {str(one): words for one, words in zip(wording.languages, told, strict=True)}
    return wording.text(by_language, _NOTHING) if any(told) else ()


def _travels(found: Sequence[Sequence[TravelRow]], wording: Wording) -> Text:
    """``Đoàn A (Tỉnh Viêng Chăn); Đoàn B (Tỉnh Viêng Chăn)``."""
    lines = ["; ".join(f"{one.title} ({one.guest})" if one.guest else one.title for one in rows) for rows in found]
    return _each(lines, wording)


def _called_off(tables: Sequence[ScheduleTable], wording: Wording) -> Iterator[Block]:
    listed = [*zip(*(table.called_off for table in tables), strict=True)]
    if listed:
        yield Heading(wording.say(N_("Does not take place"), bold=True), 2)
        lines = [[f"{title} ({became})" for title, became, _url in one] for one in listed]
        yield Items(tuple(_each(one, wording) for one in lines))


def _left_out(week: WeekSchedule, wording: Wording) -> Iterator[Block]:
    if week.left_out:
        told = N_("Events of this week that have no room on this sheet: {count}")
        yield Paragraph(wording.say(told, count=week.left_out), indent=False)


def _completed(week: WeekSchedule, wording: Wording) -> WeekSchedule:
    """The week with a visible gap wherever one of its texts lacks a language of the paper."""

    def names(one: LocalizedText | str) -> LocalizedText | str:
        # A Vietnamese name is an English one too, and is kept once.
        if isinstance(one, str) or (wording.languages == (Language.EN,) and one.get("vi")):
            return one
        return completed(one, message(N_("Who prepares something in this week.")), wording)

    return replace(
        week,
        events=[_completed_event(event, wording) for event in week.events],
        holidays=[_completed_holiday(one, wording) for one in week.holidays],
        preparing={uid: [names(one) for one in listed] for uid, listed in week.preparing.items()},
    )


def _completed_holiday(holiday: Holiday, wording: Wording) -> Holiday:
    return replace(holiday, name=completed(holiday.name, message(N_("Names of holidays.")), wording))


def _completed_event(event: EventFacts, wording: Wording) -> EventFacts:
    what = message(N_("Texts of “{title}”."), title=event.title)

    def whole(text: LocalizedText | None) -> LocalizedText | None:
        return completed(text, what, wording) or None

    def part(one: DatedPart) -> DatedPart:
        return replace(one, title=whole(one.title), place=whole(one.place))

    def item(one: ProgrammeItemValues) -> ProgrammeItemValues:
        return replace(
            one,
            title=completed(one.title, what, wording),
            place=whole(one.place),
            hosted_by=whole(one.hosted_by),
            attendees=whole(one.attendees),
        )

    programme = event.programme
    return replace(
        event,
        title=completed(event.title, what, wording),
        location=whole(event.location),
        host_name=completed(event.host_name, what, wording),
        guest_name=whole(event.guest_name),
        organisation_name=whole(event.organisation_name),
        programme=replace(programme, items=tuple(map(item, programme.items))) if programme else None,
        parts=tuple(map(part, event.parts)),
    )
