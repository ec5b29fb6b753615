"""What a change of a visit does to its estimate, said before it is saved.

Days, the head-count and the people of a visit change what it costs. Where the sums of its estimate would change, the
form is shown again and says so; sent once more it is saved. It says it once: what was shown goes along with the form
(:data:`SEEN`), and only another sum is asked about again. People are added one by one while an estimate is drawn up:
there nothing is asked until it was submitted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import request

from calendars.money.sums import Sums
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import EstimateState
from service.actions.ledger import rights
from service.actions.ledger.event_sums import EventSums, event_sums
from service.web.view import View

SEEN = "estimate_seen"
_ASKED_ALWAYS = frozenset({"facts", "days"})
_ASKED_ONCE_SUBMITTED = frozenset({"add_person", "change_person", "remove_person"})


@dataclass(frozen=True, slots=True)
class EstimateChange:
    """What the estimate would become, in the reader's language; ``seen`` goes along with the form that showed it."""

    sentence: str
    seen: str


def standing(view: View, event: Event) -> EventSums | None:
    """The sums of the event's estimate as it stands; None without one, or for who does not read money."""
    return event_sums(view.session, event.id) if rights.reads_money(view.session, event) else None


def change_since(view: View, event: Event, before: EventSums | None) -> EstimateChange | None:
    """What the estimate differs in from how it stood before; None if its sums are the same."""
    after = standing(view, event)
    if before is None or after is None or before.planned == after.planned:
        return None
    sums = {"before": view.sums(before.planned), "after": view.sums(after.planned)}
    sentences = [view.say(_way(before.planned, after.planned), **sums)]
    if after.needs_approval:
        is_above = after.planned.exceeds(after.approved)
        sentences.append(view.say(_ABOVE if is_above else _OTHER, approved=view.sums(after.approved)))
    seen = ";".join(f"{currency.value}{amount}" for currency, amount in after.planned) or "none"
    return EstimateChange(" ".join(sentences), seen)


@contextmanager
def confirmed(view: View, event: Event, word: str) -> Iterator[None]:
    """Refuse what is done inside where it changes the sums of the estimate and the form does not say that this was
    seen.

    Raises:
        Conflict: it does; ``estimate_seen`` is what the form has to say.
    """
    if word not in _ASKED_ALWAYS | _ASKED_ONCE_SUBMITTED:
        yield
        return
    before = standing(view, event)
    is_asked = before is not None and (word in _ASKED_ALWAYS or before.state is not EstimateState.DRAFT)
    yield
    change = change_since(view, event, before) if is_asked else None
    if change is not None and request.form.get(SEEN) != change.seen:
        told = message(N_("{change} Nothing is saved yet: save again to go ahead."), change=change.sentence)
        raise Conflict(told, code="estimate_changes", estimate_seen=change.seen)


def _way(before: Sums, after: Sums) -> str:
    if not (after.exceeds(before) and before.exceeds(after)):
        return _RISES if after.exceeds(before) else _FALLS
    return _CHANGES


_RISES = N_("The estimate would rise from {before} to {after}.")
_FALLS = N_("The estimate would fall from {before} to {after}.")
_CHANGES = N_("The estimate would change from {before} to {after}.")
_ABOVE = N_("That is above what was approved, {approved}: it would have to be approved again.")
_OTHER = N_("That is not what was approved, {approved}: it would have to be approved again.")
