"""The visit an officer plans: its kind, its commitment, host and guest, and the proposed values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from calendars.commitments.outstanding import USUAL_DAYS, usual_length, usual_people
from calendars.days.anniversaries import Origin
from calendars.days.spans import days_after
from calendars.events.host_days import MINIMUM_DAYS
from models.agreements import Agreement, Anniversary, Commitment
from models.i18n import N_, translate
from models.vocabulary import ActivityType, EventKind
from service.actions.agreements.agreement_queries import commitments_in_force, find_commitment
from service.actions.commitment_terms import terms_of
from service.web.labels import promised
from service.web.plan_event.form_state import TITLES, FormState
from service.web.view import View

INCOMING, OUTGOING, AT_HOME = "in", "out", "home"
DIRECTIONS: Mapping[str, str] = {
    INCOMING: N_("They come to us"),
    OUTGOING: N_("We travel to them"),
    AT_HOME: N_("Nobody travels: it is held here"),
}
_MOST_COMMITMENTS = 200
_MONTHS = 60


@dataclass(frozen=True, slots=True)
class CommitmentChoice:
    """A commitment that can be carried out, with its agreement and its figures in words."""

    commitment: Commitment
    agreement: Agreement
    figures: Sequence[str]


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What is planned: sides are codes of localities, ``guest`` is None where nobody travels.

    ``wrong`` names what is missing or not right, by field, in the reader's language.
    """

    asked: FormState
    kind: EventKind | None
    promise: CommitmentChoice | None
    host: str
    guest: str | None
    wrong: Mapping[str, list[str]]

    @property
    def commitment(self) -> Commitment | None:
        """What it carries out; None when it stands by itself."""
        return self.promise.commitment if self.promise else None

    @property
    def activity_types(self) -> list[ActivityType]:
        """The types an activity may be of: those that keep the commitment first, and the first is proposed."""
        promised = self.commitment.activity_types if self.commitment else []
        return sorted(ActivityType, key=lambda word: word not in promised)


def read_plan_request(view: View, asked: FormState) -> PlanRequest:
    """What the words of the address say together; in two queries at the most."""
    promise, wrong = _promise(view, asked)
    kind: EventKind | None = promise.commitment.activity if promise else None
    if kind is None and asked.get("kind") in set(EventKind):
        kind = EventKind(asked.get("kind"))
    host, guest = _sides(view, asked, promise)
    if promise is None and guest is None and asked.get("direction") not in {"", AT_HOME}:
        wrong["partner"] = [view.say(N_("Choose who the visit is with."))]
    if promise is None and asked.get("direction") == AT_HOME and asked.get("partner"):
        wrong["partner"] = [
            view.say(N_("Say who travels, or choose “Nobody” as the partner: where nobody travels there is none."))
        ]
    if guest is not None and guest == host:
        wrong["partner"] = [view.say(N_("Host and guest must be two different localities."))]
    if not {code for code in (host, guest) if code} <= view.compass.gazetteer.country_of.keys():
        wrong["partner"] = [view.say(N_("Choose who the visit is with."))]
    return PlanRequest(asked, kind, promise, host, guest, wrong)


def promises(view: View, kind: EventKind) -> list[CommitmentChoice]:
    """The commitments of agreements that have not ended that fit a kind, agreement by agreement; one query."""
    found = commitments_in_force(view.session, kind, view.act.today, _MOST_COMMITMENTS)
    return [_promised(view, commitment, agreement) for commitment, agreement in found]


def _promise(view: View, asked: FormState) -> tuple[CommitmentChoice | None, dict[str, list[str]]]:
    wanted = asked.get("commitment")
    if not wanted:
        return None, {}
    found = find_commitment(view.session, wanted)
    if found is None:
        return None, {"commitment": [view.say(N_("This commitment is not there any more; choose another."))]}
    return _promised(view, *found), {}


def _promised(view: View, commitment: Commitment, agreement: Agreement) -> CommitmentChoice:
    return CommitmentChoice(commitment, agreement, [view.say(one) for one in promised(commitment)])


