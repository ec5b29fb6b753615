"""Visits as plain facts, like those of the seed: a delegation in and out, a batch, a troupe, a ceremony."""

from dataclasses import replace
from datetime import date, time

from calendars.documents.facts import (
    AgreementFacts,
    BookingFacts,
    DocumentFacts,
    IssuerFacts,
    ItemFacts,
    MemberFacts,
    PerformanceFacts,
    PersonFacts,
    PhaseFacts,
    PlaceFacts,
    TaskFacts,
    VisitFacts,
)
from models.text import LocalizedText
from models.vocabulary import (
    DelegationLevel,
    Direction,
    EventKind,
    EventStatus,
    MemberRole,
    ResourceType,
    Side,
)
from tests.calendars.documents import bodies

SIGNATORY = PersonFacts(
    "nguyen-minh-hung",
    "Nguyễn Minh Hùng",
    name_lo="ຫງວຽນ ມິງ ຮຸ່ງ",
    honorific={"vi": "Ông", "lo": "ທ່ານ", "en": "Mr"},
    position={
        "vi": "Thành ủy viên, Phó Chủ tịch UBND thành phố Hải Phòng",
        "lo": "ຮອງປະທານຄະນະກຳມະການປະຊາຊົນນະຄອນຫາຍຟ່ອງ",
        "en": "Vice-Chair of the People's Committee of Hải Phòng",
    },
    body_id="hp-ubnd",
    body=bodies.CITY_COMMITTEE,
)
OFFICER = PersonFacts("tran-thi-lan", "Trần Thị Lan", name_lo="ເຈິ່ນ ທິ ລານ", phone="0225 384 2000")

GOVERNOR = PersonFacts(
    "kham-phan",
    "Khăm Phăn Sít Thi Đăm Pha",
    name_lo="ຄຳພັນ ສິດທິດຳພາ",
    honorific={"vi": "Ông", "lo": "ທ່ານ", "en": "Mr"},
    position={
        "vi": "Bí thư Tỉnh ủy, Tỉnh trưởng tỉnh Viêng Chăn",
        "lo": "ເລຂາພັກແຂວງ, ເຈົ້າແຂວງວຽງຈັນ",
        "en": "Secretary of the Party Committee and Governor of Vientiane Province",
    },
    body_id="vc-tinh-uy",
    body=bodies.GUEST_BODY.name,
    precedence=1,
)
CHAIR_OF_COUNCIL = PersonFacts(
    "bun-son",
    "Bun Son Phet la Văn",
    name_lo="ບຸນສອນ ເພັດລາວັນ",
    honorific={"vi": "Ông", "lo": "ທ່ານ", "en": "Mr"},
    position={"vi": "Chủ tịch HĐND tỉnh Viêng Chăn", "lo": "ປະທານສະພາປະຊາຊົນແຂວງວຽງຈັນ", "en": "Chair of the Council"},
    body_id="vc-hdnd",
    precedence=2,
)
CULTURE_DIRECTOR = PersonFacts(
    "pham-van-duc",
    "Phạm Văn Đức",
    name_lo="ຟ້າມ ວັນ ດຶກ",
    honorific={"vi": "Ông", "lo": "ທ່ານ", "en": "Mr"},
    position={"vi": "Giám đốc Sở", "lo": "ຫົວໜ້າພະແນກ", "en": "Director"},
    body_id="hp-so-vhttdl",
    body=bodies.CULTURE.name,
    precedence=3,
)

AGREEMENT = AgreementFacts(
    {
        "vi": "Văn bản hợp tác giai đoạn 2024-2028",
        "lo": "ເອກະສານການຮ່ວມມື ໄລຍະ 2024-2028",
        "en": "Cooperation agreement 2024-2028",
    },
    date(2024, 9, 18),
)


def text(vi: str, lo: str, en: str) -> LocalizedText:
    """A text in all three languages."""
    return {"vi": vi, "lo": lo, "en": en}


