"""Visits like those of the seed, as plain facts: who comes to whom, with programme, people, beds and cars."""

from collections.abc import Sequence
from datetime import date, time

from calendars.documents.facts import (
    BodyFacts,
    BookingFacts,
    DocumentFacts,
    IssuerFacts,
    ItemFacts,
    MemberFacts,
    PerformanceFacts,
    PersonalFacts,
    PersonFacts,
    PhaseFacts,
    PlaceFacts,
    PlacementFacts,
    VisitFacts,
)
from models.text import LocalizedText
from models.vocabulary import (
    DelegationLevel,
    Direction,
    EventKind,
    EventStatus,
    Language,
    MemberRole,
    PassportKind,
    ResourceType,
    Sex,
    Side,
)

VI, LO, EN = Language.VI, Language.LO, Language.EN
LANGUAGES: Sequence[tuple[Language, ...]] = ((VI,), (LO,), (VI, LO), (EN,))

HAI_PHONG = PlaceFacts("hai-phong", {"vi": "Thành phố Hải Phòng", "lo": "ນະຄອນຫາຍຟ່ອງ", "en": "Hải Phòng City"}, "VN")
HAI_DUONG = PlaceFacts("hai-duong", {"vi": "Tỉnh Hải Dương", "lo": "ແຂວງຫາຍເຢືອງ", "en": "Hải Dương Province"}, "VN")
VIENTIANE = PlaceFacts(
    "vientiane-province", {"vi": "Tỉnh Viêng Chăn", "lo": "ແຂວງວຽງຈັນ", "en": "Vientiane Province"}, "LA"
)
FOREIGN_AFFAIRS: LocalizedText = {"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ", "en": "Department of Foreign Affairs"}
PEOPLES_COMMITTEE: LocalizedText = {
    "vi": "Ủy ban nhân dân thành phố",
    "lo": "ຄະນະກຳມະການປະຊາຊົນນະຄອນ",
    "en": "City People's Committee",
}
CABINET: LocalizedText = {"vi": "Văn phòng chính quyền tỉnh", "lo": "ຫ້ອງວ່າການແຂວງ", "en": "Provincial Cabinet Office"}
OFFICE = BodyFacts("office", FOREIGN_AFFAIRS, HAI_PHONG, PEOPLES_COMMITTEE)

GOVERNOR = PersonFacts(
    "governor",
    "Khăm Phăn Sít Thi Đăm Pha",
    "ຄຳພັນ ສິດທິດຳພາ",
    "Khamphanh Sitthidampha",
    {"vi": "Ông", "lo": "ທ່ານ", "en": "Mr"},
    {"vi": "Tỉnh trưởng", "lo": "ເຈົ້າແຂວງ", "en": "Governor"},
    "cabinet",
    CABINET,
    precedence=1,
    phone="+856 20 0001",
)
CHIEF = PersonFacts(
    "chief",
    "Bun Mi",
    "ບຸນມີ",
    None,
    {"vi": "Ông", "lo": "ທ່ານ", "en": "Mr"},
    {"vi": "Chánh Văn phòng", "lo": "ຫົວໜ້າຫ້ອງວ່າການ", "en": "Chief of Office"},
    "cabinet",
    CABINET,
    precedence=20,
)
SPECIALIST = PersonFacts("specialist", "ວັນນາ ພົມມະຈັນ", None, None, None, None, "cabinet", CABINET, precedence=50)
VICE_CHAIR = PersonFacts(
    "vice-chair",
    "Trần Đức Thắng",
    "ເຈິ່ນ ດຶກ ທັ້ງ",
    "TRAN DUC THANG",
    {"vi": "Ông", "lo": "ທ່ານ", "en": "Mr"},
    {"vi": "Phó Chủ tịch", "lo": "ຮອງປະທານ", "en": "Vice-Chair"},
    "committee",
    PEOPLES_COMMITTEE,
    precedence=5,
    phone="0900 000 005",
)
INTERPRETER = PersonFacts(
    "interpreter",
    "Lê Thị Hoa",
    "ເລ ທິ ຮວາ",
    None,
    {"vi": "Bà", "lo": "ທ່ານນາງ", "en": "Ms"},
    {"vi": "Chuyên viên", "lo": "ວິຊາການ", "en": "Officer"},
    "office",
    FOREIGN_AFFAIRS,
    precedence=60,
    phone="0900 000 060",
)
ESCORT = PersonFacts(
    "escort", "Phạm Văn Nam", None, None, None, {"vi": "Chuyên viên"}, "office", {"vi": "Sở Ngoại vụ"}, phone="0900 7"
)
KNOWN = PersonalFacts(Sex.MALE, date(1965, 4, 2), "LA", "Chay", "PA0123456", PassportKind.DIPLOMATIC, date(2030, 5, 31))


