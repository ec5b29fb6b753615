"""What a visit costs by its norms: the lines of an estimate, computed from the visit, the inputs and the norms.

Source: Circular 35/2026/TT-BTC on receiving foreign guests, articles 5–18, and 30 and 31 for domestic guests. Which
act and which norms hold is decided by the day of arrival, for the whole visit. Journeys abroad have no formula of this
circular: their per diems are as entered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from calendars.estimates.inputs import HUNDREDTHS, MOST_EXTRA_PERCENT, EstimateInputs, VisitFigures
from calendars.estimates.lines import LineFigures, product
from calendars.estimates.norms import COUNTED_IN, NormFacts, holding_norm
from models.i18n import N_, Message, message
from models.vocabulary import Direction, GuestClass, NormItem, NormRole, NormUnit, WhoPays

HALF_DAY = HUNDREDTHS // 2

LODGING_AND_MEALS = frozenset({NormItem.LODGING, NormItem.BREAKFAST, NormItem.MEALS})
BY_CLASS_ONLY = frozenset({NormItem.FLOWERS, NormItem.GIFT})
"""What a class of guests gets only if its norms have it (articles 5 and 12)."""


class RemarkReason(Enum):
    """Why a line has no price, or why there is no line for what was entered."""

    CLASS_NOT_DECIDED = auto()
    NO_NORM = auto()
    AS_INVOICED = auto()
    NOT_FOR_CLASS = auto()
    GUESTS_PAY = auto()
    NOT_FOR_DIRECTION = auto()

    @property
    def leaves_out(self) -> bool:
        """Whether there is no line at all."""
        return self in (RemarkReason.NOT_FOR_CLASS, RemarkReason.GUESTS_PAY, RemarkReason.NOT_FOR_DIRECTION)


@dataclass(frozen=True, slots=True)
class Remark:
    """That the line of a ``rule`` has no price, or is left out, and why."""

    rule: str
    item: NormItem
    reason: RemarkReason
    text: Message


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A line before its price: what for, for how many people, how often. ``share`` is the part of the norm that may be
    paid, as a fraction; ``less`` is taken off the price of a unit."""

    rule: str
    item: NormItem
    people: int | None = None
    times: int = HUNDREDTHS
    role: NormRole | None = None
    norm_item: NormItem | None = None
    share: tuple[int, int] = (1, 1)
    less: int = 0
    payer_organisation_id: str | None = None

    @property
    def quantity(self) -> int:
        return self.times if self.people is None else self.people * self.times

    def priced(self, norm: NormFacts | None) -> LineFigures:
        part, whole = self.share
        line = LineFigures(
            item=self.item,
            unit=COUNTED_IN[self.item],
            quantity=self.quantity,
            planned=0,
            rule=self.rule,
            role=self.role,
            people=self.people,
            times=self.times,
            norm_id=norm.id if norm is not None else None,
            payer_organisation_id=self.payer_organisation_id,
        )
        if norm is None or norm.amount is None:
            return line
        price = max(0, norm.amount * part // whole - self.less)
        planned = product(self.quantity, price)
        return replace(line, planned=planned, currency=norm.currency, unit_amount=price, norm_limit=planned)


def planned_lines(
    inputs: EstimateInputs,
    figures: VisitFigures,
    norms: Sequence[NormFacts],
    guest_class: GuestClass | None,
    who_pays: WhoPays,
) -> tuple[LineFigures, ...]:
    """The lines of an estimate, always in the same order, each at what the norm allows; none for a quantity of zero.

    ``norms`` are those of the country and of the office's own locality. Where no norm holds the line has its quantity,
    no price and ``planned`` 0 (``is_priced`` is false): :func:`remarks` says why. The class is never guessed.
    """
    return tuple(line for line, _remark in _planned(inputs, figures, norms, guest_class, who_pays) if line is not None)


def remarks(
    inputs: EstimateInputs,
    figures: VisitFigures,
    norms: Sequence[NormFacts],
    guest_class: GuestClass | None,
    who_pays: WhoPays,
) -> tuple[Remark, ...]:
    """Which lines of :func:`planned_lines` have no price, what was entered in vain, and why; in the same order."""
    return tuple(
        remark for _line, remark in _planned(inputs, figures, norms, guest_class, who_pays) if remark is not None
    )


def _planned(
    inputs: EstimateInputs,
    figures: VisitFigures,
    norms: Sequence[NormFacts],
    guest_class: GuestClass | None,
    who_pays: WhoPays,
) -> Iterator[tuple[LineFigures | None, Remark | None]]:
    day = figures.arrives_on
    for wanted in _wanted(inputs, figures, norms, guest_class):
        if wanted.quantity == 0:
            continue
        norm = holding_norm(norms, wanted.norm_item or wanted.item, day, guest_class, wanted.role)
        reason = _left_out(wanted, figures.direction, who_pays)
        if reason is None and (norm is None or norm.amount is None):
            reason = _unpriced(wanted, norm, norms, figures, guest_class)
        remark = None
        if reason is not None:
            remark = Remark(wanted.rule, wanted.item, reason, _text(reason, figures, guest_class))
        yield None if reason is not None and reason.leaves_out else wanted.priced(norm), remark
    yield from ((line, None) for line in _per_diems(inputs, figures))


def _wanted(
    inputs: EstimateInputs, figures: VisitFigures, norms: Sequence[NormFacts], guest_class: GuestClass | None
) -> Iterator[_Wanted]:
    heads = figures.heads if inputs.heads is None else inputs.heads
    deputies = figures.deputies if inputs.deputies is None else inputs.deputies
    members = figures.members if inputs.members is None else inputs.members
    guests = heads + deputies + members
    is_domestic = figures.direction is Direction.DOMESTIC
    if figures.direction is Direction.INCOMING:
        yield from _stay(inputs, figures, norms, guest_class, (heads, deputies, members))
    if inputs.banquet_hosts is not None:
        meal = NormItem.DOMESTIC_MEAL if is_domestic else NormItem.BANQUET
        yield _Wanted("banquet", meal, guests + inputs.banquet_hosts)
    for number, session in enumerate(inputs.sessions, 1):
        yield _Wanted(
            f"session:{number}",
            NormItem.DRINKS if is_domestic else NormItem.SESSION,
            guests + session.hosts,
            session.half_days * HUNDREDTHS,
            payer_organisation_id=session.payer_organisation_id,
        )
    for number, interpreting in enumerate(inputs.interpreting, 1):
        yield _Wanted(
            f"interpreting:{number}",
            NormItem.BOOTH_INTERPRETING if interpreting.is_booth else NormItem.INTERPRETING,
            interpreting.people,
            -(-interpreting.hours // HUNDREDTHS) * HUNDREDTHS,
            share=(1, 2) if interpreting.own_staff else (1, 1),
        )
    for number, translation in enumerate(inputs.translations, 1):
        yield _Wanted(
            f"translation:{number}",
            NormItem.TRANSLATION_INTO if translation.into_vietnamese else NormItem.TRANSLATION_FROM,
            times=translation.pages,
            share=(100 + min(translation.extra_percent, MOST_EXTRA_PERCENT), 100),
        )
    for rule, item, role, count in (
        ("flowers", NormItem.FLOWERS, NormRole.HEAD, inputs.flowers),
        ("gift:head", NormItem.GIFT, NormRole.HEAD, inputs.gifts_heads),
        ("gift:spouse", NormItem.GIFT, NormRole.SPOUSE, inputs.gifts_spouses),
        ("gift:member", NormItem.GIFT, NormRole.MEMBER, inputs.gifts_members),
    ):
        yield _Wanted(rule, item, times=count * HUNDREDTHS, role=role)


def _stay(
    inputs: EstimateInputs,
    figures: VisitFigures,
    norms: Sequence[NormFacts],
    guest_class: GuestClass | None,
    people: tuple[int, int, int],
) -> Iterator[_Wanted]:
    """Lodging and meals. A breakfast paid apart costs a tenth of the day's meals at the most and makes the room so much
    cheaper: both together stay within the norm of lodging (article 7.6)."""
    nights = (figures.nights if inputs.nights is None else inputs.nights) * HUNDREDTHS
    meals = holding_norm(norms, NormItem.MEALS, figures.arrives_on, guest_class) if inputs.breakfast else None
    breakfast = meals.amount // 10 if meals is not None and meals.amount is not None else 0
    for role, count in zip((NormRole.HEAD, NormRole.DEPUTY, NormRole.MEMBER), people, strict=True):
        yield _Wanted(f"lodging:{role.value}", NormItem.LODGING, count, nights, role, less=breakfast)
    if inputs.breakfast:
        yield _Wanted(
            "breakfast",
            NormItem.BREAKFAST,
            sum(people),
            nights,
            norm_item=NormItem.MEALS,
            share=(1, 10),
        )
    days = figures.days * HUNDREDTHS if inputs.meal_days is None else inputs.meal_days
    if inputs.banquet_hosts is not None:
        days = max(0, days - HALF_DAY)
    yield _Wanted("meals", NormItem.MEALS, sum(people), days)


def _per_diems(inputs: EstimateInputs, figures: VisitFigures) -> Iterator[LineFigures]:
    """Rates as entered, for every traveller and day, for lodging every night."""
    travellers = sum(
        known if entered is None else entered
        for entered, known in (
            (inputs.heads, figures.heads),
            (inputs.deputies, figures.deputies),
            (inputs.members, figures.members),
        )
    )
    for number, rate in enumerate(inputs.per_diems, 1):
        is_night = rate.item is NormItem.LODGING
        if rate.times is not None:
            times = rate.times
        elif is_night:
            times = HUNDREDTHS * (figures.nights if inputs.nights is None else inputs.nights)
        else:
            times = HUNDREDTHS * figures.days
        people = travellers if rate.people is None else rate.people
        if quantity := people * times:
            yield LineFigures(
                item=rate.item,
                unit=NormUnit.PERSON_NIGHT if is_night else NormUnit.PERSON_DAY,
                quantity=quantity,
                planned=product(quantity, rate.rate),
                currency=rate.currency,
                rule=f"per_diem:{number}",
                people=people,
                times=times,
                unit_amount=rate.rate,
            )


# What has no price, and why


def _left_out(wanted: _Wanted, direction: Direction, who_pays: WhoPays) -> RemarkReason | None:
    """Why there is no line for something, whatever its norm (articles 16 and 18)."""
    if direction is Direction.OUTGOING:
        return RemarkReason.NOT_FOR_DIRECTION
    if direction is Direction.DOMESTIC:
        is_for_them = wanted.item in (NormItem.DRINKS, NormItem.DOMESTIC_MEAL)
        return None if is_for_them else RemarkReason.NOT_FOR_DIRECTION
    if who_pays is WhoPays.GUESTS_ALL and wanted.item is not NormItem.SESSION:
        return RemarkReason.GUESTS_PAY
    if who_pays is WhoPays.GUESTS_LODGING_AND_MEALS and wanted.item in LODGING_AND_MEALS:
        return RemarkReason.GUESTS_PAY
    return None


def _unpriced(
    wanted: _Wanted,
    norm: NormFacts | None,
    norms: Sequence[NormFacts],
    figures: VisitFigures,
    guest_class: GuestClass | None,
) -> RemarkReason:
    if norm is not None:
        return RemarkReason.AS_INVOICED
    item = wanted.norm_item or wanted.item
    on_the_day = [one for one in norms if one.holds_on(figures.arrives_on) and one.guest_class is not None]
    is_for_some = any(one.item is item for one in on_the_day)
    if is_for_some and guest_class is None:
        return RemarkReason.CLASS_NOT_DECIDED
    is_class_known = any(one.guest_class is guest_class for one in on_the_day)
    if is_for_some and is_class_known and item in BY_CLASS_ONLY:
        return RemarkReason.NOT_FOR_CLASS
    return RemarkReason.NO_NORM


_TEXTS = {
    RemarkReason.CLASS_NOT_DECIDED: N_(
        "The class of guests is not decided, and the norm depends on it: enter the class and who decided it, or the"
        " price."
    ),
    RemarkReason.NO_NORM: N_("No norm for it holds on {day}, the day of arrival: enter the price."),
    RemarkReason.AS_INVOICED: N_("It is paid as invoiced: enter the price."),
    RemarkReason.NOT_FOR_CLASS: N_("The norms of {day} have none for guests of this class, so it is left out."),
    RemarkReason.GUESTS_PAY: N_("The guests pay for it themselves, so it is left out."),
    RemarkReason.NOT_FOR_DIRECTION: N_(
        "The norms of receiving foreign guests are not for this visit, so it is left out."
    ),
}


def _text(reason: RemarkReason, figures: VisitFigures, guest_class: GuestClass | None) -> Message:
    if reason is RemarkReason.NO_NORM or reason is RemarkReason.NOT_FOR_CLASS:
        return message(_TEXTS[reason], day=figures.arrives_on)
    return message(_TEXTS[reason])
