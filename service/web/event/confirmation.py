"""The second pair of eyes on an event's page: what was confirmed, what differs, who may accept it and who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request

from calendars.events.confirmation import CONFIRMED_FIELDS, Difference, told
from models.events import Event
from models.i18n import N_, Message
from service.actions.effects import confirmation
from service.actions.events import confirming
from service.actions.ledger import estimate_budgets
from service.schemas.events import RefusalSchema
from service.web.event.editor import check_version, load
from service.web.view import View


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A value as it was confirmed and as it is now, in the reader's language; ``who`` is empty for the service."""

    label: str
    confirmed: str
    now: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ConfirmationBoard:
    """Who confirmed an event and what differs since; who asked for its confirmation; who may give it.

    ``is_unknown``: what was confirmed is not known. ``why_not``: why an approver may not confirm or accept it.
    ``able`` are the names of those who may, ``others`` without the reader's.
    """

    confirmed_by: str
    confirmed_at: datetime | None
    is_unknown: bool
    is_changed: bool
    differences: Sequence[DifferenceLine]
    asked_by: str
    asked_at: datetime | None
    is_waiting: bool
    may_accept: bool
    why_not: Message | None
    others: Sequence[str]
    able: Sequence[str]
    may_ask: bool
    may_refuse: bool

    nobody_else = confirming.nobody_else()
    """Said where ``others`` is empty."""


def read(view: View, event: Event) -> ConfirmationBoard | None:
    """What the page shows of it to those in charge of the event; None for others, and if there is nothing to show."""
    is_waiting = confirming.is_waiting(event)
    if view.user is None or not view.may_change(event) or not (is_waiting or event.confirmed_at):
        return None
    accounts = confirmation.accounts_in(view.session, event)
    differ = confirmation.differing(view.session, event)
    if differ and not estimate_budgets.shows_budget(view.session, [event]):
        differ = {name: one for name, one in differ.items() if name != "budget"}
    refusal = confirmation.refusal_of(view.session, view.act.now, event, view.user)
    able = confirmation.who_may_confirm(view.session, view.act.now, event) if is_waiting else []
    others = [user for user in able if user != view.user]
    return ConfirmationBoard(
        confirmed_by=accounts.get(event.confirmed_by or "", ""),
        confirmed_at=event.confirmed_at,
        is_unknown=event.confirmed_at is not None and event.confirmed_values is None,
        is_changed=event.changed_since_confirmed,
        differences=_lines(view, event, differ or {}, accounts),
        asked_by=accounts.get(event.asked_by or "", ""),
        asked_at=event.asked_at,
        is_waiting=is_waiting,
        may_accept=is_waiting and event.changed_since_confirmed and refusal is None,
        why_not=refusal.detail if refusal and is_waiting else None,
        others=[user.name for user in others],
        able=[user.name if user in others else view.say(N_("{name} (you)"), name=user.name) for user in able],
        may_ask=is_waiting and bool(others) and confirming.may_ask_again(view.act, event),
        may_refuse=event.asked_at is not None and refusal is None,
    )


def _lines(view: View, event: Event, differ: dict[str, Difference], accounts: dict[str, str]) -> list[DifferenceLine]:
    names = confirmation.names_in(
        view.session,
        {name: one.confirmed for name, one in differ.items()},
        {name: one.now for name, one in differ.items()},
    )
    found = []
    for name, one in differ.items():
        change = event.corrections.get(name, {})
        at = change.get("at")
        found.append(
            DifferenceLine(
                view.say(CONFIRMED_FIELDS[name]),
                told(name, one.confirmed, view.language, names),
                told(name, one.now, view.language, names),
                accounts.get(change.get("by") or "", ""),
                datetime.fromisoformat(at) if at else None,
            )
        )
    return found


def told_of_change(view: View, board: ConfirmationBoard | None) -> str:
    """What is said when something of a confirmed event was changed: that it is tentative, by what, and until when."""
    if board is None or not board.is_changed or not board.differences:
        return ""
    fields = ", ".join(dict.fromkeys(line.label for line in board.differences))
    return view.say(TENTATIVE, fields=fields)


def accept(view: View, event: Event) -> None:
    """Accept what changed since the event was confirmed, as it stood when the page was read."""
    check_version(event.version)
    confirming.accept_changes(view.session, view.act, event)


def ask(view: View, event: Event) -> None:
    """Ask those who may confirm the event."""
    confirming.ask_for_confirmation(view.session, view.act, event)


def refuse(view: View, event: Event) -> None:
    """Refuse the confirmation that somebody asked for, with a reason."""
    check_version(event.version)
    wanted = load(RefusalSchema, {"reason": request.form.get("reason", "")})
    confirming.refuse_confirmation(view.session, view.act, event, wanted["reason"])


REFUSED = N_("The confirmation was refused; whoever asked gets a mail with the reason.")
ACCEPTED = N_("The changes are accepted: the event is confirmed as it is now.")
TENTATIVE = N_("Calendars show the event as tentative until an approver accepts what changed: {fields}.")
ASKED = N_("The confirmation was asked for: those who may confirm get a mail.")