LODGING = text("Bố trí nơi ở, hội trường", "ຈັດທີ່ພັກ ແລະ ຫ້ອງປະຊຸມ", "Arrange lodging and meeting rooms")
RESIDENCE = text("Khai báo tạm trú cho khách", "ແຈ້ງການພັກເຊົາຂອງແຂກ", "Declare the guests' residence")
SECURITY = text("Bảo đảm an ninh, trật tự", "ຮັບປະກັນຄວາມສະຫງົບ", "Ensure security")
SHOW = text("Chuẩn bị chương trình văn nghệ", "ກະກຽມລາຍການສິລະປະ", "Prepare the performance")
GIFTS = text("Chuẩn bị quà lưu niệm", "ກະກຽມຂອງທີ່ລະນຶກ", "Prepare the gifts")
REPORT = text("Báo cáo kết quả", "ລາຍງານຜົນ", "Report on the results")


def member(
    person: PersonFacts, role: MemberRole = MemberRole.MEMBER, side: Side = Side.GUEST, rank: int | None = None
) -> MemberFacts:
    """Somebody in a visit."""
    return MemberFacts(f"m-{person.id}", person, role, side, rank)


TASKS = (
    TaskFacts("t-residence", RESIDENCE, "hp-cong-an", bodies.POLICE.name, due_day=date(2027, 3, 10)),
    TaskFacts("t-security", SECURITY, "hp-cong-an", bodies.POLICE.name, due_day=date(2027, 3, 9)),
    TaskFacts("t-show", SHOW, "hp-so-vhttdl", bodies.CULTURE.name, person=CULTURE_DIRECTOR, due_day=date(2027, 3, 8)),
    TaskFacts("t-lodging", LODGING, "hp-van-phong-ubnd", bodies.OFFICE.name, due_day=date(2027, 3, 1)),
    TaskFacts("t-gifts", GIFTS, "hp-ubnd", bodies.CITY_COMMITTEE, due_day=date(2027, 3, 5), done=True),
    TaskFacts("t-report", REPORT, "hp-ubnd", bodies.CITY_COMMITTEE, due_day=date(2027, 3, 27)),
)

PROGRAMME = (
    ItemFacts(
        "i-session",
        date(2027, 3, 10),
        time(14),
        time(15, 30),
        text("Hội đàm", "ການພົບປະ", "Working session"),
        text("Phòng khách UBND thành phố", "ຫ້ອງຮັບແຂກ", "Reception room"),
        text("Lãnh đạo UBND thành phố", "ການນຳນະຄອນ", "Leaders of the city"),
    ),
    ItemFacts(
        "i-dinner",
        date(2027, 3, 10),
        time(18, 30),
        time(20),
        text("Chiêu đãi", "ງານລ້ຽງ", "Banquet"),
        text("Nhà khách", "ເຮືອນຮັບແຂກ", "Guest house"),
    ),
    ItemFacts(
        "i-survey",
        date(2027, 3, 11),
        time(8),
        time(11),
        text("Tham quan thực tế", "ທັດສະນະສຶກສາ", "Study tour"),
        text("Gốm Chu Đậu", "ເຄື່ອງປັ້ນດິນເຜົາຈູເດົາ", "Chu Đậu ceramics"),
    ),
)

BOOKINGS = (
    BookingFacts(
        "b-lodging",
        "r-lodging",
        text("Nhà khách (phòng đôi)", "ເຮືອນຮັບແຂກ (ຫ້ອງຄູ່)", "Guest house (double rooms)"),
        ResourceType.LODGING,
        6,
        date(2027, 3, 10),
        date(2027, 3, 12),
        seats=2,
    ),
    BookingFacts(
        "b-van",
        "r-van",
        text("Xe 16 chỗ", "ລົດ 16 ບ່ອນນັ່ງ", "Sixteen-seat van"),
        ResourceType.VEHICLE,
        1,
        date(2027, 3, 10),
        date(2027, 3, 12),
        seats=15,
    ),
    BookingFacts(
        "b-interpreter",
        "r-interpreter",
        text("Phiên dịch Việt - Lào 1", "ນາຍພາສາ ລາວ - ຫວຽດ 1", "Interpreter Vietnamese - Lao 1"),
        ResourceType.INTERPRETER,
        1,
        date(2027, 3, 10),
        date(2027, 3, 12),
    ),
)


