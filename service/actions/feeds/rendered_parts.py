"""The parts feeds are assembled from: an event's entries in a language, cached until something they show changes."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import babel
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

import calendars
from calendars.events.succession import places_on
from calendars.ical import items_and_tasks, vevent
from calendars.people.names import name_text
from models import text
from models.agreements import Agreement, Commitment
from models.event_parts import Task, last_revisions
from models.events import Event
from models.feeds import DeletedEvent, Feed, IcalFragment
from models.i18n import catalogue
from models.office import Office
from models.places import Locality, Organisation, Person
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import Language
from service.actions import change_log, dated_parts
from service.actions.change_log import Position
from service.actions.context import ActionContext
from service.actions.feeds.feeds import is_public

PROGRAMME, TASKS, PUBLIC, DELETED = "programme", "tasks", "public", "deleted"

BATCH = 500
"""How many ids go into one query; SQLite and PostgreSQL both have a limit."""


@dataclass(frozen=True, slots=True)
class RenderedPart:
    """One newly rendered part of an event's entries; ``body`` and ``zone`` may be empty."""

    event_id: str
    part: str
    body: bytes
    zone: str

    @property
    def digest(self) -> str:
        """Identifies these bytes."""
        return digest_of(self.body)


@dataclass
class TooManyParts(Exception):
    """More parts have to be rendered than one transaction should render; ``missing``: event → parts."""

    missing: dict[str, list[str]]


class UncachedParts:
    """Rendered parts that are not in the database, by event and part; missing ones are rendered and added.

    ``position`` is the position in the change log they were rendered at; ``fresh`` are those rendered in the current
    attempt.
    """

    def __init__(self) -> None:
        self.parts: dict[tuple[str, str], RenderedPart] = {}
        self.fresh: list[RenderedPart] = []
        self.position: Position | None = None

    def begin(self, session: Session) -> None:
        """Start an attempt: drop the parts that have changed since they were rendered."""
        self.fresh = []
        if self.parts:
            changed = change_log.changes_since(session, self.position).event_ids
            self.parts = (
                {} if changed is None else {key: one for key, one in self.parts.items() if key[0] not in changed}
            )

    def make(
        self, session: Session, act: ActionContext, language: Language, missing: Mapping[str, Collection[str]]
    ) -> None:
        """Render the ``missing`` parts: event → parts."""
        fresh = render(session, act, language, missing)
        self.fresh += fresh
        self.parts |= {(one.event_id, one.part): one for one in fresh}

    def make_few(self, session: Session, act: ActionContext, language: Language, missing: dict[str, list[str]]) -> None:
        """Render the ``missing`` parts: event → parts.

        Raises:
            TooManyParts: of more events than one transaction should render.
        """
        if len(missing) > BATCH:
            raise TooManyParts(missing)
        if missing:
            self.make(session, act, language, missing)


def digest_of(*parts: bytes) -> str:
    """128 bits of SHA-256 over the parts, in hexadecimal."""
    return hashlib.sha256(b"".join(parts)).hexdigest()[:32]


def parts_of(feed: Feed) -> tuple[str, ...]:
    """The parts of an event that a feed shows, in their order in the feed."""
    if is_public(feed):
        return (PUBLIC,)
    visit = "visit" + "+alarm" * feed.alarms + "+lunar" * feed.lunar
    return (
        *([visit] if feed.visits else []),
        *([PROGRAMME] if feed.programme else []),
        *([TASKS] if feed.tasks else []),
    )


@cache
def fingerprint(language: Language, office: Office) -> str:
    """The cache key for what rendered bytes depend on besides the data: code, libraries, translations, URL and zone."""
    # Imported here: icalendar takes 25 ms of a start, and only calendar entries need it.
    import icalendar

    code = sorted(Path(str(calendars.__file__)).parent.rglob("*.py"))
    sources = [module.read_bytes() for module in (*code, Path(str(text.__file__)))]
    versions = (icalendar.__version__, babel.__version__, zlib.ZLIB_RUNTIME_VERSION, office.public_url, office.timezone)
    others = repr((versions, sorted(catalogue(language).items())))
    return digest_of(*sources, others.encode())[:16]


def render(
    session: Session, act: ActionContext, language: Language, parts_by_event: Mapping[str, Collection[str]]
) -> list[RenderedPart]:
    """Render parts (event → parts); an event that no longer exists has none."""
    rendered: list[RenderedPart] = []
    localities = {place.code: place for place in session.scalars(select(Locality))}
    for batch in batches(list(parts_by_event)):
        rendered += _deleted(session, localities, language, [key for key in batch if DELETED in parts_by_event[key]])
        existing = [key for key in batch if DELETED not in parts_by_event[key]]
        tasks = _tasks(session, [key for key in existing if TASKS in parts_by_event[key]])
        for event_id, facts in _facts(session, act, localities, existing):
            for part in parts_by_event[event_id]:
                body, zone = _part(part, facts, tasks.get(event_id, []), language)
                rendered.append(RenderedPart(event_id, part, body, zone))
    return rendered


def _part(
    part: str, facts: vevent.EventFacts, tasks: Sequence[items_and_tasks.CalendarTask], language: Language
) -> tuple[bytes, str]:
    """One part's bytes and the time zone they refer to."""
    if part == PROGRAMME:
        return items_and_tasks.render_programme(facts, language), items_and_tasks.programme_zone(facts)
    if part == TASKS:
        return items_and_tasks.render_tasks(facts, tasks, language), ""
    body = vevent.render_event(facts, language, alarm="+alarm" in part, lunar="+lunar" in part, public=part == PUBLIC)
    return body, next(iter(vevent.zones_of(facts)), "")


