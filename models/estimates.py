"""What an event is to cost, what of it was approved, and what was paid.

All amounts are whole numbers of the currency's smallest unit (đồng, kip, cents). Quantities are whole hundredths: 350
is 3.5 days.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Identified, Versioned, one_of
from models.text import LocalizedText
from models.types import JsonObject, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import Currency, EstimateState, GuestClass, NormItem, NormUnit, WhoPays

HUNDREDTHS = 100
"""How many units of a stored quantity are one."""


class Estimate(Versioned, table=True):
    """The estimate of one event, one row an event.

    ``inputs`` is what the formulas need besides the event (:mod:`calendars.estimates.inputs`); None: nothing is
    computed, all lines are entered. ``class_decided_by`` says who decided the ``guest_class`` and on what paper.
    ``overrides`` is what was entered in place of what a formula gives, by rule, kept while the rule gives no line.
    ``written_by`` is whose change of the plan was the last, be it of the estimate or of the visit.
    ``submitted_by`` … ``settled_at`` are of the last such step; ``returned_reason`` is why it was returned last, None
    once it is submitted again. What was approved is kept in :class:`EstimateApproval`.
    """

    __tablename__ = "estimate"
    __table_args__ = (
        one_of("state", EstimateState),
        one_of("guest_class", GuestClass),
        one_of("who_pays", WhoPays),
        CheckConstraint("guest_class IS NULL OR class_decided_by IS NOT NULL", name="class_is_decided"),
        CheckConstraint("(settled_at IS NULL) = (state <> 'settled')", name="settled_at_an_instant"),
    )

    event_id: str = Field(foreign_key="event.id", primary_key=True, max_length=26, ondelete="CASCADE")
    state: EstimateState = Field(default=EstimateState.DRAFT, sa_type=WordType(EstimateState))
    guest_class: GuestClass | None = Field(default=None, sa_type=WordType(GuestClass))
    class_decided_by: str | None = Field(default=None, max_length=300)
    who_pays: WhoPays = Field(default=WhoPays.HOST_ALL, sa_type=WordType(WhoPays))
    inputs: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)
    overrides: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=JsonObject)
    written_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    written_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    submitted_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returned_reason: str | None = Field(default=None, max_length=2000)
    approved_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EstimateLine(Identified, table=True):
    """A line of an estimate: so much of an item, at so much each, paid by whom.

    ``rule`` names the formula that computed it (:mod:`calendars.estimates.formulas`), unique within the estimate; None:
    entered by hand. ``quantity`` is ``people`` × ``times`` where both are known, in hundredths as ``times`` is.
    ``unit_amount`` is the price of one unit, None: only the whole is known. ``norm_limit`` is the most that the
    norm allows for this quantity, None: there is no norm, or it is as invoiced. ``approved`` is what was approved
    last, None: nothing yet. What is paid are its :class:`Payment` rows.
    ``payer`` is the locality that pays, ``payer_organisation_id`` the body, None: not one in particular.
    ``approved_payer`` is who paid as it was approved last: the payer, else its body's locality, else who paid for the
    event; None: nothing was approved yet, or nobody knew.
    """

    __tablename__ = "estimate_line"
    __table_args__ = (
        one_of("item", NormItem),
        one_of("unit", NormUnit),
        one_of("currency", Currency),
        CheckConstraint("planned >= 0 AND approved >= 0", name="amounts_not_negative"),
        CheckConstraint("quantity >= 0 AND people >= 0 AND times >= 0", name="quantities_not_negative"),
        Index(
            "uq_estimate_line_rule",
            "event_id",
            "rule",
            unique=True,
            sqlite_where=text("rule IS NOT NULL"),
            postgresql_where=text("rule IS NOT NULL"),
        ),
    )

    event_id: str = Field(foreign_key="estimate.event_id", index=True, max_length=26, ondelete="CASCADE")
    position: int = Field(default=0)
    rule: str | None = Field(default=None, max_length=60)
    item: NormItem = Field(sa_type=WordType(NormItem))
    description: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    people: int | None = None
    times: int | None = Field(default=None, sa_type=BigInteger)
    quantity: int = Field(default=HUNDREDTHS, sa_type=BigInteger)
    unit: NormUnit = Field(sa_type=WordType(NormUnit))
    unit_amount: int | None = Field(default=None, sa_type=BigInteger)
    norm_id: str | None = Field(default=None, foreign_key="norm.id", index=True, max_length=26, ondelete="SET NULL")
    norm_limit: int | None = Field(default=None, sa_type=BigInteger)
    currency: Currency = Field(default=Currency.VND, sa_type=WordType(Currency))
    planned: int = Field(default=0, sa_type=BigInteger)
    approved: int | None = Field(default=None, sa_type=BigInteger)
    payer: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    payer_organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    approved_payer: str | None = Field(default=None, foreign_key="locality.code", max_length=60)


class EstimateApproval(Identified, table=True):
    """One approval of an estimate, the first is number 1: who asked, who approved, and a copy that never changes.

    ``content`` is the estimate with its lines as the API answers them.
    """

    __tablename__ = "estimate_approval"
    __table_args__ = (UniqueConstraint("event_id", "number", name="uq_estimate_approval_number"),)

    event_id: str = Field(foreign_key="estimate.event_id", index=True, max_length=26, ondelete="CASCADE")
    number: int = Field(ge=1)
    submitted_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    approved_at: datetime = Field(sa_type=UtcDateTime)
    content: dict[str, Any] = Field(sa_type=JsonObject)


class Payment(Identified, table=True):
    """Money paid for a line of an estimate, in the line's currency.

    ``voucher`` is the number of the receipt, ``file_id`` its scan among the event's files. ``approved_by`` is who
    approved it if it went above what was approved of the line, None: it did not.
    """

    __tablename__ = "payment"
    __table_args__ = (
        one_of("currency", Currency),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    event_id: str = Field(foreign_key="estimate.event_id", index=True, max_length=26, ondelete="CASCADE")
    line_id: str = Field(foreign_key="estimate_line.id", index=True, max_length=26)
    amount: int = Field(sa_type=BigInteger)
    currency: Currency = Field(sa_type=WordType(Currency))
    paid_on: date
    voucher: str | None = Field(default=None, max_length=100)
    file_id: str | None = Field(default=None, foreign_key="file.id", index=True, max_length=26, ondelete="SET NULL")
    approved_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    made_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    made_at: datetime = Field(sa_type=UtcDateTime)
