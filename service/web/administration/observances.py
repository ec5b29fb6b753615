"""Observances: the days on which greetings go out, and the days to come of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import request

from calendars.days.holiday_names import festival_name
from calendars.reminders.due_times import OFFICE_COUNTRIES
from models.i18n import N_
from models.observances import Observance
from models.places import Organisation
from models.vocabulary import Festival, HolidayCalendar, Role
from service.actions import crud
from service.actions.scheduling import observances
from service.schemas.observances import ObservanceSchema
from service.schemas.word_names import RECURRENCES
from service.web.administration.section import AdminSection, SectionRow, in_order, localities, organisations, words
from service.web.form_fields import FieldSpec, FieldType
from service.web.observed_days import ordinal_words
from service.web.view import View

_FESTIVAL = "festival:"
_COMING = timedelta(days=365)


def _lines(view: View, found: Sequence[Observance]) -> list[SectionRow]:
    bodies = crud.by_id(view.session, Organisation, {one.organisation_id for one in found if one.organisation_id})
    return [SectionRow(one.id, view.text(one.name), _facts(view, one, bodies)) for one in found]


def _facts(view: View, one: Observance, bodies: Mapping[str, Organisation]) -> list[Any]:
    whose: Any = one.country
    if one.locality is not None:
        whose = view.locality_name(one.locality)
    elif one.organisation_id is not None:
        whose = view.text(bodies[one.organisation_id].name)
    facts = [whose, _when(view, one)]
    facts.append(view.say(N_("Since {origin}"), origin=one.since_year) if one.since_year else "")
    facts.append(view.say(N_("Greetings go out")) if one.greets else "")
    return [fact for fact in facts if fact]


def _when(view: View, one: Observance) -> Any:
    if one.festival is not None:
        return view.text(festival_name(one.festival))
    calendar = view.say(RECURRENCES[HolidayCalendar(one.recurs_calendar or "solar")])
    sentence = N_("{calendar}: day {day}, month {month}")
    return view.say(sentence, calendar=calendar, day=one.recurs_day, month=one.recurs_month)


def _fields(view: View, row: Observance | None) -> list[FieldSpec]:
    countries = [(one, one) for one in dict.fromkeys([*OFFICE_COUNTRIES, *([row.country] if row else [])]) if one]
    when = words(view, RECURRENCES)
    when += [(f"{_FESTIVAL}{one.value}", view.plain(festival_name(one))) for one in Festival]
    hint = N_("Fill in one of country, locality and organisation.")
    return [
        FieldSpec("name", FieldType.TEXTS, N_("Name"), is_required=True),
        FieldSpec("country", FieldType.CHOICE, N_("Country"), hint, options=countries),
        FieldSpec("locality", FieldType.CHOICE, N_("Of this locality"), options=localities(view)),
        FieldSpec("organisation_id", FieldType.CHOICE, N_("Of this organisation"), options=organisations(view)),
        FieldSpec("recurs", FieldType.CHOICE, N_("Comes every year"), options=when, default="solar", is_required=True),
        FieldSpec("recurs_month", FieldType.NUMBER, N_("Month of every year"), error_name="recurs.month"),
        FieldSpec("recurs_day", FieldType.NUMBER, N_("Day of that month"), error_name="recurs.day"),
        FieldSpec(
            "since_year",
            FieldType.NUMBER,
            N_("Year of the origin"),
            N_("Each year gets its number from it; leave it empty where it is not known."),
        ),
        FieldSpec("greets", FieldType.FLAG, N_("Greetings go out"), default=True),
        FieldSpec("source", FieldType.LINE, N_("Source"), N_("The decree or the letter that announces it.")),
    ]


def _compose(values: dict[str, Any]) -> dict[str, Any]:
    month, day = values.pop("recurs_month", None), values.pop("recurs_day", None)
    chosen = values.get("recurs") or ""
    if chosen.startswith(_FESTIVAL):
        values["recurs"] = {"festival": chosen.removeprefix(_FESTIVAL)}
    elif chosen:
        parts = {"calendar": chosen, "month": month, "day": day}
        values["recurs"] = {name: value for name, value in parts.items() if value is not None}
    return values


def _beside(view: View, row: Observance | None) -> dict[str, Any]:
    if row is None:
        return {}
    if row.festival is not None:
        return {"recurs": f"{_FESTIVAL}{row.festival.value}"}
    return {"recurs": row.recurs_calendar.value if row.recurs_calendar else ""}


def _more(view: View, row: Observance | None) -> dict[str, Any]:
    """The days of the coming year."""
    if row is not None or request.endpoint != "pages.administered_list":
        return {}
    today = view.act.today
    found = observances.days_between(view.session, view.act, today, today + _COMING)
    return {"coming": [(one, ordinal_words(view, one)) for one in found]}


AREA = AdminSection(
    name="observances",
    title=N_("Days of greetings"),
    lead=N_("For officers: the days of both countries, of provinces and of organisations on which greetings go out."),
    new=N_("Add an observance"),
    empty=N_("There are no observances yet. Add the days on which greetings go out."),
    model=Observance,
    schema=ObservanceSchema,
    fields=_fields,
    lines=_lines,
    found=in_order(Observance, *observances.OBSERVANCE_ORDER),
    create=observances.create_observance,
    change=observances.change_observance,
    title_of=lambda view, one: view.text(one.name),
    delete=observances.delete_observance,
    remove=Role.OFFICER,
    searches=False,
    compose=_compose,
    beside=_beside,
    part="observances",
    more=_more,
)
