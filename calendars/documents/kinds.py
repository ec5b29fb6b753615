"""The kinds of papers: what each is called, in which formats and languages it exists, and how it is composed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calendars.documents import (
    assignment_letters,
    decision,
    delegation,
    driver_sheet,
    estimate,
    gifts,
    hotel_sheet,
    invitation,
    member_lists,
    name_plates,
    programme,
    reception_plan,
    report,
    residence,
    rooms,
    seating,
    settlement,
    submission,
    vehicles,
)
from calendars.documents.facts import DocumentFacts
from calendars.documents.value import Document
from calendars.documents.wording import Missing, Wording
from models.i18n import N_
from models.vocabulary import DocumentFormat, DocumentKind, Language

Compose = Callable[[DocumentFacts, Wording], Document]
"""Composes a paper; what it lacks is noted in the wording."""

_LETTER = (DocumentFormat.DOCX, DocumentFormat.PDF)
_LIST = (DocumentFormat.DOCX, DocumentFormat.PDF, DocumentFormat.XLSX)


@dataclass(frozen=True, slots=True)
class KindTerms:
    """What holds of a kind of paper.

    ``name`` is what the console calls it. ``is_personal``: it holds particulars, so it is made anew each time with a
    reason and never kept. ``is_of_money``: it is only for who may read the visit's money. ``applies`` says which visits
    it is for; None: all.
    """

    name: str
    compose: Compose
    formats: Sequence[DocumentFormat] = _LETTER
    is_personal: bool = False
    applies: Callable[[DocumentFacts], bool] | None = None
    is_of_money: bool = False


EVENT_KINDS: Mapping[DocumentKind, KindTerms] = {
    DocumentKind.PROGRAMME: KindTerms(N_("Programme"), programme.compose, _LIST),
    DocumentKind.SUBMISSION: KindTerms(N_("Submission"), submission.compose),
    DocumentKind.DECISION: KindTerms(N_("Decision"), decision.compose, applies=decision.applies),
    DocumentKind.INVITATION: KindTerms(N_("Invitation"), invitation.compose, applies=invitation.applies),
    DocumentKind.RECEPTION_PLAN: KindTerms(
        N_("Reception plan"), reception_plan.compose, applies=reception_plan.applies
    ),
    DocumentKind.ASSIGNMENT_LETTERS: KindTerms(N_("Letters of assignment"), assignment_letters.compose),
    DocumentKind.REPORT: KindTerms(N_("Report on the results"), report.compose),
    DocumentKind.PROGRAMME_POCKET: KindTerms(N_("Pocket programme"), programme.compose_pocket),
    DocumentKind.MEMBERS: KindTerms(
        N_("List of members"), member_lists.compose_members, _LIST, applies=member_lists.has_guests
    ),
    DocumentKind.HOSTS: KindTerms(N_("List of hosts"), member_lists.compose_hosts, _LIST),
    DocumentKind.NAME_PLATES: KindTerms(N_("Name plates"), name_plates.compose_plates, is_personal=True),
    DocumentKind.BADGES: KindTerms(N_("Badges"), name_plates.compose_badges),
    DocumentKind.VEHICLES: KindTerms(vehicles.TITLE, vehicles.compose, _LIST, applies=vehicles.applies),
    DocumentKind.ROOMS: KindTerms(rooms.TITLE, rooms.compose, _LIST, applies=rooms.applies),
    DocumentKind.DRIVER_SHEET: KindTerms(driver_sheet.TITLE, driver_sheet.compose, _LIST, applies=driver_sheet.applies),
    DocumentKind.HOTEL_SHEET: KindTerms(hotel_sheet.TITLE, hotel_sheet.compose, _LIST, applies=hotel_sheet.applies),
    DocumentKind.SEATING: KindTerms(seating.TITLE, seating.compose, _LIST, applies=seating.applies),
    DocumentKind.RESIDENCE: KindTerms(
        N_("Declaration of temporary residence"),
        residence.compose,
        _LIST,
        is_personal=True,
        applies=delegation.is_received_here,
    ),
    DocumentKind.GIFTS: KindTerms(N_("List of gifts"), gifts.compose, _LIST, applies=member_lists.has_guests),
    DocumentKind.ESTIMATE: KindTerms(
        N_("Cost estimate"), estimate.compose, _LIST, applies=estimate.applies, is_of_money=True
    ),
    DocumentKind.SETTLEMENT: KindTerms(
        N_("Settlement of costs"), settlement.compose, _LIST, applies=settlement.applies, is_of_money=True
    ),
}
"""The papers of a visit, in the order in which an officer makes them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed paper and what it lacks."""

    document: Document
    missing: tuple[Missing, ...]


def compose(kind: DocumentKind, facts: DocumentFacts, languages: Sequence[Language]) -> Draft:
    """Compose a visit's paper in these languages (one, or two that stand beside each other)."""
    wording = Wording(languages)
    document = EVENT_KINDS[kind].compose(facts, wording)
    return Draft(document, wording.missing)
