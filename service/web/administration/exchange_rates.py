"""Exchange rates: entered by approvers with their day and source, read by officers."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from marshmallow import ValidationError

from calendars.days.formatting import BABEL_LOCALES
from models.exchange_rates import ExchangeRate
from models.i18n import N_
from models.vocabulary import Currency, Role
from service.actions.ledger import exchange_rates
from service.schemas.exchange_rates import ExchangeRateSchema
from service.web.administration.section import AdminSection, SectionRow, in_order
from service.web.form_fields import FieldSpec, FieldType
from service.web.view import View

_BOTH_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
"""Thousands to one reader, three decimals to another."""
_TWO_WAYS = N_("This can be read in two ways. Write thousands without a mark (25410), or four decimals (25.4100).")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:,\d{3}){2,}", re.ASCII)


def _title(view: View, one: ExchangeRate) -> str:
    """``1 USD = 25.410 VND``."""
    rate = format_decimal(Decimal(one.rate), locale=BABEL_LOCALES[view.language], decimal_quantization=False)
    return f"1 {one.currency.value} = {rate} VND"


def _lines(view: View, found: Sequence[ExchangeRate]) -> list[SectionRow]:
    return [SectionRow(one.id, _title(view, one), [view.day(one.day), one.source]) for one in found]


def _fields(view: View, row: ExchangeRate | None) -> list[FieldSpec]:
    currencies = [(one.value, one.value) for one in Currency if one is not Currency.VND]
    hint = N_("Write it like 25410 or 1.18, without spaces; the decimals stand after a point or a comma.")
    return [
        FieldSpec("currency", FieldType.CHOICE, N_("Currency"), options=currencies, is_required=True),
        FieldSpec("day", FieldType.DAY, N_("Day of the rate"), default=view.act.today, is_required=True),
        FieldSpec("rate", FieldType.LINE, N_("How many đồng one unit is worth"), hint, is_required=True, length=24),
        FieldSpec("source", FieldType.LINE, N_("Source"), N_("Who published the rate."), is_required=True),
    ]


def _compose(values: dict[str, Any]) -> dict[str, Any]:
    """The rate as the API takes it, however an office writes decimals. What two people read differently is refused."""
    typed = values.get("rate")
    if isinstance(typed, str):
        typed = "".join(typed.split())
        if _BOTH_WAYS.fullmatch(typed):
            raise ValidationError({"rate": [_TWO_WAYS]})
        if _GROUPED.fullmatch(typed):
            typed = typed.replace(".", "").replace(",", "")
        values["rate"] = typed.replace(",", ".")
    return values


AREA = AdminSection(
    name="exchange-rates",
    title=N_("Exchange rates"),
    lead=N_("For reports that show amounts in đồng too: each rate with its day and its source. Approvers enter them."),
    new=N_("Enter a rate"),
    empty=N_("No rates are entered yet. Without a rate every amount stays in its own currency."),
    model=ExchangeRate,
    schema=ExchangeRateSchema,
    fields=_fields,
    lines=_lines,
    found=in_order(ExchangeRate, *exchange_rates.RATE_ORDER),
    create=exchange_rates.create_exchange_rate,
    change=exchange_rates.change_exchange_rate,
    title_of=_title,
    write=Role.APPROVER,
    delete=exchange_rates.delete_exchange_rate,
    remove=Role.APPROVER,
    searches=False,
    compose=_compose,
)