def _sides(view: View, asked: FormState, promise: CommitmentChoice | None) -> tuple[str, str | None]:
    """Host and guest: as the commitment says, and where it leaves that open as the officer does."""
    own, partner = view.act.office.locality, asked.get("partner") or None
    direction = asked.get("direction")
    if promise is None:
        if direction == AT_HOME or partner is None:
            return own, None
        return (partner, own) if direction == OUTGOING else (own, partner)
    host, guest = promise.commitment.host, promise.commitment.guest
    parties = promise.agreement.parties
    ours = view.compass.gazetteer.line(own)
    own = next((code for code in parties if code in ours), parties[0] if parties else own)
    partner = next((code for code in (partner, *parties) if code and code != own), None)
    if host is None:
        host = (partner if own == guest or (guest is None and direction == OUTGOING) else own) or own
    if guest is None:
        guest = partner if host == own else own
    return host, guest


# What is proposed


@dataclass(frozen=True, slots=True)
class ProposedFigures:
    """What fills the fields while nobody has typed anything: as typed words."""

    titles: Mapping[str, str]
    people: str
    days: str
    first_month: date
    last_month: date


def figures_of(view: View, case: PlanRequest) -> ProposedFigures:
    """What was said about number, length and months, and what the commitment proposes for the rest."""
    asked, commitment = case.asked, case.commitment
    first, last = _months(view, case)
    people, length = _proposed(case, first)
    typed = asked.has_needs
    titles = {name: asked.get(name) for name in TITLES}
    if commitment is not None and not any(titles.values()) and not typed:
        titles = {name: commitment.title.get(name.removeprefix("title_"), "") for name in TITLES}
    elif case.kind is EventKind.ANNIVERSARY and not any(titles.values()) and not typed:
        titles = _of_anniversary(view, asked)
    if not asked.get("to") and last < (reaches := days_after(first, length + 60)):
        last = reaches.replace(day=1)
    return ProposedFigures(
        titles,
        asked.get("people") or ("" if typed or people is None else str(people)),
        asked.get("days") or ("" if typed else str(length)),
        first,
        last,
    )


def _of_anniversary(view: View, asked: FormState) -> dict[str, str]:
    """What a ceremony is called, in the languages its anniversary has; empty while its year is not known."""
    anniversary = view.session.get(Anniversary, asked.get("anniversary"))
    day = asked.date("first_day")
    year = day.year if day else asked.number("year")
    ordinal = year - Origin.parse(anniversary.origin).year if anniversary and year else 0
    if anniversary is None or ordinal < 1:
        return {}
    called = N_("{ordinal} years: {title}")
    return {
        f"title_{language}": translate(called, language, ordinal=ordinal, title=title)
        for language, title in anniversary.title.items()
    }


def _proposed(case: PlanRequest, first: date) -> tuple[int | None, int]:
    """How many people and days make sense: the middle of what the commitment says, else what is usual."""
    if case.promise is None:
        return None, USUAL_DAYS[case.kind or EventKind.ACTIVITY]
    undertaking = terms_of(case.promise.agreement, case.promise.commitment)
    begin = max(first, case.promise.agreement.starts_on)
    return usual_people(undertaking), usual_length(undertaking, begin)


def _months(view: View, case: PlanRequest) -> tuple[date, date]:
    """The first days of the months the visit may lie in, from and to: what was said, or what makes sense."""
    asked, earliest = case.asked, days_after(view.act.today, MINIMUM_DAYS)
    day, year = asked.date("day"), asked.number("year")
    first = earliest.replace(day=1)
    last = date(first.year if first.month < 7 else first.year + 1, 12, 1)
    if case.promise is not None:
        first = max(first, case.promise.agreement.starts_on.replace(day=1))
        last = case.promise.agreement.ends_on.replace(day=1)
        last = max(first, min(last, date(first.year + (first.month > 6), 12, 1)))
    if year is not None and first.year <= year <= first.year + _MONTHS // 12:
        first, last = max(first, date(year, 1, 1)), date(year, 12, 1)
    if day is not None and day >= view.act.today:
        first = last = day.replace(day=1)
    return _month(asked.get("from")) or first, _month(asked.get("to")) or last


def _month(word: str) -> date | None:
    try:
        return date.fromisoformat(f"{word}-01") if len(word) == 7 else None
    except ValueError:
        return None


def months_offered(view: View, *chosen: date) -> list[tuple[str, str]]:
    """The months a visit can be looked for in, as the address writes them and as the reader does."""
    first = view.act.today.replace(day=1)
    found = {*chosen}
    for _number in range(_MONTHS):
        found.add(first)
        first = (first + timedelta(days=32)).replace(day=1)
    return [(f"{month:%Y-%m}", view.month(month)) for month in sorted(found)]


def last_of(month: date) -> date:
    """The last day of a month that is given by its first."""
    return days_after((month + timedelta(days=32)).replace(day=1), -1)
