"""The words of a line typed for a visit, in Vietnamese, English and Lao, as plain letters without accents and tones."""

from collections.abc import Mapping, Sequence

from models.vocabulary import EventKind

MONTHS: Mapping[str, int] = {
    **{word: number for number, words in enumerate(
        (
            ("january", "jan", "ມງກອນ", "ມັງກອນ"),
            ("february", "feb", "ກຸມພາ"),
            ("march", "mar", "ມີນາ"),
            ("april", "apr", "ເມສາ"),
            ("may", "ພຶດສະພາ"),
            ("june", "jun", "ມິຖຸນາ"),
            ("july", "jul", "ກໍລະກົດ"),
            ("august", "aug", "ສິງຫາ"),
            ("september", "sept", "sep", "ກັນຍາ"),
            ("october", "oct", "ຕຸລາ"),
            ("november", "nov", "ພະຈິກ"),
            ("december", "dec", "ທັນວາ"),
        ), 1) for word in words},
    **{word: number for number, word in enumerate(
        ("gieng", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi", "muoi mot", "muoi hai"), 1)},
    "mot": 1,
    "chap": 12,
}  # fmt: skip
"""Names of months → their number. Those of Vietnamese count only after the word for a month."""

LATIN_MONTHS: Sequence[str] = tuple(
    name for name in MONTHS if name.isascii() and (name[:3] in {
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    })
)  # fmt: skip
"""English names of months, which may stand alone beside a day."""

LAO_MONTHS: Sequence[str] = tuple(name for name in MONTHS if not name.isascii())

SPELLED_MONTHS: Sequence[str] = tuple(name for name in MONTHS if name.isascii() and name not in LATIN_MONTHS)
"""Vietnamese names of months: words of other meanings unless the word for a month stands before them."""

PEOPLE = (
    "nguoi", "dai bieu", "thanh vien", "khach", "can bo", "hoc vien", "hoc sinh", "sinh vien", "dien vien",
    "van dong vien", "chuyen gia", "nghe si", "people", "persons", "person", "pax", "guests", "delegates", "members",
    "participants", "trainees", "students", "artists", "ຄົນ", "ທານ", "ສະມາຊິກ", "ນັກຮຽນ", "ນັກສຶກສາ", "ຜູແທນ",
)  # fmt: skip
"""What stands after a number of people."""

DAYS_LONG = ("ngay", "days", "day", "ມື", "ວັນ")
"""What stands after a number of days."""

KINDS: Sequence[tuple[EventKind, Sequence[str]]] = (
    (EventKind.ART_TROUPE_VISIT, (
        "doan nghe thuat", "doan van cong", "van cong", "van nghe", "nghe thuat", "bieu dien", "art troupe", "troupe",
        "dance group", "performance", "ຄະນະສິລະປິນ", "ສິລະປິນ", "ສິລະປະ", "ການສະແດງ",
    )),
    (EventKind.TRAINING_BATCH, (
        "dot dao tao", "lop dao tao", "dao tao", "boi duong", "tap huan", "khoa hoc", "lop hoc", "lop",
        "training batch", "training course", "training", "course", "ຊຸດຝຶກອົບຮົມ", "ຝຶກອົບຮົມ", "ຊຸດຝຶກ", "ບຳລຸງ",
    )),
    (EventKind.ANNIVERSARY, (
        "le ky niem", "ky niem", "anniversary", "ceremony", "ພິທີສະເຫຼີມສະຫຼອງ", "ສະເຫຼີມສະຫຼອງ", "ຄົບຮອບ",
    )),
    (EventKind.DELEGATION, (
        "doan dai bieu", "doan cong tac", "doan cap cao", "doan can bo", "doan", "tham", "delegation", "official visit",
        "working visit", "visit", "ຄະນະຜູແທນ", "ຄະນະ", "ຢຽມຢາມ",
    )),
    (EventKind.ACTIVITY, (
        "hoat dong", "cuoc hop", "hop truc tuyen", "hop giao ban", "hoi thao", "hoi nghi", "hoi dam", "giao luu",
        "hoi cho", "activity", "meeting", "seminar", "workshop", "conference", "ກິດຈະກຳ", "ກອງປະຊຸມ", "ປະຊຸມ", "ສຳມະນາ",
    )),
)  # fmt: skip
"""Which kind of event a word stands for; the first that is found decides, the longer words of a kind come first."""

OUTGOING = (
    "sang tham",
    "doan ra",
    "doan di",
    "di tham",
    "sang",
    "di",
    "travel to",
    "trip to",
    "going to",
    "go to",
    "ໄປ",
)
"""Words that say that one's own side travels."""

LITTLE_WORDS = frozenset(
    {
        "tu", "ngay", "den", "toi", "thang", "nam", "gom", "cua", "tai", "va", "o", "voi", "trong", "so", "luong",
        "cho", "vao", "tinh", "thu", "do", "thanh", "pho", "province", "capital", "city",
        "from", "on", "the", "of", "a", "an", "with", "in", "at", "for", "and",
        "to", "until", "till",
        "ວັນທີ", "ແຕ", "ຈາກ", "ຂອງ", "ຫາ", "ເຖິງ", "ຮອດ", "ທີ", "ໃນ", "ແລະ", "ຈຳນວນ", "ເດືອນ", "ປີ",
        "ແຂວງ", "ນະຄອນຫຼວງ", "ນະຄອນ",
    }
)  # fmt: skip
"""Words that need no field of their own."""

TODAY = ("hom nay", "today", "ມືນີ")
TOMORROW = ("ngay mai", "tomorrow", "ມືອື່ນ", "ມືອືນ")
