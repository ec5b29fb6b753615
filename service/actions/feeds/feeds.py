"""Feeds: created, changed, rotated, deleted; and which events one shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, not_, or_, true
from sqlalchemy import delete as core_delete
from sqlalchemy import select as core_select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col, select

from calendars.days.spans import days_after
from models.accounts import User
from models.agreements import Agreement, Commitment
from models.errors import DomainError, NotFound
from models.events import Event
from models.feeds import DeletedEvent, Feed, FeedChunk
from models.i18n import N_, message, translate
from models.labels import noun
from models.office import Office
from models.places import Locality, Organisation
from models.queries.dated import is_dated
from models.queries.event_readers import ReadingRights, reader_of, visible_to
from models.queries.organisation_lines import OrganisationLines
from models.text import localized
from models.vocabulary import EventStatus, Language, Role, Visibility
from service.actions import crud, locality_index, office_days, permissions
from service.actions.audit import plain, record
from service.actions.context import ActionContext
from service.actions.feeds import feed_filters
from service.actions.locality_index import DirectionResolver, LocalityIndex
from service.actions.tokens import new_token, token_hash

PUBLIC_SINCE = datetime(2026, 11, 23, tzinfo=UTC)
"""When the public calendar's own properties last changed, which only a new version of the service does."""

SHOWN_STATUSES = tuple(status for status in EventStatus if status is not EventStatus.DRAFT)
"""What a feed shows if its filter names no statuses."""

_SWITCHES = {"visits": True, "programme": True, "tasks": False}
"""What a feed can show of an event, and whether it does by default."""

_REFERENCES: Mapping[str, tuple[type[SQLModel], Mapped[str]]] = {
    "localities": (Locality, col(Locality.code)),
    "organisations": (Organisation, col(Organisation.id)),
    "agreements": (Agreement, col(Agreement.id)),
    feed_filters.SEEN_FROM: (Locality, col(Locality.code)),
}


class FeedNotFound(NotFound):
    """No feed at this URL; unknown, revoked and expired ones give the same answer, without the token."""

    def __init__(self) -> None:
        DomainError.__init__(self, message(N_("There is nothing at this address.")))


@dataclass(frozen=True, slots=True)
class IssuedFeed:
    """A feed and its new secret, which is shown only now."""

    feed: Feed
    secret: str

    def url(self, office: Office) -> str:
        """The URL to subscribe to."""
        return f"{office.public_url}/feeds/{self.secret}.ics"

    def webcal_url(self, office: Office) -> str:
        """The same URL with the scheme that opens a calendar program."""
        return "webcal://" + self.url(office).partition("://")[2]


def create_feed(session: Session, act: ActionContext, values: Mapping[str, Any]) -> IssuedFeed:
    """Create a feed of the acting account, in the account's language if none is given."""
    owner = act.account
    secret = new_token()
    values = {"locale": owner.locale} | _prepared(session, act, None, values)
    return IssuedFeed(
        crud.create(session, act, Feed(user_id=owner.id, token_hash=token_hash(secret), **values)), secret
    )


def issued_before(session: Session, feed_id: str, secret: str) -> IssuedFeed | None:
    """A feed with the secret it was issued with, if that is still the current one."""
    feed = session.get(Feed, feed_id)
    return IssuedFeed(feed, secret) if feed is not None and feed.token_hash == token_hash(secret) else None


def change_feed(session: Session, act: ActionContext, feed: Feed, values: Mapping[str, Any]) -> Feed:
    """Change a feed; its URL stays."""
    crud.change(session, act, feed, _prepared(session, act, feed, values))
    return feed


def delete_feed(session: Session, act: ActionContext, feed: Feed) -> None:
    """Delete a feed: its URL stops working with the next request."""
    session.execute(core_delete(FeedChunk).where(col(FeedChunk.feed_id) == feed.id))
    crud.delete(session, act, feed)


def rotate_feed(session: Session, act: ActionContext, feed: Feed) -> IssuedFeed:
    """Give a feed a new URL; the old one stops working with the next request."""
    secret = new_token()
    feed.token_hash = token_hash(secret)
    feed.updated_at = act.now
    crud.flush(session)
    record(session, act, "rotate", "feed", feed.id, {})
    return IssuedFeed(feed, secret)


def feeds_where(session: Session, act: ActionContext) -> Any:
    """The SELECT of the feeds an account may see: its own; administrators see those of their office's accounts."""
    if act.account.role is not Role.ADMIN:
        return select(Feed).where(Feed.user_id == act.account.id)
    accounts = select(User.id).where(permissions.own_accounts(session))
    return select(Feed).where(col(Feed.user_id).in_(accounts))


FEED_ORDER = (col(Feed.id),)


def own_feeds(session: Session, act: ActionContext) -> Sequence[Feed]:
    """The acting account's own feeds, the newest first; for administrators too."""
    own = select(Feed).where(Feed.user_id == act.account.id).order_by(col(Feed.created_at).desc(), col(Feed.id))
    return session.exec(own).all()


