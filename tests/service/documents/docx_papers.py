"""Papers made by hand for the tests of the .docx writer, and what is read back from a file."""

import zipfile
from dataclasses import replace
from io import BytesIO

from lxml import etree

from calendars.documents.value import (
    Align,
    Bar,
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
    Line,
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

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = {"w": W}
VI, LO = Language.VI, Language.LO


def vi(text: str, **face: bool) -> Text:
    """A text of one Vietnamese line."""
    return ((Run(text, VI, **face),),)


def lo(text: str, **face: bool) -> Text:
    """A text of one Lao line."""
    return ((Run(text, LO, **face),),)


def both(vietnamese: str, lao: str, **face: bool) -> Text:
    """A text of two lines."""
    return vi(vietnamese, **face) + lo(lao, **face)


STATE_HEAD = Head(
    HeadForm.STATE,
    superior=vi("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG"),
    issuer=vi("SỞ NGOẠI VỤ", bold=True),
    state=vi("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True),
    motto=vi("Độc lập - Tự do - Hạnh phúc", bold=True),
    number=vi("Số: 12/KH-SNgV"),
    subject=vi("V/v đón đoàn"),
    place_and_date=vi("Hải Phòng, ngày 07 tháng 3 năm 2026", italic=True),
)
PARTY_HEAD = replace(STATE_HEAD, form=HeadForm.PARTY, state=vi("ĐẢNG CỘNG SẢN VIỆT NAM", bold=True), motto=())
LAO_HEAD = Head(
    HeadForm.LAO,
    issuer=lo("ພະແນກການຕ່າງປະເທດ", bold=True),
    state=lo("ສາທາລະນະລັດ ປະຊາທິປະໄຕ ປະຊາຊົນລາວ", bold=True),
    motto=lo("ສັນຕິພາບ ເອກະລາດ ປະຊາທິປະໄຕ ເອກະພາບ ວັດທະນາຖາວອນ", bold=True),
    number=lo("ເລກທີ: 12"),
    place_and_date=lo("ວຽງຈັນ, ວັນທີ 7/3/2026", italic=True),
)
SIGNATURE = Signature((vi("KT. GIÁM ĐỐC", bold=True), vi("PHÓ GIÁM ĐỐC", bold=True)), vi("Nguyễn Văn An", bold=True))


def programme_table(days: int = 2, items: int = 3) -> Table:
    """A programme in two languages: a group for each day."""
    columns = (
        Column(both("Thời gian", "ເວລາ", bold=True), 14, Align.CENTRE),
        Column(vi("Nội dung", bold=True), 40),
        Column(lo("ເນື້ອໃນ", bold=True), 40),
        Column(vi("Địa điểm", bold=True), 26),
        Column(vi("Chủ trì", bold=True), 24),
        Column(vi("Thành phần", bold=True), 24),
    )
    rows = []
    for day in range(1, days + 1):
        rows.append(Row((both(f"Thứ Năm, ngày 0{day}/3/2026", f"ວັນພະຫັດ, ວັນທີ {day}/3/2026", bold=True),), group=True))
        rows += [
            Row(
                (
                    vi(f"{8 + item % 12}:00"),
                    vi(f"Hội đàm {day}.{item}"),
                    lo(f"ເຈລະຈາ {day}.{item}"),
                    both("Nhà khách", "ເຮືອນຮັບແຂກ"),
                    (),
                    vi("Lãnh đạo Sở Ngoại vụ"),
                )
            )
            for item in range(items)
        ]
    return Table("Chương trình", columns, tuple(rows))


def letter(head: Head = STATE_HEAD) -> Document:
    """A plan with all that a letter has."""
    return Document(
        DocumentKind.RECEPTION_PLAN,
        (VI,),
        head,
        title=vi("KẾ HOẠCH", bold=True),
        abstract=vi("Đón Đoàn đại biểu tỉnh Viêng Chăn", bold=True),
        addressee=vi("Kính gửi: Ủy ban nhân dân thành phố"),
        blocks=(
            Heading(vi("I. MỤC ĐÍCH", bold=True)),
            Paragraph(vi("Thực hiện thỏa thuận hợp tác giữa hai địa phương. " * 6)),
            Items((vi("Chu đáo"), vi("An toàn"))),
            Items((vi("Một"), vi("Hai")), numbered=True),
            Heading(vi("II. PHÂN CÔNG", bold=True), 2),
            Items((vi("Ba"), vi("Bốn")), numbered=True),
            Table(
                "Phân công",
                (Column(vi("Đơn vị"), 1), Column(vi("Việc"), 2)),
                tuple(Row((vi(f"Đơn vị {one}"), vi(f"Việc {one}"))) for one in range(4)),
            ),
        ),
        signatures=(SIGNATURE,),
        recipients=(vi("Nơi nhận:", bold=True), vi("- Như trên;"), vi("- Lưu: VT.")),
        author="Sở Ngoại vụ",
    )


def programme(days: int = 2, items: int = 3) -> Document:
    """A programme in two languages, across."""
    return Document(
        DocumentKind.PROGRAMME,
        (VI, LO),
        Head(HeadForm.PLAIN, issuer=vi("SỞ NGOẠI VỤ", bold=True)),
        title=both("CHƯƠNG TRÌNH", "ກຳນົດການ", bold=True),
        abstract=vi("Đoàn đại biểu tỉnh Viêng Chăn", bold=True),
        blocks=(Paragraph(vi("7–9/3/2026"), Align.CENTRE, indent=False), programme_table(days, items)),
        paper=Paper.LANDSCAPE,
        author="Sở Ngoại vụ",
    )


def cards(form: CardForm, count: int) -> Document:
    """Name plates or badges."""
    return Document(
        DocumentKind.NAME_PLATES if form is CardForm.PLATE else DocumentKind.BADGES,
        (VI, LO),
        Head(HeadForm.PLAIN),
        (),
        blocks=(
            Cards(
                form,
                tuple(
                    Card(both(f"Nguyễn Văn {one}", "ບຸນມີ ສີສະຫວາດ", bold=True), (vi("Phó Giám đốc"),), "chay")
                    for one in range(count)
                ),
            ),
        ),
    )


SEATING = SeatingPlan(
    vi("Hội đàm"),
    near=(Seat(1, vi("Ông An")), Seat(3, vi("Bà Bình")), Seat(5)),
    far=(Seat(2, both("Ông Bun Mi", "ທ່ານ ບຸນມີ")), Seat(4, lo("ທ່ານ ຄຳ"))),
)
CHART = Chart(
    vi("Đoàn theo năm"),
    (vi("Vào"), vi("Ra")),
    (Bar(vi("2025"), (3, 2)), Bar(vi("2026"), (4.5, 1))),
)


def figures() -> Document:
    """A paper with a seating plan and a chart."""
    return replace(letter(), kind=DocumentKind.SEATING, blocks=(SEATING, CHART))


def part(content: bytes, name: str = "word/document.xml") -> etree._Element:
    """A part of a file, parsed."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def paragraph_texts(content: bytes, name: str = "word/document.xml") -> list[str]:
    """What each paragraph says, line breaks as such; without empty ones."""
    found = []
    for one in part(content, name).iter(f"{{{W}}}p"):
        pieces = []
        for each in one.iter(f"{{{W}}}t", f"{{{W}}}br"):
            pieces.append("\n" if each.tag.endswith("}br") else each.text or "")
        if text := "".join(pieces).strip():
            found.append(text)
    return found


def line_words(line: Line) -> str:
    """The words of a line."""
    return "".join(run.text for run in line)
