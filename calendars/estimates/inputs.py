"""What an estimate is computed from: the visit's own figures, and what is entered besides, read from JSON.

Days, hours and pages are whole hundredths (``350``: 3.5 days), as quantities are stored. As JSON, in the API as in the
store, they are decimal text with at most two places; numbers of people, nights and half days are whole numbers, rates
are money. Nothing is a float.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from models.errors import Invalid
from models.i18n import N_, Message, message
from models.vocabulary import Currency, Direction, NormItem

HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class VisitFigures:
    """What the visit itself says: travel days, both inclusive, and how many guests of each rank.

    ``members`` are all guests but the head and the deputies. Without a list of members the head-count is one head and
    the rest members; without a head-count there are none.
    """

    direction: Direction
    arrives_on: date
    departs_on: date
    heads: int = 0
    deputies: int = 0
    members: int = 0

    @property
    def nights(self) -> int:
        return (self.departs_on - self.arrives_on).days

    @property
    def days(self) -> int:
        return self.nights + 1


@dataclass(frozen=True, slots=True)
class Session:
    """Courtesy calls and working sessions: so many whole half days with so many hosts (interpreters among them).

    ``payer_organisation_id`` is the agency that receives and pays for it (article 15), None: the leading one.
    """

    half_days: int
    hosts: int = 0
    payer_organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Interpreting:
    """``hours`` in hundredths for each of ``people``; a begun hour counts whole. ``own_staff``: paid half at most."""

    hours: int
    people: int = 1
    is_booth: bool = False
    own_staff: bool = False


@dataclass(frozen=True, slots=True)
class Translation:
    """``pages`` (of 350 words) in hundredths; ``extra_percent`` on top for a language that is not one of the UN's."""

    pages: int
    into_vietnamese: bool = True
    extra_percent: int = 0


@dataclass(frozen=True, slots=True)
class PerDiem:
    """A rate for each traveller and day or night abroad, as entered. ``people`` and ``times`` (in hundredths) None: the
    visit's. ``item`` is what it is for: a per diem, or lodging."""

    rate: int
    currency: Currency
    item: NormItem = NormItem.PER_DIEM
    people: int | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class EstimateInputs:
    """What is entered for the formulas; None takes the visit's own figure.

    ``meal_days`` counts days with both meals, a day with one meal half, the banquet's meal among them: the formula
    takes that one off (article 9.6). ``banquet_hosts`` None: no banquet. ``breakfast``: it is not in the price of the
    rooms but paid apart, within the norm of lodging (article 7.6). ``flowers`` and the gifts are how many.
    """

    heads: int | None = None
    deputies: int | None = None
    members: int | None = None
    nights: int | None = None
    meal_days: int | None = None
    breakfast: bool = False
    banquet_hosts: int | None = None
    sessions: Sequence[Session] = ()
    interpreting: Sequence[Interpreting] = ()
    translations: Sequence[Translation] = ()
    flowers: int = 0
    gifts_heads: int = 0
    gifts_spouses: int = 0
    gifts_members: int = 0
    per_diems: Sequence[PerDiem] = field(default_factory=tuple)


# As JSON

MOST_PEOPLE = 5_000
MOST_NIGHTS = 1_000
MOST_QUANTITY = 10_000 * HUNDREDTHS
MOST_ENTRIES = 50
MOST_RATE = 10**9
"""The largest rate in smallest units: with most people and days the sum still fits into the store."""
MOST_EXTRA_PERCENT = 30
"""By how much a translation from or into a language that is not one of the UN's may be dearer (article 11)."""
PER_DIEM_ITEMS = (NormItem.PER_DIEM, NormItem.LODGING)

_QUANTITY = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)

_MISSING = N_("Missing data for required field.")
_OUT_OF_BOUNDS = N_("Must be greater than or equal to {min} and less than or equal to {max}.")

Errors = dict[str, list[Message]]
Kept = TypeVar("Kept")


def inputs_from_json(value: Any, at: str = "inputs") -> EstimateInputs:
    """The inputs of a JSON object: ``people`` (``heads``, ``deputies``, ``members``), ``nights``, ``meal_days``,
    ``breakfast``, ``banquet`` (``hosts``, or null), ``sessions``, ``interpreting``, ``translations``, ``flowers``,
    ``gifts`` (``heads``, ``spouses``, ``members``), ``per_diems``. What is missing is as in an empty one; null takes
    the visit's own figure.

    Raises:
        Invalid: names every field that is wrong, by its path below ``at``: ``inputs.sessions.0.hosts``.
    """
    errors: Errors = {}
    found = _inputs(_Group(value, at, errors))
    if errors:
        raise Invalid(errors)
    return found


