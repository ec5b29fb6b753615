"""Reminder rules: created, changed and deleted; each time their future reminders are planned again."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from calendars.days.offsets import Offset
from models.errors import InvalidValue
from models.queries.audience import check_audience
from models.queries.event_readers import vouched_rules
from models.reminders import ReminderRule
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.reminders import reminder_planning


def create_rule(session: Session, act: ActionContext, values: Mapping[str, Any]) -> ReminderRule:
    """Create a rule.

    Raises:
        Forbidden: it names an address that belongs to nobody here, and the session may not change everything.
    """
    values = checked(session, values)
    rule = crud.create(session, act, ReminderRule(**values))
    reminder_planning.plan_rule(session, act, rule)
    return rule


def change_rule(session: Session, act: ActionContext, rule: ReminderRule, values: Mapping[str, Any]) -> ReminderRule:
    """Change a rule.

    Changing anything else requires the same permission as writing its addresses, and revokes an approval if somebody
    changes it who could not give one; switching it off requires none. Whoever changes everything approves its addresses
    by giving the audience, changed or not, and only so.

    Raises:
        Forbidden: as in :func:`create_rule`.
    """
    values = _normalised(values)
    is_approved = "audience" in values and permissions.reader(session) is None and not is_vouched(session, rule)
    if set(values.get("audience", ())) == set(rule.audience):
        del values["audience"]  # a form sends its words in its own order
    changed = {name for name, value in values.items() if getattr(rule, name) != value}
    if changed and (changed != {"active"} or values["active"]):
        permissions.check_addresses(session, values.get("audience", rule.audience))
    if is_approved and "audience" not in changed:
        record(session, act, "change", "reminder_rule", rule.id, {})
    if crud.change(session, act, rule, values) or is_approved:
        reminder_planning.plan_rule(session, act, rule)
    return rule


def is_vouched(session: Session, rule: ReminderRule) -> bool:
    """Whether the addresses that a stored rule names are approved."""
    return rule.id in vouched_rules(session.connection(), {rule.id: rule.audience})


def withheld(session: Session, rule: ReminderRule) -> list[str]:
    """The addresses of no account that a kept rule tells of no internal event until it is approved, but where they are
    a member's: that they stand on the list of people may be its author's own doing."""
    if is_vouched(session, rule):
        return []
    return permissions.unknown_addresses(session, rule.audience, people_count=False)


def delete_rule(session: Session, act: ActionContext, rule: ReminderRule) -> None:
    """Delete a rule; its pending reminders are skipped, its sent ones stay on record."""
    # First, as everybody who plans: an event that is planned now may be about to refer to the rule.
    reminder_planning.lock_planning(session)
    crud.delete(session, act, rule)
    reminder_planning.plan_rule(session, act, rule)


def checked(session: Session, values: Mapping[str, Any], also: crud.Errors | None = None) -> dict[str, Any]:
    """A new rule's values as they are stored, its offset in canonical form; ``also`` are further errors.

    Raises:
        Invalid: the offset or the audience is not valid, or ``also`` contains an error.
        Forbidden: as in :func:`create_rule`.
    """
    values = _normalised(values, also)
    permissions.check_addresses(session, values.get("audience", ()))
    return values


def _normalised(values: Mapping[str, Any], also: crud.Errors | None = None) -> dict[str, Any]:
    crud.check(wrong_with(values) | (also or {}))
    values = dict(values)
    if "kinds" in values:
        values["kinds"] = [str(kind) for kind in values["kinds"]]
    if "offset" in values:
        values["offset"] = str(Offset.parse(values["offset"]))
    return values


def wrong_with(values: Mapping[str, Any]) -> crud.Errors:
    """The errors of a rule's offset and audience; missing ones are not checked."""
    errors: crud.Errors = {}
    for name, check in (("offset", Offset.parse), ("audience", check_audience)):
        if name in values:
            try:
                check(values[name])
            except InvalidValue as problem:
                errors[name] = [problem.detail]
    return errors
