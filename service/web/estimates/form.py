"""The form of an estimate, in an officer's words: who comes, what is offered them, what costs as invoiced.

It is filled in from the visit. A figure that is left as the visit has it is not stored: it follows the visit. One that
differs is stored and stays. What the visit had when the form was made is sent along (``visit.NAME``), so that a visit
changed meanwhile does not make overrides of figures nobody touched.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calendars.estimates.inputs import HUNDREDTHS, EstimateInputs, VisitFigures
from calendars.estimates.labels import format_quantity
from models.i18n import N_, NP_
from models.vocabulary import Currency, Direction, Language, NormItem, NormUnit
from service.web.form_fields import FieldSpec, FieldType, typed_in, ungrouped, values_of
from service.web.forms import FormRefusal

VISIT = "visit."
"""Begins the names of what the visit had when the form was made."""

FROM_VISIT = ("heads", "deputies", "members", "nights", "meal_days")
"""What is filled in from the visit."""

_PEOPLE = FROM_VISIT[:3]
_GIFTS = ("heads", "spouses", "members")
_MOST_PEOPLE = 5_000

_UNITS: Mapping[NormItem, NormUnit] = {
    NormItem.CAR: NormUnit.TRIP,
    NormItem.LOUNGE: NormUnit.TRIP,
    NormItem.TICKET: NormUnit.PERSON,
    NormItem.VISA: NormUnit.PERSON,
    NormItem.INSURANCE: NormUnit.PERSON,
    NormItem.TRANSLATION_INTO: NormUnit.PAGE,
    NormItem.TRANSLATION_FROM: NormUnit.PAGE,
}
"""What an entered line counts, where it is not pieces."""

INVOICED = (
    NormItem.CAR,
    NormItem.LOUNGE,
    NormItem.PERFORMANCE,
    NormItem.TICKET,
    NormItem.VISA,
    NormItem.INSURANCE,
    NormItem.BREAKFAST,
    NormItem.DRINKS,
    NormItem.DOMESTIC_MEAL,
    NormItem.TUITION,
    NormItem.STIPEND,
    NormItem.OTHER,
    NormItem.LODGING,
    NormItem.MEALS,
    NormItem.BANQUET,
    NormItem.SESSION,
    NormItem.FLOWERS,
    NormItem.GIFT,
    NormItem.INTERPRETING,
    NormItem.BOOTH_INTERPRETING,
    NormItem.TRANSLATION_INTO,
    NormItem.TRANSLATION_FROM,
    NormItem.PER_DIEM,
)
"""What can be entered by hand: first what has no formula."""


def _count(name: str, label: str, hint: str = "", *, is_more: bool = False) -> FieldSpec:
    return FieldSpec(name, FieldType.NUMBER, label, hint, least=0, most=_MOST_PEOPLE, is_more=is_more)


_PAYER = FieldSpec("payer_organisation_id", FieldType.CHOICE, N_("Paid by the body"), choices="bodies")
CLASS = (
    FieldSpec("guest_class", FieldType.CHOICE, N_("Class of the guests"), choices="classes"),
    FieldSpec(
        "class_decided_by",
        FieldType.LINE,
        N_("Who decided the class"),
        N_("A person and a paper, like “the Chair of the People’s Committee, document 12/UBND”."),
        length=300,
    ),
    FieldSpec(
        "who_pays",
        FieldType.CHOICE,
        N_("Who pays"),
        choices="who_pays",
        is_required=True,
    ),
)
PEOPLE = (
    _count("heads", N_("Heads of delegation")),
    _count("deputies", N_("Deputy heads")),
    _count("members", N_("Other guests")),
    _count("nights", N_("Nights")),
    FieldSpec(
        "meal_days",
        FieldType.QUANTITY,
        N_("Days with both meals"),
        N_("A day with one meal counts half. The banquet’s meal is among them; it is taken off by itself."),
    ),
)
RECEPTION = (
    _count("banquet_hosts", N_("Hosts at the banquet"), N_("Empty: there is no banquet.")),
    FieldSpec(
        "sessions",
        FieldType.ROWS,
        N_("Courtesy calls and working sessions"),
        columns=(
            _count("half_days", N_("Half days")),
            _count("hosts", N_("Hosts and interpreters there")),
            _PAYER,
        ),
    ),
)
LANGUAGES = (
    FieldSpec(
        "interpreting",
        FieldType.ROWS,
        N_("Interpreting"),
        columns=(
            FieldSpec("hours", FieldType.QUANTITY, NP_("of interpreting", "Hours"), N_("A begun hour counts whole.")),
            _count("people", N_("Interpreters"), N_("Empty: one.")),
            FieldSpec("is_booth", FieldType.FLAG, N_("Simultaneous, in a booth")),
            FieldSpec("own_staff", FieldType.FLAG, N_("Own staff: half the rate at most")),
        ),
    ),
)
TRANSLATIONS = FieldSpec(
    "translations",
    FieldType.ROWS,
    N_("Translation of papers"),
    columns=(
        FieldSpec("pages", FieldType.QUANTITY, N_("Pages of 350 words")),
        FieldSpec("direction", FieldType.CHOICE, N_("Into which language"), choices="translation"),
        FieldSpec(
            "extra_percent",
            FieldType.NUMBER,
            N_("Rise in percent"),
            N_("Up to 30 for a language that is none of the United Nations’, as Lao."),
            least=0,
            most=30,
        ),
    ),
)
GIFTS = (
    _count("flowers", N_("Bouquets for the head")),
    _count("gifts_heads", N_("Gifts for heads")),
    _count("gifts_spouses", N_("Gifts for spouses")),
    _count("gifts_members", N_("Gifts for other guests")),
)
ABROAD = FieldSpec(
    "per_diems",
    FieldType.ROWS,
    N_("Rates abroad"),
    columns=(
        FieldSpec("item", FieldType.CHOICE, NP_("of an estimate", "What for"), choices="abroad"),
        FieldSpec("rate", FieldType.MONEY, N_("Rate a person and day")),
        _count("people", N_("Travellers"), N_("Empty: all.")),
        FieldSpec("times", FieldType.QUANTITY, N_("Days or nights"), N_("Empty: as the visit has.")),
    ),
)
LINES = FieldSpec(
    "lines",
    FieldType.ROWS,
    N_("Cars and other things, as invoiced"),
    columns=(
        FieldSpec("item", FieldType.CHOICE, NP_("of an estimate", "What for"), choices="items"),
        FieldSpec("description", FieldType.LINE, N_("In words, in Vietnamese"), length=500),
        FieldSpec("quantity", FieldType.QUANTITY, N_("How many"), N_("Empty: one.")),
        FieldSpec(
            "unit",
            FieldType.CHOICE,
            NP_("of a quantity", "Unit"),
            N_("Empty: as it is, or as usual for it."),
            choices="units",
        ),
        FieldSpec("unit_amount", FieldType.MONEY, N_("Price of one")),
        FieldSpec("payer", FieldType.CHOICE, NP_("of money", "Paid by"), choices="payers"),
        _PAYER,
    ),
)
BREAKFAST = FieldSpec(
    "breakfast",
    FieldType.FLAG,
    N_("Breakfast is not in the price of the rooms: paid apart, within the norm of lodging"),
)
BY_HAND = FieldSpec(
    "by_hand",
    FieldType.FLAG,
    N_("Compute nothing: only the lines entered by hand count"),
)
PRICE, PAYER, BODY, CURRENCY = "price.", "payer.", "body.", "currency."
"""Begin the names of what is entered for a computed line, and of its currency, followed by its rule."""

MOST_COMPUTED, LONGEST_RULE = 200, 60


@dataclass(frozen=True, slots=True)
class ComputedLine:
    """A computed line that can get another price or payer: its ``rule``, what it is called, its currency."""

    rule: str
    name: str
    currency: Currency


def specs_of(direction: Direction, computed: Sequence[ComputedLine]) -> tuple[FieldSpec, ...]:
    """The fields of the form; abroad there are rates instead of norms."""
    reception = (*RECEPTION, *LANGUAGES, *GIFTS, TRANSLATIONS, BREAKFAST)
    own = (ABROAD,) if direction is Direction.OUTGOING else reception
    return (*CLASS, *PEOPLE, *own, LINES, BY_HAND, *(spec for line in computed for spec in _of_line(line)))


def _of_line(line: ComputedLine) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(PRICE + line.rule, FieldType.LINE, N_("Another price of one"), length=24),
        FieldSpec(PAYER + line.rule, FieldType.CHOICE, NP_("of money", "Paid by"), choices="payers"),
        FieldSpec(BODY + line.rule, FieldType.CHOICE, N_("Paid by the body"), choices="bodies"),
    )


@dataclass(frozen=True, slots=True)
class EnteredLine:
    """A line entered by hand as it is kept, and its whole value as the API takes it: what the form does not ask for
    (texts in other languages, a unit) is kept from there."""

    id: str
    value: Mapping[str, Any]


def shown(
    inputs: EstimateInputs | None,
    figures: VisitFigures,
    entered: Sequence[EnteredLine],
    overrides: Mapping[str, Mapping[str, Any]],
    language: Language,
    *,
    is_by_hand: bool,
) -> dict[str, Any]:
    """What stands in the form: what is stored, and what the visit has where nothing is.

    ``inputs`` None: nothing is computed (``is_by_hand``), or nothing is stored yet.
    """
    known = inputs or EstimateInputs()
    visit = of_visit(figures, language)
    decimal = _decimal_of(language)
    found: dict[str, Any] = {
        name: visit[name] if (value := getattr(known, name)) is None else value for name in (*_PEOPLE, "nights")
    }
    found["meal_days"] = visit["meal_days"] if known.meal_days is None else decimal(known.meal_days)
    found |= {"banquet_hosts": known.banquet_hosts, "breakfast": known.breakfast, "by_hand": is_by_hand}
    found |= {name: getattr(known, name) or None for name in ("flowers", *(f"gifts_{who}" for who in _GIFTS))}
    found["sessions"] = [
        {"half_days": one.half_days, "hosts": one.hosts, "payer_organisation_id": one.payer_organisation_id}
        for one in known.sessions
    ]
    found["interpreting"] = [
        {
            "hours": decimal(one.hours),
            "people": one.people,
            "is_booth": one.is_booth,
            "own_staff": one.own_staff,
        }
        for one in known.interpreting
    ]
    found["translations"] = [
        {
            "pages": decimal(one.pages),
            "direction": "into" if one.into_vietnamese else "from",
            "extra_percent": one.extra_percent or None,
        }
        for one in known.translations
    ]
    found["per_diems"] = [
        {
            "item": one.item.value,
            "rate": one.currency.money(one.rate),
            "people": one.people,
            "times": None if one.times is None else decimal(one.times),
        }
        for one in known.per_diems
    ]
    found["lines"] = [_entered_shown(one.value, language) for one in entered]
    for rule, over in overrides.items():
        found[PRICE + rule] = (over.get("unit_amount") or {}).get("amount")
        found[PAYER + rule], found[BODY + rule] = over.get("payer"), over.get("payer_organisation_id")
    return found


def _entered_shown(line: Mapping[str, Any], language: Language) -> dict[str, Any]:
    description = line.get("description") or {}
    quantity = line.get("quantity")
    # Of a line of which only the whole is known, the whole is the price of one.
    price = line.get("unit_amount") or line.get("planned")
    return {
        "item": line["item"],
        "description": description.get(Language.VI) or next(iter(description.values()), ""),
        "quantity": None if quantity in (None, "1") else _localized(str(quantity), language),
        "unit_amount": price,
        "payer": line.get("payer"),
        "payer_organisation_id": line.get("payer_organisation_id"),
    }


def of_visit(figures: VisitFigures, language: Language) -> dict[str, str]:
    """What the visit itself has for the fields of :data:`FROM_VISIT`, as the form shows it."""
    return {
        "heads": str(figures.heads),
        "deputies": str(figures.deputies),
        "members": str(figures.members),
        "nights": str(figures.nights),
        "meal_days": _decimal_of(language)(figures.days * HUNDREDTHS),
    }


def wanted(
    form: Mapping[str, str],
    direction: Direction,
    entered: Sequence[EnteredLine],
    overrides: Mapping[str, Mapping[str, Any]],
    inputs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the form asks for, as the API takes an estimate: ``lines`` are those entered by hand, then what was entered
    for computed ones, by their ``rule``. ``entered``, ``overrides`` and ``inputs`` are what stands; of the inputs those
    are kept for which the form of this direction has no field."""
    computed = computed_in(form)
    specs = specs_of(direction, computed)
    values, typed = values_of(specs, form), typed_in(specs, form)
    kept = {one.id: one.value for one in entered}
    lines = [
        _entered(row, kept.get(typed.get(f"lines.{number}.id", ""), {}))
        for number, row in enumerate(values.get("lines") or ())
    ]
    found = (_override(values, line, overrides.get(line.rule, {})) for line in computed)
    return {
        "guest_class": values.get("guest_class"),
        "class_decided_by": values.get("class_decided_by"),
        "who_pays": values.get("who_pays"),
        "inputs": None if values["by_hand"] else {**(inputs or {}), **_inputs(values, form, direction)},
        "lines": [*lines, *(one for one in found if one is not None)],
    }


