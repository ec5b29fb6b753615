"""What was handed in with a link: once for every form, listed, rejected; taken in :mod:`.acceptance`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import case, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.links.answers import part, people_of
from calendars.links.checks import errors_of
from calendars.links.merging import FilledIn
from calendars.links.replaced import Replaced, replaced_people
from models.both_sides.links import EventLink, Submission, SubmissionFile
from models.errors import Conflict, Invalid, NotFound, TooMany
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import SubmissionState
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.both_sides import drafts
from service.actions.both_sides.drafts import KeptDraft
from service.actions.both_sides.links import LinkHolder, OpenLink, recipients
from service.actions.context import ActionContext
from service.actions.events import events

MOST_A_DAY = 100
"""Times that something new is handed in with one link."""

_DAY = timedelta(days=1)
_TOO_OFTEN = N_("Something was handed in with this link {count} times in one day. It is saved: hand it in tomorrow.")
_DECIDED = N_("Somebody has decided about this already; look at it again.")
_FORGOTTEN = N_("What was handed in has been forgotten with the passports, or was sealed with another secret key.")


@dataclass(frozen=True, slots=True)
class Received:
    """What was handed in, with its link, its visit and what was filled in."""

    row: Submission
    link: EventLink
    event: Event
    draft: FilledIn


def hand_in(
    session: Session,
    act: LinkHolder,
    secret: str,
    link: OpenLink,
    kept: KeptDraft,
    form_token: str,
    countries: Collection[str],
) -> Submission:
    """Hand in what has been filled in; the link's row is locked by the caller.

    A form counts once, however often it is sent; so does what was handed in and not decided about, sent again by
    another form. A later one replaces one that nobody has decided about.

    Raises:
        Invalid: something has to be put right first, by path.
        TooMany: something else was handed in with the link very often lately.
    """
    token = sha256(f"{link.row.id}:{form_token}".encode("utf-8", "surrogatepass")).hexdigest()
    if (same := session.exec(select(Submission).where(Submission.form_token == token)).first()) is not None:
        return same
    if errors := errors_of(kept.draft.values, act.today, countries):
        raise Invalid(errors)
    lately = col(Submission.submitted_at) > act.now - _DAY
    counted = select(func.count()).where(Submission.link_id == link.row.id, lately)
    is_full = session.exec(counted).one() >= MOST_A_DAY
    waiting = session.exec(
        select(Submission).where(Submission.link_id == link.row.id, Submission.state == SubmissionState.SUBMITTED)
    ).all()
    for one in waiting:
        if drafts.unpack(secret, one.sealed) == kept.draft:
            return one
    if is_full:
        raise TooMany(message(_TOO_OFTEN, count=MOST_A_DAY), int(_DAY.total_seconds()))
    for one in waiting:
        one.state, one.sealed = SubmissionState.REPLACED, b""  # all of it stands in the later one
        crud.touch(one, act)
    row = Submission(
        link_id=link.row.id,
        event_id=link.event.id,
        sealed=drafts.pack(secret, kept.draft),
        form_token=token,
        submitted_at=act.now,
        is_late=_was_accepted(session, link.row.id),
    )
    session.add(row)
    crud.flush(session)
    record(session, act, "create", "submission", row.id, {}, event_id=link.event.id)
    return row


def forget_former(
    session: Session, act: LinkHolder, secret: str, link: OpenLink, kept: KeptDraft
) -> tuple[KeptDraft, Sequence[Replaced]]:
    """Take out of a draft what belongs to people who were handed in before and whose names were typed over since; the
    draft without it, and who they are. The link's row is locked by the caller."""
    last = last_of_link(session, link)
    before = drafts.unpack(secret, last.sealed) if last is not None else None
    found = replaced_people(before.values, kept.draft.values) if before is not None else []
    paths = frozenset(path for one in found for path in one.paths)
    if not paths:
        return kept, []
    return drafts.save(session, act, secret, link, kept.version, dict.fromkeys(paths, ""), paths)[0], found


def _was_accepted(session: Session, link_id: str) -> bool:
    accepted = select(Submission.id).where(Submission.link_id == link_id, Submission.state == SubmissionState.ACCEPTED)
    return session.exec(accepted.limit(1)).first() is not None


def receipt(session: Session, link: OpenLink, submission_id: str) -> Submission:
    """One's own receipt.

    Raises:
        NotFound: nothing of this link has this id.
    """
    row = session.get(Submission, submission_id)
    if row is None or row.link_id != link.row.id:
        raise NotFound(noun("event_link"), "…")
    return row


