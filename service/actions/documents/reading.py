"""What a visit's papers may say to whoever asks: everything about the visit that this reader sees, as plain values.

One reading serves all papers of a visit: who issues them, who signs them and whose letter it is are named up front, and
:meth:`VisitReading.facts` gives the facts for each. However large the visit is, the number of queries is the same.

A paper is issued on the day the clerk gave, else today, at the latest on the visit's first day: its head has the names
of that day. Everything else has the names of the visit's first day; members are what they were when they were added.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from sqlmodel import Session, col, select

from calendars.documents.assignments import letters_to, only_of
from calendars.documents.facts import (
    AgreementFacts,
    BodyFacts,
    BookingFacts,
    DocumentFacts,
    IssuerFacts,
    ItemFacts,
    MemberFacts,
    PerformanceFacts,
    PersonalFacts,
    PersonFacts,
    PhaseFacts,
    TaskFacts,
    VisitFacts,
)
from calendars.programmes.items import ProgrammeItemValues
from models.accounts import User
from models.agreements import Anniversary
from models.event_parts import Member, ProgrammeRevision, Task
from models.events import Event
from models.i18n import N_, message
from models.places import Organisation, Person
from models.queries.event_parts import programme_of
from models.resources import Booking, Resource
from models.vocabulary import TAKING, BookingState, Direction, DocumentKind, Side
from service.actions import crud, permissions
from service.actions.agreements.agreement_queries import find_commitment
from service.actions.context import ActionContext
from service.actions.documents.day_names import DayNames, people_by_id
from service.actions.documents.estimates import EstimateReading
from service.actions.documents.gifts import GiftReading
from service.actions.documents.personal import personal_facts
from service.actions.documents.placements import read_placements
from service.actions.events import members, programme_revisions, task_queries
from service.actions.events.attendance import ComingSight
from service.actions.locality_index import DirectionResolver, LocalityIndex
from service.actions.permissions import Sight


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a paper is asked for with: who issues it, who signs it, and of letters to several bodies whose; ids, None:
    as is usual."""

    issued_by: str | None = None
    signed_by: str | None = None
    only_body: str | None = None
    issued_on: date | None = None


USUAL = Wanted()

GETS_NO_LETTER = N_(
    "This body gets no letter: it has no task still to do and nobody who is asked to attend, or issues the letters."
)


TO_BODIES = frozenset({DocumentKind.ASSIGNMENT_LETTERS})
"""The kinds of which there is one for each body."""


def check_wanted(
    session: Session, wanted: Wanted, names: Mapping[str, str] | None = None, kind: DocumentKind | None = None
) -> None:
    """Refuse an issuer of another office, bodies and people that are not there, and a body for a ``kind`` of which
    there is only one; ``names`` are those of the fields, where they are called otherwise.

    Raises:
        Invalid: names the fields.
    """
    called = {"issued_by": "issued_by", "signed_by": "signed_by", "only_body": "organisation_id"} | dict(names or {})
    errors: crud.Errors = {}
    for name, model in (("issued_by", Organisation), ("signed_by", Person), ("only_body", Organisation)):
        identity = getattr(wanted, name)
        if identity is not None and session.get(model, identity) is None:
            what = message(N_("There is no {what} “{identity}”."), what=crud.called(model), identity=identity[:60])
            errors[called[name]] = [what]
    if kind is not None and kind not in TO_BODIES and wanted.only_body is not None:
        errors[called["only_body"]] = [message(N_("Only letters of assignment are made for one body. Leave it out."))]
    issuer = wanted.issued_by
    if issuer is not None and "issued_by" not in errors and not permissions.is_of_own_office(session, issuer):
        what = message(N_("This body belongs to another office, which issues its own papers. Name one of your office."))
        errors[called["issued_by"]] = [what]
    crud.check(errors)


def check_letter(facts: DocumentFacts, wanted: Wanted) -> None:
    """Refuse the letter to a body that gets none: the issuer itself, or one without tasks or people in the visit.

    Raises:
        Invalid: names the field.
    """
    if wanted.only_body is not None and not letters_to(facts):
        crud.check({"organisation_id": [message(GETS_NO_LETTER)]})


