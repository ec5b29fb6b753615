"""Reminder rules, each described in a sentence: when, to whom, for which events."""

import re
from collections.abc import Sequence
from typing import Any

from calendars.days.offset_words import length_in_words
from calendars.days.offsets import Offset
from models.i18n import N_, Message, message
from models.places import Organisation
from models.reminders import ReminderRule
from models.vocabulary import EVENT_ANCHORS, EventKind, Grade, ReminderAnchor, Role
from service.actions import crud
from service.actions.reminders import planning_jobs, preview, reminder_rules, rule_rights
from service.actions.reminders.reminder_queries import RULE_ORDER, count_pending
from service.schemas.reminders import ReminderRuleSchema
from service.schemas.word_names import ANCHORS as ANCHORS
from service.web.administration.section import ROLES, AdminSection, SectionRow, in_order, organisations, words
from service.web.form_fields import Choice, FieldSpec, FieldType
from service.web.labels import GRADES
from service.web.view import View, ids

_BEFORE = {
    ReminderAnchor.ARRIVAL: N_("{length} before the arrival"),
    ReminderAnchor.START: N_("{length} before the first day"),
    ReminderAnchor.END: N_("{length} before the last day"),
    ReminderAnchor.TASK_DUE: N_("{length} before a task is due"),
    ReminderAnchor.OBSERVANCE: N_("{length} before a day of greetings"),
    ReminderAnchor.ANNIVERSARY: N_("{length} before an anniversary without a ceremony"),
    ReminderAnchor.AGREEMENT_END: N_("{length} before an agreement ends"),
    ReminderAnchor.AGREEMENT_REVIEW: N_("{length} before an agreement is to be reviewed"),
    ReminderAnchor.EXPIRY: N_("{length} before a learner's permit ends"),
    ReminderAnchor.MILESTONE: N_("{length} before a milestone of a project"),
}
_AFTER = {
    ReminderAnchor.ARRIVAL: N_("{length} after the arrival"),
    ReminderAnchor.START: N_("{length} after the first day"),
    ReminderAnchor.END: N_("{length} after the last day"),
    ReminderAnchor.TASK_DUE: N_("{length} after a task was due"),
    ReminderAnchor.OBSERVANCE: N_("{length} after a day of greetings"),
    ReminderAnchor.ANNIVERSARY: N_("{length} after an anniversary without a ceremony"),
    ReminderAnchor.AGREEMENT_END: N_("{length} after an agreement ended"),
    ReminderAnchor.AGREEMENT_REVIEW: N_("{length} after an agreement was to be reviewed"),
    ReminderAnchor.EXPIRY: N_("{length} after a learner's permit ended"),
    ReminderAnchor.MILESTONE: N_("{length} after a milestone of a project"),
}
_ON = {
    ReminderAnchor.ARRIVAL: N_("on the day of arrival"),
    ReminderAnchor.START: N_("on the first day"),
    ReminderAnchor.END: N_("on the last day"),
    ReminderAnchor.TASK_DUE: N_("on the day a task is due"),
    ReminderAnchor.OBSERVANCE: N_("on a day of greetings"),
    ReminderAnchor.ANNIVERSARY: N_("on an anniversary without a ceremony"),
    ReminderAnchor.AGREEMENT_END: N_("on the last day of an agreement"),
    ReminderAnchor.AGREEMENT_REVIEW: N_("on the day by which an agreement is to be reviewed"),
    ReminderAnchor.EXPIRY: N_("on the last day of a learner's permit"),
    ReminderAnchor.MILESTONE: N_("on the day of a milestone of a project"),
}
_UNITS = {"D": N_("Days"), "W": N_("Weeks"), "H": N_("Hours"), "M": N_("Minutes")}
_SIDES = {"-": N_("Before"), "+": N_("After")}
_PEOPLE = {
    "owner": N_("whoever is in charge of the event"),
    "members": N_("the people on its list"),
    "organisation": N_("the responsible organisation"),
    "assignee": N_("whom its tasks are given to"),
    "unanswered": N_("the people on its list who have not answered"),
}
_EMAIL = "email:"
_OFFICES_OWN = N_("the office's own")
PREVIEWED = 20
"""How many of the next reminders of a rule its page shows."""


