"""Offices: the localities that work with this service, and what belongs to which of them.

An *office* is a line of localities with accounts: a locality with its successors and all that were merged into them. It
is named by the code at the line's end. One office is always there, even without accounts: the *default office*, the
line of the setting ``DESK_LOCALITY``. To it belong the organisations of lines without accounts, and accounts and events
without an organisation; any other organisation, and an event by its organisation, belongs to its locality's line.

An account's office is settled when it is made (``User.office``, :mod:`models.participation`), so that no later change
of an organisation or a locality carries an account from one office to another. Accounts that are older than that belong
to the default office, until the operator opens their own (``desk office open``).

Roles hold within one's own office: what "everything" means for a protocol office, an approver or an administrator is
what belongs to their office. Nothing here counts offices or assumes a number of them; while there is only the default
office, :attr:`Offices.alone` lets callers omit the conditions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, literal, null, or_, select, union
from sqlmodel import Session

from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.places import Locality, Organisation

LOCALITY = "desk_locality"
"""The execution option of connections that is ``DESK_LOCALITY`` (:meth:`models.database.Database.works_for`)."""

_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_LOCALITY: Table = Locality.__table__  # type: ignore[attr-defined]
_PROFILE: Table = OfficeProfile.__table__  # type: ignore[attr-defined]

_ANY: Table = _USER.alias("any_account")  # type: ignore[assignment]
OTHERS_EXIST = select(_ANY.c.id).where(_ANY.c.office.is_not(None)).exists()
"""Whether there is another office than the default one, as a column: it goes along with what a request asks first."""

_SEVERAL = "desk_several_offices"
_ENDED = ""
_FACTS = union(
    select(_LOCALITY.c.code, _LOCALITY.c.successor).where(_LOCALITY.c.successor.is_not(None)),
    select(_USER.c.office, null()).where(_USER.c.office.is_not(None)),
    select(_PROFILE.c.code, literal(_ENDED)).where(_PROFILE.c.ended_at.is_not(None)),
)


@dataclass(frozen=True, slots=True)
class Offices:
    """The offices at one moment.

    ``locality`` is ``DESK_LOCALITY``, ``default`` the end of its line, ``codes`` are those stored with accounts,
    ``successors`` locality → successor, of those that have one. ``others``: office → its localities, of all offices but
    the default one.
    ``organisations``: organisation → office, of the organisations in ``others``. ``ended`` are those of ``others`` that
    the operator ended: their events stay theirs, but nobody acts for them.
    """

    locality: str = ""
    default: str = ""
    codes: frozenset[str] = frozenset()
    successors: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()

    @classmethod
    def load(cls, work: Session | Connection) -> "Offices":
        """Read the offices: one query, or none if a session knows that there is only the default one (:func:`knows`);
        two more if there are others.

        Of the default office alone only ``locality`` is known, which is then its code too. A connection that was not
        told ``DESK_LOCALITY`` takes no line for the default one.
        """
        connection = work if isinstance(work, Connection) else work.connection()
        known = None if isinstance(work, Connection) else work.info.get(_SEVERAL)
        several = bool(connection.execute(select(OTHERS_EXIST)).scalar_one()) if known is None else known
        if isinstance(work, Session):
            knows(work, several=several)
        if several:
            return cls.load_whole(connection)
        locality = connection.get_execution_options().get(LOCALITY) or ""
        return cls(locality, locality)

    @classmethod
    def load_whole(cls, connection: Connection) -> "Offices":
        """As :meth:`load`, the succession of localities in any case."""
        rows = connection.execute(_FACTS).all()
        successors = {code: successor for code, successor in rows if successor}
        codes = frozenset(code for code, successor in rows if successor is None)
        found = cls.of_facts(connection.get_execution_options().get(LOCALITY) or "", codes, successors)
        if found.alone:
            return found
        ended = {line_end(successors, code) for code, successor in rows if successor == _ENDED}
        office_of = {code: office for office, localities in found.others.items() for code in localities}
        columns = select(_ORGANISATION.c.id, _ORGANISATION.c.locality)
        listed = connection.execute(columns.where(_ORGANISATION.c.locality.in_(sorted(office_of))))
        organisations = {row.id: office_of[row.locality] for row in listed}
        return replace(found, organisations=organisations, ended=frozenset(ended & found.others.keys()))

    @classmethod
    def of_facts(cls, locality: str, codes: frozenset[str], successors: Mapping[str, str]) -> "Offices":
        """The offices without their organisations; ``locality`` is ``DESK_LOCALITY``, empty if unknown."""
        default = line_end(successors, locality)
        ends = {line_end(successors, code) for code in codes} - {default}
        return cls(locality, default, codes, successors, {end: line_of(successors, end) for end in sorted(ends)})

    @property
    def alone(self) -> bool:
        """Whether there is only the default office."""
        return not self.others

    @property
    def keeping(self) -> "Offices":
        """Who keeps the directory: people and bodies of an office that ended are the default one's to keep, as those of
        any place without an office. For events it stays as it is."""
        if not self.ended:
            return self
        others = {office: codes for office, codes in self.others.items() if office not in self.ended}
        kept = {body: office for body, office in self.organisations.items() if office not in self.ended}
        return replace(self, others=others, organisations=kept, ended=frozenset())

    def of(self, organisation_id: str | None) -> str:
        """The office of an organisation, or of what has none."""
        return self.organisations.get(organisation_id or "", self.default)

    def at(self, locality: str) -> str:
        """The office of the organisations in a locality."""
        end = line_end(self.successors, locality)
        return end if end in self.others else self.default

    def named(self, office: str | None) -> str:
        """The office that a stored code means now; None is the default one."""
        return self.default if office is None else self.at(office)

    def holds(self, office: str, organisation_id: Any) -> ColumnElement[bool] | None:
        """The condition for rows whose organisation (a column, possibly NULL) belongs to an office; None: all do."""
        if self.alone:
            return None
        if office != self.default:
            return organisation_id.in_(within(self.others.get(office, ())))  # type: ignore[no-any-return]
        return or_(organisation_id.is_(None), organisation_id.not_in(within(self._elsewhere)))

    def marks(self, office: str, column: Any) -> ColumnElement[bool] | None:
        """The condition for rows that carry the code of an office in a column, NULL for the default; None: all do."""
        if self.alone:
            return None
        if office != self.default:
            return column.in_(sorted(self.others.get(office, ())))  # type: ignore[no-any-return]
        return or_(column.is_(None), column.not_in(self._elsewhere))

    @property
    def _elsewhere(self) -> list[str]:
        return sorted(code for codes in self.others.values() for code in codes)


def knows(session: Session, *, several: bool) -> None:
    """Tell a session whether there is another office than the default one, until an account is made in it."""
    session.info[_SEVERAL] = several


def forgets(session: Session) -> None:
    """Make a session look again, after an account was made."""
    session.info.pop(_SEVERAL, None)


def within(localities: Iterable[str]) -> Any:
    """The SELECT of the ids of organisations in some localities."""
    return select(_ORGANISATION.c.id).where(_ORGANISATION.c.locality.in_(sorted(localities)))


def line_end(successors: Mapping[str, str], code: str) -> str:
    """The code at the end of a locality's line."""
    seen = {code}
    while (following := successors.get(code)) is not None and following not in seen:
        seen.add(following)
        code = following
    return code


def line_of(successors: Mapping[str, str], code: str) -> frozenset[str]:
    """The codes of a locality's line."""
    end = line_end(successors, code)
    return frozenset({code, end, *(one for one in successors if line_end(successors, one) == end)})
