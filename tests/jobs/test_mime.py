"""What a mail says, in three languages, and that any mail program reads it."""

import email
import email.policy
import re
from base64 import b64decode
from dataclasses import replace
from datetime import date, time
from email.message import EmailMessage
from types import SimpleNamespace

import pytest

from calendars.ical.vevent import EventFacts
from calendars.mails.event_mail import MailContent, MailTopic, compose
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import PublishedProgramme
from jobs.mime import message_id_affixes, prepare
from models.events import Event
from models.office import Office
from models.vocabulary import EventKind, EventStatus, Language, ReminderPurpose
from tests.factories import LOCALITIES, NOW, OFFICE

HOST, GUEST = LOCALITIES["hai-duong"][3], LOCALITIES["vientiane-province"][3]


EVENT_ID = "01m8213qqe0qpr6abqpfp8xp6k"


def event(*, programme: PublishedProgramme | None = None, **values: object) -> EventFacts:
    row = {
        "id": EVENT_ID,
        "kind": EventKind.DELEGATION,
        "uid": "x",
        "title": {"vi": "Đoàn đại biểu tỉnh Viêng Chăn", "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ", "en": "Delegation of Vientiane"},
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": date(2027, 3, 10),
        "last_day": date(2027, 3, 12),
        "arrives_on": date(2027, 3, 10),
        "departs_on": date(2027, 3, 12),
        "timezone": "Asia/Ho_Chi_Minh",
        "status": EventStatus.CONFIRMED,
        "headcount": 12,
        "start_time": time(8, 30),
        "location": {"vi": "Nhà khách tỉnh"},
        "created_at": NOW,
        "updated_at": NOW,
    } | values
    row = Event(**row)  # type: ignore[arg-type, assignment]
    localities = {
        code: SimpleNamespace(name=name, updated_at=NOW, successor=None, succeeded_on=None)
        for code, name in (("hai-duong", HOST), ("vientiane-province", GUEST))
    }
    facts = EventFacts.of(row, localities=localities, organisation=None, revision=None, url=OFFICE.event_url(EVENT_ID))
    return replace(facts, programme=programme)


def about(**values: object) -> MailTopic:
    given = {
        "purpose": ReminderPurpose.REMINDER,
        "event": event(),
        "rule": {"vi": "Trước một tuần", "en": "A week before"},
    } | values
    return MailTopic(**given)  # type: ignore[arg-type]


def sent(letter: MailContent, sender: str = "Văn phòng <desk@example.org>") -> EmailMessage:
    content = prepare(letter, sender).to("lan@example.org", "<reminder-1@example.org>", NOW)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    text = found.get_content()
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("language", Language)
def test_a_reminder_tells_what_when_where_and_who(language: Language) -> None:
    mail = sent(compose(about(), language))
    title = event().title[language]
    assert title in mail["Subject"]
    assert "2027" in mail["Subject"]
    for kind in ("plain", "html"):
        text = part(mail, kind)
        assert title in text
        assert GUEST[language] in text
        assert "Nhà khách tỉnh" in text
        assert "08:30" in text
        assert "12" in text
        assert f"{OFFICE.public_url}/events/{EVENT_ID}" in text
    assert f'lang="{language}"' in part(mail, "html")


def test_headers_are_those_of_an_automatic_mail() -> None:
    mail = sent(compose(about(), Language.VI))
    assert mail["To"] == "lan@example.org"
    assert mail["From"] == "Văn phòng <desk@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == "<reminder-1@example.org>"
    assert mail["Date"].datetime == NOW
    assert mail.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_cancellation_says_so() -> None:
    cancelled = about(purpose=ReminderPurpose.CANCELLATION, event=event(status=EventStatus.CANCELLED), rule=None)
    mail = sent(compose(cancelled, Language.EN))
    assert mail["Subject"] == "Cancelled: Delegation of Vientiane – 10–12 March 2027"
    assert "This event does not take place" in part(mail, "plain")


def test_a_task_is_named_with_its_day() -> None:
    task = about(task={"vi": "Gửi thư mời", "en": "Send the invitation"}, task_due_on=date(2027, 2, 24))
    mail = sent(compose(task, Language.EN))
    due = "due on 24 February 2027"
    assert mail["Subject"] == f"Send the invitation – Delegation of Vientiane – {due}"
    assert part(mail, "plain").splitlines()[:3] == [f"Send the invitation – {due}", "", "Delegation of Vientiane"]


def test_what_is_not_known_is_left_out() -> None:
    bare = about(event=event(start_time=None, location=None, headcount=None, guest=None), rule=None)
    text = part(sent(compose(bare, Language.EN)), "plain")
    for label in ("Hours", "Place", "Guest", "People", "rule"):
        assert label not in text


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [(time(8), time(17, 30), "08:00–17:30"), (None, time(17), "–17:00"), (time(8), None, "08:00")],
)
def test_hours_are_shown_as_far_as_they_are_known(start: time | None, end: time | None, shown: str) -> None:
    text = part(sent(compose(about(event=event(start_time=start, end_time=end)), Language.EN)), "plain")
    assert f"Hours: {shown} (Vietnam time)" in text