def sentence(view: View, rule: ReminderRule) -> str:
    """A rule in words."""
    when = _when(rule)
    if rule.at is not None:
        when = message(N_("{when}, at {time}"), when=when, time=rule.at.strftime("%H:%M"))
    who = ", ".join(_whom(view, word) for word in rule.audience)
    if rule.anchor not in EVENT_ANCHORS:
        grades = ", ".join(view.say(GRADES[Grade(grade)]) for grade in rule.grades)
        if not grades:
            return view.say(N_("{when}, to {who}."), when=view.say(when), who=who)
        return view.say(N_("{when}, to {who}; for: {kinds}."), when=view.say(when), who=who, kinds=grades)
    kinds = ", ".join(view.kind(EventKind(kind)) for kind in rule.kinds) or view.say(N_("all kinds of events"))
    return view.say(N_("{when}, to {who}; for: {kinds}."), when=view.say(when), who=who, kinds=kinds)


def _when(rule: ReminderRule) -> Message:
    offset = Offset.parse(rule.offset)
    if not offset.days and not offset.seconds:
        return message(_ON[rule.anchor])
    is_before = offset.days < 0 or offset.seconds < 0
    return message(
        (_BEFORE if is_before else _AFTER)[rule.anchor], length=length_in_words(offset, working_days=rule.working_days)
    )


def _whom(view: View, word: str) -> str:
    if word in _PEOPLE:
        return view.say(_PEOPLE[word])
    if word.startswith("role:"):
        return view.say(N_("all with the role “{role}”"), role=view.say(ROLES[Role(word.removeprefix("role:"))]))
    return word.removeprefix(_EMAIL)


def _audience(view: View) -> list[Choice]:
    roles = [f"role:{role.value}" for role in Role]
    return [(word, _whom(view, word)) for word in (*_PEOPLE, *roles)]


def _lines(view: View, found: Sequence[ReminderRule]) -> list[SectionRow]:
    planned = count_pending(view.session, [rule.id for rule in found])
    organisations_by_id = crud.by_id(view.session, Organisation, ids(*(rule.organisation_id for rule in found)))
    lines = []
    for rule in found:
        organisation = organisations_by_id.get(rule.organisation_id or "")
        whose = view.plain(organisation.name) if organisation else view.say(_OFFICES_OWN)
        facts = [
            sentence(view, rule),
            view.say(N_("Whose rule: {organisation}"), organisation=whose),
            view.say(N_("Coming reminders: {count}"), count=planned.get(rule.id, 0)),
        ]
        if not rule.active:
            facts.append(view.say(N_("Switched off")))
        if refused := rule_rights.why_not(view.session, view.act, rule):
            facts.append(view.say(refused))
        lines.append(SectionRow(rule.id, view.text(rule.name), facts, not rule.active))
    return lines


def _fields(view: View, rule: ReminderRule | None) -> list[FieldSpec]:
    units = words(view, _UNITS)
    if rule is not None and (parts := _parts(rule.offset))["offset_unit"] not in _UNITS:
        units.append((parts["offset_unit"], view.say(N_("As it is: {length}"), length=_length_of(view, rule))))
    kinds = [(kind.value, view.kind(kind)) for kind in EventKind]
    emails = N_("E-mail addresses, with commas between them")
    fields = [
        FieldSpec("name", FieldType.TEXTS, N_("Name"), is_required=True),
        FieldSpec(
            "offset_number", FieldType.NUMBER, N_("How long"), default="1", is_required=True, error_name="offset"
        ),
        FieldSpec(
            "offset_unit", FieldType.CHOICE, N_("Unit"), options=units, default="D", is_required=True, error_name="-"
        ),
        FieldSpec(
            "offset_side",
            FieldType.CHOICE,
            N_("Before or after"),
            options=words(view, _SIDES),
            default="-",
            is_required=True,
        ),
        FieldSpec(
            "anchor",
            FieldType.CHOICE,
            N_("Counted from"),
            options=words(view, ANCHORS),
            default="arrival",
            is_required=True,
        ),
        FieldSpec("at", FieldType.HOUR, N_("At what time"), N_("Empty: exactly so long before or after.")),
        FieldSpec("working_days", FieldType.FLAG, N_("Only working days count"), default=False),
        FieldSpec("audience", FieldType.MANY, N_("To whom"), options=_audience(view), default=["owner"]),
        FieldSpec("emails", FieldType.LIST, N_("Other addresses"), emails, error_name="-"),
        FieldSpec("kinds", FieldType.MANY, N_("Kinds; none ticked means all"), options=kinds, default=[]),
        FieldSpec(
            "grades",
            FieldType.MANY,
            N_("Years of observances and anniversaries; none ticked means all"),
            options=words(view, GRADES),
            default=[],
        ),
        FieldSpec(
            "catch_up", FieldType.FLAG, N_("Send at once what was due before the event was planned"), default=False
        ),
        FieldSpec("active", FieldType.FLAG, N_("In use"), default=True),
    ]
    if rule_rights.may_choose_organisation(view.session, view.act):
        fields.append(
            FieldSpec(
                "organisation_id",
                FieldType.CHOICE,
                N_("Whose rule"),
                N_("Empty: it is the office's own, and only the protocol office and administrators change it."),
                options=organisations(view, rule.organisation_id if rule else view.act.account.organisation_id),
                default=view.act.account.organisation_id,
            )
        )
    return fields


