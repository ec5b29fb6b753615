"""Whose a reminder rule is, and who may change it.

A rule is its author's organisation's: that organisation's officers, the protocol office, approvers and administrators
change it. A rule of no organisation, or of the protocol office, is the office's own: only the protocol office and
administrators change it. An account without an organisation belongs to the protocol office.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from models.accounts import User
from models.errors import Forbidden
from models.i18n import N_, Message, message
from models.places import Organisation
from models.reminders import ReminderRule
from models.vocabulary import Role
from service.actions import permissions
from service.actions.context import ActionContext

_OFFICES_OWN = N_("This is a rule of the office: only the protocol office and administrators can change it.")


def may_change(session: Session, act: ActionContext, rule: ReminderRule) -> bool:
    """Whether the actor may change, switch or delete a rule; their role must suffice for rules at all."""
    return _is_in_charge(session, act, rule.organisation_id)


def why_not(session: Session, act: ActionContext, rule: ReminderRule) -> Message | None:
    """Why the actor may not change a rule; None if they may."""
    if may_change(session, act, rule):
        return None
    if _is_offices_own(session, rule.organisation_id):
        return message(_OFFICES_OWN)
    return message(
        N_("“{organisation}” made this rule: only it, an approver or the protocol office can change it."),
        organisation=session.get_one(Organisation, rule.organisation_id).name,
    )


def check_change(session: Session, act: ActionContext, rule: ReminderRule) -> None:
    """Raise if the actor may not change a rule.

    Raises:
        Forbidden: it is the office's own, or another organisation's.
    """
    if what := why_not(session, act, rule):
        raise Forbidden(what, code="not_in_charge")


def organisation_of_new(act: ActionContext, values: Mapping[str, Any]) -> str | None:
    """The organisation of a new rule: as given, else its author's; the service's own rules have none."""
    if "organisation_id" in values:
        given: str | None = values["organisation_id"]
        return given
    return act.user.organisation_id if act.user is not None else None


def check_organisation(session: Session, act: ActionContext, organisation_id: str | None) -> None:
    """Refuse to make a rule of an organisation, or to give it one, that the actor may not act for.

    An officer's rules are their own organisation's. Nobody makes a rule that they may not change afterwards.

    Raises:
        Forbidden: ``errors`` names the field.
    """
    if _is_in_charge(session, act, organisation_id):
        return
    if permissions.oversees_own(session):
        what = message(N_("Only the protocol office and administrators can make a rule of the office."))
    else:
        what = message(N_("Your rules are your own organisation's: leave the organisation out."))
    raise Forbidden(what, code="not_in_charge", errors={"organisation_id": [what]})


def may_choose_organisation(session: Session, act: ActionContext) -> bool:
    """Whether the actor may make rules of the office and of any organisation."""
    return act.user is None or act.user.role is Role.ADMIN or _is_of_protocol_office(session, act.user)


def _is_in_charge(session: Session, act: ActionContext, organisation_id: str | None) -> bool:
    if may_choose_organisation(session, act) or permissions.is_for(session, organisation_id):
        return True
    return permissions.oversees_own(session) and not _is_offices_own(session, organisation_id)


def _is_offices_own(session: Session, organisation_id: str | None) -> bool:
    if organisation_id is None:
        return True
    organisation = session.get(Organisation, organisation_id)
    return organisation is not None and organisation.protocol_office


def _is_of_protocol_office(session: Session, user: User) -> bool:
    return _is_offices_own(session, user.organisation_id)