def test_an_evening_in_new_york_is_told_by_the_offices_clock_with_its_own_hours() -> None:
    day = date(2027, 7, 5)
    party = event(first_day=day, last_day=day, start_time=time(20), end_time=time(22), timezone="America/New_York")
    mail = sent(compose(about(event=replace(party, office_zone=OFFICE.timezone)), Language.VI))
    assert "06/7/2027" in mail["Subject"]
    text = part(mail, "plain")
    assert "Thời gian: 06/7/2027" in text
    assert "Giờ: 07:00–09:00 (giờ Việt Nam); 20:00–22:00, 05/7/2027, giờ New York" in text


def test_text_of_people_is_text() -> None:
    evil = "<script>alert('x')</script> & \"\r\nBcc: everybody@example.org"
    given = about(event=event(title={"vi": evil}, location={"vi": evil}), rule={"vi": evil})
    mail = sent(compose(given, Language.VI))
    assert mail["Bcc"] is None
    assert "Bcc: everybody@example.org" in mail["Subject"]
    html = part(mail, "html")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r'(href|style|lang)="[^"]*alert', html)


PROGRAMME = PublishedProgramme(
    1,
    (
        ProgrammeItemValues(date(2027, 3, 10), None, None, {"vi": "Đón đoàn", "lo": "ຕ້ອນຮັບຄະນະ"}, {"vi": "Nội Bài"}),
        ProgrammeItemValues(date(2027, 3, 11), time(8), time(9, 30), {"vi": "Làm việc"}),
    ),
)


def test_a_reminder_shows_the_programme() -> None:
    mail = sent(compose(about(event=event(programme=PROGRAMME)), Language.VI))
    lines = part(mail, "plain").splitlines()
    begins = lines.index("Chương trình")
    assert lines[begins - 1] == ""
    assert lines[begins + 1 : begins + 6] == [
        "10/3/2027",
        "Đón đoàn – Nội Bài",
        "11/3/2027",
        "08:00–09:30 Làm việc",
        "",
    ]
    html = part(mail, "html")
    assert "<li>08:00–09:30 Làm việc</li>" in html
    assert html.index("Chương trình</h2>") < html.index("10/3/2027</h3>") < html.index("<li>Đón đoàn – Nội Bài</li>")
    assert "ຕ້ອນຮັບຄະນະ – Nội Bài" in part(sent(compose(about(event=event(programme=PROGRAMME)), Language.LO)), "plain")


def test_a_cancellation_shows_no_programme() -> None:
    cancelled = about(purpose=ReminderPurpose.CANCELLATION, event=event(status=EventStatus.CANCELLED))
    letter = compose(replace(cancelled, event=replace(cancelled.event, programme=PROGRAMME)), Language.VI)
    assert letter == compose(cancelled, Language.VI)


def test_a_programme_of_other_days_is_marked() -> None:
    first, last = date(2027, 3, 17), date(2027, 3, 19)
    days = {"first_day": first, "last_day": last, "arrives_on": first, "departs_on": last}
    moved = about(event=event(programme=PROGRAMME, **days))
    mail = sent(compose(moved, Language.EN))
    for kind in ("plain", "html"):
        assert "Published before the visit was moved; a new one follows." in part(mail, kind)


def test_text_of_a_programme_is_text() -> None:
    evil = "<script>alert('x')</script> & \"\r\nBcc: everybody@example.org"
    programme = PublishedProgramme(
        1, (ProgrammeItemValues(date(2027, 3, 10), None, None, {"vi": evil}, {"vi": evil}),) * 101
    )
    mail = sent(compose(about(event=event(programme=programme)), Language.EN))
    assert mail["Bcc"] is None
    assert part(mail, "plain").count("<script>") == 200
    html = part(mail, "html")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 200
    assert "… and 1 more: " in html


@pytest.mark.parametrize("title", ["ຄະນະຜູ້ແທນແຂວງວຽງຈັນ " * 12, "Đoàn đại biểu cấp cao tỉnh Viêng Chăn " * 8, "x" * 300])
def test_a_long_subject_is_folded_without_cutting_a_letter(title: str) -> None:
    letter = MailContent(title, "text\n", "<p>text</p>\n")
    raw = prepare(letter, "desk@example.org").to("a@example.org", "<1@example.org>", NOW)
    folded = raw.split(b"Subject:")[1].split(b"\r\nAuto-Submitted")[0]
    for word in re.findall(rb"=\?utf-8\?b\?([^?]+)\?=", folded):
        assert len(word) <= 75
        b64decode(word).decode()  # each encoded word is whole letters (RFC 2047 section 5)
    assert sent(letter)["Subject"] == " ".join(title.split())


def test_the_message_id_is_of_the_service_s_own_host() -> None:
    assert message_id_affixes(OFFICE) == ("<reminder-", "@desk.example.org>")
    assert message_id_affixes(Office("hai-duong", "Asia/Ho_Chi_Minh", "http://127.0.0.1:8000"))[1] == "@127.0.0.1>"
