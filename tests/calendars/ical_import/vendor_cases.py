"""Calendar files in the manner of other programs, each with what it means by the clocks of the office.

A case is: what wrote it, the clause of RFC 5545 (or the habit of the program) that it stands for, the lines, and what
is to be read, written down by hand: ``2027-03-10 08:00–09:00 Title``, or ``2027-03-10 – 2027-03-12 Title`` for whole
days, both inclusive, in the zone of the office (UTC+7). An entry that is to be skipped is not listed.

``alone`` says why the second opinion (recurring-ical-events) differs.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One file: the program, the clause, its text, what is read of it."""

    program: str
    clause: str
    text: str
    expected: tuple[str, ...]
    alone: str = ""

    @property
    def name(self) -> str:
        """For the report of tests."""
        return f"{self.program}: {self.clause}"


def lines(text: str) -> list[str]:
    return [line.strip("\n") for line in text.strip().splitlines()]


def vcalendar(text: str, head: str = "PRODID:-//Example//EN", version: str = "2.0") -> str:
    """The text as a whole file; “event:” begins an entry, which a next one or the end of the text ends."""
    found = ["BEGIN:VCALENDAR", f"VERSION:{version}", *lines(head)]
    is_open = False
    for line in lines(text):
        line = line.lstrip()
        if line == "event:":
            found += ["END:VEVENT"] if is_open else []
            found.append("BEGIN:VEVENT")
            is_open = True
        else:
            found.append(line)
    found += ["END:VEVENT"] if is_open else []
    return "\r\n".join([*found, "END:VCALENDAR", ""])


