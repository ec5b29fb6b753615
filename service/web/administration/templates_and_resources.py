"""Task templates, and resources that can be booked."""

from collections.abc import Sequence
from typing import Any

from calendars.events.labels import kind_name
from calendars.events.task_due_dates import TaskDueValues, due_offset_text
from models.event_parts import TaskTemplate
from models.i18n import N_, NP_
from models.queries.keepers import ADDRESS
from models.resources import Resource
from models.vocabulary import ActivityType, EventKind, Grade, PassportKind, Role
from service.actions.bookings import keepers, resources
from service.actions.events import task_templates
from service.actions.events.task_queries import TEMPLATE_ORDER
from service.schemas.bookings import ResourceSchema
from service.schemas.tasks import TaskTemplateSchema
from service.web.administration.section import (
    AdminSection,
    SectionRow,
    by_name,
    in_order,
    localities,
    organisations,
    people,
    words,
)
from service.web.form_fields import FieldSpec, FieldType
from service.web.labels import ACTIVITY_TYPES, DIRECTIONS, GRADES, PASSPORT_KINDS, RESOURCE_TYPES, TASK_ANCHORS
from service.web.view import View

_UNITS = {"D": N_("Days"), "W": N_("Weeks")}
_SIDES = {"-": N_("Before"), "+": N_("After")}


def _template_lines(view: View, found: Sequence[TaskTemplate]) -> list[SectionRow]:
    lines = []
    for one in found:
        told = due_offset_text(TaskDueValues(None, one.offset, one.anchor, one.working_days))
        facts = [kind_name(one.kind, view.language), view.say(told) if told else ""]
        facts.append(view.say(DIRECTIONS[one.direction]) if one.direction else "")
        facts.append(view.say(N_("From {days} days on"), days=one.min_days) if one.min_days else "")
        facts += [view.say(PASSPORT_KINDS[PassportKind(kind)]) for kind in one.passport_kinds or ()]
        facts += [view.say(ACTIVITY_TYPES[ActivityType(word)]) for word in one.activity_types]
        facts += [view.say(GRADES[Grade(word)]) for word in one.grades]
        facts.append("" if one.active else view.say(N_("Switched off")))
        lines.append(SectionRow(one.id, view.text(one.title), [fact for fact in facts if fact], not one.active))
    return lines


def _template_fields(view: View, template: TaskTemplate | None) -> list[FieldSpec]:
    kinds = [(kind.value, view.kind(kind)) for kind in EventKind]
    chosen = template.person_id if template else None
    return [
        FieldSpec("title", FieldType.TEXTS, N_("Title"), is_required=True),
        FieldSpec("kind", FieldType.CHOICE, N_("Kind"), options=kinds, default="delegation", is_required=True),
        FieldSpec("direction", FieldType.CHOICE, N_("Direction"), options=words(view, DIRECTIONS)),
        FieldSpec("min_days", FieldType.NUMBER, N_("Only for stays of at least so many days")),
        FieldSpec(
            "passport_kinds",
            FieldType.MANY,
            N_("Only if somebody has such a passport"),
            N_("None ticked: whatever passports they have."),
            words=PASSPORT_KINDS,
        ),
        FieldSpec(
            "activity_types",
            FieldType.MANY,
            N_("Only for activities of these types; none ticked means all"),
            options=words(view, ACTIVITY_TYPES),
            default=[],
        ),
        FieldSpec(
            "grades",
            FieldType.MANY,
            N_("Only for ceremonies of such years; none ticked means all"),
            options=words(view, GRADES),
            default=[],
        ),
        FieldSpec(
            "offset_number", FieldType.NUMBER, N_("How long"), default="7", is_required=True, error_name="offset"
        ),
        FieldSpec(
            "offset_unit",
            FieldType.CHOICE,
            N_("Unit"),
            options=words(view, _UNITS),
            default="D",
            is_required=True,
            error_name="-",
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
            options=words(view, TASK_ANCHORS),
            default="arrival",
            is_required=True,
        ),
        FieldSpec("working_days", FieldType.FLAG, N_("Only working days count"), default=False),
        FieldSpec(
            "organisation_id",
            FieldType.CHOICE,
            NP_("for a task", "Responsible organisation"),
            options=organisations(view, template.organisation_id if template else None),
        ),
        FieldSpec("person_id", FieldType.CHOICE, N_("Person"), options=people(view, chosen)),
        FieldSpec("active", FieldType.FLAG, N_("In use"), default=True),
    ]


def _compose_template(values: dict[str, Any]) -> dict[str, Any]:
    values = values | {"passport_kinds": values.get("passport_kinds") or None}
    sign = "-" if values.pop("offset_side", "-") == "-" else ""
    number, unit = values.pop("offset_number", None), values.pop("offset_unit", None)
    values["offset"] = f"{sign}P{'' if number is None else number}{unit or 'D'}"
    return values


def _template_extra(view: View, template: TaskTemplate | None) -> dict[str, Any]:
    if template is None:
        return {}
    text = template.offset
    days = text.lstrip("+-").removeprefix("P")
    is_zero = not days[:-1].isdecimal() or int(days[:-1]) == 0
    return {
        "offset_number": "0" if is_zero else days[:-1],
        "offset_unit": "W" if days.endswith("W") else "D",
        "offset_side": "-" if text.startswith("-") or is_zero else "+",
    }


