"""Feed diagnostics: what prevents a feed from arriving as intended, and what an officer can do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from calendars.feeds.clients import HABITS, AlarmSupport, client_name
from models.i18n import N_, Message, message
from models.vocabulary import FeedClient, Severity

LARGEST = HABITS[FeedClient.GOOGLE].largest or 1_000_000
NEARLY_LARGEST = LARGEST * 8 // 10
LONGEST_ADDRESS = 255
"""Characters; Google accepts one more, Nextcloud truncates at this length (sources: calendars.feeds.clients)."""

FAR_PAST = timedelta(days=90)
"""Entries that ended longer ago than this count as far past."""

_WORTH_SAVING = 100_000
_SOON = timedelta(days=14)
_LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".intranet", ".test", ".invalid")


@dataclass(frozen=True, slots=True)
class ReaderState:
    """A kind of program that reads a feed; ``is_current`` if its last response is the feed's current content."""

    client: FeedClient
    first_at: datetime
    last_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class FeedState:
    """The facts about a feed. Sizes are in bytes, ``size`` and ``far_past_size`` uncompressed; instants are aware.

    ``address_length`` is the number of characters of its address, ``public_url`` the base of that address.
    ``far_past_size`` is the size of the entries that ended before :data:`FAR_PAST`. ``zones_missing`` are used without
    being defined. ``expires_on`` is the last day on which the feed works.
    """

    size: int
    compressed_size: int
    entries: int
    address_length: int
    public_url: str
    alarms: bool
    past_days: int
    far_past_size: int
    expires_on: date | None
    zones_missing: Sequence[str]
    readers: Sequence[ReaderState]
    last_changed_at: datetime
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A current or upcoming problem: ``code`` is stable, ``detail`` states the problem, ``advice`` the remedy."""

    code: str
    severity: Severity
    detail: Message
    advice: Message


def examine(state: FeedState) -> list[Finding]:
    """All findings about a feed, the most severe first; none for a healthy one.

    Findings about one program are reported if that program reads the feed, or if nobody does yet.
    """
    found = [
        *_term(state),
        *_contents(state),
        *_size(state),
        *_address(state),
        *_readers(state),
        *_alarms(state),
    ]
    gravest_first = list(reversed(Severity))
    return sorted(found, key=lambda finding: gravest_first.index(finding.severity))


def _term(state: FeedState) -> Iterator[Finding]:
    last = state.expires_on
    if last is None:
        return
    advice = message(N_("Set a later last day, or revoke it if nobody needs it any more."))
    if last < state.today:
        detail = message(N_("It stopped on {day}, its last day."), day=last)
        yield Finding("expired", Severity.BLOCKING, detail, advice)
    elif last - state.today <= _SOON:
        detail = message(N_("It works until {day} and then answers nobody."), day=last)
        yield Finding("expires_soon", Severity.WARNING, detail, advice)


def _contents(state: FeedState) -> Iterator[Finding]:
    if state.entries == 0:
        yield Finding(
            "empty",
            Severity.WARNING,
            message(N_("Nothing stands in it: no event fits its choice.")),
            message(
                N_("Untick a kind, a direction or a locality, tick more of what it shows, or show more past days.")
            ),
        )
    if state.zones_missing:
        yield Finding(
            "missing_zone",
            Severity.WARNING,
            message(
                N_("Time zones are named but not explained: {zones}. Programs may show these hours wrongly."),
                zones=tuple(state.zones_missing),
            ),
            message(N_("Give these events the office's time zone, and tell the administrator.")),
        )


def _size(state: FeedState) -> Iterator[Finding]:
    kilobytes = state.size // 1000
    advice = message(N_("Make two calendars, one for each direction, or show fewer days of the past."))
    if state.size >= LARGEST:
        is_read = any(reader.client is FeedClient.GOOGLE for reader in state.readers)
        yield Finding(
            "too_large_for_google",
            Severity.BLOCKING if is_read else Severity.WARNING,
            message(N_("It has {size} kB; Google Calendar loses events from about 1000 kB on."), size=kilobytes),
            advice,
        )
    elif state.size >= NEARLY_LARGEST:
        yield Finding(
            "nearly_too_large",
            Severity.WARNING,
            message(
                N_("It has {size} kB already; Google Calendar loses events from about 1000 kB on."), size=kilobytes
            ),
            advice,
        )
    if state.size >= _WORTH_SAVING and state.far_past_size * 2 > state.size:
        yield Finding(
            "shows_far_past",
            Severity.INFO,
            message(
                N_("{percent} % of it was over more than {days} days ago; it shows {past_days} days of the past."),
                percent=state.far_past_size * 100 // state.size,
                days=FAR_PAST.days,
                past_days=state.past_days,
            ),
            message(N_("Show fewer days of the past: {days} are enough for most."), days=FAR_PAST.days),
        )


def _address(state: FeedState) -> Iterator[Finding]:
    if state.address_length > LONGEST_ADDRESS:
        yield Finding(
            "url_too_long",
            Severity.WARNING,
            message(
                N_("Its address has {count} characters; some programs, Google among them, take only {most}."),
                count=state.address_length,
                most=LONGEST_ADDRESS,
            ),
            message(N_("Ask the administrator for a shorter public address (DESK_PUBLIC_URL).")),
        )
    parts = urlsplit(state.public_url)
    if is_inside(parts.hostname or ""):
        yield Finding(
            "not_reachable_from_outside",
            Severity.WARNING,
            message(
                N_("{host} is an address for inside only: Google and Outlook on the web fetch from the internet."),
                host=parts.hostname or "",
            ),
            message(N_("Ask the administrator for a public address (DESK_PUBLIC_URL), or read it inside the office.")),
        )
    elif parts.scheme != "https":
        yield Finding(
            "not_reachable_from_outside",
            Severity.WARNING,
            message(N_("Its address begins with http: others can read along, and some programs refuse it.")),
            message(N_("Ask the administrator for an address with https (DESK_PUBLIC_URL).")),
        )


def is_inside(host: str) -> bool:
    """Whether a host is reachable from the same machine or network only: loopback, private addresses, local names.

    Source of the addresses: the RFC 6890 registries as implemented by ipaddress; of the names: RFC 6761, 6762, 8375.
    """
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").lower().endswith(_LOCAL_NAMES)


def _readers(state: FeedState) -> Iterator[Finding]:
    if not state.readers:
        yield Finding(
            "never_read",
            Severity.INFO,
            message(N_("No program has read it yet.")),
            message(N_("Put its address into your calendar program. If you have lost it, make a new address.")),
        )
    for reader in state.readers:
        patience = HABITS[reader.client].patience
        unread = state.now - max(reader.last_at, state.last_changed_at)
        if reader.is_current or patience is None or unread <= patience:
            continue
        yield Finding(
            "stale_reader",
            Severity.WARNING,
            message(
                N_("{client} has not read it for {time}, and shows an old state."),
                client=client_name(reader.client),
                time=_length(state.now - reader.last_at),
            ),
            message(N_("Look whether it is still subscribed to the present address; if not, add the calendar anew.")),
        )


def _length(time: timedelta) -> Message:
    if time < timedelta(days=2):
        return message(N_("{count} hours"), count=time // timedelta(hours=1))
    return message(N_("{range} days"), range=time.days)


def _alarms(state: FeedState) -> Iterator[Finding]:
    if not state.alarms:
        return
    advice = message(N_("Rely on the reminders that this service sends by mail, or read it with another program."))
    if not state.readers:
        without_alarms = tuple(
            client_name(client) for client, habits in HABITS.items() if habits.alarms is not AlarmSupport.RUNG
        )
        detail = message(N_("Not every program rings its alarms: {clients} leave them out."), clients=without_alarms)
        yield Finding("alarms_ignored", Severity.INFO, detail, advice)
    for reader in state.readers:
        match HABITS[reader.client].alarms:
            case AlarmSupport.IGNORED:
                detail = message(
                    N_("{client} reads it, and never rings its alarms."), client=client_name(reader.client)
                )
                yield Finding("alarms_ignored", Severity.WARNING, detail, advice)
            case AlarmSupport.TAKEN_OFF:
                yield Finding(
                    "alarms_ignored",
                    Severity.INFO,
                    message(
                        N_("{client} leaves its alarms out unless told otherwise."), client=client_name(reader.client)
                    ),
                    message(N_("In the subscription's settings untick “Remove alerts”.")),
                )
