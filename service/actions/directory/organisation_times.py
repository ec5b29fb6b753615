"""Checks of what organisations are over time: parent, first and last day, successor.

Who succeeds a body reads what it was in charge of (:mod:`models.queries.event_readers`), so only administrators say so,
and within one line of localities: a line is a possible office. Anything else is the operator's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from models.errors import Forbidden
from models.i18n import N_, Message, message
from models.places import Organisation
from models.queries.offices import Offices, line_end
from models.vocabulary import Role
from service.actions import crud, permissions
from service.actions.context import ActionContext

TIMES = frozenset({"parent_id", "starts_on", "ends_on"})
"""Changed only by whoever may change everything of the office, as its name is; the successor by administrators."""


ONLY_ADMINISTRATORS: str = N_("Only an administrator decides which organisation succeeds another.")


def errors(session: Session, organisation: Organisation | None, values: Mapping[str, Any]) -> crud.Errors:
    """What is wrong with the days, the parent and the successor of an organisation with these new values."""

    def after(name: str) -> Any:
        return values[name] if name in values else getattr(organisation, name, None)

    found: crud.Errors = {}
    starts_on, ends_on = after("starts_on"), after("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        found["ends_on"] = [message(N_("The last day can't be before the first, {day}."), day=starts_on)]
    if after("successor_id") and not ends_on:
        found["ends_on"] = [message(N_("A successor needs the organisation's last day; it follows the day after."))]
    identity = None if organisation is None else organisation.id
    if is_above(session, "successor_id", after("successor_id"), identity):
        what = N_("An organisation can't be succeeded by itself, not even through others.")
        found["successor_id"] = [message(what)]
    if is_above(session, "parent_id", after("parent_id"), identity):
        found["parent_id"] = [message(N_("An organisation can't belong to itself, not even through others."))]
    return found


def is_above(session: Session, name: str, first: str | None, identity: str | None) -> bool:
    """Whether following ``name`` from ``first`` leads to ``identity``."""
    seen: set[str] = set()
    following = first
    while identity is not None and following and following not in seen:
        if following == identity:
            return True
        seen.add(following)
        row = session.get(Organisation, following)
        following = getattr(row, name) if row is not None else None
    return False


def check(
    session: Session,
    act: ActionContext,
    organisation: Organisation | None,
    values: Mapping[str, Any],
    other_office: Message,
) -> None:
    """Refuse changes that only others decide.

    Raises:
        Forbidden: an officer would change days or parent; the successor would be changed by somebody who is no
            administrator; or it would lead from one line of localities to another; ``errors`` names the field.
    """
    changed = {name for name in values if values[name] != getattr(organisation, name, None)}
    if not permissions.oversees_own(session) and (fields := sorted(TIMES & changed)):
        what = message(N_("Only an approver or the protocol office decides when an organisation begins and ends."))
        raise Forbidden(what, code="not_in_charge", errors={name: [what] for name in fields})
    if "successor_id" not in changed:
        return
    if act.user is not None and act.user.role is not Role.ADMIN:
        what = message(ONLY_ADMINISTRATORS)
        raise Forbidden(what, code="not_in_charge", errors={"successor_id": [what]})
    locality = values.get("locality") or (organisation.locality if organisation is not None else "")
    ends = [values["successor_id"], organisation.successor_id if organisation is not None else None]
    offices = Offices.load_whole(session.connection())
    for successor in (session.get_one(Organisation, one) for one in ends if one is not None):
        if line_end(offices.successors, successor.locality) != line_end(offices.successors, locality):
            permissions.check_operator(session, "successor_id", other_office)


def check_same_line(session: Session, field: str, organisation: Organisation, other: Organisation) -> None:
    """Refuse what would carry things from one line of localities to another: a line is a possible office.

    Raises:
        Forbidden: the two are of different lines, and the session acts for an account; ``errors`` names the field.
    """
    successors = Offices.load_whole(session.connection()).successors
    if line_end(successors, organisation.locality) != line_end(successors, other.locality):
        permissions.check_operator(session, field, message(OTHER_LINE))


def of_same_line(
    session: Session, organisation: Organisation, others: Iterable[Organisation]
) -> Sequence[Organisation]:
    """Those of ``others`` to which things may be carried from an organisation, without itself."""
    successors = Offices.load_whole(session.connection()).successors
    end = line_end(successors, organisation.locality)
    return [one for one in others if one.id != organisation.id and line_end(successors, one.locality) == end]


OTHER_LINE: str = N_(
    "The two belong to different localities, and neither carries the other on: change the locality of one first, or ask"
    " the operator."
)
