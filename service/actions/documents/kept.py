"""Papers that are kept: as values, so that their words never change, whoever writes them as files later.

Whoever sees the whole event reads its kept papers: they hold what their maker saw. Who may change the event keeps
papers, enters the clerk's numbers and deletes what never had one and was not sent. Papers with particulars are never
kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from calendars.documents import kinds, stored
from calendars.documents.differences import PaperDifference, differences
from calendars.documents.numbering import can_be_numbered
from calendars.documents.value import Document
from models.documents import KeptDocument
from models.errors import Conflict, NotFound
from models.events import Event
from models.files import File
from models.i18n import N_, message
from models.vocabulary import DocumentFormat, DocumentKind, Language
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.documents import access
from service.actions.documents.reading import VisitReading, Wanted, check_letter, check_wanted
from service.actions.events import events
from service.actions.files import signed_copies
from service.actions.ledger import rights
from service.actions.permissions import Sight

MOST_KEPT = 200
"""Kept papers of one event."""

NOT_KEPT = N_("A paper with particulars is made anew each time, with a reason, and never kept or mailed.")
TOO_MANY = N_("So many papers of this visit are kept ({most}): delete some that have no number first.")
HAS_NO_NUMBER = N_("Lists have no number. Enter it with the letter that goes with the list.")
SEVERAL_LETTERS = N_(
    "These are letters to several bodies, each with a number of its own: keep one letter for each (organisation_id)."
)
TAKEN = N_("Number {number} of {year} is taken by a kept paper of the same issuer: {paper}. Check it in the register.")
OF_ANOTHER_VISIT = N_("{paper} ({visit})")
NOT_OF_EVENT = N_("This visit has no such file: upload the signed scan with the visit’s files first.")
NOT_SIGNED = N_(
    "The signed copy is a PDF or a picture among the visit’s files whose kind is “Signed paper” (signed). Change the"
    " kind of this file first, or choose another one."
)
NO_COPY = N_("This paper was issued under a number, or sent: choose another signed copy in place of this one.")
DAY_WITHOUT_NUMBER = N_("The day of issue goes with the number: enter both, or neither.")


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """A kept paper, and how it differs from the same paper made now; None: it can't be made any more."""

    row: KeptDocument
    differs: Sequence[PaperDifference] | None

    @property
    def is_outdated(self) -> bool:
        """Whether the visit has changed since, as far as the paper tells of it."""
        return self.differs is None or bool(self.differs)


def wanted_of(row: KeptDocument) -> Wanted:
    """What a kept paper was asked for with."""
    return Wanted(row.issued_by, row.signed_by, row.organisation_id, row.issued_on)


def languages_of(row: KeptDocument) -> tuple[Language, ...]:
    """The languages of a kept paper in their order."""
    return tuple(Language(one) for one in row.language.split(","))


def rows_of(session: Session, event: Event) -> list[KeptDocument]:
    """The kept papers of an event, the latest first; none for who does not see all of it, and those of its money only
    for who may read it."""
    if permissions.sight(session, event) is not Sight.WHOLE:
        return []
    is_own = permissions.marked_own(session, col(KeptDocument.office))
    own = select(KeptDocument).where(KeptDocument.event_id == event.id, is_own)
    rows = list(session.exec(own.order_by(col(KeptDocument.made_at).desc(), col(KeptDocument.id).desc())).all())
    if any(row.kind in access.KEPT_FOR_MONEY for row in rows) and not rights.reads_money(session, event):
        return [row for row in rows if row.kind not in access.KEPT_FOR_MONEY]
    return rows