def _length_of(view: View, rule: ReminderRule) -> str:
    return view.say(length_in_words(Offset.parse(rule.offset), working_days=rule.working_days))


def _parts(text: str) -> dict[str, str]:
    """An offset as number, unit and side; one of several units stays as it is written."""
    side = "-" if text.startswith("-") else "+"
    if found := re.fullmatch(r"-?P(\d+)D", text):
        return {"offset_number": found[1], "offset_unit": "D", "offset_side": side}
    if found := re.fullmatch(r"-?PT(\d+)([HM])", text):
        return {"offset_number": found[1], "offset_unit": found[2], "offset_side": side}
    if text == "PT0S":
        return {"offset_number": "0", "offset_unit": "D", "offset_side": "-"}
    return {"offset_number": "1", "offset_unit": text, "offset_side": side}


def _compose(values: dict[str, Any]) -> dict[str, Any]:
    number, unit = values.pop("offset_number", None), values.pop("offset_unit", None)
    side, emails = values.pop("offset_side", "-"), values.pop("emails", [])
    sign = "-" if side == "-" else ""
    if unit in _UNITS:
        values["offset"] = f"{sign}P{'T' if unit in 'HM' else ''}{'' if number is None else number}{unit}"
    else:
        values["offset"] = unit or ""
    values["audience"] = [*values["audience"], *(f"{_EMAIL}{address}" for address in emails)]
    return values


def _extra(view: View, rule: ReminderRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    emails = [word.removeprefix(_EMAIL) for word in rule.audience if word.startswith(_EMAIL)]
    others = [word for word in rule.audience if not word.startswith(_EMAIL)]
    return {**_parts(rule.offset), "emails": emails, "audience": others}


def _more(view: View, rule: ReminderRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    return {
        "sentence": sentence(view, rule),
        "planned": count_pending(view.session, [rule.id]).get(rule.id, 0),
        "planning": planning_jobs.remaining_of_rule(view.session, rule.id),
        "withheld": reminder_rules.withheld(view.session, rule),
        "refused": rule_rights.why_not(view.session, view.act, rule),
        "preview": preview.preview(view.session, view.act, rule, view.language),
        "shown": PREVIEWED,
    }


def _may_change(view: View, rule: ReminderRule) -> bool:
    return rule_rights.may_change(view.session, view.act, rule)


AREA = AdminSection(
    name="rules",
    title=N_("Reminder rules"),
    lead=N_("For officers: which mails the service sends by itself, when, and to whom."),
    new=N_("Make a rule"),
    empty=N_("No rule reminds anybody yet. Make one; it holds for all events to come."),
    model=ReminderRule,
    schema=ReminderRuleSchema,
    fields=_fields,
    lines=_lines,
    found=in_order(ReminderRule, *RULE_ORDER),
    create=reminder_rules.create_rule,
    change=reminder_rules.change_rule,
    title_of=lambda view, rule: view.text(rule.name),
    delete=reminder_rules.delete_rule,
    changes=_may_change,
    removes=_may_change,
    before=N_("Saving plans the reminders of all events to come anew; what was sent stays as it is."),
    follows=N_("The reminders it has planned are not sent; those it has sent stay on record."),
    searches=False,
    compose=_compose,
    beside=_extra,
    part="rules",
    more=_more,
)
