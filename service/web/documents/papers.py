"""The papers of a visit: each that can be made with what it lacks and how to enter that, and those that are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.documents.assignments import letters_to
from calendars.documents.facts import DocumentFacts
from calendars.documents.kinds import EVENT_KINDS, KindTerms
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import DocumentKind, Language, Role
from service.actions.documents import access, kept, making
from service.actions.documents.kept import KeptPaper
from service.actions.documents.making import KindStatus
from service.actions.documents.reading import USUAL, VisitReading, check_wanted
from service.actions.events import events
from service.http.app_context import current_context
from service.web.documents import choice, kind_texts, ways_out
from service.web.documents.choice import PaperChoice
from service.web.documents.kept_lines import kept_lines
from service.web.forms import FormRefusal, attempt
from service.web.labels import PAPER_FORMATS, PAPER_LANGUAGES
from service.web.page_decorator import page
from service.web.view import View

MOST_KEPT = 60
"""Kept papers that are listed; the oldest beyond are left out."""


@dataclass(frozen=True, slots=True)
class FormatLink:
    """A paper in one file format: what it is called, where it is made."""

    format: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One of several letters, to the body ``name``."""

    body_id: str
    name: str
    formats: Sequence[FormatLink]


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A kind of paper as the page lists it; ``lacks`` is what it lacks besides
    ``shared_lacks`` that stand once above all papers, ``address`` is where one with particulars is asked for."""

    kind: str
    name: str
    purpose: str
    is_personal: bool
    formats: Sequence[FormatLink]
    lacks: Sequence[ways_out.LinkedLack]
    shared_lacks: int
    address: str
    letters: Sequence[LetterLine] = ()


@dataclass(frozen=True, slots=True)
class LanguageTab:
    """A choice of languages, and the address of the page with it."""

    languages: Sequence[Language]
    url: str
    is_chosen: bool


@page()
def papers(view: View, event_id: str) -> Response:
    """The papers of an event; with POST, one is kept as it is now."""
    event = events.find_event(view.session, event_id)
    chosen = PaperChoice.read(view, kept.rows_of(view.session, event))
    if request.method != "POST":
        return show(view, event, chosen)
    made: list[KeptPaper] = []
    refusal = attempt(view, lambda: made.append(_keep(view, event, chosen)))
    if refusal is None:
        return redirect(url_for("pages.paper", document_id=made[0].row.id, done="keep"), 303)
    # Undoing took what was read along: it is read again.
    return show(view, events.find_event(view.session, event_id), chosen, refusal)


def _keep(view: View, event: Event, chosen: PaperChoice) -> KeptPaper:
    kind = next((one for one in EVENT_KINDS if one.value == request.form.get("kind")), None)
    if request.form.get("do") != "keep" or kind is None:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    return kept.keep(view.session, view.act, event, kind, chosen.languages, chosen.wanted)


def show(view: View, event: Event, chosen: PaperChoice, refusal: FormRefusal | None = None) -> Response:
    """The page; a refusal stands beside the paper it is about, or above all of them."""
    wrong = attempt(view, lambda: check_wanted(view.session, chosen.wanted))
    if wrong is not None and not view.restored:
        chosen = PaperChoice(chosen.languages, USUAL)
        event = events.find_event(view.session, event.id)
    rows = kept.rows_of(view.session, event)
    several = [chosen.wanted, *map(kept.wanted_of, rows)]
    secret = current_context().settings.secret_key
    reading = VisitReading.load(view.session, view.act, event, several, secret=secret)
    facts = reading.facts(chosen.wanted)
    may_change = view.may_change(event)
    asked_kind = request.form.get("kind", "") or (request.view_args or {}).get("kind", "") if refusal else ""
    statuses = making.statuses(reading, event, chosen.wanted)
    lacks = {one.kind: [lack for lack in one.missing if chosen.concerns(lack.language)] for one in statuses}
    shared = ways_out.shared(lacks.values())
    people = ways_out.people_of(facts)
    lines = {}
    for one in statuses:
        own = [lack for lack in lacks[one.kind] if ways_out.key(lack) not in shared]
        linked = [ways_out.of(view, event, lack, people) for lack in own]
        lines[one.kind] = _line(view, event, one, chosen, facts, linked, len(lacks[one.kind]) - len(own))
    status = refusal.status if refusal else wrong.status if wrong else 200
    return view.page(
        "documents/papers.html",
        status,
        event=event,
        here_address=url_for("pages.papers", event_id=event.id),
        languages_offered=[_tab(event, one, chosen) for one in PAPER_LANGUAGES],
        language_asked=chosen.written,
        issued_by=chosen.wanted.issued_by or "-",
        signed_by=chosen.wanted.signed_by or "-",
        choice=choice.form(view, chosen, facts, wrong) if view.may(Role.OFFICER) else None,
        issuer=view.text(facts.issuer.body.name) if facts.issuer.body else "",
        signatory=view.person(facts.issuer.signatory) if facts.issuer.signatory else "",
        groups=_grouped(view, lines),
        shared=[ways_out.of(view, event, lack, people, count) for lack, count in shared.values()],
        places=url_for("pages.placements", event_id=event.id) if kind_texts.PLACED & lines.keys() else "",
        may_keep=may_change,
        sees_kept=view.sees_whole(event),
        kept=kept_lines(view, event, kept.compared(reading, event, rows[:MOST_KEPT])),
        has_more=len(rows) > MOST_KEPT,
        refusal=refusal,
        refused_kind=asked_kind if asked_kind in lines else "",
        typed_reason=request.form.get("reason", ""),
        done=view.say(N_("The paper was deleted.")) if request.args.get("done") == "delete" and not refusal else "",
    )


def _tab(event: Event, languages: tuple[Language, ...], chosen: PaperChoice) -> LanguageTab:
    asked = chosen.asked(language=access.written(languages))
    return LanguageTab(languages, url_for("pages.papers", event_id=event.id, **asked), languages == chosen.languages)


def _line(
    view: View,
    event: Event,
    status: KindStatus,
    chosen: PaperChoice,
    facts: DocumentFacts,
    lacks: Sequence[ways_out.LinkedLack],
    shared_lacks: int,
) -> PaperLine:
    kind, terms = status.kind, status.terms
    return PaperLine(
        kind=kind.value,
        name=view.say(terms.name),
        purpose=view.say(kind_texts.PURPOSES[kind]),
        is_personal=terms.is_personal,
        formats=_formats(event, kind, terms, chosen),
        lacks=lacks,
        shared_lacks=shared_lacks,
        address=url_for("pages.make_personal_paper", event_id=event.id, kind=kind.value),
        letters=_letters(view, event, terms, chosen, facts) if kind is DocumentKind.ASSIGNMENT_LETTERS else (),
    )


def _formats(
    event: Event, kind: DocumentKind, terms: KindTerms, chosen: PaperChoice, body_id: str | None = None
) -> list[FormatLink]:
    asked = chosen.asked(organisation_id=body_id)
    return [
        FormatLink(
            one.value,
            PAPER_FORMATS[one],
            url_for("pages.make_paper", event_id=event.id, kind=kind.value, file_format=one.value, **asked),
        )
        for one in terms.formats
    ]


def _letters(view: View, event: Event, terms: KindTerms, chosen: PaperChoice, facts: DocumentFacts) -> list[LetterLine]:
    """The letters to several bodies one by one, each a file of its own."""
    bodies = {one.key: one.body for one in letters_to(facts) if one.body}
    if len(bodies) < 2:
        return []
    kind = DocumentKind.ASSIGNMENT_LETTERS
    return [
        LetterLine(body_id, view.plain(name), _formats(event, kind, terms, chosen, body_id))
        for body_id, name in bodies.items()
    ]


def _grouped(view: View, lines: dict[DocumentKind, PaperLine]) -> list[tuple[str, list[PaperLine]]]:
    groups = [
        (view.say(heading), [lines[kind] for kind in kinds if kind in lines])
        for heading, kinds in kind_texts.GROUPS.items()
    ]
    return [(heading, listed) for heading, listed in groups if listed]
