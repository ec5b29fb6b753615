"""How pages name what is asked of the other side, and whose office it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.both_sides.share import EventShare
from models.events import Event
from models.i18n import N_
from models.vocabulary import Asked
from service.actions.both_sides import sides
from service.actions.both_sides.given_asks import AnsweredAsk, answered_asks
from service.web.view import View

ASKED: Mapping[Asked, str] = {
    Asked.MEMBERS: N_("The list of the delegation"),
    Asked.TRAVEL: N_("Travel: flight or border gate, hour"),
    Asked.PHOTOS: N_("Photos for badges"),
    Asked.DIETS: N_("Diets"),
    Asked.PASSPORTS: N_("Passports"),
    Asked.DAYS: N_("Days that suit"),
    Asked.ANSWER: N_("An answer to the invitation"),
}
"""What is asked of the other side, by its word."""


@dataclass(frozen=True, slots=True)
class AskLine:
    """One thing that is asked, as a page shows it; ``given`` says that it is there, empty: it is waited for."""

    what: str
    until: date
    is_late: bool
    given: str


def asks_with_answers(view: View, event: Event, share: EventShare | None) -> list[AnsweredAsk]:
    """What is asked of the other side of an event, and whether it was given; nothing of one that is not shared."""
    if share is None or not share.asks:
        return []
    return answered_asks(view.session, view.desk.settings.secret_key, [(event, share)])[event.id]


def ask_lines(view: View, asks: Sequence[AnsweredAsk]) -> list[AskLine]:
    """What is asked, in the order given."""
    return [
        AskLine(view.say(ASKED[one.ask.what]), one.ask.until, one.is_late(view.act.today), _given(view, one))
        for one in asks
    ]


def _given(view: View, one: AnsweredAsk) -> str:
    if one.given is None:
        return ""
    if one.given.at is None:
        return view.say(N_("given"))
    return view.say(N_("given on {day}"), day=view.day_of(one.given.at))


def office_name(view: View, code: str) -> str:
    """What the office of a locality is called in a sentence."""
    return view.plain(sides.office_names(view.session, (code,)).get(code))