def inputs_to_json(inputs: EstimateInputs) -> dict[str, Any]:
    """The inputs as JSON, with every name; :func:`inputs_from_json` reads the same inputs from it."""
    return {
        "people": {"heads": inputs.heads, "deputies": inputs.deputies, "members": inputs.members},
        "nights": inputs.nights,
        "meal_days": _text(inputs.meal_days),
        "breakfast": inputs.breakfast,
        "banquet": None if inputs.banquet_hosts is None else {"hosts": inputs.banquet_hosts},
        "sessions": [
            {
                "half_days": one.half_days,
                "hosts": one.hosts,
                "payer_organisation_id": one.payer_organisation_id,
            }
            for one in inputs.sessions
        ],
        "interpreting": [
            {"hours": _text(one.hours), "people": one.people, "booth": one.is_booth, "own_staff": one.own_staff}
            for one in inputs.interpreting
        ],
        "translations": [
            {
                "pages": _text(one.pages),
                "into_vietnamese": one.into_vietnamese,
                "extra_percent": one.extra_percent,
            }
            for one in inputs.translations
        ],
        "flowers": inputs.flowers,
        "gifts": {"heads": inputs.gifts_heads, "spouses": inputs.gifts_spouses, "members": inputs.gifts_members},
        "per_diems": [
            {
                "rate": one.currency.money(one.rate),
                "item": one.item.value,
                "people": one.people,
                "times": _text(one.times),
            }
            for one in inputs.per_diems
        ],
    }


def quantity_text(hundredths: int) -> str:
    """Hundredths as a decimal number without needless zeros: ``350`` is ``3.5``."""
    whole, rest = divmod(hundredths, HUNDREDTHS)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


def _text(hundredths: int | None) -> str | None:
    return None if hundredths is None else quantity_text(hundredths)


class _Group:
    """A JSON object that is read name by name; what is wrong is noted under its path."""

    def __init__(self, value: Any, at: str, errors: Errors) -> None:
        self.at = at
        self.errors = errors
        self.value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        self.read: list[str] = []
        if not isinstance(value, Mapping):
            self._wrong("", N_("Must be a JSON object."))

    def done(self) -> None:
        """Refuse names that nobody read."""
        for name in self.value:
            if name not in self.read:
                known = ", ".join(self.read)
                self._wrong(str(name)[:40], N_("Unknown name. Possible here: {names}."), names=known)

    def group(self, name: str) -> "_Group | None":
        """An object below; None for null or nothing."""
        value = self._take(name)
        return None if value is None else _Group(value, f"{self.at}.{name}", self.errors)

    def each(self, name: str, read: "Callable[[_Group], Kept]") -> tuple[Kept, ...]:
        """The objects of a list, each read by a function."""
        value = self._take(name)
        if value is None:
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str):
            self._wrong(name, N_("Must be a list."))
            return ()
        if len(value) > MOST_ENTRIES:
            self._wrong(name, N_("At most {most} entries."), most=MOST_ENTRIES)
            return ()
        found = []
        for number, item in enumerate(value):
            group = _Group(item, f"{self.at}.{name}.{number}", self.errors)
            found.append(read(group))
            group.done()
        return tuple(found)

    def number(self, name: str, most: int, *, least: int = 0) -> int | None:
        """A whole number within bounds; None for null or nothing."""
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(name, N_("Not a whole number."))
        elif not least <= value <= most:
            self._wrong(name, _OUT_OF_BOUNDS, min=least, max=most)
        else:
            return value
        return None

    def required_number(self, name: str, most: int, *, least: int = 0) -> int:
        """A whole number that must be there."""
        if self.value.get(name) is None:
            self.read.append(name)
            self._wrong(name, _MISSING)
            return least
        return self.number(name, most, least=least) or 0

    def quantity(self, name: str, *, is_required: bool = False) -> int | None:
        """Hundredths of decimal text or of a whole number; None for null or nothing."""
        value = self._take(name)
        if value is None:
            if is_required:
                self._wrong(name, _MISSING)
            return None
        written = value
        if isinstance(value, int) and not isinstance(value, bool):
            # Nothing longer can be right, and not every length can be written out.
            written = str(min(value, MOST_QUANTITY)) if value >= 0 else "-"
        if not isinstance(written, str) or not _QUANTITY.fullmatch(written):
            self._wrong(name, N_('Not a quantity; write it like "3.5", with two decimals at the most.'))
            return None
        hundredths = int(Decimal(written).scaleb(2))
        if hundredths > MOST_QUANTITY:
            self._wrong(name, N_("At most {most}."), most=quantity_text(MOST_QUANTITY))
            return None
        return hundredths

    def flag(self, name: str, default: bool) -> bool:
        """True or false; the default for null or nothing."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong(name, N_("Must be true or false."))
            return default
        return value

    def identity(self, name: str) -> str | None:
        """An id; None for null or nothing. Whether there is such a thing is not looked up here."""
        value = self._take(name)
        if value is not None and (not isinstance(value, str) or not 0 < len(value) <= 26):
            self._wrong(name, N_("Must be an id: text of at most {most} characters."), most=26)
            return None
        return value

    def word(self, name: str, words: Sequence[NormItem], default: NormItem) -> NormItem:
        """One of some words; the default for null or nothing."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, str) or value not in {word.value for word in words}:
            known = ", ".join(word.value for word in words)
            self._wrong(name, N_("Must be one of: {choices}."), choices=known)
            return default
        return NormItem(value)

    def money(self, name: str) -> tuple[int, Currency]:
        """An amount in smallest units with its currency, which must be there."""
        value = self._take(name)
        wrong = N_('Not an amount; write it like "100000000" or "99.50".')
        nothing = (0, Currency.VND)
        if not isinstance(value, Mapping) or set(value) != {"amount", "currency"}:
            self._wrong(name, N_("Must be an object with amount and currency."))
            return nothing
        amount, code = value["amount"], value["currency"]
        if not isinstance(code, str) or code not in {currency.value for currency in Currency}:
            known = ", ".join(currency.value for currency in Currency)
            self._wrong(f"{name}.currency", N_("Must be one of: {choices}."), choices=known)
            return nothing
        if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
            self._wrong(f"{name}.amount", wrong)
            return nothing
        currency = Currency(code)
        if len(amount.partition(".")[2]) > currency.decimals:
            self._wrong(
                name,
                N_("{currency} has {places} decimal places at the most."),
                currency=currency.value,
                places=currency.decimals,
            )
            return nothing
        units = currency.units(amount)
        if units > MOST_RATE:
            self._wrong(f"{name}.amount", N_("At most {most}."), most=currency.money(MOST_RATE)["amount"])
            return nothing
        return units, currency

    def _take(self, name: str) -> Any:
        self.read.append(name)
        return self.value.get(name)

    def _wrong(self, name: str, sentence: str, **values: object) -> None:
        path = f"{self.at}.{name}" if name else self.at
        self.errors.setdefault(path, []).append(message(sentence, **values))