def visit(kind: EventKind, title: LocalizedText, host: PlaceFacts, guest: PlaceFacts | None) -> VisitFacts:
    """A visit of three days in March 2027."""
    own_side = Side.HOST if host.country == "VN" else Side.GUEST
    return VisitFacts(
        id="e",
        kind=kind,
        status=EventStatus.CONFIRMED,
        direction=Direction.INCOMING if own_side is Side.HOST else Direction.OUTGOING,
        title=title,
        host=host,
        guest=guest,
        own_side=own_side,
        first_day=date(2027, 3, 10),
        last_day=date(2027, 3, 12),
        arrives_on=date(2027, 3, 10),
        departs_on=date(2027, 3, 12),
        timezone="Asia/Ho_Chi_Minh",
        location=text("Thành phố Hải Phòng", "ນະຄອນຫາຍຟ່ອງ", "Hải Phòng City"),
        organisation=bodies.OFFICE,
        in_charge=OFFICER,
    )


def facts_of(visit_facts: VisitFacts) -> DocumentFacts:
    """Facts of a visit whose papers the city's People's Committee issues."""
    return DocumentFacts(
        visit=visit_facts,
        issuer=IssuerFacts(bodies.COMMITTEE, bodies.HAI_PHONG, SIGNATORY),
        today=date(2027, 2, 15),
        members=(
            member(GOVERNOR, MemberRole.HEAD),
            member(CHAIR_OF_COUNCIL),
            member(SIGNATORY, MemberRole.HEAD, Side.HOST),
            member(CULTURE_DIRECTOR, side=Side.HOST),
        ),
        programme=PROGRAMME,
        bookings=BOOKINGS,
        tasks=TASKS,
    )


def incoming_delegation() -> DocumentFacts:
    """A delegation of Vientiane Province in Hải Phòng."""
    title = text(
        "Đoàn tỉnh Viêng Chăn thăm Hải Phòng", "ຄະນະແຂວງວຽງຈັນ ຢ້ຽມຢາມຫາຍຟ່ອງ", "Vientiane Province's visit to Hải Phòng"
    )
    known = replace(
        visit(EventKind.DELEGATION, title, bodies.HAI_PHONG, bodies.VIENTIANE),
        purpose=text("Rà soát kết quả hợp tác năm 2026", "ທົບທວນຜົນການຮ່ວມມື ປີ 2026", "Reviewing cooperation in 2026"),
        level=DelegationLevel.HIGH,
        headcount=12,
        agreement=AGREEMENT,
    )
    return facts_of(known)


def outgoing_delegation() -> DocumentFacts:
    """The city's own delegation in Vientiane Province: its guests are ours."""
    title = text("Đoàn Hải Phòng thăm tỉnh Viêng Chăn", "ຄະນະຫາຍຟ່ອງ ຢ້ຽມຢາມແຂວງວຽງຈັນ", "Hải Phòng's visit to Vientiane")
    known = replace(
        visit(EventKind.DELEGATION, title, bodies.VIENTIANE, bodies.HAI_PHONG),
        purpose=text("Trao đổi nội dung hợp tác", "ແລກປ່ຽນເນື້ອໃນການຮ່ວມມື", "Discussing cooperation"),
        location=text("Tỉnh Viêng Chăn", "ແຂວງວຽງຈັນ", "Vientiane Province"),
        headcount=2,
        agreement=AGREEMENT,
    )
    members = (
        member(SIGNATORY, MemberRole.HEAD),
        member(CULTURE_DIRECTOR),
        member(CHAIR_OF_COUNCIL, MemberRole.HEAD, Side.HOST),
    )
    partner = TaskFacts("t-partner", LODGING, "vc-tinh-uy", bodies.GUEST_BODY.name, Side.HOST, due_day=date(2027, 3, 1))
    return replace(facts_of(known), members=members, bookings=(), tasks=(*TASKS, partner))


