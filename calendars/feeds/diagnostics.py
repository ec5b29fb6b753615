"""The feed doctor: what keeps a feed from arriving as it was meant, and what an officer can do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from calendars.days.formatting import numeric_day
from calendars.feeds.clients import HABITS, AlarmSupport, client_name
from models.i18n import Message, _, message
from models.vocabulary import FeedClient, Severity

LARGEST = HABITS[FeedClient.GOOGLE].largest or 1_000_000
NEARLY_LARGEST = LARGEST * 8 // 10
LONGEST_ADDRESS = 255
"""Characters; Google takes one more, Nextcloud cuts there (sources: calendars.feeds.clients)."""

FAR_PAST = timedelta(days=90)
"""What is over for longer than this is the far past."""

_WORTH_SAVING = 100_000
_SOON = timedelta(days=14)
_LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".intranet", ".test", ".invalid")


@dataclass(frozen=True, slots=True)
class ReaderState:
    """A kind of program that reads a feed; ``is_current`` when what it read last is what the feed is now."""

    client: FeedClient
    first_at: datetime
    last_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a feed. Sizes are in bytes, ``size`` and ``far_past_size`` as unpacked; instants are aware.

    ``address_length`` counts the characters of its address, ``public_url`` is where that begins. ``far_past_size`` is
    the part of the size whose entries were over before :data:`FAR_PAST`. ``zones_missing`` are used without being
    defined. ``expires_on`` is the last day on which it works.
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
    """Something that is wrong or will be: ``code`` is stable, ``detail`` says what is, ``advice`` what to do."""

    code: str
    severity: Severity
    detail: Message
    advice: Message


def examine(condition: FeedState) -> list[Finding]:
    """All that is to be said of a feed, the gravest first; nothing of a healthy one.

    What is of one program only is said when that program reads the feed, or while nobody does yet.
    """
    found = [
        *_term(condition),
        *_contents(condition),
        *_size(condition),
        *_address(condition),
        *_readers(condition),
        *_alarms(condition),
    ]
    gravest_first = list(reversed(Severity))
    return sorted(found, key=lambda finding: gravest_first.index(finding.severity))


def _term(condition: FeedState) -> Iterator[Finding]:
    last = condition.expires_on
    if last is None:
        return
    advice = message(_("Set a later last day, or revoke it if nobody needs it any more."))
    if last < condition.today:
        detail = message(_("It has answered nobody since {day}, its last day."), day=numeric_day(last))
        yield Finding("expired", Severity.BLOCKING, detail, advice)
    elif last - condition.today <= _SOON:
        detail = message(_("It works until {day} and then answers nobody."), day=numeric_day(last))
        yield Finding("expires_soon", Severity.WARNING, detail, advice)


def _contents(condition: FeedState) -> Iterator[Finding]:
    if condition.entries == 0:
        yield Finding(
            "empty",
            Severity.WARNING,
            message(_("Nothing stands in it: no event fits its choice.")),
            message(_("Untick a kind, a direction or a locality, tick more of what it shows, or show more past days.")),
        )
    if condition.zones_missing:
        yield Finding(
            "missing_zone",
            Severity.WARNING,
            message(
                _("Time zones are named but not explained: {zones}. Programs may show these hours wrongly."),
                zones=tuple(condition.zones_missing),
            ),
            message(_("Give these events the office's time zone, and tell the administrator.")),
        )


def _size(condition: FeedState) -> Iterator[Finding]:
    kilobytes = condition.size // 1000
    advice = message(_("Make two calendars, one for each direction, or show fewer days of the past."))
    if condition.size >= LARGEST:
        is_read = any(reader.client is FeedClient.GOOGLE for reader in condition.readers)
        yield Finding(
            "too_large_for_google",
            Severity.BLOCKING if is_read else Severity.WARNING,
            message(_("It has {size} kB; Google Calendar loses events from about 1000 kB on."), size=kilobytes),
            advice,
        )
    elif condition.size >= NEARLY_LARGEST:
        yield Finding(
            "nearly_too_large",
            Severity.WARNING,
            message(_("It has {size} kB already; Google Calendar loses events from about 1000 kB on."), size=kilobytes),
            advice,
        )
    if condition.size >= _WORTH_SAVING and condition.far_past_size * 2 > condition.size:
        yield Finding(
            "shows_far_past",
            Severity.INFO,
            message(
                _("{percent} % of it was over more than {days} days ago; it shows {past_days} days of the past."),
                percent=condition.far_past_size * 100 // condition.size,
                days=FAR_PAST.days,
                past_days=condition.past_days,
            ),
            message(_("Show fewer days of the past: {days} are enough for most."), days=FAR_PAST.days),
        )


def _address(condition: FeedState) -> Iterator[Finding]:
    if condition.address_length > LONGEST_ADDRESS:
        yield Finding(
            "url_too_long",
            Severity.WARNING,
            message(
                _("Its address has {count} characters; some programs, Google among them, take only {most}."),
                count=condition.address_length,
                most=LONGEST_ADDRESS,
            ),
            message(_("Ask the administrator for a shorter public address (DESK_PUBLIC_URL).")),
        )
    parts = urlsplit(condition.public_url)
    if is_inside(parts.hostname or ""):
        yield Finding(
            "not_reachable_from_outside",
            Severity.WARNING,
            message(
                _("{host} is an address for inside only: Google and Outlook on the web fetch from the internet."),
                host=parts.hostname or "",
            ),
            message(_("Ask the administrator for a public address (DESK_PUBLIC_URL), or read it inside the office.")),
        )
    elif parts.scheme != "https":
        yield Finding(
            "not_reachable_from_outside",
            Severity.WARNING,
            message(_("Its address begins with http: others can read along, and some programs refuse it.")),
            message(_("Ask the administrator for an address with https (DESK_PUBLIC_URL).")),
        )


def is_inside(host: str) -> bool:
    """Whether a host can be reached from the same machine or network only: loopback, private addresses, local names.

    Source of the addresses: the registries of RFC 6890 as ipaddress keeps them; of the names: RFC 6761, 6762, 8375.
    """
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").lower().endswith(_LOCAL_NAMES)


def _readers(condition: FeedState) -> Iterator[Finding]:
    if not condition.readers:
        yield Finding(
            "never_read",
            Severity.INFO,
            message(_("No program has read it yet.")),
            message(_("Put its address into your calendar program. If you have lost it, make a new address.")),
        )
    for reader in condition.readers:
        patience = HABITS[reader.client].patience
        unread = condition.now - max(reader.last_at, condition.last_changed_at)
        if reader.is_current or patience is None or unread <= patience:
            continue
        yield Finding(
            "stale_reader",
            Severity.WARNING,
            message(
                _("{client} has not read it for {time}, and shows an old state."),
                client=client_name(reader.client),
                time=_length(condition.now - reader.last_at),
            ),
            message(_("Look whether it is still subscribed to the present address; if not, add the calendar anew.")),
        )


def _length(time: timedelta) -> Message:
    if time < timedelta(days=2):
        return message(_("{count} hours"), count=time // timedelta(hours=1))
    return message(_("{range} days"), range=time.days)


def _alarms(condition: FeedState) -> Iterator[Finding]:
    if not condition.alarms:
        return
    advice = message(_("Rely on the reminders that this service sends by mail, or read it with another program."))
    if not condition.readers:
        deaf = tuple(client_name(client) for client, habits in HABITS.items() if habits.alarms is not AlarmSupport.RUNG)
        detail = message(_("Not every program rings its alarms: {clients} leave them out."), clients=deaf)
        yield Finding("alarms_ignored", Severity.INFO, detail, advice)
    for reader in condition.readers:
        match HABITS[reader.client].alarms:
            case AlarmSupport.IGNORED:
                detail = message(_("{client} reads it, and never rings its alarms."), client=client_name(reader.client))
                yield Finding("alarms_ignored", Severity.WARNING, detail, advice)
            case AlarmSupport.TAKEN_OFF:
                yield Finding(
                    "alarms_ignored",
                    Severity.INFO,
                    message(
                        _("{client} leaves its alarms out unless told otherwise."), client=client_name(reader.client)
                    ),
                    message(_("In the subscription's settings untick “Remove alerts”.")),
                )