def computed_in(form: Mapping[str, str]) -> list[ComputedLine]:
    """The computed lines that a form asks about; what they are called is not known from it."""
    rules = [name.removeprefix(PRICE) for name in form if name.startswith(PRICE)]
    return [
        ComputedLine(
            rule, "", Currency(code) if (code := form.get(CURRENCY + rule, "")) in set(Currency) else Currency.VND
        )
        for rule in rules[:MOST_COMPUTED]
        if len(rule) <= LONGEST_RULE
    ]


def line_ids(form: Mapping[str, str]) -> list[tuple[int, str]]:
    """The ids of the entered lines that a form shows again, by their rows once empty ones are left out."""
    typed = typed_in([LINES], form)
    places = (re.fullmatch(r"lines\.(\d{1,3})\.id", name, re.ASCII) for name in typed)
    return [(int(place[1]), typed[place[0]]) for place in places if place]


def _inputs(values: Mapping[str, Any], form: Mapping[str, str], direction: Direction) -> dict[str, Any]:
    """The ``inputs`` of the API. What is as the visit had it when the form was made is null: it follows the visit."""

    def own(name: str) -> Any:
        typed = form.get(name, "").strip().replace(",", ".")
        return None if typed == form.get(VISIT + name, "").replace(",", ".") else values.get(name)

    found: dict[str, Any] = {
        "people": {name: own(name) for name in _PEOPLE},
        "nights": own("nights"),
        "meal_days": own("meal_days"),
    }
    rows = {name: values.get(name) or () for name in ("sessions", "interpreting", "translations", "per_diems")}
    if direction is Direction.OUTGOING:
        return found | {"per_diems": [_filled(one, "item", "people", "times") for one in rows["per_diems"]]}
    hosts = values.get("banquet_hosts")
    return found | {
        "breakfast": values["breakfast"],
        "banquet": None if hosts is None else {"hosts": hosts},
        "sessions": [_filled(one, "hosts", "payer_organisation_id") for one in rows["sessions"]],
        "interpreting": [
            {
                "hours": one["hours"],
                "people": one["people"],
                "booth": one["is_booth"],
                "own_staff": one["own_staff"],
            }
            for one in rows["interpreting"]
        ],
        "translations": [
            {
                "pages": one["pages"],
                "into_vietnamese": one["direction"] != "from",
                "extra_percent": one["extra_percent"],
            }
            for one in rows["translations"]
        ],
        "flowers": values.get("flowers"),
        "gifts": {who: values.get(f"gifts_{who}") for who in _GIFTS},
    }


