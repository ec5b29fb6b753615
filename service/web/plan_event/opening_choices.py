"""Openings for a visit, the same as the API's, and suggestions where there is none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError

from calendars.days.spans import days_after
from calendars.events.host_days import HostedVisit
from calendars.openings.search import Opening, OpeningSearchResult
from models.errors import Invalid
from models.i18n import N_, Message, message
from models.vocabulary import DurationUnit, ResourceType
from service.actions.events.create_with_bookings import REFUSALS
from service.actions.scheduling.openings import LONGEST_RANGE_DAYS, find_openings, visits_received
from service.http.error_responses import flat
from service.schemas.openings import OpeningsQuery
from service.web.form_fields import values_of
from service.web.plan_event.form_state import SPECS
from service.web.plan_event.proposal import PlanRequest, ProposedFigures, last_of
from service.web.view import View

SHOWN = 8
MOST_RECEIVED = 5
SHOWN_ALL = 60
_WORDS: Sequence[tuple[int, str]] = (
    (80, N_("Very good")),
    (60, N_("Good")),
    (40, N_("Fair")),
    (0, N_("Possible")),
)
"""From how many of a hundred points on an opening is called what."""

_FIELDS: Mapping[str, str] = {"from_": "from", "headcount": "people", "containing": "festival"}


@dataclass(frozen=True, slots=True)
class SuggestedChange:
    """A change that would bring openings: in words, where it leads, and how many there would be."""

    told: Message
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class OpeningChoices:
    """What a search found: all openings, why others are none, and what is wrong with what was asked."""

    openings: Sequence[Opening]
    refused: Sequence[tuple[str, int]]
    wrong: Mapping[str, list[str]]


def score_word(points: int) -> str:
    """An opening's score in words."""
    return next(word for least, word in _WORDS if points >= least)


def query_of(case: PlanRequest, figures: ProposedFigures, resources: Sequence[str]) -> dict[str, Any]:
    """What openings are asked with, as the address of the API writes it."""
    last = last_of(figures.last_month) if figures.last_month.year < 9999 else figures.last_month
    typed = values_of(SPECS, {"days": figures.days, "people": figures.people})
    wish: dict[str, Any] = {
        "days": typed["days"],
        "from": figures.first_month.isoformat(),
        "to": last.isoformat(),
        "host": case.host,
        "guest": case.guest,
        "headcount": typed["people"],
        "person": list(case.asked.many.get("person", ())),
        "resource": list(resources),
        "containing": [case.asked.get("festival")] if case.asked.get("festival") else [],
    }
    return {name: value for name, value in wish.items() if value not in (None, "", [])}


def search(view: View, wish: Mapping[str, Any]) -> OpeningChoices:
    """The openings of a wish; what is wrong with it stands under the fields of the page."""
    try:
        found = find_openings(view.session, view.act, OpeningsQuery.request(OpeningsQuery().load(wish)))
    except ValidationError as wrong:
        lines = {name.split(".")[0]: [view.said(one) for one in told] for name, told in flat(wrong.messages).items()}
        return OpeningChoices((), (), _renamed(lines))
    except Invalid as wrong:
        lines = {name: [view.say(one) for one in told] for name, told in wrong.errors.items() if told}
        return OpeningChoices((), (), _renamed(lines))
    return OpeningChoices(found.openings, _refusals(view, found), {})


def received(view: View, wish: Mapping[str, Any]) -> Sequence[HostedVisit]:
    """The first visits that the host receives in the range: what stands in the way has a name."""
    return visits_received(view.session, view.act, OpeningsQuery.request(OpeningsQuery().load(wish)), MOST_RECEIVED)


def _renamed(lines: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {_FIELDS.get(name, name): told for name, told in lines.items()}


def _refusals(view: View, found: OpeningSearchResult) -> list[tuple[str, int]]:
    """What stood in the way, as sentences with how many windows each refused, the most frequent first."""
    ordered = sorted(found.refused.items(), key=lambda one: -one[1])
    return [(view.say(REFUSALS[rule]), count) for rule, count in ordered]


def what_helps(
    view: View, case: PlanRequest, wish: Mapping[str, Any], resources: Mapping[str, ResourceType]
) -> list[SuggestedChange]:
    """Small changes after which there would be openings, each tried out; a handful of searches."""
    found = []
    for told, changed, url in _changes(view, case, wish, resources):
        if count := len(search(view, {**wish, **changed}).openings):
            found.append(SuggestedChange(told, url, count))
    return found


def _changes(
    view: View, case: PlanRequest, wish: Mapping[str, Any], resources: Mapping[str, ResourceType]
) -> Iterator[tuple[Message, dict[str, Any], str]]:
    """What could be changed: the sentence, the wish, the address."""
    asked = case.asked
    until = days_after(date.fromisoformat(wish["to"]), 184)
    if (until - date.fromisoformat(wish["from"])).days <= LONGEST_RANGE_DAYS:
        told = message(N_("Look until {month}."), month=view.month(until))
        yield told, {"to": last_of(until.replace(day=1)).isoformat()}, asked.url(to=f"{until:%Y-%m}")
    commitment, days = case.commitment, int(wish["days"])
    if commitment and commitment.duration_unit is DurationUnit.DAYS and (commitment.duration_min or days) < days:
        least = commitment.duration_min
        told = message(N_("Take the shortest stay that was agreed: {range} days."), range=least)
        yield told, {"days": least}, asked.url(days=str(least))
    for kind, sentence in (
        (ResourceType.ROOM, N_("Leave the rooms out and look for one later.")),
        (ResourceType.VEHICLE, N_("Leave the vehicles out and look for some later.")),
        (ResourceType.INTERPRETER, N_("Leave the interpreter out and look for one later.")),
        (ResourceType.LODGING, N_("Leave the lodging out and look for some later.")),
    ):
        kept = [one for one in wish.get("resource", ()) if resources.get(one) is not kind]
        if len(kept) < len(wish.get("resource", ())):
            yield message(sentence), {"resource": kept}, asked.url(resource=kept)
    if wish.get("person"):
        yield message(N_("Go without the people who must be free.")), {"person": []}, asked.url(person=None)
    if wish.get("containing"):
        yield message(N_("Do not tie it to the festival.")), {"containing": []}, asked.url(festival=None)
