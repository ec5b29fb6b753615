"""Calendar programs are told apart by what they say of themselves, as they said it to real servers."""

import time

import pytest

from calendars.feeds.clients import HABITS, AlarmSupport, client_name, client_of
from models.vocabulary import FeedClient

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
MAC_SAFARI = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.4 Safari/605.1.15"
PHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1"
OLD_OFFICE = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"
OUTLOOK_WINDOWS = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)"
OUTLOOK_BROWSER = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.4266)"


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        ("Google-Calendar-Importer", FeedClient.GOOGLE),
        ("Mozilla/5.0 (compatible; Google-Calendar-Importer)", FeedClient.GOOGLE),
        ("Microsoft.Exchange/15.20 (Windows NT 10.0; Win64; x64)", FeedClient.OUTLOOK),
        ("Microsoft-Exchange/15.20", FeedClient.OUTLOOK),
        ("Microsoft Exchange/15.20", FeedClient.OUTLOOK),
        ("Microsoft.OutlookAddIn/1.0", FeedClient.OUTLOOK),
        ("Outlook-iOS/723.4027091.prod.iphone (4.28.0)", FeedClient.OUTLOOK),
        (OUTLOOK_WINDOWS, FeedClient.OUTLOOK),
        (OUTLOOK_BROWSER, FeedClient.OUTLOOK),
        (OLD_OFFICE, FeedClient.OUTLOOK),
        ("iOS/17.5.1 (21F90) dataaccessd/1.0", FeedClient.APPLE),
        ("macOS/13.4 (22F66) dataaccessd/1.0", FeedClient.APPLE),
        ("macOS/12.6 (21G115) CalendarAgent/972", FeedClient.APPLE),
        ("Mac+OS+X/10.15.7 (19H15) CalendarAgent/930.5.1", FeedClient.APPLE),
        ("CalendarStore/5.0.3 (1204.1); iCal/5.0.3 (1605.3); Mac OS X/10.7.4 (11E53)", FeedClient.APPLE),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.2.0", FeedClient.THUNDERBIRD),
        (
            "Mozilla/5.0 (Windows NT 6.1; rv:52.0) Gecko/20100101 Thunderbird/52.9.1 Lightning/5.4.9.1",
            FeedClient.THUNDERBIRD,
        ),
        ("Mozilla/5.0 (Windows NT 10.0; rv:68.0) Gecko/20100101 Lightning/68.2.1", FeedClient.THUNDERBIRD),
        ("ICSx5/2.4.3 (ical4j/3.2.19 okhttp/5.3.2 Android/16)", FeedClient.DAVX5),
        ("DAVx5/4.4.3-ose (2024/10/10; dav4jvm; okhttp/4.12.0) Android/14", FeedClient.DAVX5),
        ("Nextcloud Webcal Service", FeedClient.NEXTCLOUD),
        ("Nextcloud Webcal Crawler", FeedClient.NEXTCLOUD),
        (CHROME, FeedClient.BROWSER),
        (f"{CHROME} Edg/138.0.0.0", FeedClient.BROWSER),
        (MAC_SAFARI, FeedClient.BROWSER),
        (PHONE, FeedClient.BROWSER),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", FeedClient.BROWSER),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", FeedClient.OTHER),
        ("Mozilla/5.0 (compatible; Google-Apps-Script; beanserver)", FeedClient.OTHER),
        ("curl/8.5.0", FeedClient.OTHER),
        ("vdirsyncer/0.19.2", FeedClient.OTHER),
        ("khal", FeedClient.OTHER),
        ("python-requests/2.34.2", FeedClient.OTHER),
        ("Evolution/3.60.2", FeedClient.OTHER),
        ("WordPress/7.1 ICS Calendar/12.1.3.1", FeedClient.OTHER),
        ("Classical/2.0", FeedClient.OTHER),
        ("", FeedClient.OTHER),
        (None, FeedClient.OTHER),
    ],
)
def test_program_is_told_by_its_name(agent: str | None, client: FeedClient) -> None:
    assert client_of(agent) is client


def test_name_counts_in_any_case_and_only_at_its_beginning() -> None:
    assert client_of("GOOGLE-calendar-IMPORTER") is FeedClient.GOOGLE
    assert client_of("x" * 600 + "Google-Calendar-Importer") is FeedClient.OTHER


def test_monstrous_name_costs_nothing() -> None:
    monster = "Mozilla/5.0 " + "Chrome " * 200_000
    begun = time.perf_counter()
    for _again in range(20):
        client_of(monster)
    assert time.perf_counter() - begun < 1


def test_every_program_has_habits_that_make_sense() -> None:
    assert set(HABITS) == set(FeedClient)
    for habits in HABITS.values():
        assert (habits.pause is None) == (habits.patience is None)
        assert habits.pause is None or habits.patience is None or habits.pause <= habits.patience
    assert HABITS[FeedClient.GOOGLE].alarms is AlarmSupport.IGNORED
    assert HABITS[FeedClient.APPLE].alarms is AlarmSupport.TAKEN_OFF


def test_program_is_called_in_the_readers_language() -> None:
    assert client_name(FeedClient.GOOGLE).to("lo") == "Google Calendar"
    assert client_name(FeedClient.BROWSER).to("en") == "a browser"
