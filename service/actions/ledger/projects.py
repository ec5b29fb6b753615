"""Projects: what one side builds or delivers for the other, with its sources, milestones, disbursements and files.

Who reads and changes them is decided in :mod:`service.actions.ledger.rights`. Anybody else of the office knows of them
what :mod:`service.actions.ledger.project_records` says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as model_select

from calendars.projects import rules
from calendars.projects.facts import Milestone, ProjectFacts
from models.agreements import Commitment
from models.errors import Forbidden, NotFound
from models.events import Event
from models.files import File
from models.i18n import N_, message
from models.labels import noun
from models.places import Locality
from models.projects import Project, ProjectDisbursement, ProjectMilestone
from models.vocabulary import ActivityType, MilestoneState, ProjectState
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.ledger import handovers, rights
from service.actions.reminders import occasion_planning

PARTS = ("sources", "milestones", "disbursements")
"""Lists of a project with tables of their own."""

COMPUTED = ("total", *PARTS)

NOT_IN_CHARGE = N_("Only who is in charge of this project, the protocol office or an approver can change it.")
OWN_ONLY = N_("Enter it for your own organisation: only the protocol office and approvers enter projects of others.")

PROJECT_ORDER = (col(Project.sort_key), col(Project.id))


def find_project(session: Session, identity: str, *, to_change: bool = False) -> Project:
    """A project that the session may read, or change.

    Raises:
        NotFound: there is none, or it is not the session's to see.
        Forbidden: it may be read and not changed.
    """
    found = session.exec(
        model_select(Project).where(col(Project.id) == identity, rights.entries_readable(session, Project))
    ).first()
    if found is None:
        raise NotFound(noun("project"), identity)
    if to_change:
        check_change(session, found)
    return found


def check_change(session: Session, project: Project) -> None:
    """Raise if the session may not change a project that it reads.

    Raises:
        Forbidden: others are in charge of it.
    """
    if not rights.changes_entry(session, project):
        raise Forbidden(message(NOT_IN_CHARGE), code="not_in_charge")


def projects_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the projects that the session may read and that match a query string."""
    statement: Any = model_select(Project).where(rights.entries_readable(session, Project))
    for name in ("commitment_id", "given_by", "host", "beneficiary_id", "organisation_id"):
        if query.get(name):
            statement = statement.where(getattr(Project, name) == query[name])
    if query.get("agreement_id"):
        of_agreement = select(col(Commitment.id)).where(col(Commitment.agreement_id) == query["agreement_id"])
        statement = statement.where(col(Project.commitment_id).in_(of_agreement))
    if query.get("state"):
        statement = statement.where(_in_state(session, query["state"]))
    return crud.matching(statement, Project.search_text, query.get("q"))


def _in_state(session: Session, state: ProjectState) -> ColumnElement[bool]:
    """The condition for projects in a state, as :func:`calendars.projects.figures.state_of` says of one."""
    key = col(Project.id)
    held = select(col(Event.id)).where(handovers.is_held(), permissions.visible(session))
    is_handed = or_(
        col(Project.handed_over_on).is_not(None), func.coalesce(col(Project.handover_event_id).in_(held), false())
    )
    is_accepted = col(Project.accepted_on).is_not(None)
    is_begun = or_(
        key.in_(select(col(ProjectDisbursement.project_id))),
        key.in_(select(col(ProjectMilestone.project_id)).where(col(ProjectMilestone.state) == MilestoneState.DONE)),
    )
    is_open = and_(~is_handed, ~is_accepted, ~is_begun)
    coming = select(col(Event.id)).where(handovers.is_coming(), permissions.visible(session))
    is_known = or_(
        key.in_(select(col(ProjectMilestone.project_id))),
        func.coalesce(col(Project.handover_event_id).in_(coming), false()),
    )
    match state:
        case ProjectState.HANDED_OVER:
            return is_handed
        case ProjectState.ACCEPTED:
            return and_(~is_handed, is_accepted)
        case ProjectState.UNDER_WAY:
            return and_(~is_handed, ~is_accepted, is_begun)
        case ProjectState.PLANNED:
            return and_(is_open, is_known)
        case ProjectState.UNKNOWN:
            return and_(is_open, ~is_known)


