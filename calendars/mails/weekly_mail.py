"""The weekly schedule as a mail: an HTML table that also works on a phone, and a plain text version."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from calendars.days.formatting import format_day, format_days, format_weekday
from calendars.mails.digests import QUIET, footer_html, markup, plain, unsubscribe_lines
from calendars.mails.event_mail import MailContent, page
from calendars.mails.weekly_schedule import HalfDay, ScheduleDay, ScheduleRow, ScheduleTable, WeekSchedule, schedule
from models.i18n import N_, translate

_RULE = "border:1px solid #bbb;padding:.35em .5em;text-align:left;vertical-align:top"
# Five columns if there is room; on a phone each cell is on its own line, preceded by its heading. A mail program
# without support for style sheets shows the headings twice, which is better than not at all.
_WEEK_HEAD = (
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<style>.week .label{display:none}"
    "@media (max-width:640px){.week,.week tbody,.week tr,.week th,.week td{display:block;width:auto!important}"
    ".week thead{display:none}.week .label{display:inline!important}.week .none{display:none}"
    ".week th,.week td{border-width:0!important;padding:.15em 0!important}"
    ".week tr{border-bottom:1px solid #ddd;padding:.3em 0}"
    ".week .day{background:#e8edf4;padding:.35em .5em!important}}</style>"
)
HALVES: Mapping[HalfDay, str] = {
    HalfDay.WHOLE_DAY: N_("Whole day"),
    HalfDay.MORNING: N_("Morning"),
    HalfDay.AFTERNOON: N_("Afternoon"),
}
_COLUMNS = (N_("When"), N_("What takes place"), N_("Place"), N_("Attending"), N_("Prepared by"))
_WIDTHS = ("9%", "37%", "18%", "21%", "15%")


def weekly(week: WeekSchedule, language: str, unsubscribe_url: str | None = None) -> MailContent:
    """The week's schedule; ``unsubscribe_url`` is the address to unsubscribe. An empty week is stated as such."""
    table = schedule(week, language)
    days = format_days(week.days.first, week.days.last, language)
    title = translate(N_("Weekly schedule {days}"), language, days=days)
    empty = translate(N_("Nothing is planned for this week."), language) if table.is_empty else ""
    footer = unsubscribe_lines(
        N_("You get this mail because your account gets the weekly schedule."), unsubscribe_url, language
    )
    text = [title, "", *([empty, ""] if empty else []), *_week_text(table, language), *_off_text(table, language)]
    body = [f'<h1 style="font-size:1.35em">{escape(title)}</h1>']
    body += [f"<p><strong>{escape(empty)}</strong></p>"] if empty else []
    body += [_week_html(table, language), _off_html(table, language), *footer_html(footer, unsubscribe_url)]
    return MailContent(title, plain([*text, *footer]), page(language, title, markup(body), _WEEK_HEAD))


def _groups(rows: Sequence[ScheduleRow]) -> list[tuple[HalfDay, list[ScheduleRow]]]:
    found = [(half, [row for row in rows if row.half is half]) for half in HalfDay]
    return [(half, some) for half, some in found if some]


def _heading(day: ScheduleDay, language: str) -> str:
    return f"{format_weekday(day.day, language)}, {format_day(day.day, language)}"


def _shown_days(table: ScheduleTable) -> Iterable[ScheduleDay]:
    """All seven days, or in an empty week only those with a holiday."""
    return [day for day in table.days if day.holidays or not table.is_empty]


def _week_text(table: ScheduleTable, language: str) -> list[str]:
    lines: list[str] = []
    if table.all_week:
        lines += [translate(N_("All week"), language), *_rows_text(table.all_week, language), ""]
    for day in _shown_days(table):
        lines += [_heading(day, language), *(f"  {name}" for name in day.holidays)]
        for half, rows in _groups(day.rows):
            lines += [f"  {translate(HALVES[half], language)}", *_rows_text(rows, language)]
        lines += [] if day.rows or table.is_empty else ["  –"]
        lines.append("")
    return lines


def _rows_text(rows: Iterable[ScheduleRow], language: str) -> list[str]:
    lines = []
    _when, _what, place, attending, prepared = (translate(name, language) for name in _COLUMNS)
    for row in rows:
        about = f" ({'; '.join(row.about)})" if row.about else ""
        lines.append(f"    {' '.join(part for part in (row.hours, row.what) if part)}{about}")
        for label, value in (
            (place, row.where),
            (attending, "; ".join(_attending(row, language))),
            (prepared, row.prepares),
        ):
            lines += [f"      {label}: {value}"] if value else []
    return lines