def find(session: Session, identity: str) -> tuple[KeptDocument, Event]:
    """A kept paper and its event, with its phases and performances.

    Raises:
        NotFound: there is none, it is another office's, or the reader does not see the whole event, or its money.
    """
    row = session.get(KeptDocument, identity)
    if row is not None and permissions.is_marked_own(session, row.office):
        try:
            event = events.find_event(session, row.event_id)
        except NotFound:
            event = None
        is_readable = event is not None and permissions.sight(session, event) is Sight.WHOLE
        if event is None or not is_readable:
            raise NotFound(crud.called(KeptDocument), identity)
        if row.kind not in access.KEPT_FOR_MONEY or rights.reads_money(session, event):
            return row, event
    raise NotFound(crud.called(KeptDocument), identity)


def compared(reading: VisitReading, event: Event, rows: Sequence[KeptDocument]) -> list[KeptPaper]:
    """Kept papers with what they say otherwise than today; the same paper is composed once however often it is kept."""
    composed: dict[tuple[Any, ...], Document | None] = {}
    found = []
    for row in rows:
        key = (row.kind, row.language, row.issued_by, row.signed_by, row.organisation_id, row.issued_on)
        if key not in composed:
            composed[key] = _today(reading, event, row)
        now = composed[key]
        found.append(KeptPaper(row, None if now is None else differences(stored.read(row.content), now)))
    return found


def _today(reading: VisitReading, event: Event, row: KeptDocument) -> Document | None:
    facts = reading.facts(wanted_of(row))
    kind = DocumentKind(row.kind)
    if kind not in access.kinds_of(reading.session, reading.act, event, facts):
        return None
    return kinds.compose(kind, facts, languages_of(row)).document


def compare(session: Session, act: ActionContext, event: Event, rows: Sequence[KeptDocument]) -> list[KeptPaper]:
    """As :func:`compared`, with a reading of its own; no query where nothing is kept."""
    if not rows:
        return []
    return compared(VisitReading.load(session, act, event, [wanted_of(row) for row in rows]), event, rows)


def keep(
    session: Session, act: ActionContext, event: Event, kind: DocumentKind, language: Sequence[Language], wanted: Wanted
) -> KeptPaper:
    """Keep a paper of an event as it is now.

    Raises:
        Forbidden: others are in charge of the event.
        Invalid: the kind holds particulars, or the visit has no such paper; an issuer or signatory is not right.
        Conflict: as many as may be are kept already.
    """
    permissions.check_change(session, event)
    if kind in kinds.EVENT_KINDS and kinds.EVENT_KINDS[kind].is_personal:
        crud.check({"kind": [message(NOT_KEPT)]})
    check_wanted(session, wanted, kind=kind)
    reading = VisitReading.load(session, act, event, [wanted])
    facts = reading.facts(wanted)
    possible = access.kinds_of(session, act, event, facts)
    if kind not in possible:
        names = ", ".join(one.value for one, terms in possible.items() if not terms.is_personal)
        what = message(N_("This visit has no paper “{kind}”. It has: {possible}."), kind=kind.value, possible=names)
        crud.check({"kind": [what]})
    check_letter(facts, wanted)
    count = session.exec(select(func.count()).where(KeptDocument.event_id == event.id)).one()
    if count >= MOST_KEPT:
        raise Conflict(message(TOO_MANY, most=MOST_KEPT), code="too_many")
    document = kinds.compose(kind, facts, language).document
    row = KeptDocument(
        event_id=event.id,
        kind=kind,
        language=access.written(tuple(language)),
        issued_by=wanted.issued_by,
        signed_by=wanted.signed_by,
        organisation_id=wanted.only_body,
        content=stored.write(document),
        made_by=act.user.id if act.user else None,
        made_at=act.now,
    )
    return KeptPaper(crud.create(session, act, row, event_id=event.id), ())


