"""Reminder rules: created, changed and deleted; each time their future reminders are planned again."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlmodel import Session

from calendars.days.offsets import Offset
from models.errors import InvalidValue
from models.i18n import N_, message
from models.queries.approved_rules import approved_rules
from models.queries.audience import ORGANISATION, WORDS, check_audience, named_addresses
from models.reminders import ReminderRule
from models.vocabulary import EVENT_ANCHORS, OCCASIONS, AboutType
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.reminders import reminder_planning, rule_rights


def create_rule(session: Session, act: ActionContext, values: Mapping[str, Any]) -> ReminderRule:
    """Create a rule.

    Raises:
        Forbidden: it is of an organisation the session may not act for; or it names an address that belongs to nobody
            here, and the session may not change everything.
    """
    rule = ReminderRule(**checked(session, act, values))
    _approve(session, act, rule)
    rule = crud.create(session, act, rule)
    reminder_planning.plan_rule(session, act, rule)
    return rule


def change_rule(session: Session, act: ActionContext, rule: ReminderRule, values: Mapping[str, Any]) -> ReminderRule:
    """Change a rule.

    Changing anything else requires the same permission as writing its addresses, and revokes an approval if somebody
    changes it who could not give one; switching it off requires none. Whoever changes everything approves its addresses
    by giving the audience, changed or not, and only so.

    Raises:
        Forbidden: the rule is not the session's to change (:mod:`service.actions.reminders.rule_rights`), or as in
            :func:`create_rule`.
    """
    rule_rights.check_change(session, act, rule)
    values = _normalised(session, values, rule=rule)
    if "organisation_id" in values and values["organisation_id"] != rule.organisation_id:
        rule_rights.check_organisation(session, act, values["organisation_id"])
    is_given, was_approved = "audience" in values, is_vouched(session, rule)
    if set(values.get("audience", ())) == set(rule.audience):
        del values["audience"]  # a form sends its words in its own order
    changed = {name for name, value in values.items() if getattr(rule, name) != value}
    if changed and (changed != {"active"} or values["active"]):
        permissions.check_addresses(session, values.get("audience", rule.audience))
    is_approving = is_given and ("audience" in changed or not was_approved) and permissions.reader(session) is None
    if changed or is_approving:
        _approve(session, act, rule, values.get("audience", rule.audience), is_given=is_approving)
    found = crud.change(session, act, rule, values)
    crud.flush(session)
    is_approved = not was_approved and is_vouched(session, rule)
    if is_approved and not found:
        record(session, act, "change", "reminder_rule", rule.id, {})
    if found or is_approved:
        reminder_planning.plan_rule(session, act, rule)
    return rule


def _approve(
    session: Session,
    act: ActionContext,
    rule: ReminderRule,
    audience: Collection[str] | None = None,
    *,
    is_given: bool = True,
) -> None:
    """Note who vouches for a rule's addresses now: whoever may gives their audience; who may not, revokes it.

    Set before the rule is changed, so that the trail holds what was changed and not who approved it.
    """
    is_entitled = permissions.oversees_own(session)
    names_any = bool(named_addresses(rule.audience if audience is None else audience))
    if not names_any or not is_entitled:
        rule.addresses_approved_at = rule.addresses_approved_by = None
    elif is_given:
        rule.addresses_approved_at, rule.addresses_approved_by = act.now, act.user.id if act.user else None


def is_vouched(session: Session, rule: ReminderRule) -> bool:
    """Whether the addresses that a stored rule names are approved."""
    return rule.id in approved_rules(session, {rule.id: rule.audience})


def withheld(session: Session, rule: ReminderRule) -> list[str]:
    """The addresses of no account that a kept rule tells of no internal event until it is approved, but where they are
    a member's: that they stand on the list of people may be its author's own doing."""
    if is_vouched(session, rule):
        return []
    return permissions.unknown_addresses(session, rule.audience, people_count=False)


def delete_rule(session: Session, act: ActionContext, rule: ReminderRule) -> None:
    """Delete a rule; its pending reminders are skipped, its sent ones stay on record.

    Raises:
        Forbidden: the rule is not the session's to change (:mod:`service.actions.reminders.rule_rights`).
    """
    rule_rights.check_change(session, act, rule)
    # First, as everybody who plans: an event that is planned now may be about to refer to the rule.
    reminder_planning.lock_planning(session)
    crud.delete(session, act, rule)
    reminder_planning.plan_rule(session, act, rule)


def checked(
    session: Session, act: ActionContext, values: Mapping[str, Any], also: crud.Errors | None = None
) -> dict[str, Any]:
    """A new rule's values as they are stored, its offset in canonical form; ``also`` are further errors.

    Raises:
        Invalid: the offset or the audience is not valid, or ``also`` contains an error.
        Forbidden: as in :func:`create_rule`.
    """
    values = _normalised(session, values, also)
    values["organisation_id"] = rule_rights.organisation_of_new(act, values)
    rule_rights.check_organisation(session, act, values["organisation_id"])
    permissions.check_addresses(session, values.get("audience", ()))
    return values


def _normalised(
    session: Session, values: Mapping[str, Any], also: crud.Errors | None = None, rule: ReminderRule | None = None
) -> dict[str, Any]:
    wrong = wrong_with(values)
    crud.check(crud.missing_references(session, ReminderRule, values) | _misfits(rule, values) | wrong | (also or {}))
    values = dict(values)
    if "grades" in values:
        values["grades"] = [str(grade) for grade in values["grades"]]
    if "kinds" in values:
        values["kinds"] = [str(kind) for kind in values["kinds"]]
    if "offset" in values:
        values["offset"] = str(Offset.parse(values["offset"]))
    return values


def _misfits(rule: ReminderRule | None, values: Mapping[str, Any]) -> crud.Errors:
    """The errors of fields that make no sense with what a rule counts from."""

    def after(name: str) -> Any:
        return values[name] if name in values else getattr(rule, name, None)

    anchor = after("anchor")
    errors: crud.Errors = {}
    if anchor not in EVENT_ANCHORS and anchor not in OCCASIONS:
        right = ", ".join(sorted({*EVENT_ANCHORS, *OCCASIONS}))
        errors["anchor"] = [message(N_("Nothing that could be counted from is kept yet; write {right}."), right=right)]
        return errors
    if after("grades") and OCCASIONS.get(anchor) not in GRADED:
        errors["grades"] = [message(N_("Only years of observances and anniversaries have a class; leave it empty."))]
    if anchor in EVENT_ANCHORS:
        return errors
    if after("kinds"):
        errors["kinds"] = [message(N_("This rule reminds of no events; leave their kinds empty."))]
    if people := [word for word in after("audience") or () if word in WORDS and word != ORGANISATION]:
        wrong = N_(
            "“{word}” means people of an event; this rule reminds of none. Write organisation, role:… or email:…."
        )
        errors["audience"] = [message(wrong, word=people[0])]
    return errors


GRADED = (AboutType.OBSERVANCE, AboutType.ANNIVERSARY)
"""The things whose years have a class."""


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
