"""Who is told of an occasion: of an observance, an anniversary, an agreement, or a permit of a learner of an office.

No event hides most of these: every account of the office may read them. Of what is :class:`Private`, milestones of
projects and permits of learners, accounts are told that may read it
(:mod:`service.actions.ledger.rights`). So the rule is (it is named in
:mod:`models.queries.audience`, too):

- Accounts are told that are active and of the rule's own office; of accounts that are older than offices, only those of
  its side. ``role:…`` means those with exactly that role; ``organisation`` those of the organisation whose day it is,
  else of the organisation whose rule it is, else, for a rule of the office itself, its protocol office.
- ``email:…`` means the account of the office with that address, in whose language it is written, if it is active; the
  address of a disabled one is told nothing. Any other address is told only if somebody entitled has approved it
  (:mod:`models.queries.approved_rules`).
- Of what belongs to an event and is read by fewer than the office, the permits of learners, only accounts are told that
  read the event's money, as officers and in charge of it or for a body that carries on its work; other addresses are
  not, whoever approved them. Nobody stands in who may not know it either.
- ``owner``, ``members`` and ``assignee`` are people of an event: here they are nobody, and a rule can't name them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlmodel import Session

from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.places import Locality, Organisation
from models.queries.audience import MESSENGER, ORGANISATION
from models.queries.event_readers import ReadingRights, with_sides
from models.queries.languages import reader_language
from models.queries.offices import Offices
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import Language, Role

_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_LOCALITY: Table = Locality.__table__  # type: ignore[attr-defined]
_PROFILE: Table = OfficeProfile.__table__  # type: ignore[attr-defined]
_ROLE, _EMAIL = "role:", "email:"
_ACCOUNTS = (
    select(
        *(_USER.c[name] for name in ("id", "email", "role", "organisation_id", "locale", "active", "messenger")),
        _USER.c.office,
        _ORGANISATION.c.protocol_office,
        _ORGANISATION.c.locality,
    )
    .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _USER.c.organisation_id)
    .order_by(_USER.c.email)
)
_COUNTRIES = select(_LOCALITY.c.code, _LOCALITY.c.country)
_LANGUAGES = select(_PROFILE.c.code, _PROFILE.c.language).where(_PROFILE.c.language.is_not(None))


@dataclass(frozen=True, slots=True)
class Private:
    """What only officers of an organisation, and those who read the whole office, may be told; with ``event`` (a row
    with its ``organisation_id`` and ``created_by``) only officers who read that event's money, and no other address."""

    organisation_id: str | None
    event: Any = None

    @classmethod
    def of(cls, one: Any) -> "Private | None":
        """Who may be told of an occasion; None: everybody of the office."""
        if one is None or not (one.is_private or one.event is not None):
            return None
        return cls(one.organisation_id, one.event)


@dataclass(frozen=True, slots=True)
class OccasionReaders:
    """The accounts that rules about occasions may tell, and in which language other addresses are written to."""

    offices: Offices
    rights: Mapping[str, ReadingRights] = field(default_factory=dict)
    accounts: tuple[Any, ...] = ()
    countries: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, Language] = field(default_factory=dict)
    """Office → the language that it has chosen."""

    @classmethod
    def load(cls, work: Session | Connection, offices: Offices) -> "OccasionReaders":
        """Read all accounts; four queries, and one or two more where some are older than offices."""
        connection = work if isinstance(work, Connection) else work.connection()
        found = tuple(connection.execute(_ACCOUNTS))
        rights = {user.id: ReadingRights.of(user, user.protocol_office, offices) for user in found}
        if rights and offices.locality:
            rights = with_sides(connection, rights, {user.id: user.locality for user in found})
        if any(not one.whole_office for one in rights.values()):
            lines = OrganisationLines.load(connection)
            rights = {user_id: one.carrying_on(lines) for user_id, one in rights.items()}
        countries = {row.code: row.country for row in connection.execute(_COUNTRIES)}
        chosen = connection.execute(_LANGUAGES).all()
        languages = {offices.named(row.code): row.language for row in chosen}
        return cls(offices, rights, found, countries, languages)

    def addresses(
        self,
        audience: Iterable[str],
        office: str,
        organisation_id: str | None,
        *,
        vouched: bool,
        private: Private | None = None,
    ) -> dict[str, Language]:
        """The addresses of an audience, each once and in lower case, with the reader's language.

        ``office`` is the rule's, ``organisation_id`` whose day it is, or else whose rule. ``vouched``: the addresses
        that the audience names are approved. ``private`` limits the accounts. An account with a messenger is a second
        recipient, ``messenger:ADDRESS``.
        """
        found: dict[str, Language] = {}
        for word in audience:
            if word.startswith(_EMAIL):
                found |= self._named(word.removeprefix(_EMAIL).lower(), office, private, vouched=vouched)
            else:
                for user in self._accounts(word, office, organisation_id):
                    if self._may_know(user, private):
                        found |= _told(user)
        return found

    @property
    def mailboxes(self) -> frozenset[str]:
        """The addresses of all active accounts."""
        return frozenset(user.email for user in self.accounts if user.active)

    def messenger_of(self, address: str, office: str) -> bytes | None:
        """The encrypted address of the messenger of the office's account with this address."""
        user = self._account(address, office)
        return user.messenger if user is not None and user.active else None

    def account_language(self, address: str, office: str, private: Private | None = None) -> Language | None:
        """The language of the office's active account with this address; None: no such account may be told."""
        user = self._account(address, office)
        may_know = user is not None and user.active and self._may_know(user, private)
        return user.locale if may_know else None

    def _named(self, address: str, office: str, private: Private | None, *, vouched: bool) -> dict[str, Language]:
        user = self._account(address, office)
        if user is not None:
            return _told(user) if user.active and self._may_know(user, private) else {}
        if not vouched or (private is not None and private.event is not None):
            return {}
        return {address: reader_language((), None, self.countries.get(office), office=self.languages.get(office))}

    def _account(self, address: str, office: str) -> Any:
        """The account of an office with an address, disabled or not."""
        return next((user for user in self.accounts if user.email == address and self._is_of(user, office)), None)

    def _accounts(self, word: str, office: str, organisation_id: str | None) -> list[Any]:
        """The active accounts of an office that a word means."""
        own = [user for user in self.accounts if user.active and self._is_of(user, office)]
        if word.startswith(_ROLE):
            return [user for user in own if user.role == word.removeprefix(_ROLE)]
        if word != ORGANISATION:
            return []
        if organisation_id is not None and (found := [one for one in own if one.organisation_id == organisation_id]):
            return found
        return [user for user in own if user.organisation_id is None or user.protocol_office]

    def _may_know(self, user: Any, private: Private | None) -> bool:
        if private is None:
            return True
        if not Role(user.role).suffices_for(Role.OFFICER):
            return False
        rights = self.rights[user.id]
        if private.event is not None:
            return rights.everything or rights.is_in_charge(private.event) or rights.carries_on(private.event)
        is_own = private.organisation_id is not None and private.organisation_id == rights.organisation_id
        return rights.whole_office or is_own

    def _is_of(self, user: Any, office: str) -> bool:
        rights = self.rights[user.id]
        return rights.office == office and rights.side is None


def _told(user: Any) -> dict[str, Language]:
    told: dict[str, Language] = {user.email: user.locale}
    if user.messenger is not None:
        told[f"{MESSENGER}{user.email}"] = user.locale
    return told
