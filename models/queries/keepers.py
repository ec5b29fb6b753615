"""Who keeps a resource: what its ``keepers`` may say, and which accounts and addresses they mean now.

``user:ID`` is an account, ``email:ADDRESS`` an address: of an account it means that account, as long as there is one.
An account counts while it is active, at least an officer, and of the office that lends the resource; an address of a
disabled account means nobody.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from models.accounts import User
from models.errors import InvalidValue
from models.i18n import N_
from models.places import Person
from models.queries.audience import is_address, named_addresses
from models.queries.languages import reader_language
from models.queries.offices import Offices
from models.vocabulary import Language, Role

ACCOUNT, ADDRESS = "user:", "email:"
MOST_KEEPERS = 20
RIGHT = f"{ACCOUNT}ID, {ADDRESS}name@example.org"


def check_keepers(keepers: Iterable[str]) -> None:
    """Reject words that name neither an account nor an address.

    Raises:
        InvalidValue: its detail says what is valid.
    """
    for word in keepers:
        if word.startswith(ACCOUNT) and 0 < len(word.removeprefix(ACCOUNT)) <= 26:
            continue
        if word.startswith(ADDRESS) and is_address(word.removeprefix(ADDRESS)):
            continue
        raise InvalidValue(N_("“{word}” is no keeper; write {right}."), word=word[:60], right=RIGHT)


def named_accounts(keepers: Iterable[str]) -> list[str]:
    """The ids in the ``user:`` words."""
    return [word.removeprefix(ACCOUNT) for word in keepers if word.startswith(ACCOUNT)]


def addresses_of(keepers: Iterable[str]) -> set[str]:
    """The addresses in the ``email:`` words, in lower case."""
    return {address.lower() for address in named_addresses(keepers)}


def names_account(keepers: Collection[str], user: Any) -> bool:
    """Whether an account (its ``id`` and ``email``) is among the keepers, by either word."""
    return user.id in named_accounts(keepers) or user.email in addresses_of(keepers)


def is_keeper(resource: Any, user: Any, offices: Offices) -> bool:
    """Whether an account keeps a resource now, and so may answer who asks for it."""
    return (
        user.active
        and user.role.suffices_for(Role.OFFICER)
        and offices.named(user.office) == offices.named(resource.office)
        and names_account(resource.keepers, user)
    )


@dataclass(frozen=True, slots=True)
class KeeperAddress:
    """Where a keeper is written to, in which language; ``account_id`` None: an address that belongs to no account."""

    address: str
    language: Language
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Keepers:
    """The accounts and people behind the keepers of some resources; read at once, two queries and the offices."""

    offices: Offices
    accounts: Mapping[str, User] = field(default_factory=dict)
    by_email: Mapping[str, User] = field(default_factory=dict)
    languages: Mapping[str, Language] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, resources: Iterable[Any]) -> "Keepers":
        """Read them; no query if none of the resources has keepers."""
        words = sorted({word for one in resources for word in one.keepers})
        if not words:
            return cls(Offices())
        addresses = sorted(addresses_of(words))
        named = or_(col(User.id).in_(named_accounts(words)), col(User.email).in_(addresses))
        users = session.execute(select(User).where(named)).scalars().all()
        return cls(
            Offices.load(session),
            {user.id: user for user in users},
            {user.email: user for user in users},
            _languages(session, addresses),
        )

    def of(self, resource: Any) -> dict[str, KeeperAddress]:
        """Address → keeper, of those who hear of bookings of a resource; in the order in which they are listed."""
        found: dict[str, KeeperAddress] = {}
        for word in resource.keepers:
            address = word.removeprefix(ADDRESS).lower()
            user = self.by_email.get(address) if word.startswith(ADDRESS) else None
            user = user or self.accounts.get(word.removeprefix(ACCOUNT))
            if user is not None:
                if is_keeper(resource, user, self.offices):
                    found[user.email] = KeeperAddress(user.email, user.locale, user.id)
            elif word.startswith(ADDRESS):
                found[address] = KeeperAddress(address, self.languages.get(address, Language.VI))
        return found


def _languages(session: Session, addresses: Collection[str]) -> dict[str, Language]:
    """Address → language, of those that are somebody's on the list of people."""
    if not addresses:
        return {}
    people = session.execute(
        select(func.lower(col(Person.email)), col(Person.languages)).where(func.lower(col(Person.email)).in_(addresses))
    )
    return {address: reader_language(languages) for address, languages in people}
