"""The feed doctor: one table of what is wrong, and a healthy feed of which there is nothing to say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from calendars.feeds.diagnostics import FeedState, ReaderState, examine, is_inside
from models.vocabulary import FeedClient, Language, Severity

NOW = datetime(2027, 3, 10, 2, 0, tzinfo=UTC)
CHANGED_AT = NOW - timedelta(days=5)


def reading(client: FeedClient, ago: timedelta = timedelta(hours=1), *, is_current: bool = True) -> ReaderState:
    return ReaderState(client, NOW - timedelta(days=90), NOW - ago, is_current)


HEALTHY = FeedState(
    size=240_000,
    compressed_size=40_000,
    entries=180,
    address_length=84,
    public_url="https://desk.example.org",
    alarms=False,
    past_days=90,
    far_past_size=0,
    expires_on=None,
    zones_missing=(),
    readers=(reading(FeedClient.GOOGLE), reading(FeedClient.APPLE)),
    last_changed_at=CHANGED_AT,
    today=date(2027, 3, 10),
    now=NOW,
)
GOOGLE, APPLE, THUNDERBIRD = (
    (reading(client),) for client in (FeedClient.GOOGLE, FeedClient.APPLE, FeedClient.THUNDERBIRD)
)
BLOCKING, WARNING, INFO = Severity.BLOCKING, Severity.WARNING, Severity.INFO
OLD = timedelta(days=6)


def codes(**values: Any) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in examine(replace(HEALTHY, **values))]


def test_nothing_is_said_of_a_healthy_feed() -> None:
    assert examine(HEALTHY) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"size": 799_999}, []),
        ({"size": 800_000}, [("nearly_too_large", WARNING)]),
        ({"size": 999_999}, [("nearly_too_large", WARNING)]),
        ({"size": 1_000_000}, [("too_large_for_google", BLOCKING)]),
        ({"size": 1_000_000, "readers": APPLE}, [("too_large_for_google", WARNING)]),
        ({"far_past_size": 120_000}, []),
        ({"far_past_size": 120_001}, [("shows_far_past", INFO)]),
        ({"size": 90_000, "far_past_size": 90_000}, []),
        ({"address_length": 255}, []),
        ({"address_length": 256}, [("url_too_long", WARNING)]),
        ({"public_url": "http://desk.example.org"}, [("not_reachable_from_outside", WARNING)]),
        ({"public_url": "http://127.0.0.1:8000"}, [("not_reachable_from_outside", WARNING)]),
        ({"public_url": "https://192.168.1.10"}, [("not_reachable_from_outside", WARNING)]),
        ({"public_url": "https://[fd00::1]:8443"}, [("not_reachable_from_outside", WARNING)]),
        ({"public_url": "https://desk.ngoaivu.local"}, [("not_reachable_from_outside", WARNING)]),
        ({"zones_missing": ("Asia/Vientiane",)}, [("missing_zone", WARNING)]),
        ({"entries": 0}, [("empty", WARNING)]),
        ({"readers": ()}, [("never_read", INFO)]),
        ({"expires_on": date(2027, 3, 25)}, []),
        ({"expires_on": date(2027, 3, 24)}, [("expires_soon", WARNING)]),
        ({"expires_on": date(2027, 3, 10)}, [("expires_soon", WARNING)]),
        ({"expires_on": date(2027, 3, 9)}, [("expired", BLOCKING)]),
        ({"alarms": True, "readers": THUNDERBIRD}, []),
        ({"alarms": True, "readers": GOOGLE}, [("alarms_ignored", WARNING)]),
        ({"alarms": True, "readers": APPLE}, [("alarms_ignored", INFO)]),
        ({"alarms": True, "readers": ()}, [("never_read", INFO), ("alarms_ignored", INFO)]),
    ],
)
def test_what_is_wrong_is_found_and_nothing_else(values: dict[str, Any], found: list[tuple[str, Severity]]) -> None:
    assert codes(**values) == found


@pytest.mark.parametrize(
    ("client", "ago", "changed", "is_current", "is_stale"),
    [
        (FeedClient.GOOGLE, OLD, CHANGED_AT, False, True),
        (FeedClient.GOOGLE, OLD, CHANGED_AT, True, False),
        (FeedClient.GOOGLE, OLD, NOW - timedelta(hours=24), False, False),
        (FeedClient.GOOGLE, OLD, NOW - timedelta(hours=24, seconds=1), False, True),
        (FeedClient.GOOGLE, timedelta(hours=2), CHANGED_AT, False, False),
        (FeedClient.APPLE, OLD, NOW - timedelta(days=2), False, False),
        (FeedClient.APPLE, OLD, NOW - timedelta(days=4), False, True),
        (FeedClient.BROWSER, OLD, CHANGED_AT, False, False),
        (FeedClient.OTHER, OLD, CHANGED_AT, False, False),
    ],
)
def test_reader_is_stale_when_its_patience_is_over_since_the_change(
    client: FeedClient, ago: timedelta, changed: datetime, is_current: bool, is_stale: bool
) -> None:
    found = codes(readers=(reading(client, ago, is_current=is_current),), last_changed_at=changed)
    assert found == ([("stale_reader", WARNING)] if is_stale else [])


def test_gravest_comes_first_and_each_has_advice_in_every_language() -> None:
    ill = replace(
        HEALTHY,
        size=2_000_000,
        far_past_size=1_500_000,
        entries=0,
        expires_on=date(2027, 1, 1),
        public_url="http://desk",
        address_length=300,
        zones_missing=("Asia/Vientiane", "Asia/Tokyo"),
        alarms=True,
        readers=(reading(FeedClient.GOOGLE, OLD, is_current=False),),
    )
    found = examine(ill)
    assert [finding.severity for finding in found] == sorted(
        (finding.severity for finding in found), key=[BLOCKING, WARNING, INFO].index
    )
    assert len({finding.code for finding in found}) == len(found) == 9
    for finding in found:
        for language in Language:
            for sentence in (finding.detail.to(language), finding.advice.to(language)):
                assert sentence.endswith(".")
                assert "{" not in sentence
    told = " ".join(finding.detail.to("en") for finding in found)
    for fact in ("2000 kB", "75 %", "1 January 2027", "300 characters", "Asia/Vientiane, Asia/Tokyo", "for 6 days"):
        assert fact in told


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("desk.example.org", False),
        ("ngoaivu.haiduong.gov.vn", False),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("172.32.0.1", False),
        ("100.64.0.1", True),
        ("169.254.1.1", True),
        ("localhost", True),
        ("desk", True),
        ("desk.", True),
        ("desk.LOCAL", True),
        ("desk.home.arpa.", True),
    ],
)
def test_host_is_inside(host: str, inside: bool) -> None:
    assert is_inside(host) is inside
