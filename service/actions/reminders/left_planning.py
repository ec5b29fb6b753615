"""Planning that is left to the worker however few events it concerns.

For whoever holds locks of many events, and so must not wait for the lock of all plans
(:func:`service.actions.reminders.reminder_planning.lock_planning`).
"""

from collections.abc import Collection

from sqlmodel import Session

from models.queries.audience import MESSENGER
from service.actions.context import ActionContext
from service.actions.reminders import planning_jobs, reminder_planning


def leave_readers(session: Session, act: ActionContext, addresses: Collection[str | None]) -> None:
    """Leave what accounts and people with these addresses are told
    (:func:`service.actions.reminders.reminder_planning.plan_readers`)."""
    given = {address.strip().lower() for address in addresses if address}
    recipients = sorted(given | {f"{MESSENGER}{address}" for address in given})
    if not recipients:
        return
    session.flush()
    since = reminder_planning.coming_since(session, act)
    planning_jobs.ask(session, act, planning_jobs.readers_key(recipients), 1, recipients=recipients, since=since)


def leave_rule(session: Session, act: ActionContext, rule_id: str) -> None:
    """Leave the reminders of a rule (:func:`service.actions.reminders.reminder_planning.plan_rule`)."""
    session.flush()
    since = reminder_planning.coming_since(session, act)
    coming = planning_jobs.count_coming(session, since)
    planning_jobs.ask(session, act, planning_jobs.rule_key(rule_id), coming, rules=[rule_id], since=since)