def member(person: PersonFacts, role: MemberRole, side: Side, **more: object) -> MemberFacts:
    return MemberFacts(f"member-{person.id}", person, role, side, **more)  # type: ignore[arg-type]


GUESTS = (
    # In no order: lists put them in theirs.
    member(SPECIALIST, MemberRole.MEMBER, Side.GUEST),
    member(GOVERNOR, MemberRole.HEAD, Side.GUEST, personal=KNOWN),
    member(CHIEF, MemberRole.MEMBER, Side.GUEST, counterpart_id="escort", personal=PersonalFacts(nationality="LA")),
)
HOSTS = (
    member(INTERPRETER, MemberRole.INTERPRETER, Side.HOST),
    member(ESCORT, MemberRole.STAFF, Side.HOST),
    member(VICE_CHAIR, MemberRole.HEAD, Side.HOST, counterpart_id="governor"),
)
HOTEL = BookingFacts(
    "hotel",
    "r-hotel",
    {"vi": "Khách sạn Hữu Nghị", "lo": "ໂຮງແຮມມິດຕະພາບ", "en": "Friendship Hotel"},
    ResourceType.LODGING,
    3,
    date(2027, 10, 11),
    date(2027, 10, 14),
    seats=2,
)
CAR = BookingFacts(
    "car",
    "r-car",
    {"vi": "Xe 7 chỗ", "lo": "ລົດ 7 ບ່ອນນັ່ງ", "en": "7-seat car"},
    ResourceType.VEHICLE,
    1,
    date(2027, 10, 11),
    date(2027, 10, 11),
    seats=6,
)
ITEMS = (
    ItemFacts(
        "dinner",
        date(2027, 10, 12),
        time(18, 30),
        time(20),
        {"vi": "Tiệc chiêu đãi", "lo": "ງານລ້ຽງຕ້ອນຮັບ", "en": "Banquet"},
        {"vi": "Nhà khách thành phố", "lo": "ເຮືອນຮັບແຂກ", "en": "City guest house"},
    ),
    ItemFacts(
        "airport",
        date(2027, 10, 11),
        time(22),
        time(1, 30),
        {"vi": "Đón đoàn tại sân bay", "lo": "ຕ້ອນຮັບຄະນະຢູ່ສະໜາມບິນ", "en": "Welcome at the airport"},
        {"vi": "Sân bay Nội Bài"},
        {"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ", "en": "Department of Foreign Affairs"},
        {"vi": "Cán bộ lễ tân", "lo": "ພະນັກງານພິທີການ", "en": "Protocol officers"},
    ),
    ItemFacts(
        "talks",
        date(2027, 10, 12),
        time(8),
        time(9, 30),
        {"vi": "Hội đàm", "lo": "ພົບປະສອງຝ່າຍ", "en": "Talks"},
        {"vi": "Trụ sở UBND thành phố", "lo": "ສຳນັກງານ", "en": "City hall"},
    ),
)


def _visit(**more: object) -> VisitFacts:
    fields: dict[str, object] = {
        "id": "visit",
        "kind": EventKind.DELEGATION,
        "status": EventStatus.CONFIRMED,
        "direction": Direction.INCOMING,
        "title": {
            "vi": "Đoàn đại biểu tỉnh Viêng Chăn thăm Hải Phòng",
            "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ ຢ້ຽມຢາມຫາຍຟ່ອງ",
            "en": "Vientiane Province's delegation in Hải Phòng",
        },
        "host": HAI_PHONG,
        "guest": VIENTIANE,
        "own_side": Side.HOST,
        "first_day": date(2027, 10, 11),
        "last_day": date(2027, 10, 14),
        "arrives_on": date(2027, 10, 11),
        "departs_on": date(2027, 10, 14),
        "timezone": "Asia/Ho_Chi_Minh",
        "location": {"vi": "Hải Phòng", "lo": "ຫາຍຟ່ອງ", "en": "Hải Phòng"},
        "level": DelegationLevel.HIGH,
        "headcount": 3,
        "organisation": OFFICE,
        "in_charge": ESCORT,
    }
    return VisitFacts(**(fields | more))  # type: ignore[arg-type]


def _facts(visit: VisitFacts, **more: object) -> DocumentFacts:
    fields: dict[str, object] = {
        "issuer": IssuerFacts(OFFICE, HAI_PHONG, VICE_CHAIR),
        "today": date(2027, 9, 1),
        "members": (*GUESTS, *HOSTS),
        "programme": ITEMS,
        "revision": 2,
        "bookings": (HOTEL, CAR),
        "placements": PlacementFacts({"car": ["member-governor"]}, {}),
        "office_zone": "Asia/Ho_Chi_Minh",
    }
    return DocumentFacts(visit, **(fields | more))  # type: ignore[arg-type]