def _inputs(top: _Group) -> EstimateInputs:
    people = top.group("people")
    heads = deputies = members = None
    if people is not None:
        heads = people.number("heads", MOST_PEOPLE)
        deputies = people.number("deputies", MOST_PEOPLE)
        members = people.number("members", MOST_PEOPLE)
        people.done()
    nights, meal_days = top.number("nights", MOST_NIGHTS), top.quantity("meal_days")
    breakfast = top.flag("breakfast", default=False)
    banquet = top.group("banquet")
    banquet_hosts = None
    if banquet is not None:
        banquet_hosts = banquet.number("hosts", MOST_PEOPLE) or 0
        banquet.done()
    sessions = top.each("sessions", _session)
    interpreting = top.each("interpreting", _interpreting)
    translations = top.each("translations", _translation)
    flowers = top.number("flowers", MOST_PEOPLE) or 0
    gifts = top.group("gifts")
    given = (0, 0, 0)
    if gifts is not None:
        given = (
            gifts.number("heads", MOST_PEOPLE) or 0,
            gifts.number("spouses", MOST_PEOPLE) or 0,
            gifts.number("members", MOST_PEOPLE) or 0,
        )
        gifts.done()
    per_diems = top.each("per_diems", _per_diem)
    top.done()
    return EstimateInputs(
        heads=heads,
        deputies=deputies,
        members=members,
        nights=nights,
        meal_days=meal_days,
        breakfast=breakfast,
        banquet_hosts=banquet_hosts,
        sessions=sessions,
        interpreting=interpreting,
        translations=translations,
        flowers=flowers,
        gifts_heads=given[0],
        gifts_spouses=given[1],
        gifts_members=given[2],
        per_diems=per_diems,
    )


def _session(group: _Group) -> Session:
    return Session(
        half_days=group.required_number("half_days", MOST_NIGHTS, least=1),
        hosts=group.number("hosts", MOST_PEOPLE) or 0,
        payer_organisation_id=group.identity("payer_organisation_id"),
    )


def _interpreting(group: _Group) -> Interpreting:
    hours = group.quantity("hours", is_required=True) or 0
    people = group.number("people", MOST_PEOPLE)
    return Interpreting(
        hours=hours,
        people=1 if people is None else people,
        is_booth=group.flag("booth", default=False),
        own_staff=group.flag("own_staff", default=False),
    )


def _translation(group: _Group) -> Translation:
    return Translation(
        pages=group.quantity("pages", is_required=True) or 0,
        into_vietnamese=group.flag("into_vietnamese", default=True),
        extra_percent=group.number("extra_percent", MOST_EXTRA_PERCENT) or 0,
    )


def _per_diem(group: _Group) -> PerDiem:
    rate, currency = group.money("rate")
    return PerDiem(
        rate=rate,
        currency=currency,
        item=group.word("item", PER_DIEM_ITEMS, NormItem.PER_DIEM),
        people=group.number("people", MOST_PEOPLE),
        times=group.quantity("times"),
    )
