"""What the console says of each kind of paper: what it is for, and beside which others it stands."""

from collections.abc import Mapping, Sequence

from models.i18n import N_, NP_
from models.vocabulary import DocumentKind

PURPOSES: Mapping[DocumentKind, str] = {
    DocumentKind.PROGRAMME: N_("Day by day and hour by hour, for everybody who takes part."),
    DocumentKind.PROGRAMME_POCKET: N_("The programme in pocket size, with the telephone numbers of those in charge."),
    DocumentKind.MEMBERS: N_("Who comes, in order of precedence, with position and organisation."),
    DocumentKind.HOSTS: N_("Who receives the guests, with their counterparts."),
    DocumentKind.NAME_PLATES: N_("Plates to fold and put on the tables, read from both sides."),
    DocumentKind.BADGES: N_("Badges to wear, eight on a sheet."),
    DocumentKind.VEHICLES: N_("The cars, each with those who ride in it."),
    DocumentKind.ROOMS: N_("Who stays in which room, for the lodging."),
    DocumentKind.DRIVER_SHEET: N_("A page for each driver: day by day where to go, who rides, whom to call."),
    DocumentKind.HOTEL_SHEET: N_("A page for each hotel: who stays from when to when, in which room, whom to call."),
    DocumentKind.SEATING: N_("Who sits where, as a list and as a picture of the table."),
    DocumentKind.RECEPTION_PLAN: N_("How the guests are received, and the table of who does what by when."),
    DocumentKind.SUBMISSION: N_("Asks the competent level to approve the visit."),
    DocumentKind.DECISION: N_("Sends the delegation, with its members by name."),
    DocumentKind.INVITATION: N_("Invites the guests."),
    DocumentKind.ASSIGNMENT_LETTERS: N_("A letter to each organisation with its own tasks and nothing of the others."),
    DocumentKind.RESIDENCE: N_("Declares the guests’ temporary residence to the police."),
    DocumentKind.GIFTS: N_("Who is given a present, with room to enter what."),
    DocumentKind.ESTIMATE: N_("What the visit is to cost, line by line with norms and sums, for approval."),
    DocumentKind.SETTLEMENT: N_("What was approved and what was paid, with the vouchers."),
    DocumentKind.REPORT: N_("Reports what came of the visit, begun from what was entered."),
}
"""What a visit's paper is for, in one line."""

_LETTERS = N_("Plan, letters, report")
_LISTS = N_("Programme and lists")
_PLACES = N_("Cars, rooms, tables")
_MONEY = NP_("a group of papers", "Money")

GROUPS: Mapping[str, Sequence[DocumentKind]] = {
    _LISTS: (
        DocumentKind.PROGRAMME,
        DocumentKind.PROGRAMME_POCKET,
        DocumentKind.MEMBERS,
        DocumentKind.HOSTS,
        DocumentKind.GIFTS,
        DocumentKind.RESIDENCE,
    ),
    _PLACES: (
        DocumentKind.VEHICLES,
        DocumentKind.ROOMS,
        DocumentKind.DRIVER_SHEET,
        DocumentKind.HOTEL_SHEET,
        DocumentKind.SEATING,
        DocumentKind.NAME_PLATES,
        DocumentKind.BADGES,
    ),
    _LETTERS: (
        DocumentKind.RECEPTION_PLAN,
        DocumentKind.SUBMISSION,
        DocumentKind.DECISION,
        DocumentKind.INVITATION,
        DocumentKind.ASSIGNMENT_LETTERS,
        DocumentKind.REPORT,
    ),
    _MONEY: (DocumentKind.ESTIMATE, DocumentKind.SETTLEMENT),
}
"""The kinds under their headings, in the order in which they are listed."""

PLACED = {
    DocumentKind.VEHICLES,
    DocumentKind.ROOMS,
    DocumentKind.DRIVER_SHEET,
    DocumentKind.HOTEL_SHEET,
    DocumentKind.SEATING,
}
"""What is on these is entered on the page of cars, rooms and seats."""