def _attending(row: ScheduleRow, language: str) -> tuple[str, ...]:
    """Who presides, which has no column of its own in a mail, and who attends."""
    received = (f"{translate(N_('Received by'), language)}: {row.presides}",) if row.presides else ()
    return (*received, *row.attends)


def _off_text(table: ScheduleTable, language: str) -> list[str]:
    if not table.called_off:
        return []
    lines = [f"- {title} ({became})" for title, became, _url in table.called_off]
    return [translate(N_("Does not take place"), language), *lines, ""]


def _off_html(table: ScheduleTable, language: str) -> str:
    if not table.called_off:
        return ""
    items = "".join(
        f'<li><a href="{escape(url)}">{escape(title)}</a> <span style="{QUIET}">{escape(became)}</span></li>'
        for title, became, url in table.called_off
    )
    heading = escape(translate(N_("Does not take place"), language))
    return f'<h2 style="font-size:1.1em">{heading}</h2>\n<ul style="padding-left:1.2em">{items}</ul>'


def _week_html(table: ScheduleTable, language: str) -> str:
    days = [_day_html(day, table.is_empty, language) for day in _shown_days(table)]
    if table.all_week:
        days.insert(0, f"<tbody>{_rows_html(translate(N_('All week'), language), table.all_week, language)}</tbody>")
    if not days:
        return ""
    style = f"{_RULE};background:#17365d;color:#fff"
    heads = "".join(
        f'<th scope="col" style="{style};width:{width}">{escape(translate(name, language))}</th>'
        for name, width in zip(_COLUMNS, _WIDTHS, strict=True)
    )
    style = "border-collapse:collapse;width:100%;max-width:70em"
    return f'<table class="week" style="{style}"><thead><tr>{heads}</tr></thead>\n' + "\n".join(days) + "\n</table>"


def _day_html(day: ScheduleDay, is_bare: bool, language: str) -> str:
    rows = "".join(_rows_html(translate(HALVES[half], language), some, language) for half, some in _groups(day.rows))
    if not rows and not is_bare:
        rows = f'<tr><td colspan="5" style="{_RULE};{QUIET}">–</td></tr>'
    return _body_html(_heading(day, language), day.holidays, rows)


def _body_html(heading: str, names: Sequence[str], rows: str) -> str:
    names_html = "".join(f'<br><span style="font-weight:normal;color:#9c1f24">{escape(name)}</span>' for name in names)
    head = f'<th class="day" scope="rowgroup" colspan="5" style="{_RULE};background:#e8edf4">'
    return f"<tbody><tr>{head}{escape(heading)}{names_html}</th></tr>\n{rows}</tbody>"


def _rows_html(half: str, rows: Sequence[ScheduleRow], language: str) -> str:
    """The rows of half a day; the first one is preceded by the name of the half, which spans all of them."""
    name = f'<th scope="row" rowspan="{len(rows)}" style="{_RULE}">{escape(half)}</th>'
    return "\n".join(
        f"<tr>{name if number == 0 else ''}{_cells(row, language)}</tr>" for number, row in enumerate(rows)
    )


def _cells(row: ScheduleRow, language: str) -> str:
    hours = f"<strong>{escape(row.hours)}</strong> " if row.hours else ""
    what = f'<a href="{escape(row.url)}">{escape(row.what)}</a>' if row.url else escape(row.what)
    about = "".join(f'<br><span style="{QUIET}">{escape(line)}</span>' for line in row.about)
    others = ((_COLUMNS[2], (row.where,)), (_COLUMNS[3], _attending(row, language)), (_COLUMNS[4], (row.prepares,)))
    return f'<td style="{_RULE}">{hours}{what}{about}</td>' + "".join(
        _cell(translate(name, language), [line for line in lines if line]) for name, lines in others
    )


def _cell(label: str, lines: Sequence[str]) -> str:
    if not lines:
        return f'<td class="none" style="{_RULE}"></td>'
    joined = "<br>".join(map(escape, lines))
    return f'<td style="{_RULE}"><span class="label">{escape(label)}: </span>{joined}</td>'
