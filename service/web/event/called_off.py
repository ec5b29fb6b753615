"""That a visit is cancelled or postponed: who did it, when, and why, told at the top of its page."""

from dataclasses import dataclass

from calendars.events.lifecycle import CALLED_OFF
from models.events import Event
from models.i18n import N_
from models.vocabulary import EventStatus
from service.actions.events.event_queries import last_step
from service.web.view import View

_SAID = {
    EventStatus.CANCELLED: N_("{who} cancelled it on {at}."),
    EventStatus.POSTPONED: N_("{who} postponed it on {at}."),
}


@dataclass(frozen=True, slots=True)
class CalledOff:
    """Who called a visit off and when, as a sentence; and the reason that was given."""

    sentence: str
    reason: str | None


def read(view: View, event: Event) -> CalledOff | None:
    """Who called an event off; None for one that takes place, and for who doesn't read its history."""
    if event.status not in CALLED_OFF or not view.sees_whole(event):
        return None
    found = last_step(view.session, event)
    if found is None:
        return None
    audit, user = found
    who = user.name if user else audit.actor_name if audit.actor_id else view.say(N_("The service itself"))
    sentence = view.say(_SAID[event.status], who=who, at=view.instant(audit.at))
    return CalledOff(sentence, audit.reason)
