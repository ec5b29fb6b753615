"""Which papers of a visit exist for a reader: as much as they see of the visit decides it.

What another office sees of a visit (:class:`service.actions.permissions.Sight`) suffices for its programme and the
lists of its people; departments that take part also get what they prepare it with; letters and the report are made by
whoever sees all of it. Papers of money, kept ones too, are for officers who may read the visit's money
(:mod:`service.actions.ledger.rights`). Papers with particulars are for officers, and hold those of a person only for
who may read them. A visit of which no day is known has no papers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from calendars.documents.facts import DocumentFacts
from calendars.documents.kinds import EVENT_KINDS, KindTerms
from models.errors import DomainError, NotFound
from models.i18n import N_, Message, message
from models.queries.dated import has_days
from models.vocabulary import DocumentFormat, DocumentKind, Language, Role
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.ledger import rights
from service.actions.permissions import Sight

NEEDED: Mapping[DocumentKind, Sight] = {
    DocumentKind.PROGRAMME: Sight.SHARED,
    DocumentKind.PROGRAMME_POCKET: Sight.SHARED,
    DocumentKind.MEMBERS: Sight.SHARED,
    DocumentKind.HOSTS: Sight.SHARED,
    DocumentKind.NAME_PLATES: Sight.SHARED,
    DocumentKind.BADGES: Sight.SHARED,
    DocumentKind.VEHICLES: Sight.OFFICE,
    DocumentKind.ROOMS: Sight.OFFICE,
    DocumentKind.DRIVER_SHEET: Sight.OFFICE,
    DocumentKind.HOTEL_SHEET: Sight.OFFICE,
    DocumentKind.SEATING: Sight.OFFICE,
    DocumentKind.RECEPTION_PLAN: Sight.OFFICE,
    DocumentKind.INVITATION: Sight.OFFICE,
    DocumentKind.GIFTS: Sight.OFFICE,
}
"""How much of a visit its reader must see for a paper; all of it for those that are not named."""

LANGUAGES: tuple[tuple[Language, ...], ...] = (
    (Language.VI,),
    (Language.LO,),
    (Language.EN,),
    (Language.VI, Language.LO),
)
"""The languages a paper can be in; of two, each in a column or a line of its own."""


class NoSuchPaper(NotFound):
    """A visit has no such paper, or not in that format; ``possible`` are those it has."""

    def __init__(self, detail: Message, possible: Sequence[str]) -> None:
        DomainError.__init__(self, detail, possible=list(possible))


def written(languages: tuple[Language, ...]) -> str:
    """Languages as the API writes them: ``vi,lo``."""
    return ",".join(languages)


def kinds_of(
    session: Session, act: ActionContext, event: Any, facts: DocumentFacts | None = None
) -> dict[DocumentKind, KindTerms]:
    """The papers of an event that exist for the reader, in the order in which an officer makes them; with ``facts``
    only those that are for such a visit."""
    if not has_days(event):
        return {}
    seen = permissions.sight(session, event)
    is_officer = act.user is None or act.user.role.suffices_for(Role.OFFICER)
    sees_money = seen is Sight.WHOLE and rights.reads_money(session, event)
    return {
        kind: terms
        for kind, terms in EVENT_KINDS.items()
        if seen >= NEEDED.get(kind, Sight.WHOLE)
        and (is_officer or not terms.is_personal)
        and (sees_money or not terms.is_of_money)
        and (facts is None or terms.applies is None or terms.applies(facts))
    }


MONEY_KINDS = frozenset(kind for kind, terms in EVENT_KINDS.items() if terms.is_of_money)
"""The papers of a visit's money."""

KEPT_FOR_MONEY = MONEY_KINDS | {DocumentKind.GIFTS}
"""Those of which a kept copy is only for who may read the visit's money. The list of gifts is made for others too, with
room to fill in; a kept one may hold what was entered, and its value."""


def check_format(
    kinds: Mapping[DocumentKind, KindTerms], kind: str, file_format: str
) -> tuple[DocumentKind, DocumentFormat]:
    """The kind and format that an address names.

    Raises:
        NoSuchPaper: the visit has no such paper for the reader, or it is not made in that format.
    """
    found = next((one for one in kinds if one.value == kind), None)
    if found is None:
        possible = [one.value for one in kinds]
        what = message(
            N_("This visit has no paper “{kind}”. It has: {possible}."),
            kind=kind[:60],
            possible=", ".join(possible) or "–",
        )
        raise NoSuchPaper(what, possible)
    formats = [one.value for one in kinds[found].formats]
    if file_format not in formats:
        what = message(
            N_("“{kind}” is not made as “{format}”. It is made as: {possible}."),
            kind=kind,
            format=file_format[:20],
            possible=", ".join(formats),
        )
        raise NoSuchPaper(what, formats)
    return found, DocumentFormat(file_format)
