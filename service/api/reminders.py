"""/reminder-rules and /reminders."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.reminders import Reminder, ReminderRule
from models.vocabulary import Role
from service.actions import crud
from service.actions.events import events
from service.actions.reminders import delivery_status, preview, reminder_planning, reminder_queries, reminder_rules
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.http.error_responses import reader_language
from service.schemas.queries import PreviewQuery, QuerySchema, ReminderQuery
from service.schemas.reminders import (
    PreviewSchema,
    ReminderDetailSchema,
    ReminderRulePreviewSchema,
    ReminderRuleSchema,
    ReminderSchema,
)

blp = ApiBlueprint("reminders", __name__, description="What makes reminders, and what became of each")


@blp.route("/reminder-rules")
class ReminderRulesView(ApiView):
    @requires(Role.VIEWER)
    @operation("listReminderRules")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(ReminderRuleSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List reminder rules"""
        return page(pagination_parameters, reminder_queries.rules_where(session()), *reminder_queries.RULE_ORDER)

    @requires(Role.OFFICER)
    @operation("createReminderRule")
    @blp.arguments(ReminderRuleSchema)
    @blp.created(ReminderRuleSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create a rule; the reminders of all future events are replanned"""
        return reminder_rules.create_rule(session(), act(), values)


@blp.route("/reminder-rules/<rule_id>")
class ReminderRuleView(ApiView):
    @requires(Role.VIEWER)
    @operation("getReminderRule")
    @blp.one(ReminderRuleSchema)
    def get(self, rule_id: str) -> Any:
        """Read a rule"""
        return crud.find(session(), ReminderRule, rule_id)

    @requires(Role.OFFICER)
    @operation("changeReminderRule")
    @blp.arguments(ReminderRuleSchema(partial=True))
    @blp.one(ReminderRuleSchema)
    def patch(self, values: dict[str, Any], rule_id: str) -> Any:
        """Change a rule; the reminders of all future events are replanned"""
        rule = crud.find(session(), ReminderRule, rule_id)
        blp.check_etag(rule, ReminderRuleSchema)
        return reminder_rules.change_rule(session(), act(), rule, values)

    @requires(Role.OFFICER)
    @operation("deleteReminderRule")
    @blp.gone()
    def delete(self, rule_id: str) -> None:
        """Delete a rule; its planned reminders are skipped, its sent ones stay on record"""
        rule = crud.find(session(), ReminderRule, rule_id)
        blp.check_etag(rule, ReminderRuleSchema)
        reminder_rules.delete_rule(session(), act(), rule)


@blp.route("/reminder-rules/preview")
class WishedRulePreviewView(ApiView):
    @requires(Role.OFFICER)
    @operation("previewReminderRule")
    @blp.arguments(ReminderRulePreviewSchema)
    @blp.response(200, PreviewSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Preview what a rule would send: which reminders, to whom, when, with what text. Nothing is stored"""
        event_id, locale = values.pop("event_id"), values.pop("locale")
        checked = reminder_rules.checked(session(), act(), values, also=preview.event_errors(session(), event_id))
        rule = ReminderRule(**checked)
        return preview.preview(session(), act(), rule, reader_language(), event_id=event_id, locale=locale)


@blp.route("/reminder-rules/<rule_id>/preview")
class KeptRulePreviewView(ApiView):
    @requires(Role.VIEWER)
    @operation("getReminderRulePreview")
    @blp.arguments(PreviewQuery, location="query")
    @blp.response(200, PreviewSchema)
    def get(self, query: dict[str, Any], rule_id: str) -> Any:
        """Preview what a rule will send: which reminders, to whom, when, with what text"""
        rule = crud.find(session(), ReminderRule, rule_id)
        return preview.preview(session(), act(), rule, reader_language(), **query)


@blp.route("/reminders")
class RemindersView(ApiView):
    @requires(Role.VIEWER)
    @operation("listReminders")
    @blp.arguments(ReminderQuery, location="query")
    @blp.many(ReminderSchema, told="reminder")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List reminders by due time"""
        statement = reminder_queries.reminders_where(session(), act(), query)
        return _named(page(pagination_parameters, statement, *reminder_queries.REMINDER_ORDER))


@blp.route("/reminders/<reminder_id>")
class ReminderView(ApiView):
    @requires(Role.VIEWER)
    @operation("getReminder")
    @blp.one(ReminderDetailSchema)
    def get(self, reminder_id: str) -> Any:
        """Read a reminder: when it is due, every attempt with the server's response, what happens next"""
        return _detail(reminder_queries.find_reminder(session(), reminder_id))


@blp.route("/reminders/<reminder_id>/retry")
class RetryReminderView(ApiView):
    @requires(Role.OFFICER)
    @operation("retryReminder")
    @blp.one(ReminderSchema)
    def post(self, reminder_id: str) -> Any:
        """Retry a failed reminder"""
        reminder = reminder_queries.find_to_change(session(), reminder_id)
        return _named([reminder_planning.retry(session(), act(), reminder)])[0]


@blp.route("/reminders/<reminder_id>/seen")
class SeenReminderView(ApiView):
    @requires(Role.OFFICER)
    @operation("markReminderSeen")
    @blp.one(ReminderDetailSchema)
    def post(self, reminder_id: str) -> Any:
        """Mark a failed reminder as seen"""
        return _detail(
            delivery_status.mark_seen(session(), act(), reminder_queries.find_to_change(session(), reminder_id))
        )


def _named(reminders: Sequence[Reminder]) -> list[SimpleNamespace]:
    """Reminders with the names of their rules and the titles of their tasks."""
    names = reminder_queries.names_of(session(), reminders)
    return [
        SimpleNamespace(
            **one.model_dump(),
            about=one.about,
            rule_name=names[one.id].rule_name,
            task_title=names[one.id].task_title,
        )
        for one in reminders
    ]


def _detail(reminder: Reminder) -> SimpleNamespace:
    """A reminder with the fields shown only for a single one, not in lists."""
    attempts = delivery_status.attempts_of(session(), reminder)
    return SimpleNamespace(
        **_named([reminder])[0].__dict__,
        attempts_made=attempts.last,
        attempts_made_total=attempts.total,
        next=delivery_status.next_step(reminder, attempts, act(), reader_language()),
    )


@blp.route("/events/<event_id>/reminders")
class EventRemindersView(ApiView):
    @requires(Role.VIEWER)
    @operation("listEventReminders")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(ReminderSchema, told="reminder")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List an event's reminders: sent, coming, failed, skipped"""
        events.find_event(session(), event_id)
        statement = reminder_queries.reminders_of_event_where(session(), event_id)
        return _named(page(pagination_parameters, statement, *reminder_queries.REMINDER_ORDER))
