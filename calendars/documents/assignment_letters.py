"""Letters (công văn) to the bodies that have work in a visit: each has its own tasks and people only."""

from dataclasses import replace

from calendars.documents import assignments, delegation, heads, participants
from calendars.documents import visit_sections as parts
from calendars.documents.assignments import Assignment
from calendars.documents.facts import DocumentFacts, PersonFacts
from calendars.documents.phrasing import sentence
from calendars.documents.recipients import recipients
from calendars.documents.signatures import signature_of
from calendars.documents.value import Block, Document, Text
from calendars.documents.visit_names import about
from calendars.documents.wording import Wording
from models.i18n import N_, message
from models.vocabulary import DocumentKind

_NOBODY = Assignment("", None)


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """A letter for each body, each on pages of its own; one with gaps while no body has anything to do."""
    found = assignments.letters_to(facts)
    if not found:
        wording.lacks("tasks", message(N_("Tasks of other bodies, or people of theirs who attend.")))
    if any(one.body is None for one in assignments.by_body(facts)):
        wording.lacks("tasks", message(N_("Tasks: some are not given to any body.")))
    first, *further = [letter(facts, wording, one) for one in found or [_NOBODY]]
    return replace(first, following=tuple(further))


def letter(facts: DocumentFacts, wording: Wording, assignment: Assignment) -> Document:
    """The letter to one body."""
    text = about(
        facts,
        wording,
        receiving=N_("Re: receiving {visitors}"),
        sending=N_("Re: preparing for {visitors} to go to {host}"),
        holding=N_("Re: holding {visitors}"),
    )
    return Document(
        kind=DocumentKind.ASSIGNMENT_LETTERS,
        languages=wording.languages,
        head=heads.head_of(facts, wording, "", text),
        title=(),
        addressee=sentence(
            wording, N_("To: {addressee}"), addressee=lambda one: one.text(assignment.body, assignments.BODY)
        ),
        blocks=tuple(_blocks(facts, wording, assignment)),
        signatures=(signature_of(facts, wording),),
        recipients=recipients(wording, (), is_letter=True),
        author=heads.author_of(facts),
    )


def _blocks(facts: DocumentFacts, wording: Wording, assignment: Assignment) -> list[Block]:
    lead = facts.visit.organisation
    blocks: list[Block] = [*parts.paragraphs(_announced(facts, wording))]
    if assignment.tasks:
        text = N_("{issuer} asks you to take charge of the following tasks and to finish them by the days given:")
        blocks += parts.leading(sentence(wording, text, issuer=parts.issuer_of(facts)))
        blocks.append(assignments.table_of([assignment], wording, by_groups=False))
    if assignment.hosts:
        text = N_("{issuer} respectfully asks the following to attend:")
        blocks += parts.leading(sentence(wording, text, issuer=parts.issuer_of(facts)))
        blocks.append(parts.items(*(_host(one.person, wording) for one in assignment.hosts)))
    if assignment.tasks:
        # The lead body's own letter asks it to report to who wrote.
        lead_reads = lead is not None and lead.id == assignment.key
        report_to = parts.issuer_of(facts) if lead_reads else parts.lead_of(facts)
        text = N_("Please report the results and any difficulties to {lead}.")
        blocks += parts.paragraphs(sentence(wording, text, lead=report_to))
    return [*blocks, *parts.paragraphs(parts.contact(facts, wording))]


def _announced(facts: DocumentFacts, wording: Wording) -> Text:
    return about(
        facts,
        wording,
        receiving=N_("{visitors}, {count} people, will be received in {host} {days}."),
        sending=N_("{visitors}, {count} people, will go to {host} {days}."),
        holding=N_("{visitors} will be held in {host} {days}."),
        count=participants.people(facts),
        days=parts.days_of(facts),
    )


def _host(person: PersonFacts, wording: Wording) -> Text:
    return wording.join(wording.name(person), delegation.position_and_body(person, wording))