@dataclass(frozen=True, slots=True)
class VisitReading:
    """A visit as its reader sees it, before it is said who issues the paper."""

    session: Session
    act: ActionContext
    base: DocumentFacts
    names: DayNames
    usual_issuer: str | None
    office_place: str

    @classmethod
    def load(
        cls,
        session: Session,
        act: ActionContext,
        event: Event,
        several: Collection[Wanted] = (USUAL,),
        *,
        secret: str | None = None,
    ) -> "VisitReading":
        """Read an event that the reader may see, with its phases and performances, for papers asked for in these ways.

        ``secret`` opens particulars and passports of those members whose the reader may read; None: the papers need
        none.
        """
        sight = permissions.sight(session, event)
        found = members.members_of(session, event.id)
        tasks = _tasks(session, event, sight)
        gifts = GiftReading.load(session, event)
        people = people_by_id(
            session, {*(one.signed_by for one in several), *(task.person_id for task in tasks), *gifts.people}
        )
        days = {event.first_day, *(_issue_day(act, event, one) for one in several)}
        usual = _usual_issuer(session, act, event)
        money = EstimateReading.load(session, act, event, sight)
        resolver = _resolver(session, act)
        names = DayNames.load(
            session,
            resolver.gazetteer,
            _bodies(event, found, tasks, several) | money.bodies | gifts.bodies | ({usual} if usual else set()),
            people.values(),
            days,
        )
        personal = personal_facts(session, secret, [person for _member, person in found]) if secret else {}
        programme, revision, is_changed = _programme(session, event, sight)
        coming = ComingSight.of(session, event)
        listed = [_member(session, names, event, coming, *pair, personal.get(pair[1].id)) for pair in found]
        base = DocumentFacts(
            visit=_visit(session, act, event, names, resolver, sight),
            issuer=IssuerFacts(None, names.place(permissions.own_office(session) or act.office.locality, act.today)),
            today=act.today,
            members=listed,
            programme=programme,
            revision=revision.number if revision else None,
            is_changed_since=is_changed,
            bookings=_bookings(session, event, sight),
            tasks=[_task(session, names, event, task) for task in tasks],
            placements=read_placements(session, event),
            gifts=gifts.facts(session, names, resolver.gazetteer, event, {one.person.id: one.person for one in listed}),
            made_at=act.now,
            office_zone=act.office.timezone,
            estimate=money.facts(names, event),
        )
        return cls(session, act, base, names, usual, base.issuer.place.code)

    def facts(self, wanted: Wanted = USUAL, *, personal: bool = False) -> DocumentFacts:
        """The facts for a paper that is asked for in one of the ways that were named up front; with particulars only
        if it is one that needs them."""
        visit = self.base.visit
        day = _issue_day(self.act, visit, wanted)
        issuer = wanted.issued_by or self.usual_issuer
        body = self.names.body(issuer, day) if issuer else None
        place = body.locality if body is not None else self.names.place(self.office_place, day)
        signatory = self.names.person_on(self.session, wanted.signed_by, day, at=None if body is None else body.id)
        facts = replace(
            self.base,
            issuer=IssuerFacts(body, place, signatory),
            issued_on=wanted.issued_on,
            members=self.base.members if personal else [replace(one, personal=None) for one in self.base.members],
        )
        return facts if wanted.only_body is None else only_of(facts, wanted.only_body)


def _issue_day(act: ActionContext, visit: Any, wanted: Wanted) -> date:
    first: date = visit.first_day
    return wanted.issued_on or min(act.today, first)


def _usual_issuer(session: Session, act: ActionContext, event: Event) -> str | None:
    """Who issues a visit's papers unless somebody else is named: who is in charge of it, if that is of the reader's
    office; else the reader's own body."""
    if event.organisation_id is not None and permissions.is_of_own_office(session, event.organisation_id):
        return event.organisation_id
    return None if act.user is None else act.user.organisation_id


def _resolver(session: Session, act: ActionContext) -> DirectionResolver:
    own = permissions.own_office(session) or act.office.locality
    return DirectionResolver(LocalityIndex.load(session), own)


def _bodies(
    event: Event,
    found: Sequence[tuple[Member, Person]],
    tasks: Sequence[Task],
    several: Collection[Wanted],
) -> set[str]:
    ids = {
        event.organisation_id,
        event.institution_id,
        *(phase.institution_id for phase in event.phases),
        *(member.organisation_id or person.organisation_id for member, person in found),
        *(task.organisation_id for task in tasks),
        *(one.issued_by for one in several),
    }
    return {one for one in ids if one is not None}


# The visit itself


def _visit(
    session: Session,
    act: ActionContext,
    event: Event,
    names: DayNames,
    resolver: DirectionResolver,
    sight: Sight,
) -> VisitFacts:
    day = event.first_day
    direction = resolver.of(event)
    anniversary = session.get(Anniversary, event.anniversary_id) if event.anniversary_id else None
    return VisitFacts(
        id=event.id,
        kind=event.kind,
        status=event.status,
        direction=direction,
        title=event.title,
        host=names.place(event.host, day),
        guest=names.place(event.guest, day) if event.guest else None,
        own_side=Side.GUEST if direction is Direction.OUTGOING else Side.HOST,
        first_day=event.first_day,
        last_day=event.last_day,
        arrives_on=event.arrives_on,
        departs_on=event.departs_on,
        timezone=event.timezone,
        start_time=event.start_time,
        end_time=event.end_time,
        description=event.description,
        purpose=event.purpose,
        level=event.level,
        location=event.location,
        headcount=event.headcount,
        headcount_actual=event.headcount_actual,
        organisation=_own_body(event, names),
        in_charge=_in_charge(session, event, sight),
        subject=event.subject,
        institution=names.name(event.institution_id, day),
        composition=event.composition,
        troupe=event.troupe,
        occasion=event.occasion,
        anniversary=anniversary.title if anniversary else None,
        ordinal=event.ordinal,
        activity_type=event.activity_type,
        performances=[
            PerformanceFacts(one.day, one.time, one.venue, one.title)
            for one in sorted(event.performances, key=lambda one: (one.day, one.time is not None, one.time or time.min))
        ],
        phases=[
            PhaseFacts(one.title, one.first_day, one.last_day, names.name(one.institution_id, one.first_day))
            for one in sorted(event.phases, key=lambda one: (one.first_day, one.last_day, one.position))
        ],
        agreement=_agreement(session, event),
        results=getattr(event, "results", None) if sight is Sight.WHOLE else None,
    )