def training_batch() -> DocumentFacts:
    """Cadres of Vientiane Province who are trained in two phases."""
    title = text("Bồi dưỡng cán bộ xây dựng Đảng, đợt 2027", "ບຳລຸງພະນັກງານກໍ່ສ້າງພັກ ປີ 2027", "Training of cadres, 2027")
    known = replace(
        visit(EventKind.TRAINING_BATCH, title, bodies.HAI_PHONG, bodies.VIENTIANE),
        subject=text("Nghiệp vụ tổ chức xây dựng Đảng", "ວຽກງານກໍ່ສ້າງພັກ", "Party building"),
        institution=text("Trường Chính trị", "ໂຮງຮຽນການເມືອງ", "Political School"),
        headcount=9,
        composition={"coach": 1, "athlete": 8},
        agreement=AGREEMENT,
        phases=(
            PhaseFacts(text("Tiếng Việt", "ພາສາຫວຽດນາມ", "Vietnamese"), date(2027, 3, 10), date(2027, 3, 11)),
            PhaseFacts(
                text("Chuyên môn", "ວິຊາສະເພາະ", "Subject"),
                date(2027, 3, 12),
                date(2027, 3, 12),
                text("Trường Chính trị", "ໂຮງຮຽນການເມືອງ", "Political School"),
            ),
        ),
    )
    return replace(facts_of(known), members=(member(GOVERNOR, MemberRole.HEAD),))


def art_troupe() -> DocumentFacts:
    """A troupe with two evenings, one of them without an hour."""
    title = text("Đoàn nghệ thuật Viêng Chăn biểu diễn", "ຄະນະສິລະປິນວຽງຈັນ ສະແດງ", "Vientiane's troupe performs")
    known = replace(
        visit(EventKind.ART_TROUPE_VISIT, title, bodies.HAI_PHONG, bodies.VIENTIANE),
        troupe=text("Đoàn nghệ thuật tỉnh Viêng Chăn", "ຄະນະສິລະປິນແຂວງວຽງຈັນ", "Vientiane Province's art troupe"),
        occasion=text("Tết Bunpimay", "ບຸນປີໃໝ່ລາວ", "Pi Mai Lao"),
        headcount=15,
        performances=(
            PerformanceFacts(
                date(2027, 3, 10),
                time(20),
                text("Nhà hát thành phố", "ໂຮງລະຄອນນະຄອນ", "City theatre"),
                text("Đêm hữu nghị", "ຄ່ຳຄືນມິດຕະພາບ", "Evening of friendship"),
            ),
            PerformanceFacts(date(2027, 3, 11), None, None, None),
        ),
    )
    return facts_of(known)


def ceremony() -> DocumentFacts:
    """A ceremony of the office's own, with guests from Vientiane Province."""
    title = text(
        "Lễ kỷ niệm 65 năm quan hệ ngoại giao", "ພິທີສະເຫຼີມສະຫຼອງ 65 ປີ ສາຍພົວພັນການທູດ", "65 years of diplomatic relations"
    )
    known = replace(
        visit(EventKind.ANNIVERSARY, title, bodies.HAI_PHONG, bodies.VIENTIANE),
        anniversary=text("Thiết lập quan hệ ngoại giao", "ສ້າງຕັ້ງສາຍພົວພັນການທູດ", "Diplomatic relations"),
        ordinal=65,
        start_time=time(8),
        end_time=time(11),
        headcount=200,
    )
    return facts_of(known)


def nothing_known(kind: EventKind, *, own_side: Side = Side.HOST) -> DocumentFacts:
    """A visit of which only its days, its place and a title in one language are known."""
    place = PlaceFacts("x", {"en": "Somewhere"}, "VN")
    guest = PlaceFacts("y", {"en": "Elsewhere"}, "LA")
    bare = VisitFacts(
        id="e",
        kind=kind,
        status=EventStatus.DRAFT,
        direction=Direction.INCOMING if own_side is Side.HOST else Direction.OUTGOING,
        title={"en": "Something"},
        host=place,
        guest=guest,
        own_side=own_side,
        first_day=date(2027, 3, 10),
        last_day=date(2027, 3, 10),
        arrives_on=date(2027, 3, 10),
        departs_on=date(2027, 3, 10),
        timezone="Asia/Ho_Chi_Minh",
    )
    return DocumentFacts(visit=bare, issuer=IssuerFacts(None, place), today=date(2027, 1, 1))


VISITS = {
    "incoming": incoming_delegation,
    "outgoing": outgoing_delegation,
    "batch": training_batch,
    "troupe": art_troupe,
    "ceremony": ceremony,
}
"""Each kind of visit that has papers."""
