"""The folded section "The other side" on an event's page, and the same entries on the page of the other side.

Each part of what two offices do together adds one :class:`SideEntry` to :data:`ENTRIES`: a label, the endpoint of
its page below the event, and one line that says how it stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import url_for

from models.events import Event
from models.i18n import N_, NP_
from service.actions.both_sides import answer_queries, notes, sides, submissions
from service.actions.event_sides import SideOfReader, side_of
from service.actions.events.attendance import Answers, ComingSight
from service.actions.events.members import members_of
from service.web.both_sides.proposal_lines import Waiting, days_state
from service.web.both_sides.words import asks_with_answers, office_name
from service.web.view import View

StateLine = Callable[[View, Event, SideOfReader], str | None]


@dataclass(frozen=True, slots=True)
class SideEntry:
    """A page about an event that both sides, or one of them, work on.

    ``state`` says in one line how it stands, in the reader's language; None: the reader has no such page of this event.
    """

    label: str
    endpoint: str
    state: StateLine


@dataclass(frozen=True, slots=True)
class SectionLine:
    """An entry of one event for one reader; ``waits``: for them."""

    label: str
    url: str
    state: str
    waits: bool = False


def _share_state(view: View, event: Event, side: SideOfReader) -> str | None:
    if side is not SideOfReader.OWN:
        return None
    share = sides.share_row(view.session, event)
    if share is None:
        is_possible = view.may_change(event) and bool(sides.candidates(view.session, event))
        return view.say(N_("Not shared: the other side reads nothing of it.")) if is_possible else None
    office = office_name(view, sides.office_of_share(view.session, share))
    waited = [one for one in asks_with_answers(view, event, share) if one.given is None]
    late = sum(one.is_late(view.act.today) for one in waited)
    if late:
        return view.say(N_("Shared with {office}; overdue answers: {count}."), office=office, count=late)
    return view.say(N_("Shared with {office}; answers waited for: {count}."), office=office, count=len(waited))


def _links_state(view: View, event: Event, side: SideOfReader) -> str | None:
    if side is not SideOfReader.OWN or not view.may_change(event):
        return None
    waiting, late = submissions.waiting_count(view.session, event.id)
    if not waiting:
        return view.say(N_("They fill in their list on a phone, without an account."))
    told = view.say(N_("Forms that were handed in and wait for you: {count}"), count=waiting)
    if not late:
        return Waiting(told)
    return Waiting("; ".join((told, view.say(N_("handed in late: {count}"), count=late))))


def _answers_state(view: View, event: Event, side: SideOfReader) -> str | None:
    """Only of an event that somebody wrote about, and for who sees all of it."""
    if side is not SideOfReader.OWN or not answer_queries.sees_answers(view.session, event):
        return None
    total, waiting = answer_queries.counts(view.session, event.id)
    if waiting:
        return Waiting(view.say(N_("Answers without proof: {count}."), count=waiting))
    return view.say(N_("Mails that came: {count}."), count=total) if total else None


def _notes_state(view: View, event: Event, side: SideOfReader) -> str | None:
    """Its own side finds the notes at the head of the event's page."""
    if side is not SideOfReader.OTHER:
        return None
    return view.say(N_("Notes to read: {count}."), count=notes.count_notes(view.session, event))


def _coming_state(view: View, event: Event, side: SideOfReader) -> str | None:
    """Its own side finds who comes below the people of the event's page."""
    if side is not SideOfReader.OTHER:
        return None
    sight = ComingSight.of(view.session, event)
    counted = Answers.of(one for one, _person in members_of(view.session, event.id) if sight.sees(one))
    return view.say(counted.sentence()) if counted.people else view.say(N_("Nobody is on the list yet."))


ENTRIES: list[SideEntry] = [
    SideEntry(N_("What the other side reads, and what is asked of it"), "pages.share", _share_state),
    SideEntry(N_("Links without an account"), "pages.event_links", _links_state),
    SideEntry(N_("Days to agree on"), "pages.event_proposals", days_state),
    SideEntry(N_("Answers by mail"), "pages.event_answers", _answers_state),
    SideEntry(N_("Who comes"), "pages.coming_people", _coming_state),
    SideEntry(NP_("on an event", "Notes"), "pages.event_notes", _notes_state),
]
"""What stands in the section, in this order."""


def read_section(view: View, event: Event) -> Sequence[SectionLine]:
    """The lines of the section for an event's reader; none where there is no other side."""
    if event.guest is None:
        return []
    side = side_of(view.session, event)
    if side is SideOfReader.NONE:
        return []
    states = ((entry, entry.state(view, event, side)) for entry in ENTRIES)
    return [
        SectionLine(
            view.say(entry.label), url_for(entry.endpoint, event_id=event.id), state, isinstance(state, Waiting)
        )
        for entry, state in states
        if state is not None
    ]