def change(session: Session, act: ActionContext, event: Event, row: KeptDocument, values: Mapping[str, Any]) -> None:
    """Enter the clerk's number and day, or the scan of the signed paper.

    Raises:
        Conflict: another kept paper of the same issuer and year has the number.
        Forbidden: others are in charge of the event.
        Invalid: a list or several letters in one file have no number; the file is not one of the event's, or no
            signed copy; a paper that was issued would lose its copy.
    """
    permissions.check_change(session, event)
    number = values.get("number", row.number)
    issued_on = values.get("issued_on", row.issued_on)
    errors: crud.Errors = {}
    document = stored.read(row.content)
    if (number is not None or issued_on is not None) and not can_be_numbered(document):
        field = "number" if number is not None else "issued_on"
        errors[field] = [message(SEVERAL_LETTERS if document.following else HAS_NO_NUMBER)]
    elif issued_on is not None and number is None:
        errors["issued_on"] = [message(DAY_WITHOUT_NUMBER)]
    file_id = values.get("signed_file_id")
    if file_id is not None:
        file = session.get(File, file_id, with_for_update=True)
        if file is None or file.event_id != event.id:
            errors["signed_file_id"] = [message(NOT_OF_EVENT)]
        elif not signed_copies.is_signed_copy(file):
            errors["signed_file_id"] = [message(NOT_SIGNED)]
    elif "signed_file_id" in values and row.signed_file_id is not None and row.was_issued:
        errors["signed_file_id"] = [message(NO_COPY)]
    crud.check(errors)
    if number is not None and (number, issued_on) != (row.number, row.issued_on):
        _check_number(session, act, event, row, number, issued_on)
    issued = {"was_issued": True} if number is not None else {}
    crud.change(session, act, row, {**values, **issued}, event_id=event.id)


def _check_number(
    session: Session, act: ActionContext, event: Event, row: KeptDocument, number: str, issued_on: date | None
) -> None:
    """Refuse a number that another paper of the issuer has in the same year, but for the same paper in another
    language, which goes out under the same number."""
    year = (issued_on or act.today).year
    is_own = permissions.marked_own(session, col(KeptDocument.office))
    statement = (
        select(KeptDocument, Event)
        .join(Event, col(Event.id) == col(KeptDocument.event_id))
        .where(is_own, col(KeptDocument.number).is_not(None), col(KeptDocument.id) != row.id)
        .order_by(col(KeptDocument.made_at), col(KeptDocument.id))
    )
    for other, its_event in session.exec(statement.where(func.lower(col(KeptDocument.number)) == number.lower())):
        is_translation = _is_same_paper(other, row) and other.language != row.language
        issuers = {other.issued_by or its_event.organisation_id, row.issued_by or event.organisation_id}
        other_year = (other.issued_on or other.made_at.date()).year
        if is_translation or other_year != year or len(issuers) > 1:
            continue
        paper: object = message(kinds.EVENT_KINDS[DocumentKind(other.kind)].name)
        if its_event.id != event.id and _can_be_read(session, other):
            paper = message(OF_ANOTHER_VISIT, paper=paper, visit=its_event.title)
        raise Conflict(message(TAKEN, number=number, year=str(year), paper=paper), code="number_taken")


def _can_be_read(session: Session, row: KeptDocument) -> bool:
    """Whether the reader reads a kept paper, and so may be told of which visit it is."""
    try:
        find(session, row.id)
    except NotFound:
        return False
    return True


def _is_same_paper(one: KeptDocument, other: KeptDocument) -> bool:
    return (one.event_id, one.kind, one.organisation_id) == (other.event_id, other.kind, other.organisation_id)


def delete(session: Session, act: ActionContext, event: Event, row: KeptDocument) -> None:
    """Delete a kept paper that never had a number and was not sent.

    Raises:
        Forbidden: others are in charge of the event.
        Conflict: it was issued (:mod:`service.actions.issued_papers`).
    """
    permissions.check_change(session, event)
    crud.delete(session, act, row, event_id=event.id)


def formats_of(row: KeptDocument) -> Sequence[DocumentFormat]:
    """The formats in which a kept paper is written."""
    return kinds.EVENT_KINDS[DocumentKind(row.kind)].formats
