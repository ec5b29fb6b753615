"""Calendar programs: which one reads a feed, and how it treats the content."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from models.i18n import N_, Message, message
from models.vocabulary import FeedClient

_LONGEST_AGENT = 512
"""The number of characters of a user agent that are examined; a name does not need more."""

_MARKS: tuple[tuple[FeedClient, re.Pattern[str]], ...] = tuple(
    (client, re.compile(pattern, re.IGNORECASE))
    for client, pattern in (
        (FeedClient.GOOGLE, r"google-calendar-importer|\bgoogle-?calendar\b"),
        (FeedClient.OUTLOOK, r"outlook|\bmicrosoft[ .-]exchange\b|\bms-?office\b|\bmicrosoft office\b"),
        (FeedClient.NEXTCLOUD, r"nextcloud|owncloud"),
        (FeedClient.DAVX5, r"\b(?:davx5|davdroid|icsx5|icsdroid)\b"),
        (FeedClient.THUNDERBIRD, r"\b(?:thunderbird|betterbird|lightning)/"),
        (FeedClient.APPLE, r"\b(?:dataaccessd|calendaragent|calendarstore|ical|coredav|davkit|remindd)/"),
        # Programs without a name of their own use a browser's; those that fetch for others identify themselves.
        (FeedClient.OTHER, r"bot\b|crawl|spider|script|\bcompatible;|headless|preview|feed"),
        (FeedClient.BROWSER, r"^mozilla/5\.0 .*\b(?:firefox|fxios|chrome|crios|safari|edg\w*|opr)/"),
    )
)
"""The first match wins: Outlook and Thunderbird also name a browser."""


class AlarmSupport(StrEnum):
    """How a program handles a feed's alarms.

    Shows them, as far as is known; never shows them; or removes them unless the subscriber chooses otherwise.
    """

    RUNG = "rung"
    IGNORED = "ignored"
    TAKEN_OFF = "taken_off"


@dataclass(frozen=True, slots=True)
class ClientBehaviour:
    """How a program treats a subscribed feed.

    ``name`` is a translatable sentence unless it is a proper name. ``pause`` is the usual time between two requests
    while the program runs, ``patience`` the time without a request after which something is wrong: for programs on
    people's own devices it includes a weekend switched off. Both are None for programs that read only on a person's
    request. ``largest`` is the size in bytes from which the program loses entries, None if no limit is known;
    ``longest_address`` is the limit of the address in characters.
    """

    name: str
    pause: timedelta | None = None
    patience: timedelta | None = None
    alarms: AlarmSupport = AlarmSupport.RUNG
    largest: int | None = None


_DEVICE = timedelta(days=3)

HABITS: Mapping[FeedClient, ClientBehaviour] = {
    FeedClient.GOOGLE: ClientBehaviour(
        "Google Calendar",
        pause=timedelta(hours=8),
        patience=timedelta(hours=24),
        alarms=AlarmSupport.IGNORED,
        largest=1_000_000,
    ),
    FeedClient.OUTLOOK: ClientBehaviour("Outlook", pause=timedelta(hours=3), patience=timedelta(hours=24)),
    FeedClient.APPLE: ClientBehaviour(
        "Apple (iPhone, Mac)", pause=timedelta(hours=1), patience=_DEVICE, alarms=AlarmSupport.TAKEN_OFF
    ),
    FeedClient.THUNDERBIRD: ClientBehaviour("Thunderbird", pause=timedelta(minutes=30), patience=_DEVICE),
    FeedClient.DAVX5: ClientBehaviour("DAVx⁵ / ICSx⁵", pause=timedelta(days=1), patience=_DEVICE),
    FeedClient.NEXTCLOUD: ClientBehaviour("Nextcloud", pause=timedelta(days=1), patience=timedelta(days=2)),
    FeedClient.BROWSER: ClientBehaviour(N_("a browser")),
    FeedClient.OTHER: ClientBehaviour(N_("another program")),
}
"""Known behaviour of each program.

Google: about 256 UTF-16 units of address (webapps.stackexchange.com/q/158639), entries lost over about 1 MB, VALARM
ignored, STATUS:CANCELLED not shown. Nextcloud: the column that stores the address had 255 characters
(github.com/nextcloud/server/issues/7726).
"""


def client_of(user_agent: str | None) -> FeedClient:
    """The kind of program with this user agent; ``other`` if it is missing or unknown.

    Version, system and device are not distinguished, so the user agent need not be stored.
    """
    agent = (user_agent or "")[:_LONGEST_AGENT]
    return next((client for client, mark in _MARKS if mark.search(agent)), FeedClient.OTHER)


def client_name(client: FeedClient) -> Message:
    """The display name of a program; proper names are the same in every language."""
    return message(HABITS[client].name)
