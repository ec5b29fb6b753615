"""The events that other offices share with the reader's, as the first page lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.events import Event
from service.actions.both_sides.shared_list import shared_with_own_office
from service.web.both_sides.words import AskLine, ask_lines
from service.web.view import View

SHOWN = 8


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A shared event with what is asked of the reader's office."""

    event: Event
    asked: Sequence[AskLine]


def shared_lines(view: View) -> tuple[list[SharedLine], int]:
    """The first of them, the most urgent first, and how many more there are."""
    found = shared_with_own_office(view.session, view.act, view.desk.settings.secret_key)
    return [SharedLine(one.event, ask_lines(view, one.asks)) for one in found[:SHOWN]], max(len(found) - SHOWN, 0)
