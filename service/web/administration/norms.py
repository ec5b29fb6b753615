"""Norms: the most that may be spent, by act, class of guests and role; read by officers, kept by administrators."""

from collections.abc import Sequence
from typing import Any

from calendars.estimates.labels import CLASS_NAMES, ITEM_NAMES, ROLE_NAMES, UNIT_NAMES, unit_name
from calendars.money.formatting import format_money
from models.i18n import N_, NP_
from models.norms import Norm
from models.text import LocalizedText
from models.vocabulary import Role
from service.actions import crud
from service.actions.ledger import norms
from service.schemas.norms import NormSchema
from service.web.administration.section import AdminSection, SectionRow
from service.web.form_fields import Choice, FieldSpec, FieldType
from service.web.view import View


def _found(view: View, q: str, first: int, size: int) -> tuple[list[Norm], int]:
    return crud.page_of(view.session, norms.norms_where(view.session, {"q": q}), norms.NORM_ORDER, first, size)


def _name(view: View, one: Norm) -> str:
    parts = (
        view.plain(ITEM_NAMES[one.item]),
        view.plain(ROLE_NAMES[one.role]) if one.role else "",
        view.plain(CLASS_NAMES[one.guest_class]) if one.guest_class else "",
    )
    return ", ".join(filter(None, parts))


def _lines(view: View, found: Sequence[Norm]) -> list[SectionRow]:
    return [SectionRow(one.id, _name(view, one), _facts(view, one), _is_over(view, one)) for one in found]


def _is_over(view: View, one: Norm) -> bool:
    return one.valid_to is not None and one.valid_to < view.act.today


def _facts(view: View, one: Norm) -> list[Any]:
    unit = view.plain(unit_name(one.item, one.unit))
    amount = view.say(N_("as invoiced"))
    if one.money is not None:
        amount = f"{format_money(one.money, view.language)} / {unit}"
    first = view.day(one.valid_from)
    if one.valid_to is None:
        valid = view.say(N_("from {day} on"), day=first)
    else:
        valid = view.say(N_("from {first} to {last}"), first=first, last=view.day(one.valid_to))
    article = view.say(N_("article {number}"), number=one.article) if one.article else ""
    return [
        amount,
        ", ".join(filter(None, (one.act, article))),
        view.place(one.locality) if one.locality else view.say(N_("national")),
        valid,
        "" if one.verified else view.say(N_("not compared with the act")),
    ]


def _options(view: View, names: Any) -> list[Choice]:
    found: dict[Any, LocalizedText] = dict(names)
    return [(word.value, view.plain(name)) for word, name in found.items()]


def _fields(view: View, one: Norm | None) -> list[FieldSpec]:
    own = view.act.office.locality
    codes = dict.fromkeys(filter(None, (own, one.locality if one else None)))
    places = [(code, view.plain(view.locality_name(code))) for code in codes]
    return [
        FieldSpec("act", label=N_("Act"), hint=N_("As it is cited, with its number."), length=200, is_required=True),
        FieldSpec("article", FieldType.LINE, N_("Article"), N_("Only its number, like 12 or 7.6."), length=40),
        FieldSpec(
            "locality",
            FieldType.CHOICE,
            N_("Act of this locality"),
            N_("Empty: a national act. A local act may only lower what the national one allows."),
            options=places,
            default=own,
        ),
        FieldSpec("item", FieldType.CHOICE, NP_("of an estimate", "What for"), options=_options(view, ITEM_NAMES),
                  is_required=True),
        FieldSpec("guest_class", FieldType.CHOICE, N_("Class of the guests"), N_("Empty: all classes."),
                  options=_options(view, CLASS_NAMES)),
        FieldSpec("role", FieldType.CHOICE, N_("For whom"), N_("Empty: everybody."),
                  options=_options(view, ROLE_NAMES)),
        FieldSpec("unit", FieldType.CHOICE, N_("For each"), options=_options(view, UNIT_NAMES), is_required=True),
        FieldSpec("amount", FieldType.MONEY, NP_("of a norm", "At most"), N_("Empty: as invoiced.")),
        FieldSpec("valid_from", FieldType.DAY, N_("Valid from"), is_required=True),
        FieldSpec("valid_to", FieldType.DAY, N_("Valid until"), N_("The last day. With it a norm is closed.")),
        FieldSpec("verified", FieldType.FLAG, N_("Somebody compared it with the act itself"), default=False),
    ]  # fmt: skip


def _beside(view: View, one: Norm | None) -> dict[str, Any]:
    return {} if one is None else {"amount": one.money}


AREA = AdminSection(
    name="norms",
    title=N_("Norms of spending"),
    lead=N_("The most that may be spent, by act and class of guests. Estimates take the norm of the day of arrival."),
    new=N_("Add a norm"),
    empty=N_("There are no norms yet."),
    model=Norm,
    schema=NormSchema,
    fields=_fields,
    lines=_lines,
    found=_found,
    create=norms.create_norm,
    change=norms.change_norm,
    title_of=_name,
    write=Role.ADMIN,
    delete=norms.delete_norm,
    remove=Role.ADMIN,
    before=N_("What was approved stays as it was approved."),
    follows=N_("What was approved stays as it was approved."),
    beside=_beside,
)
