"""Accounts, their API tokens and console sessions, stored responses to repeated requests, the audit log."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, text
from sqlmodel import Field, SQLModel

from models.base import Identified, Sorted, Versioned, one_of
from models.clock import utcnow
from models.collation import person_key
from models.types import JsonList, JsonObject, UtcDateTime, WordType
from models.vocabulary import Language, Role, TokenScope


class User(Identified, Versioned, Sorted, table=True):
    """An account. ``email`` is stored in lower case; ``password_hash`` is argon2id, None means login by token only.

    ``weekly_schedule`` and ``daily_digest``: whether the account receives these mails. ``messenger`` is the address of
    a messenger that also receives reminders, encrypted because it contains a key. ``must_change_password``: somebody
    else chose the password, so the console requires a new one before it shows anything. ``known_browsers`` counts how
    often all browsers that had signed in became strangers: with each new password, and when it is switched off.
    ``office`` is the account's (the code of a locality, NULL for the default one: :mod:`models.queries.offices`).
    ``away_until`` is the last day of its leave (NULL: it is not on leave), ``stand_in_id`` the account that is reminded
    in its place until then (:mod:`models.queries.stand_ins`).
    """

    __tablename__ = "user"
    __table_args__ = (one_of("role", Role), one_of("locale", Language))

    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=200)
    role: Role = Field(sa_type=WordType(Role))
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    locale: Language = Field(default=Language.VI, sa_type=WordType(Language))
    active: bool = Field(default=True)
    password_hash: str | None = Field(default=None, max_length=200)
    must_change_password: bool = Field(default=False)
    weekly_schedule: bool = Field(default=True)
    daily_digest: bool = Field(default=True)
    messenger: bytes | None = Field(default=None, sa_type=LargeBinary)
    known_browsers: int = Field(default=0)
    office: str | None = Field(default=None, max_length=60)
    away_until: date | None = None
    stand_in_id: str | None = Field(default=None, foreign_key="user.id", max_length=26)

    def made_sort_key(self) -> bytes:
        return person_key(self.name)


class ApiToken(Identified, table=True):
    """A bearer token; only its SHA-256 is stored. ``last_used_at`` is accurate to the hour."""

    __tablename__ = "api_token"
    __table_args__ = (one_of("scope", TokenScope),)

    user_id: str = Field(foreign_key="user.id", index=True, max_length=26, ondelete="CASCADE")
    name: str = Field(max_length=200)
    token_hash: str = Field(max_length=64, unique=True)
    scope: TokenScope = Field(default=TokenScope.WRITE, sa_type=WordType(TokenScope))
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime)


class WebSession(SQLModel, table=True):
    """A signed-in browser; the key is the cookie's SHA-256, so a copy of the table grants no access.

    ``last_seen_at`` is accurate to a few minutes.
    """

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user.id", index=True, max_length=26, ondelete="CASCADE")
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SpentState(SQLModel, table=True):
    """The SHA-256 of a used ``state`` of the login provider: none can open a second session.

    Deleted after it has expired, because it is then refused without this table.
    """

    __tablename__ = "spent_state"

    state_hash: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class LoginFailure(Identified, table=True):
    """A failed login, counted for the rate limits by account and address and by address; deleted after a day."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("ix_login_failure_who", "account", "address", "at"),
        Index("ix_login_failure_from", "address", "at"),
    )

    account: str = Field(max_length=64)
    address: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


class IdempotencyKey(SQLModel, table=True):
    """The first response to a keyed POST, written in the transaction of the change itself.

    ``answer`` is encrypted with the service's secret: a response may show a token once.
    """

    __tablename__ = "idempotency_key"

    user_id: str = Field(foreign_key="user.id", primary_key=True, max_length=26, ondelete="CASCADE")
    key_hash: str = Field(primary_key=True, max_length=64)
    request_hash: str = Field(max_length=64)
    status: int
    answer: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


_IS_UNDO = text("undoes IS NOT NULL")


class Audit(SQLModel, table=True):
    """One successful change: who, what, before, after, why. Triggers refuse UPDATE and DELETE.

    ``undoes`` is the ``request_id`` of the change that this one undid. ``kept`` are values before the change that the
    trail does not tell, but undoing it needs (:mod:`service.actions.undo`); no reading shows them.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_entity", "entity", "entity_id"),
        Index("ix_audit_undoes", "undoes", sqlite_where=_IS_UNDO, postgresql_where=_IS_UNDO),
    )

    id: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
    )
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor_id: str | None = Field(default=None, max_length=26)
    actor_name: str = Field(max_length=254)
    action: str = Field(max_length=60)
    entity: str = Field(max_length=60)
    entity_id: str = Field(max_length=60)
    event_id: str | None = Field(default=None, max_length=26, index=True)
    changes: dict[str, Any] = Field(sa_type=JsonObject)
    reason: str | None = Field(default=None, max_length=2000)
    request_id: str | None = Field(default=None, max_length=64, index=True)
    undoes: str | None = Field(default=None, max_length=64)
    kept: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)


class FirstDay(SQLModel, table=True):
    """What an account has seen of the tour of its first day: the steps it ticked, and when it was done with them all.

    An account that was there before the tour has no row, and no tour unless it asks for it.
    """

    __tablename__ = "first_day"

    user_id: str = Field(foreign_key="user.id", primary_key=True, max_length=26, ondelete="CASCADE")
    ticked: list[str] = Field(default_factory=list, sa_type=JsonList)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Heartbeat(SQLModel, table=True):
    """A worker's last heartbeat, whether it is the leader, and since when and why it can't deliver mail.

    ``clock_stepped_at`` is the instant its clock showed after it was last moved, within an hour, and
    ``clock_step_seconds`` by how much it went forward (negative: back).
    """

    __tablename__ = "heartbeat"

    name: str = Field(primary_key=True, max_length=100)
    at: datetime = Field(sa_type=UtcDateTime)
    leads: bool = Field(default=False)
    mail_away_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mail_answer: str | None = Field(default=None, max_length=2000)
    clock_stepped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clock_step_seconds: int | None = None


class SeedEntry(SQLModel, table=True):
    """The row created from an entry of a programme file, and a digest of the content: a second load changes nothing.

    ``held`` are the values of file and row after the last load (:mod:`seed.keeping`); None for entries loaded before
    they were kept.
    """

    __tablename__ = "seed_entry"

    section: str = Field(primary_key=True, max_length=40)
    key: str = Field(primary_key=True, max_length=200)
    entity_id: str = Field(max_length=60)
    digest: str = Field(max_length=64)
    held: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)
