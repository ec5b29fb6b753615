"""What the papers of a visit are made from, as plain values that are the reader's to see.

Bodies, places and positions have the names of the visit's day. ``None`` and empty texts mean: not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from calendars.estimates.comparison import Terms
from calendars.estimates.lines import LineFigures
from calendars.estimates.norms import NormFacts
from models.text import LocalizedText
from models.vocabulary import (
    ActivityType,
    Currency,
    DelegationLevel,
    Direction,
    EstimateState,
    EventKind,
    EventStatus,
    GuestClass,
    MemberRole,
    PassportKind,
    ResourceType,
    Sex,
    Side,
    WhoPays,
)


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A locality by the name of the day; ``country`` is ISO 3166-1 alpha-2."""

    code: str
    name: LocalizedText
    country: str


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """An organisation by the name of the day, with the body above it and its locality.

    ``aliases`` are its other names as they are kept; the abbreviation in the number of a paper is one of them.
    """

    id: str
    name: LocalizedText
    locality: PlaceFacts
    superior: LocalizedText | None = None
    aliases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person: names in each script, form of address; position and body as of the visit."""

    id: str
    name: str
    name_lo: str | None = None
    name_latin: str | None = None
    honorific: LocalizedText | None = None
    position: LocalizedText | None = None
    body_id: str | None = None
    body: LocalizedText | None = None
    precedence: int = 100
    phone: str | None = None
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PersonalFacts:
    """A person's particulars and passport, in the clear: only in the papers that need them, for who may read them."""

    sex: Sex | None = None
    born_on: date | None = None
    nationality: str | None = None
    diet: str | None = None
    passport_number: str | None = None
    passport_kind: PassportKind | None = None
    passport_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A member of the visit; ``counterpart_id`` is a person's id. ``personal`` None: the paper needs none, or the
    reader may not read it; so with ``arrival`` and ``departure`` (:mod:`calendars.events.journeys`)."""

    id: str
    person: PersonFacts
    role: MemberRole
    side: Side
    rank: int | None = None
    counterpart_id: str | None = None
    personal: PersonalFacts | None = None
    arrival: Mapping[str, str] | None = None
    departure: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item of the programme; an end that is not after its start lies on the next day."""

    id: str
    day: date
    start_time: time | None
    end_time: time | None
    title: LocalizedText
    place: LocalizedText | None = None
    hosted_by: LocalizedText | None = None
    attendees: LocalizedText | None = None
    travel_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """A booking that takes its resource: days inclusive, hours of the event's zone; ``quantity`` units of ``seats``
    places each. ``is_approved`` is False while its keeper has not answered."""

    id: str
    resource_id: str
    name: LocalizedText
    type: ResourceType
    quantity: int
    first_day: date
    last_day: date
    start_time: time | None = None
    end_time: time | None = None
    seats: int | None = None
    person_id: str | None = None
    note: str | None = None
    is_approved: bool = True


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A task and who is to do it. ``side`` is the body's or the person's by its locality; None: the office's own."""

    id: str
    title: LocalizedText
    body_id: str | None = None
    body: LocalizedText | None = None
    side: Side | None = None
    person: PersonFacts | None = None
    due_day: date | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class PerformanceFacts:
    """One evening of a troupe."""

    day: date
    time: time | None
    venue: LocalizedText | None
    title: LocalizedText | None


@dataclass(frozen=True, slots=True)
class PhaseFacts:
    """A phase of a training batch, days inclusive."""

    title: LocalizedText
    first_day: date
    last_day: date
    institution: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class TableSeats:
    """A table of a programme item: who sits on each seat (member ids), None: free.

    A long table's seats are the near side from left to right, then the far side from left to right, the near one longer
    by one if their number is odd; a round table's go clockwise from the top.
    """

    item_id: str | None
    name: str
    seats: Sequence[str | None]
    round: bool = False


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """Who is in which car, room and seat: bookings → member ids; rooms are lists inside a lodging's booking."""

    vehicles: dict[str, Sequence[str]]
    rooms: dict[str, Sequence[Sequence[str]]]
    tables: Sequence[TableSeats] = ()


