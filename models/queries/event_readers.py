"""Who may read an internal event: the parts of the rule that the service and the worker share.

The rule for a session is in service.actions.permissions. The worker, which does not know that module, needs the same
answer for the readers of a mail, so both are built from what is here.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Select, Table, select

from models.accounts import Audit, User
from models.event_parts import Member, Task
from models.events import Event
from models.places import Organisation, Person
from models.vocabulary import Role

_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_MEMBER: Table = Member.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_AUDIT: Table = Audit.__table__  # type: ignore[attr-defined]
_HEADED = Event.__table__.alias("headed")  # type: ignore[attr-defined]

TAKING_PART: Sequence[Select[tuple[str, str | None]]] = (
    select(_TASK.c.event_id, _TASK.c.organisation_id),
    select(_MEMBER.c.event_id, _PERSON.c.organisation_id).join(_PERSON, _PERSON.c.id == _MEMBER.c.person_id),
    select(_HEADED.c.id, _PERSON.c.organisation_id).join(_PERSON, _PERSON.c.id == _HEADED.c.head_id),
)
"""Pairs of an event and an organisation that takes part in it: by a task, by a member, by the head."""


def reads_everything(role: Role, organisation_id: str | None, protocol_office: bool | None) -> bool:
    """Whether an account reads and changes the events of all: approvers, administrators, the protocol office, and
    whoever is of no organisation, for that is the protocol office's own account."""
    return role.suffices_for(Role.APPROVER) or organisation_id is None or bool(protocol_office)


def vouched_rules(connection: Connection, audiences: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Those of these reminder rules (id → audience) whose ``email:`` addresses somebody entitled has approved.

    That is, by the audit trail: the service itself, or an account that reads everything at present, made the rule,
    changed its audience or saved it as it was (an entry without changes), and nobody else has changed it since. What
    somebody entitled changes beside the audience approves nothing. A rule that is not in the trail was made by the
    service. Rules without such an address need no approval; one query, none where there are only those.
    """
    asking = sorted(rule for rule, audience in audiences.items() if any(word.startswith("email:") for word in audience))
    if not asking:
        return frozenset(audiences)
    trail = (
        select(
            _AUDIT.c.entity_id,
            _AUDIT.c.action,
            _AUDIT.c.changes,
            _AUDIT.c.actor_id,
            _USER.c.id.label("user_id"),
            _USER.c.role,
            _USER.c.organisation_id,
            _ORGANISATION.c.protocol_office,
        )
        .outerjoin(_USER, _USER.c.id == _AUDIT.c.actor_id)
        .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _USER.c.organisation_id)
        .where(_AUDIT.c.entity == "reminder_rule", _AUDIT.c.entity_id.in_(asking))
        .order_by(_AUDIT.c.id)
    )
    vouched = set(audiences)
    for row in connection.execute(trail):
        is_entitled = row.actor_id is None or (
            row.user_id is not None and reads_everything(row.role, row.organisation_id, row.protocol_office)
        )
        if not is_entitled:
            vouched.discard(row.entity_id)
        elif row.action == "create" or not row.changes or "audience" in row.changes:
            vouched.add(row.entity_id)
    return frozenset(vouched)