TEMPLATES = AdminSection(
    name="task-templates",
    title=N_("Task templates"),
    lead=N_("For administrators: tasks that events get by themselves when they enter the plan."),
    new=N_("Make a template"),
    empty=N_("No event gets tasks by itself yet. Make a template for a kind of event."),
    model=TaskTemplate,
    schema=TaskTemplateSchema,
    fields=_template_fields,
    lines=_template_lines,
    found=in_order(TaskTemplate, *TEMPLATE_ORDER),
    create=task_templates.create_template,
    change=task_templates.change_template,
    title_of=lambda view, one: view.text(one.title),
    write=Role.ADMIN,
    delete=task_templates.delete_template,
    remove=Role.ADMIN,
    before=N_("A change holds for events that enter the plan from then on; tasks that are there stay as they are."),
    follows=N_("Tasks made of it stay."),
    searches=False,
    compose=_compose_template,
    beside=_template_extra,
)


def _resource_lines(view: View, found: Sequence[Resource]) -> list[SectionRow]:
    lines = []
    for one in found:
        facts = [view.say(RESOURCE_TYPES[one.type]), view.place(one.locality)]
        facts.append(view.say(N_("Seats: {count}"), count=one.seats) if one.seats else "")
        facts.append(view.say(N_("At once: {count}"), count=one.capacity) if one.capacity > 1 else "")
        facts.append("" if one.active else view.say(N_("Out of service")))
        lines.append(SectionRow(one.id, view.text(one.name), [fact for fact in facts if fact], not one.active))
    return lines


def _resource_fields(view: View, resource: Resource | None) -> list[FieldSpec]:
    minutes = N_("In minutes; it counts as taken, to prepare and to clear.")
    is_in_charge = keepers.may_name_keepers(view.session, view.act, resource)
    return [
        FieldSpec("name", FieldType.TEXTS, N_("Name"), is_required=True),
        FieldSpec(
            "type",
            FieldType.CHOICE,
            N_("What it is"),
            options=words(view, RESOURCE_TYPES),
            default="room",
            is_required=True,
        ),
        FieldSpec(
            "locality",
            FieldType.CHOICE,
            NP_("where a room or car is", "Place"),
            options=localities(view),
            default=view.act.office.locality,
            is_required=True,
        ),
        FieldSpec("seats", FieldType.NUMBER, N_("Seats or beds")),
        FieldSpec(
            "capacity",
            FieldType.NUMBER,
            N_("How many bookings fit at once"),
            N_("1 for a hall or a car; more for a house with many rooms."),
            default=1,
            is_required=True,
        ),
        FieldSpec("languages", FieldType.LIST, N_("Languages"), N_("Codes like vi, lo, en, with commas between them.")),
        FieldSpec(
            "buffer_before", FieldType.NUMBER, N_("Taken before each booking"), minutes, default=0, is_required=True
        ),
        FieldSpec(
            "buffer_after", FieldType.NUMBER, N_("Taken after each booking"), minutes, default=0, is_required=True
        ),
        *(_owner_fields(view, resource) if is_in_charge else ()),
        FieldSpec(
            "person_id",
            FieldType.CHOICE,
            N_("Person"),
            N_("Only for an interpreter who is on the list of people."),
            options=people(view, resource.person_id if resource else None),
        ),
        FieldSpec("note", FieldType.TEXTS, NP_("written remark", "Note")),
        FieldSpec("active", FieldType.FLAG, N_("In service"), default=True),
        *(_keeper_fields() if is_in_charge else ()),
    ]


def _owner_fields(view: View, resource: Resource | None) -> list[FieldSpec]:
    options = organisations(view, resource.organisation_id if resource else None)
    return [FieldSpec("organisation_id", FieldType.CHOICE, N_("Organisation"), options=options)]


def _keeper_fields() -> list[FieldSpec]:
    who = N_("E-mail addresses, with commas between them. An officer's address means the account, which can approve.")
    asks = N_("A booking keeps its time until a keeper approves or refuses it.")
    return [
        FieldSpec(
            "keeper_addresses",
            FieldType.LIST,
            N_("Keepers, who hear of bookings"),
            who,
            default=[],
            error_name="keepers",
        ),
        FieldSpec("needs_approval", FieldType.FLAG, N_("Bookings need their approval"), asks, default=False),
    ]


def _compose_resource(values: dict[str, Any]) -> dict[str, Any]:
    if (addresses := values.pop("keeper_addresses", None)) is not None:
        values["keepers"] = [f"{ADDRESS}{address}" for address in addresses]
    return values


def _resource_extra(view: View, resource: Resource | None) -> dict[str, Any]:
    if resource is None:
        return {}
    return {"keeper_addresses": keepers.keeper_addresses(view.session, resource)}


RESOURCES = AdminSection(
    name="resources",
    title=N_("What can be booked"),
    lead=N_("For officers: rooms, lodging, vehicles, interpreters and equipment."),
    new=N_("Add something that can be booked"),
    empty=N_("There is nothing to book yet. Add the first room, car or interpreter."),
    model=Resource,
    schema=ResourceSchema,
    fields=_resource_fields,
    lines=_resource_lines,
    found=by_name(Resource),
    create=resources.create_resource,
    change=resources.change_resource,
    title_of=lambda view, one: view.text(one.name),
    delete=resources.delete_resource,
    remove=Role.ADMIN,
    before=N_("What is out of service can't be booked any more; bookings that are there stay."),
    follows=N_("Only what was never booked can be deleted. Take anything else out of service."),
    compose=_compose_resource,
    beside=_resource_extra,
)
