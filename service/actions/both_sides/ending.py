"""Ending an office: nobody acts for it any more, and what it planned and wrote stays its own. The operator's step.

Its accounts are switched off and lose what opens the service to them, its rules are off, and no visit is shared with it
or by it any more. Its events and papers stay,
and no other office reads more of them than before: to open an office's files to its partner because it left would be
nobody's wish. What is still to come is handed to a body of another office if the operator names one. The people and
bodies of its locality are kept by the default office from then on, as those of any place without an office.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.both_sides.share import EventShare
from models.documents import KeptDocument
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, message
from models.places import Organisation
from models.queries import shares as queries
from models.queries.offices import Offices, forgets
from models.reminders import ReminderRule
from models.text import fold, localized
from service.actions import crud, office_days
from service.actions.accounts import access_revocation
from service.actions.both_sides import profiles, shares
from service.actions.context import ActionContext
from service.actions.effects import changes
from service.actions.events import events
from service.actions.events.hand_over import OPEN
from service.actions.reminders import reminder_planning


@dataclass(frozen=True, slots=True)
class EndedOffice:
    """What ending an office did: the accounts that were switched off, how many rules, the events handed over; and what
    stays: the events still to come, and how many events and papers there are. ``was_ended``: it had ended before."""

    code: str
    accounts: Sequence[User] = ()
    rules: int = 0
    handed: Sequence[Event] = ()
    left: Sequence[Event] = ()
    events: int = 0
    papers: int = 0
    was_ended: bool = False


def end_office(
    session: Session, act: ActionContext, code: str, hand_to: Organisation | None = None, *, leaves: bool = False
) -> EndedOffice:
    """End an office. Doing it again changes nothing.

    ``hand_to`` is the body of another office that is in charge of what is still to come from now on; ``leaves``: that
    may stay with the office that ends, though nobody will see to it.

    Raises:
        Invalid: under ``locality``, that is no office or the default one; under ``hand_to``, that body is of it too.
        Conflict: events are still to come, and it was not said what becomes of them.
    """
    offices = Offices.load_whole(session.connection())
    office = profiles.other_office(session, offices, code)
    profile = profiles.stored(session, offices, office, locks=True)
    if hand_to is not None and (offices.of(hand_to.id) == office or offices.of(hand_to.id) in offices.ended):
        crud.refuse("hand_to", message(N_("This body is of an office that ends or has ended: name one of another.")))
    own = offices.holds(office, col(Event.organisation_id))
    coming = _coming(session, act, own)
    if coming and hand_to is None and not leaves and office not in offices.ended:
        text = N_(
            "{count} events of this office are still to come, the first on {day}: give them to a body of another office"
            " (--hand-to), or let them stay unattended (--yes)."
        )
        raise Conflict(message(text, count=len(coming), day=coming[0].first_day), code="events_to_come")
    handed = [_hand(session, act, event, hand_to) for event in coming] if hand_to is not None else []
    _take_back(session, act, offices, office)
    users = _switch_off(session, act, offices, office)
    rules = _silence(session, act, offices, office)
    if profile is None:
        crud.create(session, act, OfficeProfile(code=office, ended_at=act.now))
    elif profile.ended_at is None:
        crud.change(session, act, profile, {"ended_at": act.now}, action="end")
    forgets(session)
    return EndedOffice(
        office,
        users,
        rules,
        handed,
        [] if handed else coming,
        _count(session, own),
        _papers(session, own),
        was_ended=office in offices.ended,
    )


def body_named(session: Session, text: str) -> Organisation:
    """The body that the operator names by its id or one of its names.

    Raises:
        Invalid: under ``hand_to``: there is none, or several have this name.
    """
    if (found := session.get(Organisation, text)) is not None:
        return found
    bodies = session.exec(select(Organisation).order_by(col(Organisation.id)))
    named = [one for one in bodies if fold(text) in {fold(name) for name in (*one.name.values(), *one.aliases)}]
    if len(named) == 1:
        return named[0]
    if not named:
        crud.refuse("hand_to", message(N_("There is no organisation with this name or id.")))
    choices = ", ".join(f"{one.id} ({localized(one.name, 'vi')}, {one.locality})" for one in named)
    return crud.refuse(
        "hand_to", message(N_("Several organisations have this name; give an id: {found}."), found=choices)
    )


def _coming(session: Session, act: ActionContext, own: ColumnElement[bool] | None) -> Sequence[Event]:
    """The open events of an office that are not over, by their first day."""
    conditions = [col(Event.status).in_(sorted(OPEN)), office_days.not_over(session, act)]
    conditions += [] if own is None else [own]
    return session.exec(select(Event).where(*conditions).order_by(*crud.EVENT_ORDER)).all()


def _hand(session: Session, act: ActionContext, event: Event, body: Organisation) -> Event:
    whole = events.find_event(session, event.id)
    return events.change_event(session, act, whole, {"organisation_id": body.id, "in_charge_id": None})


def _take_back(session: Session, act: ActionContext, offices: Offices, office: str) -> None:
    """End the sharing of visits, of its own with others and of others' with it: nobody is there to answer."""
    own = offices.holds(office, col(Event.organisation_id))
    with_it = col(Event.id).in_(queries.shared_with(offices, office))
    of_it = col(Event.id).in_(select(EventShare.event_id))
    found = select(Event).where(or_(with_it, of_it if own is None else and_(of_it, own))).order_by(col(Event.id))
    for event in session.exec(found).all():
        shares.delete_share(session, act, event)


def _switch_off(session: Session, act: ActionContext, offices: Offices, office: str) -> list[User]:
    """Switch off the accounts of an office that are on, and revoke what opens the service to any of them."""
    is_own = offices.marks(office, col(User.office))
    found = select(User).order_by(col(User.email))
    switched: list[User] = []
    for user in session.exec(found if is_own is None else found.where(is_own)).all():
        access = access_revocation.access_of(session, user)
        if access.sessions or access.tokens or access.feeds:
            access_revocation.revoke_access(session, act, user)
        if user.active:
            crud.change(session, act, user, {"active": False, "known_browsers": user.known_browsers + 1})
            changes.account_changed(session, act, user, user.email, {"active"})
            switched.append(user)
    return switched


def _silence(session: Session, act: ActionContext, offices: Offices, office: str) -> int:
    """Switch off the rules of an office that are on; how many there were."""
    is_own = offices.marks(office, col(ReminderRule.office))
    active = select(ReminderRule).where(col(ReminderRule.active)).order_by(col(ReminderRule.id))
    rules = session.exec(active if is_own is None else active.where(is_own)).all()
    for rule in rules:
        crud.change(session, act, rule, {"active": False})
        reminder_planning.plan_rule(session, act, rule)
    return len(rules)


def _count(session: Session, own: ColumnElement[bool] | None) -> int:
    counted = select(func.count()).select_from(Event)
    return session.exec(counted if own is None else counted.where(own)).one()


def _papers(session: Session, own: ColumnElement[bool] | None) -> int:
    counted = select(func.count()).select_from(KeptDocument).join(Event, col(Event.id) == col(KeptDocument.event_id))
    return session.exec(counted if own is None else counted.where(own)).one()