def create_project(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Project:
    """Add a project. Somebody who does not change all of the office's enters one of their own organisation.

    Raises:
        Invalid: a field is not right (:func:`_errors`).
        Forbidden: it is for another organisation.
    """
    wanted = dict(values)
    one = permissions.reader(session)
    if one is not None and not one.whole_office:
        wanted.setdefault("organisation_id", one.organisation_id)
    crud.check(_errors(session, act, None, wanted))
    project = Project(**{name: value for name, value in wanted.items() if name not in COMPUTED})
    project.office = permissions.mark(session)
    _check_organisation(session, project, wanted)
    crud.assign(project, {name: wanted[name] for name in COMPUTED if name in wanted})
    crud.create(session, act, project, computed=COMPUTED)
    occasion_planning.plan(session, act)
    return project


def change_project(session: Session, act: ActionContext, project: Project, values: Mapping[str, Any]) -> Project:
    """Change a project. A list replaces the one that is there; its items that name an ``id`` stay the same ones.

    Raises:
        Invalid: a field is not right (:func:`_errors`).
        Forbidden: others are in charge of it, or would be.
    """
    check_change(session, project)
    if values.get("handover_event_id") is None and permissions.hidden(session, [project.handover_event_id]):
        # It reads as null to who may not see the event: that it is sent back so unlinks nothing.
        values = {name: value for name, value in values.items() if name != "handover_event_id"}
    crud.check(_errors(session, act, project, values))
    _check_organisation(session, project, values)
    if crud.change(session, act, project, values, computed=COMPUTED):
        occasion_planning.plan(session, act)
    return project


def delete_project(session: Session, act: ActionContext, project: Project) -> None:
    """Delete a project with its files; nobody is reminded of its milestones any more.

    Raises:
        Forbidden: others are in charge of it.
    """
    check_change(session, project)
    crud.delete(session, act, project)
    occasion_planning.plan(session, act)


def file_count(session: Session, project: Project) -> int:
    """How many files a project has, for who reads the project."""
    counted = select(func.count()).select_from(File).where(col(File.project_id) == project.id)
    found: int = session.execute(counted).scalar_one()
    return found


# What is right


def _check_organisation(session: Session, project: Project, values: Mapping[str, Any]) -> None:
    if "organisation_id" not in values:
        return
    given = values["organisation_id"]
    permissions.check_own_organisation(
        session, "organisation_id", given, message(N_("This organisation belongs to another office."))
    )
    one = permissions.reader(session)
    if one is not None and not one.whole_office and given != one.organisation_id:
        raise Forbidden(message(OWN_ONLY), code="not_in_charge", errors={"organisation_id": [message(OWN_ONLY)]})


def _errors(session: Session, act: ActionContext, row: Project | None, values: Mapping[str, Any]) -> crud.Errors:
    """What is wrong with a project as it would be: references, parts, days (:mod:`calendars.projects.rules`)."""

    def after(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    errors = crud.missing_references(session, Project, values)
    if after("given_by") is not None and after("given_by") == after("host"):
        name = "host" if "host" in values else "given_by"
        errors.setdefault(name, []).append(message(N_("What is given stands with the other side: name another place.")))
    if values.get("handover_event_id") is not None and "handover_event_id" not in errors:
        event = session.get_one(Event, values["handover_event_id"])
        if event.activity_type is not ActivityType.HANDOVER:
            what = N_("Link an activity of the type “handover”: only a handover ends a project.")
            errors["handover_event_id"] = [message(what)]
    found = [errors, _part_errors(session, row, values), rules.errors_of(_facts_after(row, values), act.today)]
    return {name: [told for one in found for told in one.get(name, ())] for one in found for name in one}


def _part_errors(session: Session, row: Project | None, values: Mapping[str, Any]) -> crud.Errors:
    errors: crud.Errors = {}
    for name in PARTS:
        known = {one["id"] for one in getattr(row, name)} if row is not None else set()
        named: set[str] = set()
        for number, one in enumerate(values.get(name, ())):
            if (identity := one.get("id")) is None:
                continue
            if identity not in known or identity in named:
                what = N_("The list has no such entry (any more), or has it twice: leave the id out of a new one.")
                errors[f"{name}.{number}.id"] = [message(what)]
            named.add(identity)
    for number, one in enumerate(values.get("sources", ())):
        if (one.get("locality") is None) is (one.get("name") is None):
            what = N_("Say who gives it: either a locality or a name, not both.")
            errors[f"sources.{number}.name"] = [message(what)]
    errors |= _place_errors(session, values)
    return errors | _file_errors(session, row, values)


def _place_errors(session: Session, values: Mapping[str, Any]) -> crud.Errors:
    wanted = {
        f"{name}.{number}.{field}": one[field]
        for name, field in (("sources", "locality"), ("disbursements", "payer"))
        for number, one in enumerate(values.get(name, ()))
        if one.get(field) is not None
    }
    codes = col(Locality.code)
    known = set(session.scalars(select(codes).where(codes.in_(sorted(set(wanted.values())))))) if wanted else set()
    return {
        at: [message(N_("There is no {what} “{identity}”."), what=noun("locality"), identity=code)]
        for at, code in wanted.items()
        if code not in known
    }


def _file_errors(session: Session, row: Project | None, values: Mapping[str, Any]) -> crud.Errors:
    wanted = {
        f"{name}.{number}.file_id": one["file_id"]
        for name in ("milestones", "disbursements")
        for number, one in enumerate(values.get(name, ()))
        if one.get("file_id") is not None
    }
    if not wanted:
        return {}
    own: set[str] = set()
    if row is not None:
        ids = select(col(File.id)).where(col(File.project_id) == row.id, col(File.id).in_(sorted(set(wanted.values()))))
        own = set(session.scalars(ids))
    what = message(N_("This is no file of the project: add it to the project's files first."))
    return {at: [what] for at, identity in wanted.items() if identity not in own}


def _facts_after(row: Project | None, values: Mapping[str, Any]) -> ProjectFacts:
    def after(name: str) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] | None = values.get(name)
        return found if found is not None else getattr(row, name, None) or ()

    return ProjectFacts(
        milestones=[
            Milestone(one.get("day"), one.get("percent"), one.get("done_on"), one.get("state") == MilestoneState.DONE)
            for one in after("milestones")
        ],
        paid_on=[one.get("paid_on") for one in after("disbursements")],
        accepted_on=values.get("accepted_on", getattr(row, "accepted_on", None)),
        handed_over_on=values.get("handed_over_on", getattr(row, "handed_over_on", None)),
    )
