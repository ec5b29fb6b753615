"""How pages name what is asked of the other side, and whose office it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.i18n import N_
from models.vocabulary import Asked
from service.actions.both_sides import sides
from service.actions.both_sides.shares import Ask
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
    """One thing that is asked, as a page shows it."""

    what: str
    until: date
    is_late: bool


def ask_lines(view: View, asks: Sequence[Ask]) -> list[AskLine]:
    """What is asked, in the order given."""
    return [AskLine(view.say(ASKED[one.what]), one.until, one.until < view.act.today) for one in asks]


def office_name(view: View, code: str) -> str:
    """What the office of a locality is called in a sentence."""
    return view.plain(sides.office_names(view.session, (code,)).get(code))
