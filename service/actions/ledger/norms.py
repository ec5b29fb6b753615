"""Norms of an office: national acts and its locality's own, which may only be lower; what estimates use stays."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import case, or_
from sqlmodel import Session, col, select

from calendars.estimates.labels import UNIT_NAMES
from calendars.estimates.norms import COUNTED_IN, NormFacts, exceeded_norms
from calendars.money.formatting import format_money
from models.errors import Conflict
from models.estimates import EstimateLine
from models.events import Event
from models.i18n import N_, Message, message
from models.norms import Norm
from models.vocabulary import Currency, GuestClass, Language, NormItem, NormRole
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.ledger import rights

_WHAT_IT_IS = ("locality", "valid_from", "guest_class", "role", "item", "unit", "money")
"""What a norm says; it stays while an approval rests on it. It may be closed, and its act be cited better."""

_CAP = 20
"""How many events are named at the most of those that use a norm."""


def create_norm(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Norm:
    """Add a norm.

    Raises:
        Invalid: another of the same level is for the same on one of its days; or it is a local one above what a
            national act allows on one of its days; or the unit is not what the item is counted in.
    """
    values = _with_article(values)
    crud.check(_errors(session, None, values))
    row = Norm(**{name: value for name, value in values.items() if name != "money"})
    row.money = values["money"]
    return crud.create(session, act, row)


_ARTICLE = re.compile(r"^(?:điều|article|art\.|ມາດຕາ)\s+", re.IGNORECASE)


def _with_article(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The article as its number alone: what names it says “article” itself."""
    article = values.get("article")
    return {**values, "article": _ARTICLE.sub("", article.strip())} if article else values


def change_norm(session: Session, act: ActionContext, row: Norm, values: Mapping[str, Any]) -> Norm:
    """Change a norm.

    Raises:
        Invalid: as in :func:`create_norm`.
        Conflict: ``in_use``: an estimate was approved by it, and it would say something else; ``events`` names those.
    """
    values = _with_article(values)
    crud.check(_errors(session, row, values))
    if any(name in values and values[name] != getattr(row, name) for name in _WHAT_IT_IS):
        _check_unused(
            session,
            row,
            N_(
                "Estimates were approved by this norm, so what it says stays. Close it with its last day, and add a new"
                " one from the next day on."
            ),
            approved=True,
        )
    crud.change(session, act, row, values)
    return row


def delete_norm(session: Session, act: ActionContext, row: Norm) -> None:
    """Delete a norm.

    Raises:
        Conflict: ``in_use``: estimates use it; ``events`` names those.
    """
    _check_unused(session, row, N_("Estimates use this norm. Close it with its last day instead of deleting it."))
    crud.delete(session, act, row)


def _place_in(words: Any, column: Any) -> Any:
    """The place of a column's word in its list, nothing before all."""
    return case({word: number for number, word in enumerate(words, 1)}, value=column, else_=0)


NORM_ORDER = (
    col(Norm.locality).is_not(None),  # databases sort NULL differently
    col(Norm.locality),
    _place_in(NormItem, col(Norm.item)),
    _place_in(GuestClass, col(Norm.guest_class)),
    _place_in(NormRole, col(Norm.role)),
    col(Norm.valid_from).desc(),
    col(Norm.id),
)
"""National ones first, then by item, class and role as their lists have them, the latest first."""


def norms_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the norms of the reader's office that match a query string."""
    statement: Any = select(Norm).where(permissions.marked_own(session, col(Norm.office)))
    for name in ("item", "guest_class", "locality"):
        if query.get(name):
            statement = statement.where(getattr(Norm, name) == query[name])
    if day := query.get("on"):
        is_open = or_(col(Norm.valid_to).is_(None), col(Norm.valid_to) >= day)
        statement = statement.where(col(Norm.valid_from) <= day, is_open)
    for word in (query.get("q") or "").split():
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)))
    return statement


_SEARCHED = (col(Norm.act), col(Norm.article))


def norm_facts(row: Norm) -> NormFacts:
    """A norm as a plain value."""
    return NormFacts(
        id=row.id,
        item=row.item,
        unit=row.unit,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        guest_class=row.guest_class,
        role=row.role,
        amount=row.amount,
        currency=row.currency,
        act=row.act,
        article=row.article,
        verified=row.verified,
        is_local=row.locality is not None,
    )


