"""Papers made anew: composed from what their reader sees and written as a file; nothing of them is kept.

The facts are read in the request's transaction; composing and writing the file is done outside it
(:mod:`service.actions.outside`), so nobody waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from calendars.documents import kinds, stored
from calendars.documents.file_names import file_name
from calendars.documents.numbering import numbered
from calendars.documents.value import Document
from calendars.documents.wording import Missing
from models.documents import KeptDocument
from models.events import Event
from models.i18n import N_, message, translate
from models.vocabulary import DocumentFormat, DocumentKind, Language
from service.actions import crud, outside
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.documents import access
from service.actions.documents.reading import VisitReading, Wanted, check_letter, check_wanted
from service.actions.documents.template_rules import still_allowed
from service.actions.documents.templates import template_for
from service.documents import rendering

REASON_NEEDED = N_(
    "This paper holds particulars: say what it is needed for (reason). Who made it, when and why is recorded."
)


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file on its way to its reader."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Making:
    """A paper made anew; ``is_told``: that it was made is recorded, with this reason."""

    file: MadeFile
    kind: DocumentKind
    reason: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether the making is recorded in the trail."""
        return self.reason is not None


@dataclass(frozen=True, slots=True)
class KindStatus:
    """A kind of paper of a visit, and what each language of it lacks."""

    kind: DocumentKind
    terms: kinds.KindTerms
    missing: Sequence[Missing]


def make(
    session: Session,
    act: ActionContext,
    event: Event,
    kind: str,
    file_format: str,
    languages: tuple[Language, ...],
    wanted: Wanted,
    *,
    secret: str,
    reason: str | None = None,
) -> Making:
    """Make a paper of an event that the reader may see.

    What a paper with particulars is needed for is recorded: ``reason``, None: what the paper itself is for, its name.

    Raises:
        NotFound: the visit has no such paper for the reader, or it is not made in that format; says what it has.
        Invalid: an issuer, a signatory or a body is not right; or the paper holds particulars and the reason is empty.
    """
    found, wanted_format = access.check_format(access.kinds_of(session, act, event), kind, file_format)
    check_wanted(session, wanted, kind=found)
    terms = kinds.EVENT_KINDS[found]
    if terms.is_personal and reason is None:
        reason = translate(terms.name, act.user.locale if act.user is not None else Language.VI)
    if terms.is_personal and not reason:
        crud.check({"reason": [message(REASON_NEEDED)]})
    opened_with = secret if terms.is_personal else None
    name = file_name(found, event.title, event.first_day, languages, wanted_format)

    def prepare() -> Any:
        facts = VisitReading.load(session, act, event, [wanted], secret=opened_with).facts(
            wanted, personal=terms.is_personal
        )
        access.check_format(access.kinds_of(session, act, event, facts), kind, file_format)
        check_letter(facts, wanted)
        template = _template(session, found, wanted_format)
        return lambda: rendering.render(
            kinds.compose(found, facts, languages).document, wanted_format, still_allowed(template)
        )

    content = outside.ask("paper", prepare)
    made = MadeFile(name, rendering.MEDIA_TYPES[wanted_format], content)
    return Making(made, found, reason if terms.is_personal else None)


def record_making(session: Session, act: ActionContext, event_id: str, making: Making, language: str) -> None:
    """Record in the trail that a paper with particulars was made: which, by whom and why, nothing of what is in it."""
    made = {"kind": {"from": None, "to": making.kind.value}, "language": {"from": None, "to": language}}
    record(session, act, "make", "document", event_id, made, event_id=event_id, reason=making.reason)


def kept_file(session: Session, event: Event, row: KeptDocument, file_format: str) -> MadeFile:
    """A kept paper as a file: as it was when it was made, with the clerk's number and day.

    Raises:
        NotFound: it is not made in that format.
    """
    kind = DocumentKind(row.kind)
    _kind, wanted_format = access.check_format({kind: kinds.EVENT_KINDS[kind]}, kind.value, file_format)
    content = outside.ask(
        "paper", lambda: rendered(document_of(row), wanted_format, _template(session, kind, wanted_format))
    )
    languages = [Language(one) for one in row.language.split(",")]
    name = file_name(kind, event.title, event.first_day, languages, wanted_format)
    return MadeFile(name, rendering.MEDIA_TYPES[wanted_format], content)


def _template(session: Session, kind: DocumentKind, file_format: DocumentFormat) -> bytes | None:
    """The office's own template, for the one format that has any."""
    return template_for(session, kind) if file_format is DocumentFormat.DOCX else None


def rendered(document: Document, file_format: DocumentFormat, template: bytes | None = None) -> Any:
    """The work of writing a paper as a file, to be done outside the transaction."""
    return lambda: rendering.render(document, file_format, still_allowed(template))


def document_of(row: KeptDocument) -> Document:
    """The value of a kept paper with its number and day."""
    return numbered(stored.read(row.content), row.number, row.issued_on)


def statuses(reading: VisitReading, event: Event, wanted: Wanted) -> list[KindStatus]:
    """The papers of a visit for the reader, each with what it lacks in every language it can be in."""
    plain, opened = (reading.facts(wanted, personal=is_personal) for is_personal in (False, True))
    found = []
    for kind, terms in access.kinds_of(reading.session, reading.act, event, plain).items():
        facts = opened if terms.is_personal else plain
        missing: dict[tuple[str, str, Language | None], Missing] = {}
        for language in Language:
            for one in kinds.compose(kind, facts, (language,)).missing:
                missing.setdefault((one.code, str(one.detail), one.language), one)
        found.append(KindStatus(kind, terms, list(missing.values())))
    return found
