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
from models.vocabulary import LocalityLevel, PassportKind


class Locality(Versioned, Searchable, Sorted, table=True):
    """A country, capital, city, province, district, commune or village; ``code`` is its id and never changes.

    ``parent`` is the locality it is a part of. A merged locality has a ``successor`` from ``succeeded_on``, and several
    may share one: earlier events keep the old name.
    """

    __tablename__ = "locality"
    __table_args__ = (
        one_of("level", LocalityLevel),
        CheckConstraint("(successor IS NULL) = (succeeded_on IS NULL)", name="successor_has_day"),
        CheckConstraint("successor <> code", name="not_its_own_successor"),
        CheckConstraint("parent <> code", name="not_its_own_parent"),
    )

    code: str = Field(primary_key=True, max_length=60, regex=CODE_PATTERN)
    name: LocalizedText = Field(sa_type=LocalizedTextType)
    country: str = Field(max_length=2, regex=r"^[A-Z]{2}$")
    level: LocalityLevel = Field(sa_type=WordType(LocalityLevel))
    aliases: list[str] = Field(default_factory=list, sa_type=JsonList)
    timezone: str = Field(max_length=64)
    successor: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    succeeded_on: date | None = None
    parent: str | None = Field(default=None, foreign_key="locality.code", index=True, max_length=60)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.name, self.code.replace("-", " "), *self.aliases)

    def made_sort_key(self) -> bytes:
        return localized_key(self.name)


class Organisation(Identified, Versioned, Searchable, Sorted, table=True):
    """A department, committee, office, school or centre of one locality.

    ``email`` is its general mailbox, notified if a mail about its events is not delivered. Accounts of a
    ``protocol_office`` may read and change all events. ``parent_id`` is the organisation it belongs to.

    It exists from ``starts_on`` to ``ends_on``, both inclusive; None is open. The day after, its work goes to its
    ``successor_id``, if there is one; several may share one. Things of its time keep its name
    (:mod:`models.queries.organisation_lines`).
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("successor_id IS NULL OR ends_on IS NOT NULL", name="successor_has_day"),
        CheckConstraint("successor_id <> id", name="not_its_own_successor"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )

    name: LocalizedText = Field(sa_type=LocalizedTextType)
    locality: str = Field(foreign_key="locality.code", index=True, max_length=60)
    aliases: list[str] = Field(default_factory=list, sa_type=JsonList)
    email: str | None = Field(default=None, max_length=254)
    protocol_office: bool = Field(default=False)
    parent_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    starts_on: date | None = None
    ends_on: date | None = None
    successor_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.name, *self.aliases)

    def made_sort_key(self) -> bytes:
        return localized_key(self.name)


class Person(Identified, Versioned, Searchable, Sorted, table=True):
    """A person who hosts, travels or interprets; ``precedence`` 1 is the highest.

    ``name`` is written as the office writes it, ``name_lo`` in Lao script, ``name_latin`` in Latin letters as in the
    passport; ``honorific`` is how the person is addressed. ``organisation_id``, ``position`` and ``precedence`` are
    those of today: they follow from the terms of office (:class:`Position`), whoever writes those and whenever a day
    begins (:mod:`service.actions.directory.positions`). While no term holds, ``former_organisation_id`` is the
    organisation whose people they still are, for rights only.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("precedence >= 1", name="precedence_from_one"),)

    name: str = Field(max_length=200)
    name_lo: str | None = Field(default=None, max_length=200)
    name_latin: str | None = Field(default=None, max_length=200)
    honorific: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    position: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    precedence: int = Field(default=100, ge=1, le=100_000)
    former_organisation_id: str | None = Field(default=None, max_length=26)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    languages: list[str] = Field(default_factory=list, sa_type=JsonList)

    @property
    def kept_by(self) -> str | None:
        """The organisation whose people they are: today's, or the last one's while they have no position."""
        return self.organisation_id or self.former_organisation_id

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        # Not the address: it is looked for only by who may read it.
        return (self.name, self.name_lo, self.name_latin, self.position)

    def made_sort_key(self) -> bytes:
        return person_key(self.name)


class Position(Identified, table=True):
    """A term of office: what somebody is, at which organisation and at which precedence, from when to when.

    ``starts_on`` and ``ends_on`` are whole days, both inclusive; None: not known, or with no end. A person may have
    several at once.
    """

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("precedence >= 1", name="precedence_from_one"),
        CheckConstraint("ends_on >= starts_on", name="term_in_order"),
    )

    person_id: str = Field(foreign_key="person.id", index=True, max_length=26, ondelete="CASCADE")
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    title: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    precedence: int = Field(default=100, ge=1, le=100_000)
    starts_on: date | None = None
    ends_on: date | None = None


class Passport(SQLModel, table=True):
    """A person's passport, for visas and lodging; deleted some days after their last visit.

    ``sealed_number`` is encrypted with the service's secret (:mod:`models.encryption`). ``country`` issued it (ISO
    3166). ``kind`` None: not known.
    """

    __tablename__ = "passport"
    __table_args__ = (one_of("kind", PassportKind),)

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26, ondelete="CASCADE")
    sealed_number: bytes = Field(sa_type=LargeBinary)
    country: str | None = Field(default=None, max_length=2, regex=r"^[A-Z]{2}$")
    expires_on: date | None = None
    kind: PassportKind | None = Field(default=None, sa_type=WordType(PassportKind))
    stored_at: datetime = Field(sa_type=UtcDateTime)


class Particulars(SQLModel, table=True):
    """What papers for a guest need besides the passport: sex, birth date, nationality, diet, photo.

    ``sealed`` is all of it, encrypted with the service's secret (:mod:`service.actions.directory.particulars`); deleted
    when a passport would be.
    """

    __tablename__ = "particulars"

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26, ondelete="CASCADE")
    sealed: bytes = Field(sa_type=LargeBinary)
    stored_at: datetime = Field(sa_type=UtcDateTime)