def people_in(draft: FilledIn) -> list[str]:
    """The names of those who were filled in, in the order in which they were."""
    return [part(draft.values, f"people.{key}").get("name", "") for key in people_of(draft.values)]


def submissions_of(session: Session, event: Event) -> list[Submission]:
    """What was handed in for an event, the newest first.

    Raises:
        Forbidden: somebody else is in charge of the event.
    """
    permissions.check_change(session, event)
    of_event = select(Submission).where(Submission.event_id == event.id)
    return list(session.exec(of_event.order_by(col(Submission.id).desc())).all())


def received_of(session: Session, secret: str, event: Event, rows: Sequence[Submission]) -> dict[str, Received]:
    """What some of an event's submissions hold, by their ids; one query."""
    links = recipients(session, [row.link_id for row in rows])
    return {
        row.id: Received(row, links[row.link_id], event, drafts.unpack(secret, row.sealed) or FilledIn())
        for row in rows
    }


def find_submission(session: Session, secret: str, submission_id: str) -> Received:
    """What was handed in, for who is in charge of its visit.

    Raises:
        NotFound: there is none that the reader may see.
        Forbidden: somebody else is in charge of the event.
    """
    row = crud.find_of_event(session, Submission, submission_id)
    event = events.find_event(session, row.event_id)
    permissions.check_change(session, event)
    draft = drafts.unpack(secret, row.sealed) or FilledIn()
    return Received(row, session.get_one(EventLink, row.link_id), event, draft)


def undecided(session: Session, secret: str, submission_id: str) -> Received:
    """The same, locked until the transaction ends, to decide about it.

    Raises:
        Conflict: it was decided about (code ``already_decided``), or can't be read any more.
    """
    found = find_submission(session, secret, submission_id)
    session.exec(select(Event.id).where(Event.id == found.event.id).with_for_update()).one()
    session.refresh(found.row, with_for_update=True)
    if found.row.state is not SubmissionState.SUBMITTED:
        raise Conflict(message(_DECIDED), code="already_decided")
    if drafts.unpack(secret, found.row.sealed) is None:
        raise Conflict(message(_FORGOTTEN), code="sealed_otherwise")
    return found


def reject(session: Session, act: ActionContext, secret: str, submission_id: str, reason: str) -> Submission:
    """Take nothing of it; who handed it in reads the reason on their page.

    Raises:
        NotFound, Forbidden, Conflict: as :func:`undecided`.
    """
    found = undecided(session, secret, submission_id)
    values = {"state": SubmissionState.REJECTED, "reason": reason, **decision(act)}
    crud.change(session, act, found.row, values, event_id=found.event.id, action="reject")
    return found.row


def decision(act: ActionContext) -> dict[str, object]:
    """Who decided, and when."""
    return {"decided_by": act.user.id if act.user else None, "decided_at": act.now}


def last_of_link(session: Session, link: OpenLink) -> Submission | None:
    """What was handed in last with a link."""
    of_link = select(Submission).where(Submission.link_id == link.row.id)
    return session.exec(of_link.order_by(col(Submission.id).desc()).limit(1)).first()


def photo_of(session: Session, submission: Submission, photo_id: str) -> SubmissionFile:
    """A photo that came with the link of what was handed in.

    Raises:
        NotFound: there is none.
    """
    found = session.get(SubmissionFile, photo_id)
    if found is None or found.link_id != submission.link_id:
        raise NotFound(noun("submission_file"), photo_id)
    return found


def waiting_count(session: Session, event_id: str) -> tuple[int, int]:
    """How much was handed in for an event that nobody has decided about, and how much of that came late; one query."""
    late = func.sum(case((col(Submission.is_late), 1), else_=0))
    waits = core_select(func.count(), func.coalesce(late, 0)).where(
        col(Submission.event_id) == event_id, col(Submission.state) == SubmissionState.SUBMITTED
    )
    count, late_ones = session.execute(waits).one()
    return int(count), int(late_ones)


def waiting_events(session: Session, most: int = 20) -> list[Event]:
    """The events that the session may change for which something waits, the next arrival first; one query."""
    waits = core_select(col(Submission.event_id)).where(col(Submission.state) == SubmissionState.SUBMITTED)
    reader = permissions.reader(session)
    statement = select(Event).where(col(Event.id).in_(waits))
    if reader is not None:
        statement = statement.where(permissions.changed_by(reader))
    return list(session.exec(statement.order_by(col(Event.arrives_on), col(Event.id)).limit(most)).all())
