"""Localities, organisations and people."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key, person_key
from models.office import CODE_PATTERN
from models.text import LocalizedText
from models.types import JsonList, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import LocalityLevel


class Locality(Versioned, Searchable, Sorted, table=True):
    """A province, city, capital or country; ``code`` is its id and never changes.

    A merged locality has a ``successor`` from ``succeeded_on``: earlier events keep the old name.
    """

    __tablename__ = "locality"
    __table_args__ = (
        one_of("level", LocalityLevel),
        CheckConstraint("(successor IS NULL) = (succeeded_on IS NULL)", name="successor_has_day"),
        CheckConstraint("successor <> code", name="not_its_own_successor"),
    )

    code: str = Field(primary_key=True, max_length=60, regex=CODE_PATTERN)
    name: LocalizedText = Field(sa_type=LocalizedTextType)
    country: str = Field(max_length=2, regex=r"^[A-Z]{2}$")
    level: LocalityLevel = Field(sa_type=WordType(LocalityLevel))
    aliases: list[str] = Field(default_factory=list, sa_type=JsonList)
    timezone: str = Field(max_length=64)
    successor: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    succeeded_on: date | None = None

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.name, self.code.replace("-", " "), *self.aliases)

    def made_sort_key(self) -> bytes:
        return localized_key(self.name)


class Organisation(Identified, Versioned, Searchable, Sorted, table=True):
    """A department, committee, office, school or centre of one locality.

    ``email`` is its general mailbox, notified if a mail about its events is not delivered. Accounts of a
    ``protocol_office`` may read and change all events.
    """

    __tablename__ = "organisation"

    name: LocalizedText = Field(sa_type=LocalizedTextType)
    locality: str = Field(foreign_key="locality.code", index=True, max_length=60)
    aliases: list[str] = Field(default_factory=list, sa_type=JsonList)
    email: str | None = Field(default=None, max_length=254)
    protocol_office: bool = Field(default=False)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.name, *self.aliases)

    def made_sort_key(self) -> bytes:
        return localized_key(self.name)


class Person(Identified, Versioned, Searchable, Sorted, table=True):
    """A person who hosts, travels or interprets; ``precedence`` 1 is the highest."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("precedence >= 1", name="precedence_from_one"),)

    name: str = Field(max_length=200)
    position: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    precedence: int = Field(default=100, ge=1, le=100_000)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    languages: list[str] = Field(default_factory=list, sa_type=JsonList)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        # Not the address: it is looked for only by who may read it.
        return (self.name, self.position)

    def made_sort_key(self) -> bytes:
        return person_key(self.name)


class Passport(SQLModel, table=True):
    """A person's passport, for visas and lodging; deleted some days after their last visit.

    ``sealed_number`` is encrypted with the service's secret (:mod:`models.encryption`). ``country`` issued it (ISO
    3166).
    """

    __tablename__ = "passport"

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26, ondelete="CASCADE")
    sealed_number: bytes = Field(sa_type=LargeBinary)
    country: str | None = Field(default=None, max_length=2, regex=r"^[A-Z]{2}$")
    expires_on: date | None = None
    stored_at: datetime = Field(sa_type=UtcDateTime)
