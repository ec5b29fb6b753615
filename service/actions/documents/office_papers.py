"""Papers of the office itself, of a week, a year, an agreement: who makes them, and their files.

Nothing of them is kept: each is read and written anew, with what its page shows the same reader.
"""

from collections.abc import Callable, Sequence
from datetime import date

from sqlmodel import Session

from calendars.documents.facts import IssuerFacts
from calendars.documents.file_names import file_name
from calendars.documents.value import Document
from calendars.documents.wording import Wording
from models.i18n import N_, message
from models.text import LocalizedText
from models.vocabulary import DocumentFormat, DocumentKind, Language
from service.actions import outside, permissions
from service.actions.context import ActionContext
from service.actions.documents.access import NoSuchPaper
from service.actions.documents.day_names import DayNames
from service.actions.documents.making import MadeFile
from service.actions.documents.template_rules import still_allowed
from service.actions.documents.templates import template_for
from service.actions.locality_index import LocalityIndex
from service.documents import rendering

Compose = Callable[[Wording], Document]
"""Composes a paper from what was read."""

Read = Callable[[], Compose]
"""Reads what a paper says, in the transaction; the paper is composed outside it."""


def make(
    session: Session,
    kind: DocumentKind,
    file_format: str,
    languages: Sequence[Language],
    *,
    about: LocalizedText,
    day: date,
    read: Read,
) -> MadeFile:
    """A paper as a file. ``about`` and ``day`` are for the file's name.

    Raises:
        NoSuchPaper: it is not made in that format.
    """
    wanted = check_format(file_format)

    def prepare() -> Callable[[], bytes]:
        compose = read()
        template = template_for(session, kind) if wanted is DocumentFormat.DOCX else None
        return lambda: rendering.render(compose(Wording(languages)), wanted, still_allowed(template))

    content = outside.ask("paper", prepare)
    return MadeFile(file_name(kind, about, day, languages, wanted), rendering.MEDIA_TYPES[wanted], content)


def check_format(file_format: str) -> DocumentFormat:
    """The format that an address names.

    Raises:
        NoSuchPaper: there is none of this name.
    """
    possible = [one.value for one in DocumentFormat]
    if file_format not in possible:
        told = N_("This paper is not made as “{format}”. It is made as: {possible}.")
        raise NoSuchPaper(message(told, format=file_format[:20], possible=", ".join(possible)), possible)
    return DocumentFormat(file_format)


def issuer_on(session: Session, act: ActionContext, places: LocalityIndex, day: date) -> IssuerFacts:
    """Who makes a paper on a day: the reader's own body, by its name of that day, in the office's locality."""
    own = act.user.organisation_id if act.user is not None else None
    names = DayNames.load(session, places, [own] if own else [], (), [day])
    place = names.place(permissions.own_office(session) or act.office.locality, day)
    return IssuerFacts(names.body(own, day) if own else None, place)
