"""Who takes part in a visit, as letters and plans say it: the head, how many, and a table of each side."""

from calendars.documents.delegation import position_and_body
from calendars.documents.facts import DocumentFacts, MemberFacts, PersonFacts
from calendars.documents.phrasing import Written, sentence
from calendars.documents.value import Align, CellKind, Column, Row, Table, Text, plain
from calendars.documents.wording import Wording, emphasised
from calendars.events.labels import MEMBER_ROLE_NAMES
from models.i18n import N_, message
from models.vocabulary import Language, MemberRole, Side


def of_side(facts: DocumentFacts, side: Side) -> list[MemberFacts]:
    """The members of one side, in the order of the printed list."""
    return [member for member in facts.members if member.side is side]


def own_members(facts: DocumentFacts) -> list[MemberFacts]:
    """The members of the office's own side."""
    return of_side(facts, facts.visit.own_side)


def head_of_side(facts: DocumentFacts, side: Side) -> PersonFacts | None:
    """The head of one side's delegation; None: not named."""
    return next((one.person for one in of_side(facts, side) if one.role is MemberRole.HEAD), None)


def count_of_guests(facts: DocumentFacts) -> int | None:
    """How many come: as counted, as planned, or as many as are listed; None: nobody said."""
    visit = facts.visit
    return visit.headcount_actual or visit.headcount or len(of_side(facts, Side.GUEST)) or None


def people(facts: DocumentFacts) -> Written:
    """How many come, in a sentence; Vietnamese papers write two figures (``02 người``). A gap where nobody said."""

    def written(one: Wording) -> Text:
        count = count_of_guests(facts)
        if count is None:
            return ()
        return one.words(f"{count:02}" if one.languages[0] is Language.VI else str(count))

    return written


def with_position(person: PersonFacts | None) -> Written:
    """A person in a sentence: form of address, name, position. A gap for nobody."""

    def written(one: Wording) -> Text:
        return one.join(one.name(person), position_and_body(person, one)) if person else ()

    return written


def table_of(facts: DocumentFacts, wording: Wording, side: Side, name: str) -> Table | None:
    """One side as a table: number, name, position and body, role; None where nobody is listed.

    ``name`` is the marked sentence that names the list.
    """
    members = of_side(facts, side)
    if not members:
        return None
    columns = [
        Column(emphasised(wording.say(N_("No.")), bold=True), 8, Align.CENTRE, CellKind.NUMBER),
        Column(emphasised(wording.say(N_("Full name")), bold=True), 30),
        Column(emphasised(wording.say(N_("Position, body")), bold=True), 46),
    ]
    # Hosts receive; only guests have roles in a delegation that travels.
    with_roles = side is Side.GUEST
    if with_roles:
        columns.append(Column(emphasised(wording.say(N_("Role in the delegation")), bold=True), 20))
    rows = tuple(_row(place, member, wording, with_roles=with_roles) for place, member in enumerate(members, 1))
    return Table(plain(wording.only(wording.languages[0]).say(name)), tuple(columns), rows)


def _row(place: int, member: MemberFacts, wording: Wording, *, with_roles: bool) -> Row:
    cells = (wording.words(str(place)), wording.name(member.person), position_and_body(member.person, wording))
    if not with_roles:
        return Row(cells)
    return Row((*cells, wording.text(MEMBER_ROLE_NAMES[member.role], message(N_("The role of a member.")))))


def lacks_people(facts: DocumentFacts, wording: Wording, side: Side) -> None:
    """Note that a side's members are not listed, or fewer guests than were announced."""
    listed = len(of_side(facts, side))
    if not listed and side is Side.GUEST:
        wording.lacks("members", message(N_("The guests: names and positions.")))
    elif not listed:
        wording.lacks("hosts", message(N_("The hosts who take part.")))
    elif side is Side.GUEST and facts.visit.headcount and listed < facts.visit.headcount:
        wording.lacks(
            "members",
            message(N_("The guests: {listed} of {all} are listed."), listed=listed, all=facts.visit.headcount),
        )


def count_sentence(facts: DocumentFacts, wording: Wording) -> Text:
    """How many people come, a gap where nobody said."""
    return sentence(wording, N_("Number of people: {count}."), count=people(facts))