INCOMING = _facts(_visit())
BATCH = _facts(
    _visit(
        kind=EventKind.TRAINING_BATCH,
        title={"vi": "Tập huấn bóng đá", "lo": "ຝຶກອົບຮົມບານເຕະ", "en": "Football training"},
        composition={"coach": 1, "athlete": 8},
        subject={"vi": "Bóng đá", "lo": "ບານເຕະ", "en": "Football"},
        institution={"vi": "Trung tâm thể thao", "lo": "ສູນກິລາ", "en": "Sports centre"},
        headcount=9,
        phases=(
            PhaseFacts(
                {"vi": "Chuyên môn", "lo": "ວິຊາສະເພາະ", "en": "Practice"},
                date(2027, 10, 13),
                date(2027, 10, 14),
                {"vi": "Trung tâm thể thao", "lo": "ສູນກິລາ", "en": "Sports centre"},
            ),
            PhaseFacts({"vi": "Tiếng Việt", "en": "Vietnamese"}, date(2027, 10, 11), date(2027, 10, 12)),
        ),
    ),
    programme=(),
    revision=None,
)
TROUPE = _facts(
    _visit(
        kind=EventKind.ART_TROUPE_VISIT,
        direction=Direction.OUTGOING,
        title={"vi": "Đoàn nghệ thuật Hải Phòng", "lo": "ຄະນະສິລະປິນຫາຍຟ່ອງ", "en": "Hải Phòng's art troupe"},
        host=VIENTIANE,
        guest=HAI_PHONG,
        own_side=Side.GUEST,
        timezone="Asia/Vientiane",
        occasion={"vi": "Tết Bunpimay", "lo": "ບຸນປີໃໝ່ລາວ"},
        performances=(
            PerformanceFacts(
                date(2027, 10, 13),
                time(19, 30),
                {"vi": "Nhà văn hóa", "lo": "ຫໍວັດທະນະທຳ", "en": "House of culture"},
                {"vi": "Múa", "lo": "ຟ້ອນ", "en": "Dance"},
            ),
            PerformanceFacts(
                date(2027, 10, 12),
                time(20),
                {"vi": "Quảng trường", "lo": "ເດີ່ນ", "en": "Square"},
                {"vi": "Ca nhạc", "lo": "ດົນຕີ", "en": "Songs"},
            ),
        ),
    ),
    members=tuple(
        member(one.person, one.role, Side.HOST if one.side is Side.GUEST else Side.GUEST) for one in (*GUESTS, *HOSTS)
    ),
    programme=(),
    revision=None,
    bookings=(),
    placements=None,
)
CEREMONY = _facts(
    _visit(
        kind=EventKind.ANNIVERSARY,
        title={
            "vi": "Lễ kỷ niệm 50 năm Hiệp ước hữu nghị",
            "lo": "ພິທີສະເຫຼີມສະຫຼອງຄົບຮອບ 50 ປີ",
            "en": "50 years of the Treaty of Friendship",
        },
        ordinal=50,
    ),
    revision=1,
    is_changed_since=True,
)
OUTGOING = _facts(
    _visit(
        direction=Direction.OUTGOING,
        title={
            "vi": "Đoàn Hải Dương làm việc tại tỉnh Viêng Chăn",
            "lo": "ຄະນະຜູ້ແທນຫາຍເຢືອງ ເຮັດວຽກຢູ່ແຂວງວຽງຈັນ",
            "en": "Hải Dương's delegation in Vientiane Province",
        },
        host=VIENTIANE,
        guest=HAI_DUONG,
        own_side=Side.GUEST,
        first_day=date(2024, 3, 7),
        last_day=date(2024, 3, 7),
        arrives_on=date(2024, 3, 7),
        departs_on=date(2024, 3, 7),
        timezone="Asia/Vientiane",
        headcount=None,
        in_charge=None,
    ),
    members=(member(VICE_CHAIR, MemberRole.HEAD, Side.GUEST),),
    programme=(ItemFacts("talks", date(2024, 3, 7), None, None, {"vi": "Làm việc", "lo": "ເຮັດວຽກ", "en": "Talks"}),),
    revision=1,
    bookings=(),
    placements=None,
)
UNKNOWN = DocumentFacts(
    _visit(
        guest=None, location=None, level=None, headcount=None, organisation=None, in_charge=None, title={"en": "Visit"}
    ),
    IssuerFacts(None, HAI_PHONG),
    date(2027, 9, 1),
)
"""Of which hardly anything is known."""

VISITS = {
    "incoming": INCOMING,
    "batch": BATCH,
    "troupe": TROUPE,
    "ceremony": CEREMONY,
    "outgoing": OUTGOING,
    "unknown": UNKNOWN,
}
