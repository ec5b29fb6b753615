"""/reminder-rules and /reminders."""

from typing import Any

from flask_smorest.pagination import PaginationParameters
from sqlmodel import col, select

from models.reminders import Reminder, ReminderRule
from models.vocabulary import Role
from service.actions import events, reading, reminder_rules, reminders, rows
from service.api.resource import Blueprint, Resource, act, page, requires, session
from service.schemas.queries import QuerySchema, ReminderQuery
from service.schemas.reminders import ReminderRuleSchema, ReminderSchema

blp = Blueprint("reminders", __name__, description="What makes reminders, and what became of each")


@blp.route("/reminder-rules")
class ReminderRules(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(ReminderRuleSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List reminder rules"""
        return page(pagination_parameters, select(ReminderRule), col(ReminderRule.id))

    @requires(Role.OFFICER)
    @blp.arguments(ReminderRuleSchema)
    @blp.created(ReminderRuleSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Make a rule; the reminders of all future events are planned anew"""
        return reminder_rules.create_rule(session(), act(), values)


@blp.route("/reminder-rules/<rule_id>")
class OneReminderRule(Resource):
    @requires(Role.VIEWER)
    @blp.one(ReminderRuleSchema)
    def get(self, rule_id: str) -> Any:
        """Read a rule"""
        return rows.find(session(), ReminderRule, rule_id)

    @requires(Role.OFFICER)
    @blp.arguments(ReminderRuleSchema(partial=True))
    @blp.one(ReminderRuleSchema)
    def patch(self, values: dict[str, Any], rule_id: str) -> Any:
        """Change a rule; the reminders of all future events are planned anew"""
        rule = rows.find(session(), ReminderRule, rule_id)
        blp.check_etag(rule, ReminderRuleSchema)
        return reminder_rules.change_rule(session(), act(), rule, values)

    @requires(Role.OFFICER)
    @blp.gone()
    def delete(self, rule_id: str) -> None:
        """Delete a rule; what it had planned is skipped, what it had sent stays on record"""
        rule = rows.find(session(), ReminderRule, rule_id)
        blp.check_etag(rule, ReminderRuleSchema)
        reminder_rules.delete_rule(session(), act(), rule)


@blp.route("/reminders")
class Reminders(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(ReminderQuery, location="query")
    @blp.many(ReminderSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List reminders by the instant they are due"""
        return page(
            pagination_parameters, reading.reminders_where(act(), query), col(Reminder.due_at), col(Reminder.id)
        )


@blp.route("/reminders/<reminder_id>")
class OneReminder(Resource):
    @requires(Role.VIEWER)
    @blp.one(ReminderSchema)
    def get(self, reminder_id: str) -> Any:
        """Read a reminder: when it is due, what became of it and why"""
        return rows.find(session(), Reminder, reminder_id)


@blp.route("/reminders/<reminder_id>/retry")
class RetryReminder(Resource):
    @requires(Role.OFFICER)
    @blp.one(ReminderSchema)
    def post(self, reminder_id: str) -> Any:
        """Try a failed reminder again"""
        return reminders.retry(session(), act(), rows.find(session(), Reminder, reminder_id))


@blp.route("/events/<event_id>/reminders")
class EventReminders(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(ReminderSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """The reminders of an event: sent, coming, failed, skipped"""
        events.find_event(session(), event_id)
        return page(
            pagination_parameters,
            select(Reminder).where(Reminder.event_id == event_id),
            col(Reminder.due_at),
            col(Reminder.id),
        )
