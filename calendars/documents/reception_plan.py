"""The plan of a visit (Kế hoạch đón tiếp): purpose, days, composition, programme, logistics, funds, who does what."""

from calendars.documents import assignments, heads
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts
from calendars.documents.phrasing import pair_of, sentence
from calendars.documents.recipients import recipients
from calendars.documents.signatures import signature_of
from calendars.documents.value import Block, Document, Text
from calendars.documents.visit_names import GATHERINGS, about
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, message
from models.vocabulary import DocumentKind, Side

SYMBOL = "KH"


def applies(facts: DocumentFacts) -> bool:
    """Plans are made by who receives or holds; who is sent has a decision."""
    return facts.visit.own_side is Side.HOST


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The plan, in the order of its sections I to VII."""
    text = about(
        facts,
        wording,
        receiving=N_("Receiving {visitors} in {host}"),
        sending=N_("Sending {visitors} to {host}"),
        holding=N_("Holding {visitors}"),
    )
    blocks: list[Block] = [
        *parts.paragraphs(*parts.bases(facts, wording)),
        *parts.paragraphs(sentence(wording, N_("{issuer} plans as follows:"), issuer=parts.issuer_of(facts))),
        parts.section(wording, "I", N_("Purpose and requirements")),
        parts.point(wording, "1", N_("Purpose")),
        parts.items(parts.purpose_alone(facts, wording), *_standing_purposes(facts, wording)),
        parts.point(wording, "2", N_("Requirements")),
        parts.items(*_requirements(facts, wording)),
        parts.section(wording, "II", N_("Time and place")),
        parts.time_and_place(facts, wording),
        parts.section(wording, "III", N_("Composition")),
        *parts.composition(facts, wording),
        parts.section(wording, "IV", N_("Programme")),
        *parts.programme(facts, wording),
        parts.section(wording, "V", N_("Logistics")),
        parts.logistics(facts, wording),
        parts.section(wording, "VI", N_("Funds")),
        *parts.paragraphs(parts.funds(facts, wording)),
        parts.section(wording, "VII", N_("Carrying it out")),
        *_organisation(facts, wording),
    ]
    return Document(
        kind=DocumentKind.RECEPTION_PLAN,
        languages=wording.languages,
        head=heads.head_of(facts, wording, SYMBOL),
        title=emphasised(capitals(wording.say(N_("Plan"))), bold=True),
        abstract=emphasised(text, bold=True),
        blocks=tuple(blocks),
        signatures=(signature_of(facts, wording),),
        recipients=recipients(wording, _recipients(facts, wording)),
        author=heads.author_of(facts),
    )


def _standing_purposes(facts: DocumentFacts, wording: Wording) -> list[Text]:
    visit = facts.visit
    if visit.guest is None:
        return []
    text = N_("To consolidate and develop friendship and cooperation between {both}.")
    return [sentence(wording, text, both=pair_of(visit.host, visit.guest))]


def _requirements(facts: DocumentFacts, wording: Wording) -> list[Text]:
    care = (
        N_("The event is held solemnly, safely and thriftily, by the rules on ceremonies.")
        if facts.visit.kind in GATHERINGS
        else N_("The guests are received thoughtfully, safely and thriftily, by the rules of protocol.")
    )
    return [
        wording.say(care),
        wording.say(N_("The bodies concerned work together closely and finish their tasks by the days given.")),
    ]


def _organisation(facts: DocumentFacts, wording: Wording) -> list[Block]:
    lead = sentence(
        wording,
        N_("{lead} takes the lead in carrying out this plan, follows the progress of the tasks and reports on it."),
        lead=parts.lead_of(facts),
    )
    duty = wording.say(
        N_("Each body carries out its tasks below and reports difficulties to the lead body without delay.")
    )
    blocks = [*parts.paragraphs(lead), *parts.leading(duty)]
    found = assignments.by_body(facts)
    if not found:
        wording.lacks("tasks", message(N_("Tasks: who does what by when.")))
        return [*blocks, *parts.paragraphs(wording.words(GAP))]
    if any(one.body is None for one in found):
        wording.lacks("tasks", message(N_("Tasks: some are not given to any body.")))
    return [*blocks, assignments.table_of(found, wording), *parts.paragraphs(parts.contact(facts, wording))]


def _recipients(facts: DocumentFacts, wording: Wording) -> list[Text]:
    body = facts.issuer.body
    above = wording.text(body.superior, message(N_("The name of the body above the issuing one."))) if body else ()
    named = [wording.join(above, wording.say(N_("(to report)")), between=" ")] if above else []
    named += [wording.text(one.body, assignments.BODY) for one in assignments.letters_to(facts)]
    return named
