"""Reminder rules: made, changed and deleted; each time the future is planned anew."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from calendars.due import Offset
from models.audience import check_audience
from models.errors import InvalidValue
from models.reminders import ReminderRule
from service.actions import reminders, rows
from service.actions.acting import Act


def create_rule(session: Session, act: Act, values: Mapping[str, Any]) -> ReminderRule:
    """Make a rule."""
    values = checked(values)
    rule = rows.create(session, act, ReminderRule(**values))
    reminders.plan_rule(session, act, rule)
    return rule


def change_rule(session: Session, act: Act, rule: ReminderRule, values: Mapping[str, Any]) -> ReminderRule:
    """Change a rule."""
    if rows.change(session, act, rule, checked(values)):
        reminders.plan_rule(session, act, rule)
    return rule


def delete_rule(session: Session, act: Act, rule: ReminderRule) -> None:
    """Delete a rule; what it had planned is skipped, what it had sent stays on record."""
    rows.delete(session, act, rule)
    reminders.plan_rule(session, act, rule)


def checked(values: Mapping[str, Any], also: rows.Errors | None = None) -> dict[str, Any]:
    """A rule's values as they are kept, its offset in the one canonical form; ``also`` is what else is wrong.

    Raises:
        Invalid: the offset or the audience is none, or there is something in ``also``.
    """
    rows.check(wrong_with(values) | (also or {}))
    values = dict(values)
    if "kinds" in values:
        values["kinds"] = [str(kind) for kind in values["kinds"]]
    if "offset" in values:
        values["offset"] = str(Offset.parse(values["offset"]))
    return values


def wrong_with(values: Mapping[str, Any]) -> rows.Errors:
    """What is wrong with a rule's offset and audience; what is not given is not judged."""
    errors: rows.Errors = {}
    for name, check in (("offset", Offset.parse), ("audience", check_audience)):
        if name in values:
            try:
                check(values[name])
            except InvalidValue as problem:
                errors[name] = [problem.detail]
    return errors
