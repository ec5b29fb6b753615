"""The decision to send a delegation abroad (Quyết định): articles, and the list of its members on a page of its own."""

from calendars.documents import heads, participants
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts
from calendars.documents.phrasing import Written, place_of, sentence, text_of
from calendars.documents.recipients import recipients
from calendars.documents.signatures import head_in_words, is_party_body, signature_of
from calendars.documents.value import Align, Block, Document, Head, HeadForm, Paragraph, Text
from calendars.documents.visit_names import visitors
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, message
from models.vocabulary import Direction, DocumentKind, Side

SYMBOL = "QĐ"


def applies(facts: DocumentFacts) -> bool:
    """Only the office's own people are sent, and by a decision only out of its locality."""
    return facts.visit.direction is Direction.OUTGOING


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The decision with its articles; the annex lists every member in order of precedence."""
    body = facts.issuer.body
    who = head_in_words(body, wording) if body else wording.words(GAP)
    participants.lacks_people(facts, wording, Side.GUEST)
    blocks: list[Block] = [
        Paragraph(emphasised(who, bold=True), Align.CENTRE, indent=False),
        *(
            Paragraph(emphasised(basis, italic=True))
            for basis in (
                *parts.bases(facts, wording),
                parts.own_basis(wording),
                sentence(wording, N_("At the proposal of {proposer}."), proposer=_proposer(facts)),
            )
        ),
        Paragraph(emphasised(capitals(wording.say(N_("Decides:"))), bold=True), Align.CENTRE, False, True),
        *(Paragraph(article) for article in _articles(facts, wording)),
    ]
    return Document(
        kind=DocumentKind.DECISION,
        languages=wording.languages,
        head=heads.head_of(facts, wording, SYMBOL),
        title=emphasised(capitals(wording.say(N_("Decision"))), bold=True),
        abstract=emphasised(
            sentence(
                wording,
                N_("On sending {visitors} to {host}"),
                visitors=visitors(facts),
                host=place_of(facts.visit.host),
            ),
            bold=True,
        ),
        blocks=tuple(blocks),
        # The head decides alone even in a body that otherwise decides together; a Party committee does not.
        signatures=(signature_of(facts, wording, personal=not is_party_body(body)),),
        recipients=recipients(wording, (wording.say(N_("As in Article 4")),)),
        author=heads.author_of(facts),
        following=_annex(facts, wording),
    )


def _annex(facts: DocumentFacts, wording: Wording) -> tuple[Document, ...]:
    """The list of members on a page of its own, without a head or signature; none while nobody is listed."""
    table = participants.table_of(facts, wording, Side.GUEST, N_("Members of the delegation"))
    if table is None:
        return ()
    text = N_("(Attached to Decision No. {number})")
    return (
        Document(
            kind=DocumentKind.DECISION,
            languages=wording.languages,
            head=Head(HeadForm.PLAIN),
            title=emphasised(capitals(wording.say(N_("Members of the delegation"))), bold=True),
            abstract=emphasised(sentence(wording, text, number=facts.number or GAP), italic=True),
            blocks=(table,),
            author=heads.author_of(facts),
        ),
    )


def _articles(facts: DocumentFacts, wording: Wording) -> list[Text]:
    visit = facts.visit
    head = participants.head_of_side(facts, Side.GUEST)
    if head is None:
        wording.lacks("head", message(N_("The head of the delegation.")))
    return [
        sentence(
            wording,
            N_("Article 1. {visitors}, {count} people headed by {head}, is sent to {host} {days} (list attached)."),
            visitors=visitors(facts),
            count=participants.people(facts),
            head=participants.with_position(head),
            host=place_of(visit.host),
            days=parts.days_of(facts),
        ),
        sentence(
            wording,
            N_("Article 2. Purpose: {purpose}. {funds}"),
            purpose=lambda one: parts.purpose_of(facts, one),
            funds=lambda one: parts.funds(facts, one),
        ),
        sentence(
            wording,
            N_("Article 3. The delegation reports its results in writing within 15 days after its return."),
        ),
        sentence(
            wording,
            N_("Article 4. {lead}, the heads of the bodies concerned and the members carry out this decision."),
            lead=parts.lead_of(facts),
        ),
    ]


def _proposer(facts: DocumentFacts) -> Written:
    """The body in charge of the visit proposes, unless it is the one that decides."""
    lead, issuer = facts.visit.organisation, facts.issuer.body
    if lead is None or (issuer and lead.id == issuer.id):
        return lambda one: one.words(GAP)
    return text_of(lead.name, message(N_("The name of the body in charge of the visit.")))
