"""Exchange rates that somebody entered, with their day and source; nothing is converted without one."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Identified, Versioned, one_of
from models.types import WordType
from models.vocabulary import Currency


class ExchangeRate(Identified, Versioned, table=True):
    """How many đồng one kip or dollar was worth on a day: ``rate`` is a decimal number as text (``25410``, ``1.18``).

    ``office`` is its maker's (NULL: the default office).
    """

    __tablename__ = "exchange_rate"
    __table_args__ = (
        one_of("currency", Currency),
        CheckConstraint("currency <> 'VND'", name="not_of_the_dong"),
        UniqueConstraint("office", "currency", "day", name="uq_exchange_rate_day"),
    )

    currency: Currency = Field(sa_type=WordType(Currency))
    day: date
    rate: str = Field(max_length=24)
    source: str = Field(max_length=200)
    office: str | None = Field(default=None, max_length=60)