@dataclass(frozen=True, slots=True)
class GiftFacts:
    """A gift of the visit. ``from_side`` is whose gift it is; ``receiver`` a member of the other side, None: not one in
    particular, then ``receiver_name`` is the body or locality. ``quantity`` is in hundredths of ``unit``; it and
    ``value`` (in smallest units of ``currency``) are None where they are not known."""

    from_side: Side
    description: LocalizedText
    giver_name: LocalizedText
    receiver_name: LocalizedText
    receiver: PersonFacts | None = None
    occasion: LocalizedText | None = None
    quantity: int | None = None
    unit: str | None = None
    value: int | None = None
    currency: Currency | None = None
    is_planned: bool = False
    kept_by: str | None = None


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The agreement or memorandum that a visit fulfils, and what the commitment is."""

    title: LocalizedText
    signed_on: date | None = None
    commitment: LocalizedText | None = None
    point: str | None = None


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """The event itself. ``own_side`` is the office's side of it. ``results`` is what came of it, as written down."""

    id: str
    kind: EventKind
    status: EventStatus
    direction: Direction
    title: LocalizedText
    host: PlaceFacts
    guest: PlaceFacts | None
    own_side: Side
    first_day: date
    last_day: date
    arrives_on: date
    departs_on: date
    timezone: str
    start_time: time | None = None
    end_time: time | None = None
    description: LocalizedText | None = None
    purpose: LocalizedText | None = None
    level: DelegationLevel | None = None
    location: LocalizedText | None = None
    headcount: int | None = None
    headcount_actual: int | None = None
    organisation: BodyFacts | None = None
    in_charge: PersonFacts | None = None
    subject: LocalizedText | None = None
    institution: LocalizedText | None = None
    composition: dict[str, int] | None = None
    troupe: LocalizedText | None = None
    occasion: LocalizedText | None = None
    anniversary: LocalizedText | None = None
    ordinal: int | None = None
    activity_type: ActivityType | None = None
    performances: Sequence[PerformanceFacts] = ()
    phases: Sequence[PhaseFacts] = ()
    agreement: AgreementFacts | None = None
    results: str | None = None


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """Who issues the paper and who signs it. ``signatory_heads`` is whether the signatory is the body's head: others
    sign for (KT.) the head. ``place`` is where it is issued, by the name of the day."""

    body: BodyFacts | None
    place: PlaceFacts
    signatory: PersonFacts | None = None


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What was paid for a line of the estimate, in its currency."""

    amount: int
    paid_on: date
    voucher: str | None = None


@dataclass(frozen=True, slots=True)
class EstimateLineFacts:
    """A line of the estimate: its figures, the norm it is judged by, who pays it (None: the body in charge), and what
    was paid for it. The norm's ``amount`` None: as invoiced. ``approved_as`` is the line as it was approved last, where
    what it is for or who pays it was changed since; None: it is as it was approved, or nothing was."""

    figures: LineFigures
    norm: NormFacts | None = None
    payer: LocalizedText | None = None
    payments: Sequence[PaymentFacts] = ()
    approved_as: "EstimateLineFacts | None" = None


@dataclass(frozen=True, slots=True)
class EstimateFacts:
    """The estimate of the visit: what is planned, approved and paid. ``approved_by`` is the name of an account.

    ``approved_terms`` are class, decision and payer as they were approved last, None: nothing was; ``differs``: the
    plan is not what was approved last.
    """

    state: EstimateState
    lines: Sequence[EstimateLineFacts]
    who_pays: WhoPays = WhoPays.HOST_ALL
    guest_class: GuestClass | None = None
    class_decided_by: str | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    settled_on: date | None = None
    approved_terms: Terms | None = None
    differs: bool = False


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """Everything a visit's papers may say. ``today`` is the office's day; ``number`` and ``issued_on`` are the clerk's,
    None while the paper has not been issued. ``gifts`` are there only for who may read the visit's money.
    ``office_zone`` is the zone of the office's clock, None: the visit's own.
    ``revision`` is the number of the published programme, None: unpublished,
    and ``is_changed_since`` whether the programme was changed after it. ``estimate`` None: there is none, or its reader
    may not know of it."""

    visit: VisitFacts
    issuer: IssuerFacts
    today: date
    members: Sequence[MemberFacts] = ()
    programme: Sequence[ItemFacts] = ()
    revision: int | None = None
    is_changed_since: bool = False
    bookings: Sequence[BookingFacts] = ()
    tasks: Sequence[TaskFacts] = ()
    placements: PlacementFacts | None = None
    gifts: Sequence[GiftFacts] = ()
    number: str | None = None
    issued_on: date | None = None
    made_at: datetime | None = None
    office_zone: str | None = None
    estimate: EstimateFacts | None = None
