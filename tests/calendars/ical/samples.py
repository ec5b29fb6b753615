"""Events for the iCalendar tests, after the agreement Hải Dương – Viêng Chăn province 2024–2028."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from calendars.ical.items_and_tasks import CalendarTask, programme_zone, render_deleted, render_programme, render_tasks
from calendars.ical.vcalendar import CALENDAR_END, calendar_head
from calendars.ical.vevent import Article, EventFacts, render_event, zones_of
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import PublishedProgramme
from models.vocabulary import EventKind, EventStatus, Visibility

HAI_DUONG = {"vi": "Tỉnh Hải Dương", "lo": "ແຂວງຫາຍເຢືອງ", "en": "Hải Dương Province"}
VIENTIANE = {"vi": "Tỉnh Viêng Chăn", "lo": "ແຂວງວຽງຈັນ", "en": "Vientiane Province"}

TRAINING = EventFacts(
    uid="01jd0training@desk.example",
    sequence=2,
    kind=EventKind.TRAINING_BATCH,
    status=EventStatus.CONFIRMED,
    visibility=Visibility.PUBLIC,
    title={
        "vi": "Lớp bồi dưỡng ngắn hạn cán bộ Đảng, chính quyền tỉnh Viêng Chăn tại Trường Chính trị tỉnh, năm 2027",
        "lo": "ການຝຶກອົບຮົມໄລຍະສັ້ນໃຫ້ພະນັກງານພັກ-ລັດ ແຂວງວຽງຈັນ ຢູ່ໂຮງຮຽນການເມືອງແຂວງຫາຍເຢືອງ ປະຈຳປີ 2027",
        "en": "Short training of Party and government cadres of Vientiane Province, Hải Dương 2027",
    },
    description={
        "vi": "Nội dung: xây dựng Đảng; kinh nghiệm điều hành.\nKinh phí: Hải Dương, gồm ăn, ở và đi lại.",
        "lo": "ເນື້ອໃນ: ການກໍ່ສ້າງພັກ; ບົດຮຽນການບໍລິຫານ.",
    },
    location={"vi": "Trường Chính trị tỉnh Hải Dương", "lo": "ໂຮງຮຽນການເມືອງແຂວງຫາຍເຢືອງ"},
    host_name=HAI_DUONG,
    guest_name=VIENTIANE,
    organisation_name={"vi": "Sở Nội vụ", "en": "Department of Home Affairs"},
    first_day=date(2027, 3, 10),
    last_day=date(2027, 3, 21),
    start_time=None,
    end_time=None,
    timezone="Asia/Ho_Chi_Minh",
    created_at=datetime(2026, 11, 2, 1, 30, 0, 250_000, tzinfo=UTC),
    updated_at=datetime(2026, 11, 20, 8, 15, 59, 999_999, tzinfo=UTC),
    url="https://desk.example/events/01jd0training",
    headcount=12,
)


def facts(**changes: Any) -> EventFacts:
    """The training batch with some facts changed."""
    return replace(TRAINING, **changes)


TROUPE = facts(
    uid="01jd0troupe@desk.example",
    kind=EventKind.ART_TROUPE_VISIT,
    status=EventStatus.PLANNED,
    title={
        "vi": "Đoàn nghệ thuật tỉnh Hải Dương biểu diễn chào mừng Quốc khánh nước CHDCND Lào và lễ hội That Luang",
        "lo": "ຄະນະສິລະປິນແຂວງຫາຍເຢືອງ ສະແດງສະເຫຼີມສະຫຼອງວັນຊາດ ແຫ່ງ ສປປ ລາວ ແລະ ບຸນນະມັດສະການພະທາດຫຼວງ ປະຈຳປີ 2027",
    },
    description=None,
    location={"lo": "ເດີ່ນພະທາດຫຼວງ, ນະຄອນຫຼວງວຽງຈັນ", "vi": "Quảng trường That Luang, Viêng Chăn"},
    host_name=VIENTIANE,
    guest_name=HAI_DUONG,
    first_day=date(2027, 11, 28),
    last_day=date(2027, 12, 3),
    timezone="Asia/Vientiane",
)

CANCELLED = facts(uid="01jd0cancelled@desk.example", sequence=5, status=EventStatus.CANCELLED)

MEETING = facts(
    uid="01jd0meeting@desk.example",
    kind=EventKind.DELEGATION,
    title={
        "vi": "Làm việc với Văn phòng Ủy ban chính quyền tỉnh Viêng Chăn",
        "lo": "ພົບປະເຮັດວຽກກັບຫ້ອງວ່າການແຂວງວຽງຈັນ",
    },
    location={"lo": "ຫ້ອງວ່າການແຂວງວຽງຈັນ, ເມືອງໂພນໂຮງ", "vi": "Huyện Phôn Hông"},
    host_name=VIENTIANE,
    guest_name=HAI_DUONG,
    first_day=date(2027, 4, 6),
    last_day=date(2027, 4, 6),
    start_time=time(8, 30),
    end_time=time(11, 0),
    timezone="Asia/Vientiane",
    headcount=None,
)

NEW_YORK = facts(
    uid="01jd0newyork@desk.example",
    kind=EventKind.ACTIVITY,
    title={"vi": "Hội nghị xúc tiến đầu tư tại New York", "en": "Investment promotion conference; “Gateway”, New York"},
    description={"en": "Doors open at 01:00, before the clocks change.\nPath: C:\\desk"},
    location={"en": "The United Nations Plaza, New York"},
    guest_name=None,
    organisation_name=None,
    first_day=date(2027, 3, 14),
    last_day=date(2027, 3, 14),
    start_time=time(1, 30),
    end_time=time(3, 30),
    timezone="America/New_York",
)

INTERNAL = facts(
    uid="01jd0internal@desk.example",
    kind=EventKind.ANNIVERSARY,
    status=EventStatus.POSTPONED,
    visibility=Visibility.INTERNAL,
    title={"vi": "Họp trù bị lễ kỷ niệm 65 năm ngày thiết lập quan hệ ngoại giao Việt Nam – Lào"},
    first_day=date(2027, 9, 5),
    last_day=date(2027, 9, 5),
    start_time=time(14, 0),
)

VISIT = facts(
    uid="01jd0visit@desk.example",
    kind=EventKind.DELEGATION,
    title={
        "vi": "Đoàn đại biểu tỉnh Viêng Chăn thăm và làm việc tại tỉnh Hải Dương",
        "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ ຢ້ຽມຢາມແລະເຮັດວຽກຢູ່ແຂວງຫາຍເຢືອງ",
    },
    description=None,
    last_day=date(2027, 3, 12),
    url="https://desk.example/events/01jd0visit",
    programme=PublishedProgramme(
        2,
        (
            ProgrammeItemValues(
                date(2027, 3, 10),
                None,
                None,
                {"vi": "Đón đoàn", "lo": "ຕ້ອນຮັບຄະນະ"},
                {"vi": "Sân bay quốc tế Nội Bài, Hà Nội", "lo": "ສະໜາມບິນສາກົນໂນຍບ່າຍ, ຮ່າໂນ້ຍ"},
            ),
            ProgrammeItemValues(
                date(2027, 3, 11),
                time(8, 30),
                time(11, 0),
                {"vi": "Hội đàm với Tỉnh ủy; ký biên bản", "lo": "ພົບປະກັບຄະນະພັກແຂວງ; ເຊັນບົດບັນທຶກ"},
                {"vi": "Trụ sở Tỉnh ủy"},
                travel_minutes=20,
            ),
            ProgrammeItemValues(date(2027, 3, 11), time(18, 0), None, {"vi": "Chiêu đãi", "lo": "ງານລ້ຽງ"}),
        ),
    ),
)

GOLDEN = {
    # file name: facts, language, with an alarm
    "training-vi": (TRAINING, "vi", False),
    "training-lo-alarm": (TRAINING, "lo", True),
    "troupe-lo": (TROUPE, "lo", False),
    "cancelled-vi": (CANCELLED, "vi", True),
    "meeting-vientiane-lo-alarm": (MEETING, "lo", True),
    "new-york-en": (NEW_YORK, "en", False),
    "internal-postponed-vi": (INTERNAL, "vi", False),
    "visit-programme-vi": (VISIT, "vi", False),
    "visit-programme-lo": (VISIT, "lo", False),
}


def render_calendar(fragments: Iterable[bytes], **frame: Any) -> bytes:
    """A whole calendar of rendered entries; ``frame`` is what ``calendar_head`` takes."""
    return b"".join((calendar_head(**frame), *fragments, CALENDAR_END))


def calendar(*events: EventFacts, language: str = "vi", alarm: bool = False) -> bytes:
    """A whole feed of the office with these events, for the years 2026 to 2028."""
    return render_calendar(
        [render_event(event, language, alarm=alarm) for event in events],
        name="Lịch đối ngoại tỉnh Hải Dương",
        language=language,
        zones=["Asia/Ho_Chi_Minh", *(zone for event in events for zone in zones_of(event))],
        first_year=2026,
        last_year=2028,
    )


ARTICLE = Article(
    number="7",
    agreement={"vi": "Thỏa thuận hợp tác Hải Dương – Viêng Chăn 2024–2028", "en": "Cooperation agreement 2024–2028"},
    url="https://desk.example/agreements/01jd0agreement",
    key="01jd0commitment",
)
CEREMONY = facts(
    uid="01jd0ceremony@desk.example",
    kind=EventKind.ANNIVERSARY,
    title={"vi": "Lễ kỷ niệm 40 năm quan hệ Hải Dương – Viêng Chăn", "lo": "ພິທີສະເຫຼີມສະຫຼອງ 40 ປີ"},
    ordinal=40,
)
FORUM = facts(
    uid="01jd0forum@desk.example",
    kind=EventKind.ACTIVITY,
    title={"vi": "Hội nghị xúc tiến thương mại trực tuyến", "lo": "ກອງປະຊຸມສົ່ງເສີມການຄ້າທາງອອນລາຍ"},
    location={"vi": "Trực tuyến: https://meet.example/hd-vc?room=1, phòng họp số 2"},
    last_day=date(2027, 3, 10),
    start_time=time(8, 0),
    end_time=time(11, 30),
)
ATHLETES = facts(uid="01jd0athletes@desk.example", article=ARTICLE)
TASKS = (
    CalendarTask(
        id="01jd0task1",
        title={"vi": "Đặt phòng nghỉ; xe đón đoàn", "lo": "ຈອງຫ້ອງພັກ"},
        due_day=date(2027, 2, 24),
        done=False,
        done_at=None,
        created_at=datetime(2026, 11, 2, 1, 30, tzinfo=UTC),
        updated_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        responsible={"vi": "Nguyễn Văn An"},
    ),
    CalendarTask(
        id="01jd0task2",
        title={"vi": "Gửi thư mời"},
        due_day=None,
        done=True,
        done_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        created_at=datetime(2026, 11, 2, 1, 30, tzinfo=UTC),
        updated_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        responsible=None,
    ),
)


def whole(language: str, **changed: Any) -> bytes:
    """A feed with everything a feed can show."""
    return render_calendar(
        [
            render_event(CEREMONY, language, lunar=True),
            render_event(FORUM, language),
            render_event(ATHLETES, language, alarm=True),
            render_event(VISIT, language),
            render_programme(VISIT, language),
            render_tasks(VISIT, TASKS, language),
            render_deleted(TROUPE, language),
        ],
        name="Lịch đối ngoại tỉnh Hải Dương",
        language=language,
        zones=["Asia/Ho_Chi_Minh", *zones_of(FORUM), programme_zone(VISIT)],
        first_year=2026,
        last_year=2028,
        source="https://desk.example/api/v1/feeds/01jd0feed/calendar",
        url="https://desk.example/feeds",
        **changed,
    )
