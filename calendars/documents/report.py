"""The report on a visit (Báo cáo kết quả): begun from what is known, for whoever was in charge to complete."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from calendars.documents import assignments, heads
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts
from calendars.documents.phrasing import sentence
from calendars.documents.recipients import recipients
from calendars.documents.signatures import signature_of
from calendars.documents.value import Block, Document, Text
from calendars.documents.visit_names import about
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, message
from models.vocabulary import DocumentKind, EventStatus, Side

SYMBOL = "BC"

DAYS_TO_REPORT = timedelta(days=15)
"""Within which a delegation that was abroad reports. Source for training: Circular 03/2023/TT-BNV, article 12.2."""


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The report: course, results as they were written down, what is still to do, proposals."""
    text = about(
        facts,
        wording,
        receiving=N_("Results of receiving {visitors} in {host}"),
        sending=N_("Results of the visit of {visitors} to {host}"),
        holding=N_("Results of {visitors}"),
    )
    blocks: list[Block] = [
        *parts.paragraphs(
            *parts.bases(facts, wording),
            sentence(wording, N_("{issuer} reports as follows:"), issuer=parts.issuer_of(facts)),
        ),
        parts.section(wording, "I", N_("General")),
        parts.time_and_place(facts, wording),
        *parts.paragraphs(
            sentence(wording, N_("Purpose: {purpose}."), purpose=lambda one: parts.purpose_of(facts, one))
        ),
        parts.section(wording, "II", N_("Composition")),
        *parts.composition(facts, wording),
        parts.section(wording, "III", N_("Programme carried out")),
        *parts.programme(facts, wording),
        parts.section(wording, "IV", N_("Results")),
        *_results(facts, wording),
        parts.section(wording, "V", N_("Work to be continued")),
        *_open_tasks(facts, wording),
        parts.section(wording, "VI", N_("Proposals")),
        *parts.paragraphs(_proposals(wording)),
    ]
    _name_what_is_early_or_due(facts, wording)
    return Document(
        kind=DocumentKind.REPORT,
        languages=wording.languages,
        head=heads.head_of(facts, wording, SYMBOL),
        title=emphasised(capitals(wording.say(N_("Report"))), bold=True),
        abstract=emphasised(text, bold=True),
        blocks=tuple(blocks),
        signatures=(signature_of(facts, wording),),
        recipients=recipients(wording, _recipients(facts, wording)),
        author=heads.author_of(facts),
    )


def _results(facts: DocumentFacts, wording: Wording) -> Sequence[Block]:
    written = (facts.visit.results or "").strip()
    if not written:
        wording.lacks("results", message(N_("The results: what came of the visit.")))
        return parts.paragraphs(wording.words(GAP))
    return parts.paragraphs(*((line,) for line in wording.words(written)))


def _open_tasks(facts: DocumentFacts, wording: Wording) -> Sequence[Block]:
    still = []
    for one in assignments.by_body(facts):
        tasks = [task for task in one.tasks if not task.done]
        if tasks:
            still.append(replace(one, tasks=tasks))
    if not still:
        none = N_("All tasks of the visit are done.") if facts.tasks else N_("No tasks of the visit are written down.")
        return parts.paragraphs(wording.say(none))
    return [assignments.table_of(still, wording)]


def _proposals(wording: Wording) -> Text:
    wording.lacks("proposals", message(N_("Proposals that follow from the visit.")))
    return wording.words(GAP)


def _name_what_is_early_or_due(facts: DocumentFacts, wording: Wording) -> None:
    visit = facts.visit
    if visit.status is not EventStatus.COMPLETED and facts.today <= visit.departs_on:
        wording.lacks("not_over", message(N_("The visit lasts until {day}."), day=visit.departs_on))
    if visit.own_side is Side.GUEST and facts.issued_on is None:
        by = visit.departs_on + DAYS_TO_REPORT
        wording.lacks("report_due", message(N_("The report is due within 15 days after the return: by {day}."), day=by))


def _recipients(facts: DocumentFacts, wording: Wording) -> list[Text]:
    body = facts.issuer.body
    above = wording.text(body.superior, message(N_("The name of the body above the issuing one."))) if body else ()
    return [wording.join(above, wording.say(N_("(to report)")), between=" ")] if above else []