def find_feed(session: Session, act: ActionContext, identity: str) -> Feed:
    """A feed the account may see.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    feed: Feed | None = session.exec(feeds_where(session, act).where(Feed.id == identity)).first()
    if feed is None:
        raise NotFound(noun("feed"), identity)
    return feed


def _prepared(session: Session, act: ActionContext, feed: Feed | None, values: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(values)
    errors: crud.Errors = {}
    if "filter" in values:
        given = dict(plain(values["filter"]))
        seen_from = given.pop(feed_filters.SEEN_FROM, None)
        # An empty list means the same as none: it is not stored.
        wanted = {name: list(dict.fromkeys(items)) for name, items in given.items() if items}
        values["filter"] = feed_filters.kept(wanted, seen_from or act.office.locality)
        wanted |= {feed_filters.SEEN_FROM: [seen_from]} if seen_from else {}
        for name, (model, key) in _REFERENCES.items():
            if name == feed_filters.SEEN_FROM and not seen_from:
                continue
            found = set(session.scalars(core_select(key).where(key.in_(wanted.get(name, ())))))
            errors[f"filter.{name}"] = [
                message(N_("There is no {what} “{identity}”."), what=crud.called(model), identity=identity)
                for identity in wanted.get(name, ())
                if identity not in found
            ]
    if not any(values.get(name, getattr(feed, name, default)) for name, default in _SWITCHES.items()):
        errors["visits"] = [message(N_("Show at least one of these: visits, programme, tasks."))]
    if values.get("expires_on") is not None and values["expires_on"] < act.today:
        errors["expires_on"] = [message(N_("Must be today or later: it is the last day on which the feed works."))]
    crud.check(errors)
    return values


def feed_of_token(session: Session, act: ActionContext, secret: str) -> Feed:
    """The feed with this secret in its URL.

    Raises:
        FeedNotFound: unknown, revoked, expired (``expires_on`` is the last day, in the office's time zone), or its
            owner's account is disabled; the error does not say which.
    """
    feed = session.exec(
        select(Feed)
        .join(User, col(User.id) == col(Feed.user_id))
        .where(Feed.token_hash == token_hash(secret), col(User.active))
    ).first()
    if feed is None or (feed.expires_on is not None and feed.expires_on < act.today):
        raise FeedNotFound
    return feed


def owner_sees(session: Session, feed: Feed, table: Any = Event) -> ColumnElement[bool]:
    """The condition for events that the feed's owner may see now: evaluated at each request, never cached."""
    return visible_to(owner_reads(session, feed), table)


def owner_reads(session: Session, feed: Feed) -> ReadingRights | None:
    """What the feed's owner may read now; None for the public calendar."""
    return None if is_public(feed) else reader_of(session, session.get_one(User, feed.user_id))


def shown_by(session: Session, act: ActionContext, feed: Feed, table: Any = Event) -> list[ColumnElement[bool]]:
    """The conditions for events that a feed shows now; ``table`` may be that of deleted events.

    Time alone removes events from a feed, it never adds any.
    """
    wanted = feed.filter
    since = act.now - timedelta(days=feed.tombstone_days)
    is_gone = true() if table is DeletedEvent else col(table.status) == EventStatus.CANCELLED
    conditions = [
        owner_sees(session, feed, table),
        col(table.status).in_(wanted.get("statuses") or SHOWN_STATUSES),
        office_days.on_days(session, act.office.timezone, days_after(act.today, -feed.past_days), None, table),
        or_(not_(is_gone), col(table.updated_at) > since),
        true() if table is DeletedEvent else is_dated(),
    ]
    for name, column in (
        ("kinds", col(table.kind)),
        ("visibility", col(table.visibility)),
    ):
        if wanted.get(name):
            conditions.append(column.in_(wanted[name]))
    if bodies := wanted.get("organisations"):
        conditions.append(col(table.organisation_id).in_(sorted(OrganisationLines.load(session).lines(bodies))))
    if codes := wanted.get("localities"):
        localities = frozenset[str]().union(*map(LocalityIndex.load(session).line, codes))
        conditions.append(or_(col(table.host).in_(localities), col(table.guest).in_(localities)))
    if agreements := wanted.get("agreements"):
        commitments = core_select(col(Commitment.id)).where(col(Commitment.agreement_id).in_(agreements))
        conditions.append(col(table.commitment_id).in_(commitments))
    if ways := list(feed_filters.ways(wanted)):
        gazetteer = LocalityIndex.load(session)
        resolvers = {place: DirectionResolver(gazetteer, place) for _word, place in ways}
        conditions.append(or_(*(locality_index.directed(resolvers[place], word, table) for word, place in ways)))
    return conditions


def public_feed(session: Session, act: ActionContext, language: Language) -> Feed:
    """The public calendar: the public events, with only their public details.

    It has no row in the database: nobody owns it, and it can't be changed.
    """
    place = localized(LocalityIndex.load(session).name(act.office.locality, act.today), language)
    return Feed(
        id=f"public-{language}",
        user_id="",
        name=translate(N_("Public calendar: {place}"), language, place=place),
        locale=language,
        filter={"visibility": [Visibility.PUBLIC.value]},
        programme=False,
        token_hash="",
        created_at=PUBLIC_SINCE,
        updated_at=PUBLIC_SINCE,
    )


def is_public(feed: Feed) -> bool:
    """Whether this is the public calendar."""
    return not feed.user_id
