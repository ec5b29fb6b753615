"""The submission of a visit (Tờ trình): who comes or goes, why, when, with which programme, and what is asked for."""

from calendars.documents import heads, participants
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts
from calendars.documents.phrasing import Written, sentence, text_of
from calendars.documents.recipients import recipients
from calendars.documents.signatures import signature_of
from calendars.documents.value import Block, Document, Text
from calendars.documents.visit_names import about
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, message
from models.vocabulary import DocumentKind, Side

SYMBOL = "TTr"


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The submission to the body above the issuer."""
    text = about(
        facts,
        wording,
        receiving=N_("On receiving {visitors} in {host}"),
        sending=N_("On sending {visitors} to {host}"),
        holding=N_("On holding {visitors}"),
    )
    ask = about(
        facts,
        wording,
        superior=_superior(facts, wording),
        receiving=N_("{superior} is respectfully asked to consider and approve receiving {visitors} as set out above."),
        sending=N_("{superior} is respectfully asked to consider and approve sending {visitors} as set out above."),
        holding=N_("{superior} is respectfully asked to consider and approve holding {visitors} as set out above."),
    )
    blocks: list[Block] = [
        *parts.paragraphs(*parts.bases(facts, wording), parts.own_basis(wording)),
        *parts.paragraphs(sentence(wording, N_("{issuer} submits the following:"), issuer=parts.issuer_of(facts))),
        parts.point(wording, "1", N_("Purpose")),
        *parts.paragraphs(parts.purpose_alone(facts, wording)),
        parts.point(wording, "2", N_("Time and place")),
        parts.time_and_place(facts, wording),
        parts.point(wording, "3", N_("Composition")),
        *_composition(facts, wording),
        parts.point(wording, "4", N_("Planned programme")),
        *parts.programme(facts, wording),
        parts.point(wording, "5", N_("Funds")),
        *parts.paragraphs(parts.funds(facts, wording)),
        *parts.paragraphs(*_opinions(facts, wording)),
        *parts.paragraphs(ask),
    ]
    return Document(
        kind=DocumentKind.SUBMISSION,
        languages=wording.languages,
        head=heads.head_of(facts, wording, SYMBOL),
        title=emphasised(capitals(wording.say(N_("Submission"))), bold=True),
        abstract=emphasised(text, bold=True),
        addressee=sentence(wording, N_("To: {addressee}"), addressee=_superior(facts, wording)),
        blocks=tuple(blocks),
        signatures=(signature_of(facts, wording),),
        recipients=recipients(wording, (), is_letter=True),
        author=heads.author_of(facts),
    )


def _superior(facts: DocumentFacts, wording: Wording) -> Written:
    """The body above the issuer; who decides over a body that has none is not kept."""
    body = facts.issuer.body
    if body is None or not body.superior:
        wording.lacks("addressee", message(N_("Whom the paper is addressed to.")))
        return lambda one: one.words(GAP)
    return text_of(body.superior, message(N_("The name of the body above the issuing one.")))


def _composition(facts: DocumentFacts, wording: Wording) -> list[Block]:
    side = Side.GUEST
    participants.lacks_people(facts, wording, side)
    head = participants.head_of_side(facts, side)
    blocks = parts.paragraphs(
        participants.count_sentence(facts, wording),
        sentence(wording, N_("Head: {person}."), person=participants.with_position(head)),
    )
    table = participants.table_of(facts, wording, side, N_("Members of the delegation"))
    return [*blocks, table] if table else blocks


def _opinions(facts: DocumentFacts, wording: Wording) -> list[Text]:
    """Who is sent abroad needs the opinion of the committee that manages their cadres; it is not kept here."""
    if facts.visit.own_side is not Side.GUEST:
        return []
    wording.lacks("opinion", message(N_("The opinion of the committee that manages the members' cadres.")))
    return [sentence(wording, N_("Opinion of the competent Party committee: {opinion}."), opinion=None)]