def _facts(
    session: Session, act: ActionContext, localities: Mapping[str, Locality], event_ids: Sequence[str]
) -> Iterator[tuple[str, vevent.EventFacts]]:
    statement = (
        select(Event, Organisation, Commitment, Agreement)
        .outerjoin(Organisation, col(Organisation.id) == col(Event.organisation_id))
        .outerjoin(Commitment, col(Commitment.id) == col(Event.commitment_id))
        .outerjoin(Agreement, col(Agreement.id) == col(Commitment.agreement_id))
        .where(col(Event.id).in_(event_ids))
    )
    found = session.execute(statement).all() if event_ids else []
    lines = OrganisationLines.load(session)
    revisions = last_revisions(session, event_ids)
    parts_by_event = dated_parts.dated_parts(session, event_ids)
    for event, organisation, commitment, agreement in found:
        facts = vevent.EventFacts.of(
            event,
            localities=localities,
            organisation=lines.shown(organisation, event.first_day),
            revision=revisions.get(event.id),
            url=act.office.event_url(event.id),
            office_zone=act.office.timezone,
            parts=parts_by_event.get(event.id, ()),
            article=_article(act, commitment, agreement),
        )
        if agreement:
            changed_at = max(facts.updated_at, commitment.updated_at, agreement.updated_at)
            facts = replace(facts, updated_at=changed_at)
        yield event.id, facts


def _article(act: ActionContext, commitment: Commitment | None, agreement: Agreement | None) -> vevent.Article | None:
    if commitment is None or agreement is None:
        return None
    url = f"{act.office.public_url}/agreements/{agreement.id}"
    return vevent.Article(number=commitment.article, agreement=agreement.title, url=url, key=commitment.id)


def _tasks(session: Session, event_ids: Sequence[str]) -> dict[str, list[items_and_tasks.CalendarTask]]:
    """Event → its tasks in the order of their creation."""
    found: dict[str, list[items_and_tasks.CalendarTask]] = defaultdict(list)
    if not event_ids:
        return found
    statement = (
        select(Task, col(Event.first_day), Organisation, Person)
        .join(Event, col(Event.id) == col(Task.event_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Task.organisation_id))
        .outerjoin(Person, col(Person.id) == col(Task.person_id))
        .where(col(Task.event_id).in_(event_ids))
        .order_by(col(Task.id))
    )
    lines = OrganisationLines.load(session)
    for task, first_day, body, person in session.execute(statement):
        organisation = lines.shown(body, first_day)
        names = [*([name_text(person)] if person else []), *([organisation.name] if organisation else [])]
        found[task.event_id].append(
            items_and_tasks.CalendarTask(
                id=task.id,
                title=task.title,
                due_day=task.due_day,
                done=task.done,
                done_at=task.done_at,
                created_at=task.created_at,
                updated_at=max(one.updated_at for one in (task, organisation, person) if one),
                responsible=names[0] if names else None,
            )
        )
    return found


def _deleted(
    session: Session, localities: Mapping[str, Locality], language: Language, event_ids: Sequence[str]
) -> Iterator[RenderedPart]:
    if not event_ids:
        return
    for row in session.scalars(select(DeletedEvent).where(col(DeletedEvent.id).in_(event_ids))):
        hosts = places_on(localities, row.host, row.first_day)
        names = set(DeletedEvent.model_fields) & set(vevent.EventFacts.__dataclass_fields__)
        facts = vevent.EventFacts(
            **{name: getattr(row, name) for name in names},
            description=None,
            host_name=hosts[-1].name if hosts else {},
            guest_name=None,
            organisation_name=None,
            url=None,
            headcount=None,
        )
        zone = next(iter(vevent.zones_of(facts)), "")
        yield RenderedPart(row.id, DELETED, items_and_tasks.render_deleted(facts, language), zone)


def store(
    session: Session, act: ActionContext, language: Language, fresh: Iterable[RenderedPart], position: Position
) -> int:
    """Store rendered parts in a writing transaction, and return how many.

    ``position`` is the position in the change log they were rendered at: parts of events changed since are not stored.
    While a transaction that changes something feeds show is running, none are: caching never blocks a writer.
    """
    if not change_log.try_exclusive_lock(session):
        return 0
    changed = change_log.changes_since(session, position).event_ids
    if changed is None:
        return 0
    values = [
        {
            "event_id": fragment.event_id,
            "language": language,
            "part": fragment.part,
            "fingerprint": fingerprint(language, act.office),
            "digest": fragment.digest,
            "zone": fragment.zone,
            "body": fragment.body,
            "rendered_at": act.now,
        }
        for fragment in fresh
        if fragment.event_id not in changed
    ]
    if values:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        insert = dialect.insert(IcalFragment)
        # Another process may have stored the same bytes meanwhile: then its row stays.
        statement = insert.on_conflict_do_update(
            index_elements=["event_id", "language", "part"],
            set_={name: insert.excluded[name] for name in ("fingerprint", "digest", "zone", "body", "rendered_at")},
            where=col(IcalFragment.fingerprint) != insert.excluded.fingerprint,
        )
        session.execute(statement, values)
    return len(values)


def batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The keys in batches that fit into one query."""
    return (keys[first : first + BATCH] for first in range(0, len(keys), BATCH))