def _own_body(event: Event, names: DayNames) -> BodyFacts | None:
    return names.body(event.organisation_id, event.first_day) if event.organisation_id else None


def _in_charge(session: Session, event: Event, sight: Sight) -> PersonFacts | None:
    """Who prepares the visit: an account, so only its name is known; for who sees all of the visit, as on its page."""
    if event.in_charge_id is None or sight is not Sight.WHOLE:
        return None
    user = session.get(User, event.in_charge_id)
    return None if user is None else PersonFacts(id=user.id, name=user.name)


def _agreement(session: Session, event: Event) -> AgreementFacts | None:
    found = find_commitment(session, event.commitment_id) if event.commitment_id else None
    if found is None:
        return None
    commitment, agreement = found
    return AgreementFacts(agreement.title, agreement.signed_on, commitment.title, commitment.article)


# Its parts


def _member(
    session: Session,
    names: DayNames,
    event: Event,
    coming: ComingSight,
    member: Member,
    person: Person,
    personal: PersonalFacts | None,
) -> MemberFacts:
    sees_journey = coming.sees(member)
    return MemberFacts(
        id=member.id,
        person=names.person(
            session,
            person,
            event.first_day,
            position=member.position or person.position,
            body_id=member.organisation_id or person.organisation_id,
        ),
        role=member.role,
        side=member.side,
        rank=member.rank,
        counterpart_id=member.counterpart_id,
        personal=personal,
        arrival=member.arrival if sees_journey else None,
        departure=member.departure if sees_journey else None,
    )


def _programme(
    session: Session, event: Event, sight: Sight
) -> tuple[Sequence[ItemFacts], ProgrammeRevision | None, bool]:
    """The items, the last published revision, and whether they were changed since. What another office sees is what was
    published."""
    last = programme_revisions.last_revision(session, event.id)
    if sight is Sight.SHARED:
        published = [ProgrammeItemValues.read(item) for item in last.items] if last else []
        return [_item(f"published-{place}", one) for place, one in enumerate(published)], last, False
    working = programme_of(session, event.id)
    is_changed = last is not None and programme_revisions.is_publishable(last, working)
    return [_item(one.id, one) for one in working], last, is_changed


def _item(identity: str, item: Any) -> ItemFacts:
    return ItemFacts(
        id=identity,
        day=item.day,
        start_time=item.start_time,
        end_time=item.end_time,
        title=item.title,
        place=item.place,
        hosted_by=item.hosted_by,
        attendees=item.attendees,
        travel_minutes=item.travel_minutes,
    )


def _bookings(session: Session, event: Event, sight: Sight) -> list[BookingFacts]:
    held = (
        select(Booking, Resource)
        .where(Booking.event_id == event.id, col(Booking.state).in_(TAKING), Booking.resource_id == Resource.id)
        .order_by(
            col(Booking.first_day), col(Booking.start_time).nulls_first(), col(Resource.sort_key), col(Booking.id)
        )
    )
    return [
        BookingFacts(
            id=booking.id,
            resource_id=resource.id,
            name=resource.name,
            type=resource.type,
            quantity=booking.quantity,
            first_day=booking.first_day,
            last_day=booking.last_day,
            start_time=booking.start_time,
            end_time=booking.end_time,
            seats=resource.seats,
            person_id=resource.person_id,
            note=None if sight is Sight.SHARED else booking.note,
            is_approved=booking.state is not BookingState.ASKED,
        )
        for booking, resource in session.exec(held).all()
    ]


def _tasks(session: Session, event: Event, sight: Sight) -> list[Task]:
    """The tasks that the reader sees; of another office's visit those of the reader's own body."""
    found = task_queries.tasks_of_event(session, event)
    return sorted(found, key=lambda task: (task.due_day is None, task.due_day or date.max, task.id))


def _task(session: Session, names: DayNames, event: Event, task: Task) -> TaskFacts:
    person = names.person_on(session, task.person_id, event.first_day, at=task.organisation_id)
    return TaskFacts(
        id=task.id,
        title=task.title,
        body_id=task.organisation_id,
        body=names.name(task.organisation_id, event.first_day),
        side=names.side(task.organisation_id or (person.body_id if person else None), event),
        person=person,
        due_day=task.due_day,
        done=task.done,
    )
