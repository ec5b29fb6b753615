"""Tables of the workers: which of them leads, and the planning that is still to be done."""

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.types import JsonList, UtcDateTime


class Lead(SQLModel, table=True):
    """Who leads the workers, on PostgreSQL (:mod:`jobs.leadership`). ``holder`` None: nobody.

    ``term`` grows with every new leader, ``beats`` with every sign of life of the present one. ``renewed_at``, by the
    database's clock, only informs people: nobody decides by it.
    """

    __tablename__ = "lead"

    name: str = Field(primary_key=True, max_length=40)
    holder: str | None = Field(default=None, max_length=120)
    term: int = Field(default=0, sa_type=BigInteger)
    beats: int = Field(default=0, sa_type=BigInteger)
    renewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PlanningJob(SQLModel, table=True):
    """A change whose effect on many events the leading worker plans in batches, in the order of their days.

    ``rules`` and ``recipients`` limit what is planned (None: all of them), ``event_ids`` the events (None: all whose
    last day is ``since`` or later); ``counts_days``: the due days of tasks are counted anew first. ``asked_at`` is the
    instant of the change, by which it is decided what comes too late. The events up to ``after_day`` and ``after_id``
    are done, about ``remaining`` are not. ``changed`` grows when the same change is asked for anew.
    """

    __tablename__ = "planning_job"

    key: str = Field(primary_key=True, max_length=80)
    rules: list[str] | None = Field(default=None, sa_type=JsonList)
    recipients: list[str] | None = Field(default=None, sa_type=JsonList)
    event_ids: list[str] | None = Field(default=None, sa_type=JsonList)
    counts_days: bool = Field(default=False)
    since: date
    asked_at: datetime = Field(sa_type=UtcDateTime)
    after_day: date | None = None
    after_id: str = Field(default="", max_length=26)
    remaining: int = Field(default=0)
    changed: int = Field(default=0, sa_type=BigInteger)