def _usual_unit(item: NormItem) -> NormUnit:
    return _UNITS.get(item, NormUnit.PIECE)


def _filled(row: Mapping[str, Any], *optional: str) -> dict[str, Any]:
    """A row without what was left empty and may be."""
    return {name: value for name, value in row.items() if value is not None or name not in optional}


def _entered(row: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """An entered line: what the form says over what was kept of it. ``planned`` follows from quantity and price."""
    item = row["item"] or NormItem.OTHER.value
    line: dict[str, Any] = {"item": item, "quantity": row["quantity"] or "1"}
    if kept:
        line["id"] = kept["id"]
    is_same_item = kept.get("item") == item
    known = NormItem(item) if item in set(NormItem) else NormItem.OTHER
    line["unit"] = row["unit"] or (kept["unit"] if is_same_item else _usual_unit(known).value)
    description = row["description"]
    texts = kept.get("description") or {}
    if description in texts.values():
        line["description"] = texts
    else:
        line["description"] = {**texts, Language.VI.value: description} if description else None
    line["unit_amount"] = row["unit_amount"]
    # What the form does not ask for stays as long as it is about the same.
    if is_same_item and kept.get("norm_id"):
        line["norm_id"] = kept["norm_id"]
    if is_same_item and kept.get("people") is not None and line["quantity"] == kept.get("quantity"):
        line |= {"people": kept["people"], "times": kept["times"]}
    return line | {name: row[name] for name in ("payer", "payer_organisation_id")}


def _override(values: Mapping[str, Any], line: ComputedLine, standing: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was entered for a computed line, and what stood there and was emptied; None: nothing of either."""
    price = ungrouped(values.get(PRICE + line.rule) or "")
    found: dict[str, Any] = {}
    for name, begin in (("payer", PAYER), ("payer_organisation_id", BODY)):
        value = values.get(begin + line.rule)
        if value is not None or name in standing:
            found[name] = value
    if price:
        found["unit_amount"] = {"amount": price, "currency": line.currency.value}
    elif "unit_amount" in standing:
        found["unit_amount"] = found["planned"] = None
    return {"rule": line.rule, **found} if found else None


_NAMES: Mapping[str, str] = {
    "inputs.banquet.hosts": "banquet_hosts",
    "inputs.banquet": "banquet_hosts",
    **{f"inputs.people.{name}": name for name in _PEOPLE},
    **{f"inputs.gifts.{who}": f"gifts_{who}" for who in _GIFTS},
}
"""What the API calls a field → what the form does."""

_PARTS = (("booth", "is_booth"), ("into_vietnamese", "direction"))


def in_form(refusal: FormRefusal, body: Mapping[str, Any]) -> FormRefusal:
    """A refusal with the form's names for the API's: ``body`` is what was asked for."""
    lines = body.get("lines") or ()
    return replace(refusal, fields={_in_form(name, lines): told for name, told in refusal.fields.items()})


def _in_form(name: str, lines: Sequence[Mapping[str, Any]]) -> str:
    if name in _NAMES:
        return _NAMES[name]
    if place := re.match(r"lines\.(\d{1,3})(?:\.(\w+))?", name, re.ASCII):
        number, part = int(place[1]), place[2] or "item"
        if number < len(lines) and (rule := lines[number].get("rule")):
            return {"payer": PAYER, "payer_organisation_id": BODY}.get(part, PRICE) + str(rule)
        column = part if part in {spec.name for spec in LINES.columns} else "unit_amount"
        return f"lines.{number}.{column}"
    plain = name.removeprefix("inputs.")
    for theirs, ours in _PARTS:
        plain = re.sub(rf"\.{theirs}$", f".{ours}", plain)
    return plain


def _decimal_of(language: Language) -> Callable[[int], str]:
    return lambda hundredths: format_quantity(hundredths, language)


def _localized(written: str, language: Language) -> str:
    """A decimal text as the language writes it, without groups."""
    return written if language is Language.EN else written.replace(".", ",")