def is_doubled(wanted: NormFacts, others: Sequence[NormFacts]) -> NormFacts | None:
    """Another norm of the same level for the same on one of the same days."""
    return next(
        (
            norm
            for norm in others
            if norm.is_local == wanted.is_local and norm.is_about_the_same(wanted) and norm.overlaps(wanted)
        ),
        None,
    )


# What is wrong with one


def _errors(session: Session, row: Norm | None, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Norm, values)
    wanted = _after(row, values)
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        name = "valid_to" if "valid_to" in values else "valid_from"
        errors[name] = [message(N_("The last day can't be before the first."))]
    unit = COUNTED_IN.get(wanted.item)
    if unit is not None and wanted.unit is not unit:
        name = "unit" if "unit" in values or row is None else "item"
        errors[name] = [message(N_("This item is counted in: {unit}."), unit=UNIT_NAMES[unit])]
    if errors:
        return errors
    others = _others(session, row, wanted.item)
    if double := is_doubled(wanted, others):
        errors["valid_from" if "valid_from" in values or "valid_to" not in values else "valid_to"] = [_double(double)]
    if wanted.is_local:
        errors |= {"amount": [_too_high(norm) for norm in exceeded_norms(wanted, others)]}
    return errors


def _after(row: Norm | None, values: Mapping[str, Any]) -> NormFacts:
    """The norm as it would be."""
    facts = None if row is None else norm_facts(row)
    known = {name: values[name] for name in _PLAIN if name in values}
    if "money" in values:
        money = values["money"]
        currency = Currency(money["currency"]) if money else Currency.VND
        known |= {"currency": currency, "amount": currency.units(money["amount"]) if money else None}
    if "locality" in values:
        known["is_local"] = values["locality"] is not None
    return NormFacts(id="", **known) if facts is None else replace(facts, **known)


_PLAIN = ("item", "unit", "valid_from", "valid_to", "guest_class", "role", "act", "article", "verified")


def _others(session: Session, row: Norm | None, item: NormItem) -> list[NormFacts]:
    """The norms of the same office for the same item, but for the one itself."""
    office = permissions.own_office(session) if row is None else row.office
    offices = permissions.offices(session)
    condition = offices.marks(offices.named(office), col(Norm.office))
    statement = select(Norm).where(col(Norm.item) == item).order_by(col(Norm.valid_from), col(Norm.id))
    if condition is not None:
        statement = statement.where(condition)
    if row is not None:
        statement = statement.where(col(Norm.id) != row.id)
    return [norm_facts(one) for one in session.exec(statement)]


def _double(norm: NormFacts) -> Message:
    if norm.valid_to is None:
        sentence = N_("{act} has one for the same from {first} on. Close that one first, or begin after it.")
        return message(sentence, act=norm.act, first=norm.valid_from)
    sentence = N_("{act} has one for the same from {first} to {last}. Choose other days.")
    return message(sentence, act=norm.act, first=norm.valid_from, last=norm.valid_to)


def _too_high(norm: NormFacts) -> Message:
    unit = UNIT_NAMES[norm.unit]
    if norm.amount is None:
        sentence = N_("{act} has it paid as invoiced for each {unit}; a local norm is for the same unit.")
        return message(sentence, act=norm.act, unit=unit)
    money = norm.currency.money(norm.amount)
    amount = {language.value: format_money(money, language) for language in Language}
    sentence = N_("{act} allows {amount} for each {unit}; a local norm may be lower, in the same currency and unit.")
    return message(sentence, act=norm.act, amount=amount, unit=unit)


def _check_unused(session: Session, row: Norm, sentence: str, *, approved: bool = False) -> None:
    """Refuse what estimates rest on; ``approved``: only those of which the line was approved.

    Raises:
        Conflict: ``in_use``, with ``events``, those of which the session reads the money.
    """
    used = select(EstimateLine.event_id).where(col(EstimateLine.norm_id) == row.id)
    if approved:
        used = used.where(col(EstimateLine.approved).is_not(None))
    if session.exec(used.limit(1)).first() is None:
        return
    readable = select(Event.id).where(
        col(Event.id).in_(used), permissions.visible(session), rights.money_readable(session)
    )
    events = list(session.exec(readable.order_by(col(Event.first_day), col(Event.id)).limit(_CAP)))
    raise Conflict(message(sentence), code="in_use", events=events)
