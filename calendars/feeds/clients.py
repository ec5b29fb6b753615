"""Calendar programs: which one reads a feed, and what it makes of what it reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from models.i18n import Message, _, message
from models.vocabulary import FeedClient

_LONGEST_AGENT = 512
"""So much of what a program says of itself is looked at; more is nobody's name."""

_MARKS: tuple[tuple[FeedClient, re.Pattern[str]], ...] = tuple(
    (client, re.compile(pattern, re.IGNORECASE))
    for client, pattern in (
        (FeedClient.GOOGLE, r"google-calendar-importer|\bgoogle-?calendar\b"),
        (FeedClient.OUTLOOK, r"outlook|\bmicrosoft[ .-]exchange\b|\bms-?office\b|\bmicrosoft office\b"),
        (FeedClient.NEXTCLOUD, r"nextcloud|owncloud"),
        (FeedClient.DAVX5, r"\b(?:davx5|davdroid|icsx5|icsdroid)\b"),
        (FeedClient.THUNDERBIRD, r"\b(?:thunderbird|betterbird|lightning)/"),
        (FeedClient.APPLE, r"\b(?:dataaccessd|calendaragent|calendarstore|ical|coredav|davkit|remindd)/"),
        # Programs without a name of their own borrow a browser's; those that fetch for others say what they are.
        (FeedClient.OTHER, r"bot\b|crawl|spider|script|\bcompatible;|headless|preview|feed"),
        (FeedClient.BROWSER, r"^mozilla/5\.0 .*\b(?:firefox|fxios|chrome|crios|safari|edg\w*|opr)/"),
    )
)
"""The first that fits says it: Outlook and Thunderbird name a browser too."""


class AlarmSupport(StrEnum):
    """What a program does with a feed's alarms: rings them as far as is known; never does; leaves them out unless the
    person who subscribes says otherwise."""

    RUNG = "rung"
    IGNORED = "ignored"
    TAKEN_OFF = "taken_off"


@dataclass(frozen=True, slots=True)
class ClientBehaviour:
    """How a program treats a feed it subscribed to.

    ``name`` is a sentence for the catalogues where it is no proper name. ``pause`` is how long it commonly waits
    between two readings while it runs, ``patience`` after how long without one something is wrong: for programs on
    people's own devices that includes a weekend switched off. Both are None for what reads when a person asks.
    ``largest`` is the size in bytes from which it loses entries, None for no known one.
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
    FeedClient.BROWSER: ClientBehaviour(_("a browser")),
    FeedClient.OTHER: ClientBehaviour(_("another program")),
}
"""What is known of each.

Google: about 256 UTF-16 units of address (webapps.stackexchange.com/q/158639), entries lost over about 1 MB, VALARM
ignored, STATUS:CANCELLED not shown. Nextcloud: the column that keeps the address had 255 characters
(github.com/nextcloud/server/issues/7726).
"""


def client_of(user_agent: str | None) -> FeedClient:
    """The kind of program that names itself so; without a name, or with an unknown one, another program.

    Neither version nor system nor device is told apart, so nothing of the name has to be kept.
    """
    told = (user_agent or "")[:_LONGEST_AGENT]
    return next((client for client, mark in _MARKS if mark.search(told)), FeedClient.OTHER)


def client_name(client: FeedClient) -> Message:
    """What people call it; proper names are the same in every language."""
    return message(HABITS[client].name)