BANGKOK = """
BEGIN:VTIMEZONE
TZID:SE Asia Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0700
TZOFFSETTO:+0700
END:STANDARD
END:VTIMEZONE
"""
WESTERN = """
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
OUTLOOK = "PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN\nMETHOD:PUBLISH" + BANGKOK
EXCHANGE = "METHOD:REQUEST\nPRODID:Microsoft Exchange Server 2010"
GOOGLE = (
    "PRODID:-//Google Inc//Google Calendar 70.9054//EN\nCALSCALE:GREGORIAN\nMETHOD:PUBLISH\nX-WR-CALNAME:Lịch\n"
    "X-WR-TIMEZONE:Asia/Ho_Chi_Minh"
)
APPLE = "CALSCALE:GREGORIAN\nPRODID:-//Apple Inc.//macOS 15.1//EN"
MOZILLA = "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN"
NEXTCLOUD = "CALSCALE:GREGORIAN\nPRODID:-//IDN nextcloud.com//Calendar app 5.0.2//EN"

CASES = (
    # Outlook
    Case("Outlook 2019", "3.6.5: hours of a VTIMEZONE of the file", vcalendar("""
        event:
        CLASS:PUBLIC
        CREATED:20261101T020000Z
        DESCRIPTION:Kính mời\\nquý vị
        DTEND;TZID="SE Asia Standard Time":20270310T100000
        DTSTAMP:20261101T020000Z
        DTSTART;TZID="SE Asia Standard Time":20270310T083000
        PRIORITY:5
        SEQUENCE:0
        SUMMARY;LANGUAGE=vi:Họp chuẩn bị đón đoàn
        TRANSP:OPAQUE
        UID:040000008200E00074C5B7101A82E00800000000B0
        X-ALT-DESC;FMTTYPE=text/html:<html><body>Kính mời</body></html>
        X-MICROSOFT-CDO-BUSYSTATUS:BUSY
        BEGIN:VALARM
        TRIGGER:-PT15M
        ACTION:DISPLAY
        DESCRIPTION:Reminder
        END:VALARM
        """, OUTLOOK), ("2027-03-10 08:30–10:00 Họp chuẩn bị đón đoàn",)),
    Case("Outlook 2019", "a whole day told by X-MICROSOFT-CDO-ALLDAYEVENT", vcalendar("""
        event:
        UID:o2
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=SE Asia Standard Time:20270310T000000
        DTEND;TZID=SE Asia Standard Time:20270313T000000
        SUMMARY:Hội chợ
        X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
        """, OUTLOOK), ("2027-03-10 – 2027-03-12 Hội chợ",)),
    Case("Outlook 2016", "3.8.5.1: several EXDATE in one line", vcalendar("""
        event:
        UID:o3
        DTSTAMP:20261101T020000Z
        DTSTART;TZID="SE Asia Standard Time":20270104T080000
        DTEND;TZID="SE Asia Standard Time":20270104T090000
        RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=MO
        EXDATE;TZID="SE Asia Standard Time":20270111T080000,20270125T080000
        SUMMARY:Giao ban
        """, OUTLOOK), ("2027-01-04 08:00–09:00 Giao ban", "2027-01-18 08:00–09:00 Giao ban",
                        "2027-02-01 08:00–09:00 Giao ban")),
    Case("Outlook 2016", "3.3.10: the second Tuesday of a month", vcalendar("""
        event:
        UID:o4
        DTSTAMP:20261101T020000Z
        DTSTART;TZID="SE Asia Standard Time":20270112T140000
        DTEND;TZID="SE Asia Standard Time":20270112T160000
        RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=2TU
        SUMMARY:Họp tháng
        """, OUTLOOK), ("2027-01-12 14:00–16:00 Họp tháng", "2027-02-09 14:00–16:00 Họp tháng",
                        "2027-03-09 14:00–16:00 Họp tháng")),
    Case("Outlook 2010", "3.2.19: a zone with a comma and a colon in its quoted name", vcalendar("""
        event:
        UID:o5
        DTSTAMP:20261101T020000Z
        DTSTART;TZID="(UTC+07:00) Bangkok, Hanoi, Jakarta":20270310T083000
        DTEND;TZID="(UTC+07:00) Bangkok, Hanoi, Jakarta":20270310T093000
        SUMMARY:Tiếp khách
        """, "PRODID:-//Microsoft Corporation//Outlook 14.0 MIMEDIR//EN"
             + BANGKOK.replace("SE Asia Standard Time", "(UTC+07:00) Bangkok, Hanoi, Jakarta")),
         ("2027-03-10 08:30–09:30 Tiếp khách",)),
    Case("Outlook 2003", "3.1: folded within a word, CLASS and CATEGORIES between", vcalendar("""
        event:
        UID:o6
        DTSTAMP:20261101T020000Z
        CATEGORIES:Công tác,Đối ngoại
        CLASS:PRIVATE
        DTSTART:20270310T010000Z
        DTEND:20270310T020000Z
        SUMMARY:Làm việc với đoàn đại b
        """).replace("đại b\r\n", "đại b\r\n iểu\r\n"), ("2027-03-10 08:00–09:00 Làm việc với đoàn đại biểu",)),
    # Outlook.com, Microsoft 365
    Case("Outlook.com", "3.6.5: a series over the change of the clocks keeps its hour there", vcalendar("""
        event:
        UID:w1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=W. Europe Standard Time:20270322T090000
        DTEND;TZID=W. Europe Standard Time:20270322T100000
        RRULE:FREQ=WEEKLY;COUNT=2
        SUMMARY:Call Berlin
        """, "METHOD:PUBLISH\nPRODID:Microsoft Exchange Server 2010" + WESTERN),
         ("2027-03-22 15:00–16:00 Call Berlin", "2027-03-29 14:00–15:00 Call Berlin")),
    Case("Outlook.com", "a Windows zone without its VTIMEZONE", vcalendar("""
        event:
        UID:w2
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Tokyo Standard Time:20270310T090000
        DTEND;TZID=Tokyo Standard Time:20270310T100000
        SUMMARY:Tokyo
        """), ("2027-03-10 07:00–08:00 Tokyo",)),
    Case("Microsoft Teams", "an invitation with a link and a line of underscores", vcalendar("""
        event:
        ORGANIZER;CN=Lan:mailto:lan@example.org
        ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Minh:mailto:minh@example.org
        DESCRIPTION;LANGUAGE=en-US:________________\\nJoin on your computer
        UID:t1
        SUMMARY;LANGUAGE=en-US:Họp trực tuyến
        DTSTART;TZID=SE Asia Standard Time:20270310T083000
        DTEND;TZID=SE Asia Standard Time:20270310T090000
        DTSTAMP:20261101T020000Z
        LOCATION;LANGUAGE=en-US:Microsoft Teams Meeting
        X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.example.org/l/meetup-join/1
        """, EXCHANGE + BANGKOK), ("2027-03-10 08:30–09:00 Họp trực tuyến",)),
    # Exchange
    Case("Exchange 2010", "3.8.4.4: an occurrence moved, told in UTC", vcalendar("""
        event:
        UID:e1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=SE Asia Standard Time:20270104T080000
        DTEND;TZID=SE Asia Standard Time:20270104T090000
        RRULE:FREQ=WEEKLY;COUNT=3
        SUMMARY:Giao ban
        event:
        UID:e1
        RECURRENCE-ID:20270111T010000Z
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=SE Asia Standard Time:20270112T150000
        DTEND;TZID=SE Asia Standard Time:20270112T160000
        SUMMARY:Giao ban (dời)
        """, "PRODID:Microsoft Exchange Server 2010" + BANGKOK),
         ("2027-01-04 08:00–09:00 Giao ban", "2027-01-12 15:00–16:00 Giao ban (dời)",
          "2027-01-18 08:00–09:00 Giao ban")),
    Case("Exchange Online", "a zone named tzone://Microsoft/Utc", vcalendar("""
        event:
        UID:e2
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=tzone://Microsoft/Utc:20270310T010000
        DTEND;TZID=tzone://Microsoft/Utc:20270310T020000
        SUMMARY:Nhắc
        """, EXCHANGE), ("2027-03-10 08:00–09:00 Nhắc",), "refuses a colon in a parameter"),
    Case("Exchange 2016", "3.3.10: UNTIL in UTC, WKST=SU, every second week", vcalendar("""
        event:
        UID:e3
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=SE Asia Standard Time:20270105T080000
        DTEND;TZID=SE Asia Standard Time:20270105T093000
        RRULE:FREQ=WEEKLY;UNTIL=20270202T010000Z;INTERVAL=2;BYDAY=TU,SU;WKST=SU
        SUMMARY:Đào tạo
        """, "PRODID:Microsoft Exchange Server 2010" + BANGKOK),
         ("2027-01-05 08:00–09:30 Đào tạo", "2027-01-17 08:00–09:30 Đào tạo", "2027-01-19 08:00–09:30 Đào tạo",
          "2027-01-31 08:00–09:30 Đào tạo", "2027-02-02 08:00–09:30 Đào tạo")),
    Case("Exchange 2016", "RFC 5546 3.2.5: METHOD:CANCEL of one occurrence makes nothing", vcalendar("""
        event:
        UID:e4
        DTSTAMP:20261101T020000Z
        RECURRENCE-ID;TZID=SE Asia Standard Time:20270111T080000
        DTSTART;TZID=SE Asia Standard Time:20270111T080000
        STATUS:CANCELLED
        SUMMARY:Canceled: Giao ban
        """, "METHOD:CANCEL\nPRODID:Microsoft Exchange Server 2010" + BANGKOK), (), "lists what is cancelled"),
    # Google
    Case("Google Calendar", "3.3.5: UTC, shown by X-WR-TIMEZONE", vcalendar("""
        event:
        DTSTART:20270310T013000Z
        DTEND:20270310T030000Z
        DTSTAMP:20261101T020000Z
        UID:1abc@google.com
        CREATED:20261101T020000Z
        LAST-MODIFIED:20261101T020000Z
        SEQUENCE:0
        STATUS:CONFIRMED
        SUMMARY:Tiếp đoàn\\, ký kết
        TRANSP:OPAQUE
        """, GOOGLE), ("2027-03-10 08:30–10:00 Tiếp đoàn, ký kết",)),
    Case("Google Calendar", "3.8.4.4: one occurrence moved, one taken out", vcalendar("""
        event:
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T080000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270104T090000
        RRULE:FREQ=WEEKLY;UNTIL=20270201T165959Z;BYDAY=MO
        EXDATE;TZID=Asia/Ho_Chi_Minh:20270118T080000
        DTSTAMP:20261101T020000Z
        UID:2abc@google.com
        SUMMARY:Giao ban
        event:
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270111T100000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270111T110000
        DTSTAMP:20261101T020000Z
        UID:2abc@google.com
        RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20270111T080000
        SUMMARY:Giao ban muộn
        """, GOOGLE), ("2027-01-04 08:00–09:00 Giao ban", "2027-01-11 10:00–11:00 Giao ban muộn",
                       "2027-01-25 08:00–09:00 Giao ban", "2027-02-01 08:00–09:00 Giao ban")),
    Case("Google Calendar", "3.6.1: DTEND of days is the day after", vcalendar("""
        event:
        DTSTART;VALUE=DATE:20270310
        DTEND;VALUE=DATE:20270313
        DTSTAMP:20261101T020000Z
        UID:3abc@google.com
        SUMMARY:Đi công tác
        """, GOOGLE), ("2027-03-10 – 2027-03-12 Đi công tác",)),
    Case("Google Calendar", "3.3.10: a birthday every year", vcalendar("""
        event:
        DTSTART;VALUE=DATE:19800515
        DTEND;VALUE=DATE:19800516
        RRULE:FREQ=YEARLY
        DTSTAMP:20261101T020000Z
        UID:4abc@google.com
        SUMMARY:Sinh nhật
        """, GOOGLE), ("2027-05-15 – 2027-05-15 Sinh nhật", "2028-05-15 – 2028-05-15 Sinh nhật",
                       "2026-05-15 – 2026-05-15 Sinh nhật")),
    Case("Google Calendar", "a series that was split has a second UID with _R", vcalendar("""
        event:
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T080000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270104T090000
        RRULE:FREQ=WEEKLY;UNTIL=20270117T165959Z
        DTSTAMP:20261101T020000Z
        UID:5abc@google.com
        SUMMARY:Giao ban
        event:
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270118T140000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270118T150000
        RRULE:FREQ=WEEKLY;COUNT=2
        DTSTAMP:20261101T020000Z
        UID:5abc_R20270118T010000@google.com
        SUMMARY:Giao ban chiều
        """, GOOGLE), ("2027-01-04 08:00–09:00 Giao ban", "2027-01-11 08:00–09:00 Giao ban",
                       "2027-01-18 14:00–15:00 Giao ban chiều", "2027-01-25 14:00–15:00 Giao ban chiều")),
    Case("Google Workspace", "3.3.10: three days of a week", vcalendar("""
        event:
        DTSTART;TZID=Asia/Vientiane:20270104T090000
        DTEND;TZID=Asia/Vientiane:20270104T110000
        RRULE:FREQ=WEEKLY;WKST=MO;COUNT=4;BYDAY=FR,MO,WE
        DTSTAMP:20261101T020000Z
        UID:6abc@google.com
        SUMMARY:Lớp tiếng Việt
        """, GOOGLE), ("2027-01-04 09:00–11:00 Lớp tiếng Việt", "2027-01-06 09:00–11:00 Lớp tiếng Việt",
                       "2027-01-08 09:00–11:00 Lớp tiếng Việt", "2027-01-11 09:00–11:00 Lớp tiếng Việt")),
    # Apple
    Case("Apple Calendar", "X-APPLE-STRUCTURED-LOCATION with a quoted title, folded", vcalendar("""
        event:
        CREATED:20261101T020000Z
        UID:A1B2-C3
        DTEND;TZID=Asia/Ho_Chi_Minh:20270310T100000
        TRANSP:OPAQUE
        X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC
        SUMMARY:Thăm nhà máy
        LAST-MODIFIED:20261101T020000Z
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270310T083000
        LOCATION:Khu công nghiệp Đại An\\nHải Dương
        SEQUENCE:1
        X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;X-TITLE="Đại An: cổng 2":geo:20.9,106.3
        BEGIN:VALARM
        X-WR-ALARMUID:9
        UID:9
        TRIGGER:-PT1H
        ACTION:AUDIO
        END:VALARM
        """, APPLE), ("2027-03-10 08:30–10:00 Thăm nhà máy",)),
    Case("Apple Calendar", "3.6.1: one day, DTEND left out", vcalendar("""
        event:
        UID:A2
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270310
        SUMMARY:Ngày nghỉ
        """, APPLE), ("2027-03-10 – 2027-03-10 Ngày nghỉ",)),
    Case("Apple Calendar", "3.8.5.2: RDATE beside a rule", vcalendar("""
        event:
        UID:A3
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T080000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270104T090000
        RRULE:FREQ=WEEKLY;COUNT=2
        RDATE;TZID=Asia/Ho_Chi_Minh:20270114T080000
        SUMMARY:Giao ban
        """, APPLE), ("2027-01-04 08:00–09:00 Giao ban", "2027-01-11 08:00–09:00 Giao ban",
                      "2027-01-14 08:00–09:00 Giao ban")),
    Case("Apple iOS", "letters decomposed, an emoji in the title", vcalendar("""
        event:
        UID:A4
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Bangkok:20270310T190000
        DTEND;TZID=Asia/Bangkok:20270310T210000
        SUMMARY:Tie\u0323\u0302c \U0001f389
        """, APPLE), ("2027-03-10 19:00–21:00 Tiệc \U0001f389",), "keeps the letters decomposed"),
    Case("Apple Calendar", "3.3.10: the last working day of a month", vcalendar("""
        event:
        UID:A5
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270129T160000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270129T170000
        RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1
        SUMMARY:Tổng kết
        """, APPLE), ("2027-01-29 16:00–17:00 Tổng kết", "2027-02-26 16:00–17:00 Tổng kết",
                      "2027-03-31 16:00–17:00 Tổng kết")),
    # Zimbra
    Case("Zimbra", "3.2: a zone in quotes, parameters of its own", vcalendar("""
        event:
        UID:z1
        SUMMARY:Giao lưu
        ORGANIZER;CN=Lan:mailto:lan@example.org
        DTSTART;TZID="Asia/Bangkok":20270310T083000
        DTEND;TZID="Asia/Bangkok":20270310T100000
        STATUS:CONFIRMED
        CLASS:PUBLIC
        X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY
        TRANSP:OPAQUE
        DTSTAMP:20261101T020000Z
        SEQUENCE:0
        """, "PRODID:Zimbra-Calendar-Provider\nMETHOD:PUBLISH"), ("2027-03-10 08:30–10:00 Giao lưu",)),
    Case("Zimbra", "3.3.10: the 31st exists in some months only", vcalendar("""
        event:
        UID:z2
        SUMMARY:Báo cáo
        DTSTART;VALUE=DATE:20270131
        RRULE:FREQ=MONTHLY;COUNT=3;BYMONTHDAY=31
        DTSTAMP:20261101T020000Z
        """, "PRODID:Zimbra-Calendar-Provider"), ("2027-01-31 – 2027-01-31 Báo cáo", "2027-03-31 – 2027-03-31 Báo cáo",
                                                  "2027-05-31 – 2027-05-31 Báo cáo")),
    # Lotus Notes
    Case("Lotus Notes 8.5", "a series as a list of RDATE with periods", vcalendar("""
        event:
        DTSTART;TZID="SE Asia":20270104T080000
        DTEND;TZID="SE Asia":20270104T090000
        TRANSP:OPAQUE
        RDATE;TZID="SE Asia";VALUE=PERIOD:20270104T080000/20270104T090000,20270111T080000/20270111T093000
        DTSTAMP:20261101T020000Z
        SEQUENCE:0
        SUMMARY:Họp nhóm
        UID:4BFD-Lotus_Notes_Generated
        X-LOTUS-UPDATE-SEQ:1
        """, "X-LOTUS-CHARSET:UTF-8\nPRODID:-//Lotus Development Corporation//NONSGML Notes 8.5//EN_C\nMETHOD:PUBLISH"
             + BANGKOK.replace("SE Asia Standard Time", "SE Asia")),
         ("2027-01-04 08:00–09:00 Họp nhóm", "2027-01-11 08:00–09:30 Họp nhóm")),
    Case("Lotus Notes 8.5", "a zone of its own name, described in the file", vcalendar("""
        event:
        DTSTART;TZID="Eastern":20270310T090000
        DTEND;TZID="Eastern":20270310T100000
        DTSTAMP:20261101T020000Z
        SUMMARY:New York
        UID:n2
        """, """PRODID:-//Lotus Development Corporation//NONSGML Notes 8.5//EN_C
        BEGIN:VTIMEZONE
        TZID:Eastern
        BEGIN:STANDARD
        DTSTART:19501105T020000
        TZOFFSETFROM:-0400
        TZOFFSETTO:-0500
        RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=1SU;BYMONTH=11
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:19500312T020000
        TZOFFSETFROM:-0500
        TZOFFSETTO:-0400
        RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=2SU;BYMONTH=3
        END:DAYLIGHT
        END:VTIMEZONE""".replace("\n        ", "\n")), ("2027-03-10 21:00–22:00 New York",)),
    # Nextcloud
    Case("Nextcloud", "3.3.5: hours of no zone are the office's", vcalendar("""
        event:
        CREATED:20261101T020000Z
        DTSTAMP:20261101T020000Z
        LAST-MODIFIED:20261101T020000Z
        SEQUENCE:2
        UID:nc-1
        DTSTART:20270310T083000
        DTEND:20270310T100000
        STATUS:CONFIRMED
        SUMMARY:Duyệt chương trình
        """, NEXTCLOUD), ("2027-03-10 08:30–10:00 Duyệt chương trình",)),
    Case("Nextcloud", "3.8.4.4: a day of a series of days renamed", vcalendar("""
        event:
        DTSTAMP:20261101T020000Z
        UID:nc-2
        DTSTART;VALUE=DATE:20270301
        DTEND;VALUE=DATE:20270302
        RRULE:FREQ=DAILY;COUNT=3
        SUMMARY:Trực
        event:
        DTSTAMP:20261101T020000Z
        UID:nc-2
        RECURRENCE-ID;VALUE=DATE:20270302
        DTSTART;VALUE=DATE:20270302
        DTEND;VALUE=DATE:20270303
        SUMMARY:Trực thay
        """, NEXTCLOUD), ("2027-03-01 – 2027-03-01 Trực", "2027-03-02 – 2027-03-02 Trực thay",
                          "2027-03-03 – 2027-03-03 Trực")),
    # Thunderbird
    Case("Thunderbird", "3.8.2.5: DURATION for DTEND", vcalendar("""
        event:
        CREATED:20261101T020000Z
        LAST-MODIFIED:20261101T020000Z
        DTSTAMP:20261101T020000Z
        UID:tb-1
        SUMMARY:Họp báo
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270310T083000
        DURATION:PT1H30M
        X-MOZ-GENERATION:3
        X-MOZ-LASTACK:20261101T020000Z
        """, MOZILLA), ("2027-03-10 08:30–10:00 Họp báo",)),
    Case("Thunderbird", "3.8.5.1: EXDATE of days", vcalendar("""
        event:
        DTSTAMP:20261101T020000Z
        UID:tb-2
        SUMMARY:Trực
        DTSTART;VALUE=DATE:20270301
        DTEND;VALUE=DATE:20270302
        RRULE:FREQ=DAILY;COUNT=4
        EXDATE;VALUE=DATE:20270302
        EXDATE;VALUE=DATE:20270303
        """, MOZILLA), ("2027-03-01 – 2027-03-01 Trực", "2027-03-04 – 2027-03-04 Trực")),
    Case("Mozilla Sunbird", "a zone by a path that begins with the maker's name", vcalendar("""
        event:
        DTSTAMP:20261101T020000Z
        UID:tb-3
        SUMMARY:Bangkok
        DTSTART;TZID=/mozilla.org/20050126_1/Asia/Bangkok:20270310T090000
        DTEND;TZID=/mozilla.org/20050126_1/Asia/Bangkok:20270310T100000
        """, MOZILLA), ("2027-03-10 09:00–10:00 Bangkok",)),
    # Holidays
    Case("Google holidays", "3.6.1: a day, TRANSPARENT", vcalendar("""
        event:
        DTSTART;VALUE=DATE:20270902
        DTEND;VALUE=DATE:20270903
        DTSTAMP:20261101T020000Z
        UID:20270902_vn@google.com
        CLASS:PUBLIC
        DESCRIPTION:Ngày lễ chung
        STATUS:CONFIRMED
        SUMMARY:Quốc khánh
        TRANSP:TRANSPARENT
        """, GOOGLE), ("2027-09-02 – 2027-09-02 Quốc khánh",)),
    Case("officeholidays.com", "a language of the title, both marks of a whole day", vcalendar("""
        event:
        CLASS:PUBLIC
        UID:2027-04-14LA@www.officeholidays.com
        CREATED:20261101T020000Z
        DESCRIPTION:Lao New Year\\n\\nInformation provided by example
        DTEND;VALUE=DATE:20270415
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270414
        LAST-MODIFIED:20261101T020000Z
        LOCATION:Laos
        PRIORITY:5
        SEQUENCE:1
        SUMMARY;LANGUAGE=en-us:Laos: Pi Mai
        TRANSP:OPAQUE
        X-MICROSOFT-CDO-BUSYSTATUS:BUSY
        X-MICROSOFT-CDO-IMPORTANCE:1
        X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
        """), ("2027-04-14 – 2027-04-14 Laos: Pi Mai",)),
    Case("Holiday generator", "empty RRULE and EXDATE", vcalendar("""
        event:
        UID:h1
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270101
        DTEND;VALUE=DATE:20270101
        RRULE:
        EXDATE:
        SUMMARY:Tết Dương lịch
        """), ("2027-01-01 – 2027-01-01 Tết Dương lịch",), "refuses the file"),
    Case("Holiday generator", "3.3.4: a DATE with an hour", vcalendar("""
        event:
        UID:h2
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270430T000000
        DTEND;VALUE=DATE:20270502T000000
        SUMMARY:Nghỉ lễ 30-4 và 1-5
        """), ("2027-04-30 – 2027-05-01 Nghỉ lễ 30-4 và 1-5",)),
    Case("Thunderbird holidays", "3.3.10: BYMONTH and BYMONTHDAY of a year", vcalendar("""
        event:
        UID:h3
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20201202
        RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=2
        SUMMARY:Quốc khánh Lào
        """), ("2025-12-02 – 2025-12-02 Quốc khánh Lào", "2026-12-02 – 2026-12-02 Quốc khánh Lào",
               "2027-12-02 – 2027-12-02 Quốc khánh Lào")),
    Case("School holidays", "3.3.10: a week of every November", vcalendar("""
        event:
        UID:h4
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20261102
        DURATION:P5D
        RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1MO;COUNT=2
        SUMMARY:Nghỉ
        """), ("2026-11-02 – 2026-11-06 Nghỉ", "2027-11-01 – 2027-11-05 Nghỉ")),
    # Tickets
    Case("Vietnam Airlines", "3.2.19: the two ends in two zones", vcalendar("""
        event:
        UID:vn19
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270310T230500
        DTEND;TZID=Europe/Paris:20270311T061500
        SUMMARY:VN19 HAN–CDG
        """), ("2027-03-10 23:05–12:15 VN19 HAN–CDG",)),
    Case("Lao Airlines", "3.3.5: both ends in UTC", vcalendar("""
        event:
        UID:qv312
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T032500Z
        DTEND:20270310T043000Z
        SUMMARY:QV312 HAN–VTE
        """), ("2027-03-10 10:25–11:30 QV312 HAN–VTE",)),
    Case("Booking site", "3.3.5: hours of the place, without a zone", vcalendar("""
        event:
        UID:bk1
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T140000
        DTEND:20270312T120000
        SUMMARY:Khách sạn
        """), ("2027-03-10 14:00–12:00 Khách sạn",)),
    Case("Train ticket", "the end before the start by the clock: a zone further west", vcalendar("""
        event:
        UID:tr1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Tokyo:20270310T100000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270310T091500
        SUMMARY:NRT–HAN
        """), ("2027-03-10 08:00–09:15 NRT–HAN",)),
    # Meetings on the web
    Case("Zoom", "a VTIMEZONE with one part, a daily series", vcalendar("""
        event:
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Saigon:20270310T083000
        DTEND;TZID=Asia/Saigon:20270310T093000
        RRULE:FREQ=DAILY;UNTIL=20270312T235900;INTERVAL=1
        SUMMARY:Tập huấn
        UID:20261101T020000Z-81234@fe80:0:0:0:1
        TZID:Asia/Saigon
        DESCRIPTION:Join Zoom Meeting\\nhttps://zoom.example.org/j/8
        """, "PRODID:-//zoom.us//iCalendar Event//EN\nCALSCALE:GREGORIAN\nMETHOD:REQUEST\nCLASS:PUBLIC"
             + BANGKOK.replace("SE Asia Standard Time", "Asia/Saigon")),
         ("2027-03-10 08:30–09:30 Tập huấn", "2027-03-11 08:30–09:30 Tập huấn", "2027-03-12 08:30–09:30 Tập huấn")),
    Case("Webex", "a zone of its own name, described in the file", vcalendar("""
        event:
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Bangkok Time:20270310T083000
        DTEND;TZID=Bangkok Time:20270310T093000
        SUMMARY:Webex meeting
        UID:wx1
        """, "PRODID:-//Microsoft Corporation//Outlook 10.0 MIMEDIR//EN\nMETHOD:REQUEST"
             + BANGKOK.replace("SE Asia Standard Time", "Bangkok Time")), ("2027-03-10 08:30–09:30 Webex meeting",)),
    # vCalendar 1.0
    Case("vCalendar 1.0 (Nokia)", "quoted-printable letters, alarms of the old kind", vcalendar("""
        event:
        UID:v1
        DTSTART:20270310T010000Z
        DTEND:20270310T020000Z
        SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C4=90=C3=B3n =C4=91o=C3=A0n
        AALARM;TYPE=X-EPOCSOUND:20270310T004500Z;;0;
        X-EPOCAGENDAENTRYTYPE:APPOINTMENT
        CATEGORIES:APPOINTMENT
        """, "PRODID:-//Nokia//Calendar//EN\nTZ:+07", "1.0"), ("2027-03-10 08:00–09:00 Đón đoàn",),
         "keeps the letters quoted"),
    Case("vCalendar 1.0 (Palm)", "a whole day as midnight to midnight", vcalendar("""
        event:
        UID:v2
        DTSTART:20270310T000000
        DTEND:20270311T000000
        SUMMARY:Nghỉ phép
        """, "PRODID:-//Palm//EN", "1.0"), ("2027-03-10 – 2027-03-10 Nghỉ phép",)),
    Case("vCalendar 1.0 (Samsung)", "a rule in the old grammar is not understood and refused", vcalendar("""
        event:
        UID:v3
        DTSTART:20270310T083000
        DTEND:20270310T093000
        SUMMARY:Họp
        RRULE:W1 WE #4
        """, "PRODID:-//Samsung//EN", "1.0"), (), "fails"),
    # Others
    Case("Evolution", "a zone by a path that begins with the maker's name", vcalendar("""
        event:
        UID:ev1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh:20270310T083000
        DTEND;TZID=/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh:20270310T100000
        SUMMARY:Làm việc
        """, "PRODID:-//Ximian//NONSGML Evolution Calendar//EN"), ("2027-03-10 08:30–10:00 Làm việc",)),
    Case("KOrganizer", "3.3.10: day 60 of the year and the last one", vcalendar("""
        event:
        UID:ko1
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270301
        RRULE:FREQ=YEARLY;BYYEARDAY=60,-1;COUNT=3
        SUMMARY:Kiểm kê
        """, "PRODID:-//K Desktop Environment//NONSGML libkcal 4.3//EN"),
         ("2027-03-01 – 2027-03-01 Kiểm kê", "2027-12-31 – 2027-12-31 Kiểm kê", "2028-02-29 – 2028-02-29 Kiểm kê")),
    Case("KOrganizer", "3.3.10: weeks by number", vcalendar("""
        event:
        UID:ko2
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270517
        RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2
        SUMMARY:Tuần 20
        """, "PRODID:-//K Desktop Environment//NONSGML libkcal 4.3//EN"),
         ("2027-05-17 – 2027-05-17 Tuần 20", "2028-05-15 – 2028-05-15 Tuần 20")),
    Case("Radicale export", "3.4: several calendars in one file", vcalendar("""
        event:
        UID:r1
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270310
        SUMMARY:Một
        """) + vcalendar("""
        event:
        UID:r2
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270311
        SUMMARY:Hai
        """), ("2027-03-10 – 2027-03-10 Một", "2027-03-11 – 2027-03-11 Hai"), "reads one calendar of a file"),
    Case("Yahoo Calendar", "lines that end in LF only, blank lines between", vcalendar("""
        event:
        UID:y1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270310T083000
        DTEND;TZID=Asia/Ho_Chi_Minh:20270310T100000
        SUMMARY:Gặp mặt
        """).replace("\r\n", "\n\n"), ("2027-03-10 08:30–10:00 Gặp mặt",)),
    Case("Facebook events", "names of properties in small letters, a URL", vcalendar("""
        event:
        uid:fb1
        dtstamp:20261101T020000Z
        dtstart:20270310T120000Z
        dtend:20270310T140000Z
        summary:Đêm nhạc hữu nghị
        url:https://www.example.org/events/1/
        """, "PRODID:-//Facebook//NONSGML Facebook Events V1.0//EN\nX-PUBLISHED-TTL:PT12H"),
         ("2027-03-10 19:00–21:00 Đêm nhạc hữu nghị",)),
    Case("The Events Calendar", "an hour without an end", vcalendar("""
        event:
        UID:wp1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270310T190000
        SUMMARY:Khai mạc
        """), ("2027-03-10 19:00 Khai mạc",), "has ends only"),
    Case("Moodle", "an instant: DTEND equals DTSTART", vcalendar("""
        event:
        UID:m1@moodle.example.org
        DTSTAMP:20261101T020000Z
        SUMMARY:Hạn nộp bài
        DTSTART:20270310T100000Z
        DTEND:20270310T100000Z
        """), ("2027-03-10 17:00 Hạn nộp bài",), "has ends only"),
    Case("Trello", "3.6.2: tasks are not events", vcalendar("""
        BEGIN:VTODO
        UID:td1
        DTSTAMP:20261101T020000Z
        DUE:20270310T100000Z
        SUMMARY:Gửi thư mời
        END:VTODO
        event:
        UID:td2
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270310
        SUMMARY:Họp
        """), ("2027-03-10 – 2027-03-10 Họp",)),
    Case("Oracle Beehive", "3.3.6: a length in weeks and days", vcalendar("""
        event:
        UID:ob1
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270301
        DURATION:P1W
        SUMMARY:Tuần lễ
        """), ("2027-03-01 – 2027-03-07 Tuần lễ",)),
    Case("DAViCal", "3.8.1.11: STATUS:CANCELLED of a day in a series", vcalendar("""
        event:
        UID:dv1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T080000
        DURATION:PT1H
        RRULE:FREQ=WEEKLY;COUNT=3
        SUMMARY:Giao ban
        event:
        UID:dv1
        DTSTAMP:20261101T020000Z
        RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20270111T080000
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270111T080000
        DURATION:PT1H
        STATUS:CANCELLED
        SUMMARY:Giao ban
        """), ("2027-01-04 08:00–09:00 Giao ban", "2027-01-18 08:00–09:00 Giao ban"), "lists what is cancelled"),
    Case("Fantastical", "3.2.13: RANGE=THISANDFUTURE", vcalendar("""
        event:
        UID:fa1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T080000
        DURATION:PT1H
        RRULE:FREQ=WEEKLY;COUNT=4
        SUMMARY:Giao ban
        event:
        UID:fa1
        DTSTAMP:20261101T020000Z
        RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Ho_Chi_Minh:20270118T080000
        DTSTART;TZID=Asia/Ho_Chi_Minh:20270118T140000
        DURATION:PT1H
        SUMMARY:Giao ban chiều
        """), ("2027-01-04 08:00–09:00 Giao ban", "2027-01-11 08:00–09:00 Giao ban",
               "2027-01-18 14:00–15:00 Giao ban chiều", "2027-01-25 14:00–15:00 Giao ban chiều")),
    Case("Calendly", "RFC 5546 3.2.2: an invitation with attendees", vcalendar("""
        event:
        UID:ca1
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T013000Z
        DTEND:20270310T020000Z
        ORGANIZER;CN="Lan: lễ tân":mailto:lan@example.org
        ATTENDEE;CN=Minh;RSVP=TRUE:mailto:minh@example.org
        SUMMARY:30 phút với Lan
        """, "METHOD:REQUEST"), ("2027-03-10 08:30–09:00 30 phút với Lan",)),
    Case("Mailed answer", "RFC 5546 3.2.3: METHOD:REPLY makes nothing", vcalendar("""
        event:
        UID:re1
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T013000Z
        ATTENDEE;PARTSTAT=ACCEPTED:mailto:minh@example.org
        SUMMARY:Accepted: Họp
        """, "METHOD:REPLY"), (), "does not look at METHOD"),
    Case("Samsung Calendar", "3.3.11: escaped commas, semicolons and line ends", vcalendar("""
        event:
        UID:sa1
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270310
        SUMMARY:Ăn\\; ở\\, đi lại \\\\ 2
        """), ("2027-03-10 – 2027-03-10 Ăn; ở, đi lại \\ 2",)),
    Case("Lark", "3.3.10: an hour in a zone that changes its clocks in October", vcalendar("""
        event:
        UID:la1
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=America/New_York:20271101T200000
        DTEND;TZID=America/New_York:20271101T210000
        RRULE:FREQ=WEEKLY;COUNT=2
        SUMMARY:New York
        """), ("2027-11-02 07:00–08:00 New York", "2027-11-09 08:00–09:00 New York")),
    Case("GNOME Calendar", "3.3.10: leap days", vcalendar("""
        event:
        UID:gn1
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20240229
        RRULE:FREQ=YEARLY
        SUMMARY:29 tháng 2
        """), ("2028-02-29 – 2028-02-29 29 tháng 2",)),
    Case("SOGo", "3.3.10: every third day until a day", vcalendar("""
        event:
        UID:so1
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:20270301
        RRULE:FREQ=DAILY;INTERVAL=3;UNTIL=20270309
        SUMMARY:Tưới cây
        """), ("2027-03-01 – 2027-03-01 Tưới cây", "2027-03-04 – 2027-03-04 Tưới cây",
               "2027-03-07 – 2027-03-07 Tưới cây")),
    # Times in another form that can't be meant otherwise
    Case("Old telephone", "hours without seconds", vcalendar("""
        event:
        UID:f1
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T0830
        DTEND:20270310T1000
        SUMMARY:Họp
        """), ("2027-03-10 08:30–10:00 Họp",), "reads none of it"),
    Case("Web form", "ISO 8601 with hyphens and colons", vcalendar("""
        event:
        UID:f2
        DTSTAMP:20261101T020000Z
        DTSTART:2027-03-10T08:30:00
        DTEND:2027-03-10T10:00:00.000Z
        RRULE:FREQ=DAILY;COUNT=2
        EXDATE:2027-03-11T08:30:00
        SUMMARY:Họp
        """.replace("10:00:00.000Z", "10:00:00.000")), ("2027-03-10 08:30–10:00 Họp",), "reads none of it"),
    Case("Web form", "ISO 8601 days", vcalendar("""
        event:
        UID:f3
        DTSTAMP:20261101T020000Z
        DTSTART;VALUE=DATE:2027-03-10
        DTEND;VALUE=DATE:2027-03-12
        SUMMARY:Hội thảo
        """), ("2027-03-10 – 2027-03-11 Hội thảo",), "reads none of it"),
    Case("Own script", "3.3.5 forbids an offset; it says which instant is meant", vcalendar("""
        event:
        UID:f4
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T103000+0900
        DTEND:2027-03-10T04:00:00+01:00
        SUMMARY:Họp
        """), ("2027-03-10 08:30–10:00 Họp",), "reads none of it"),
    Case("Own script", "3.3.5: T and Z in small letters, as ABNF has it", vcalendar("""
        event:
        UID:f5
        DTSTAMP:20261101T020000Z
        DTSTART:20270310t013000z
        DTEND:20270310t030000z
        SUMMARY:Họp
        """), ("2027-03-10 08:30–10:00 Họp",), "reads none of it"),
    Case("Room booking", "24:00 for the end of a day", vcalendar("""
        event:
        UID:f6
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T190000
        DTEND:20270310T240000
        SUMMARY:Tiệc
        """), ("2027-03-10 19:00–00:00 Tiệc",), "reads none of it"),
    Case("Observatory", "3.3.12: second 60 is second 59", vcalendar("""
        event:
        UID:f7
        DTSTAMP:20261101T020000Z
        DTSTART:20270310T235960Z
        DTEND:20270311T013000Z
        SUMMARY:Quan sát
        """), ("2027-03-11 06:59–08:30 Quan sát",), "reads none of it"),
    Case("Rule generator", "a part of a rule that is empty is none", vcalendar("""
        event:
        UID:f8
        DTSTAMP:20261101T020000Z
        DTSTART:20270104T080000
        DTEND:20270104T090000
        RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=2;BYDAY=;BYMONTH=
        SUMMARY:Giao ban
        """), ("2027-01-04 08:00–09:00 Giao ban", "2027-01-11 08:00–09:00 Giao ban"), "finds no FREQ in it"),
    Case("Outlook 2007", "a zone by its offset and cities, not described in the file", vcalendar("""
        event:
        UID:f9
        DTSTAMP:20261101T020000Z
        DTSTART;TZID="(GMT+09:00) Osaka, Sapporo, Tokyo":20270310T103000
        DTEND;TZID="(GMT+09:00) Osaka, Sapporo, Tokyo":20270310T120000
        SUMMARY:Tokyo
        """), ("2027-03-10 08:30–10:00 Tokyo",), "takes the hours as they stand"),
    Case("Room booking", "a zone written as its offset from UTC", vcalendar("""
        event:
        UID:f10
        DTSTAMP:20261101T020000Z
        DTSTART;TZID=UTC+9:20270310T103000
        DTEND;TZID=GMT+0900:20270310T120000
        SUMMARY:Tokyo
        """), ("2027-03-10 08:30–10:00 Tokyo",), "takes the hours as they stand"),
)  # fmt: skip
