"""Papers by hand for the tests of the writers: one of each form of head, sheet and block."""

from dataclasses import replace
from datetime import date

from calendars.documents.value import (
    Align,
    Bar,
    Block,
    Card,
    CardForm,
    Cards,
    Chart,
    Column,
    Document,
    Head,
    HeadForm,
    Heading,
    Items,
    Paper,
    Paragraph,
    Row,
    Run,
    Seat,
    SeatingPlan,
    Signature,
    Table,
    Text,
)
from models.vocabulary import DocumentKind, Language

VI, LO, EN = Language.VI, Language.LO, Language.EN


def vi(words: str, *, bold: bool = False, italic: bool = False) -> Text:
    """A line of Vietnamese."""
    return ((Run(words, VI, bold=bold, italic=italic),),)


def lo(words: str, *, bold: bool = False, italic: bool = False) -> Text:
    """A line of Lao."""
    return ((Run(words, LO, bold=bold, italic=italic),),)


def both(words: str, lao: str, *, bold: bool = False) -> Text:
    """A line of Vietnamese and one of Lao below it."""
    return vi(words, bold=bold) + lo(lao, bold=bold)


BODY = (
    "Thực hiện Chương trình hợp tác giữa thành phố Hải Phòng và tỉnh Viêng Chăn (nước Cộng hòa Dân chủ Nhân dân Lào) "
    "giai đoạn 2021–2025, Ủy ban nhân dân thành phố xây dựng Kế hoạch đón và làm việc với Đoàn đại biểu cấp cao tỉnh "
    "Viêng Chăn từ ngày 07/3/2024 đến ngày 10/3/2024 như sau:"
)
LAO = (
    "ປະຕິບັດແຜນການຮ່ວມມືລະຫວ່າງນະຄອນໄຮຟອງ ແລະ ແຂວງວຽງຈັນ ໄລຍະ 2021–2025, ຄະນະກຳມະການປະຊາຊົນນະຄອນ "
    "ສ້າງແຜນການຕ້ອນຮັບ ແລະ ເຮັດວຽກກັບຄະນະຜູ້ແທນຂັ້ນສູງຂອງແຂວງວຽງຈັນ ທີ່ມາຢ້ຽມຢາມ ແລະ ເຮັດວຽກຢູ່ນະຄອນ "
    "ແຕ່ວັນທີ 7 ຫາ 10 ມີນາ 2024 ດັ່ງນີ້:"
)
STATE = vi("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True)
MOTTO = vi("Độc lập - Tự do - Hạnh phúc", bold=True)
DATE = vi("Hải Phòng, ngày ….. tháng 3 năm 2024", italic=True)

TASKS = Table(
    "Phân công",
    (
        Column(vi("TT", bold=True), 6, Align.CENTRE),
        Column(vi("Nội dung", bold=True), 50, Align.JUSTIFY),
        Column(vi("Cơ quan", bold=True), 25),
        Column(vi("Thời hạn", bold=True), 15, Align.CENTRE),
    ),
    tuple(
        Row((vi(f"Nhóm {number // 5 + 1}", bold=True),), group=True)
        if number % 5 == 0
        else Row(
            (
                vi(f"{number}."),
                vi(f"Chuẩn bị nội dung {number}: tài liệu, quà tặng và phương tiện đưa đón đoàn tại sân bay Cát Bi"),
                vi("Sở Ngoại vụ"),
                vi("01/3/2024"),
            )
        )
        for number in range(40)
    ),
)

PLAN = Document(
    DocumentKind.RECEPTION_PLAN,
    (VI,),
    Head(
        HeadForm.STATE,
        issuer=vi("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG", bold=True),
        state=STATE,
        motto=MOTTO,
        number=vi("Số: ……/KH-UBND"),
        place_and_date=DATE,
    ),
    vi("KẾ HOẠCH", bold=True),
    vi("Đón Đoàn đại biểu cấp cao tỉnh Viêng Chăn thăm và làm việc tại thành phố Hải Phòng", bold=True),
    blocks=(
        Paragraph(vi(BODY)),
        Heading(vi("I. MỤC ĐÍCH, YÊU CẦU", bold=True)),
        Items((vi("Tăng cường quan hệ hữu nghị đặc biệt."), vi("Bảo đảm trọng thị, an toàn, tiết kiệm."))),
        Heading(vi("II. PHÂN CÔNG", bold=True)),
        TASKS,
        Paragraph(vi("Căn cứ Kế hoạch này, các cơ quan triển khai thực hiện.")),
    ),
    signatures=(
        Signature(
            (
                vi("TM. ỦY BAN NHÂN DÂN", bold=True),
                vi("KT. CHỦ TỊCH", bold=True),
                vi("PHÓ CHỦ TỊCH", bold=True),
            ),
            vi("Nguyễn Văn Ánh", bold=True),
        ),
    ),
    recipients=(vi("Nơi nhận:", bold=True, italic=True), vi("- Như trên;"), vi("- Lưu: VT, NV1.")),
    author="UBND thành phố Hải Phòng",
    made_for=date(2024, 3, 1),
)

LETTER = replace(
    PLAN,
    kind=DocumentKind.ASSIGNMENT_LETTERS,
    title=(),
    abstract=(),
    head=replace(
        PLAN.head,
        superior=vi("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG"),
        issuer=vi("SỞ NGOẠI VỤ", bold=True),
        number=vi("Số: 12/SNgV-LT"),
        subject=vi("V/v phối hợp đón Đoàn đại biểu cấp cao tỉnh Viêng Chăn"),
    ),
    addressee=vi("Kính gửi: Công an thành phố"),
    blocks=(Paragraph(vi(BODY)), Paragraph(vi(BODY))),
)
LETTERS = replace(LETTER, following=(replace(LETTER, addressee=vi("Kính gửi: Sở Y tế")),))

PARTY = replace(
    PLAN,
    head=Head(
        HeadForm.PARTY,
        issuer=vi("THÀNH ỦY HẢI PHÒNG", bold=True),
        state=vi("ĐẢNG CỘNG SẢN VIỆT NAM", bold=True),
        number=vi("Số ……-KH/TU"),
        place_and_date=DATE,
    ),
    blocks=(Paragraph(vi(BODY)),),
)

LAO_PLAN = Document(
    DocumentKind.RECEPTION_PLAN,
    (LO,),
    Head(
        HeadForm.LAO,
        issuer=lo("ພະແນກການຕ່າງປະເທດ ແຂວງວຽງຈັນ", bold=True),
        state=lo("ສາທາລະນະລັດ ປະຊາທິປະໄຕ ປະຊາຊົນລາວ", bold=True),
        motto=lo("ສັນຕິພາບ ເອກະລາດ ປະຊາທິປະໄຕ ເອກະພາບ ວັດທະນາຖາວອນ", bold=True),
        number=lo("ເລກທີ: ……/ພຕທ"),
        place_and_date=lo("ວຽງຈັນ, ວັນທີ ….. /3/2024"),
    ),
    lo("ແຜນການ", bold=True),
    lo("ຕ້ອນຮັບຄະນະຜູ້ແທນນະຄອນໄຮຟອງ", bold=True),
    blocks=(Paragraph(lo(LAO)), Paragraph(lo(f"{LAO} {LAO}"))),
    signatures=(Signature((lo("ຫົວໜ້າພະແນກ", bold=True),), lo("ບຸນທະວີ ສີສຸພັນທອງ", bold=True)),),
)

PROGRAMME = Document(
    DocumentKind.PROGRAMME,
    (VI, LO),
    Head(HeadForm.PLAIN, issuer=both("SỞ NGOẠI VỤ", "ພະແນກການຕ່າງປະເທດ", bold=True)),
    both("CHƯƠNG TRÌNH", "ລາຍການ", bold=True),
    both(
        "Đoàn đại biểu cấp cao tỉnh Viêng Chăn thăm Hải Phòng",
        "ຄະນະຜູ້ແທນຂັ້ນສູງແຂວງວຽງຈັນ ຢ້ຽມຢາມໄຮຟອງ",
        bold=True,
    ),
    blocks=(
        Paragraph(both("07/3/2024 – 13/3/2024", "7/3/2024 – 13/3/2024"), Align.CENTRE, indent=False),
        Table(
            "Chương trình",
            (
                Column(both("Thời gian", "ເວລາ", bold=True), 14, Align.CENTRE),
                Column(vi("Nội dung", bold=True), 40),
                Column(lo("ເນື້ອໃນ", bold=True), 40),
                Column(both("Địa điểm", "ສະຖານທີ່", bold=True), 26),
                Column(both("Chủ trì", "ເປັນປະທານ", bold=True), 24),
                Column(both("Tham dự", "ຜູ້ເຂົ້າຮ່ວມ", bold=True), 24),
            ),
            tuple(
                row
                for day in range(7, 14)
                for row in (
                    Row(
                        (both(f"Thứ Năm, ngày {day:02}/3/2024", f"ວັນພະຫັດ, ວັນທີ {day}/3/2024", bold=True),),
                        group=True,
                    ),
                    *(
                        Row(
                            (
                                vi(f"{hour}:00 – {hour + 1}:00"),
                                vi(f"Hội đàm {day}.{hour} giữa lãnh đạo thành phố và Đoàn đại biểu cấp cao Viêng Chăn"),
                                lo("ການພົບປະສອງຝ່າຍລະຫວ່າງການນຳນະຄອນໄຮຟອງ ແລະ ຄະນະຜູ້ແທນຂັ້ນສູງແຂວງວຽງຈັນ"),
                                both("Trụ sở UBND thành phố", "ສຳນັກງານຄະນະກຳມະການປະຊາຊົນ"),
                                both("Ông Nguyễn Văn Ánh", "ທ່ານ ຫງວຽນ ວັນ ອານ"),
                                both("Lãnh đạo các sở", "ການນຳພະແນກການ"),
                            )
                        )
                        for hour in range(8, 16)
                    ),
                )
            ),
        ),
    ),
    paper=Paper.LANDSCAPE,
    author="Sở Ngoại vụ",
)

POCKET = replace(
    PROGRAMME,
    kind=DocumentKind.PROGRAMME_POCKET,
    paper=Paper.POCKET,
    blocks=(
        Table(
            "Sổ tay",
            (Column(vi("Giờ", bold=True), 15), Column(both("Nội dung", "ເນື້ອໃນ", bold=True), 60)),
            tuple(Row((vi(f"{hour}:00"), both(f"Thăm cảng {hour}", "ຢ້ຽມຢາມທ່າເຮືອ"))) for hour in range(7, 22)),
        ),
    ),
)

NAMES = (
    ("Bounthavy Sisouphanthong", "ບຸນທະວີ ສີສຸພັນທອງ"),
    ("Nguyễn Đức Thọ", "ຫງວຽນ ດຶກ ຖໍ"),
    ("Khamphoui Phommachanh", "ຄຳຜູຍ ພົມມະຈັນ"),
)
CARDS = tuple(
    Card(
        both(*NAMES[number % 3], bold=True),
        (both(f"Phó Tỉnh trưởng {number}", "ຮອງເຈົ້າແຂວງ"),),
        mark="Chay" if number % 2 else "",
    )
    for number in range(11)
)
_CARDS = Document(DocumentKind.NAME_PLATES, (VI, LO), Head(HeadForm.PLAIN), (), paper=Paper.LANDSCAPE)
PLATES = replace(_CARDS, blocks=(Cards(CardForm.PLATE, CARDS[:3]),))
BADGES = replace(_CARDS, kind=DocumentKind.BADGES, blocks=(Cards(CardForm.BADGE, CARDS),))


def seats(count: int, first: int = 1) -> tuple[Seat, ...]:
    """Seats with people; the third is free."""
    return tuple(
        Seat(first + place, () if place == 2 else both(f"{NAMES[place % 3][0]} {first + place}", NAMES[place % 3][1]))
        for place in range(count)
    )


FIGURES: dict[str, SeatingPlan | Chart] = {
    "many": SeatingPlan(vi("Bàn hội đàm", bold=True), seats(12), seats(11, 13)),
    "few": SeatingPlan(both("Bàn 1", "ໂຕະ 1"), seats(5), seats(5, 6)),
    "round": SeatingPlan(vi("Bàn tiệc 1"), seats(10), round=True),
    "chart": Chart(
        vi("Số đoàn theo năm"),
        (vi("Đoàn vào"), vi("Đoàn ra")),
        tuple(Bar(vi(f"Năm {year}"), (year % 7, year % 5 + 0.5)) for year in range(2019, 2027)),
    ),
}
SEATING = Document(
    DocumentKind.SEATING,
    (VI,),
    PROGRAMME.head,
    vi("SƠ ĐỒ CHỖ NGỒI", bold=True),
    blocks=(FIGURES["many"], FIGURES["few"], FIGURES["round"]),
    paper=Paper.LANDSCAPE,
)
CHART = Document(
    DocumentKind.AGREEMENT_REPORT, (VI,), PROGRAMME.head, vi("BÁO CÁO", bold=True), blocks=(FIGURES["chart"],)
)
MINUTES = replace(
    PLAN,
    blocks=(Paragraph(vi(BODY)),),
    signatures=(
        Signature((vi("ĐẠI DIỆN PHÍA VIỆT NAM", bold=True),), vi("Nguyễn Văn Ánh", bold=True)),
        Signature((lo("ຕາງໜ້າຝ່າຍລາວ", bold=True),), lo("ບຸນທະວີ ສີສຸພັນທອງ", bold=True)),
    ),
)

PAPERS = {
    "plan": PLAN,
    "letter": LETTER,
    "letters": LETTERS,
    "party": PARTY,
    "lao": LAO_PLAN,
    "programme": PROGRAMME,
    "pocket": POCKET,
    "plates": PLATES,
    "badges": BADGES,
    "seating": SEATING,
    "chart": CHART,
    "minutes": MINUTES,
}
"""Every form of head, sheet and block."""


def with_blocks(*blocks: Block) -> Document:
    """A plain paper of these blocks."""
    return Document(DocumentKind.REPORT, (VI,), Head(HeadForm.PLAIN), (), blocks=blocks)
