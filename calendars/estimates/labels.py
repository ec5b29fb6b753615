"""What the words of estimates are called in vi, lo and en, and how a line's formula is written.

Sources of the Vietnamese: Circular 35/2026/TT-BTC, articles 5–18 and annex.
"""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal

from calendars.estimates.inputs import HUNDREDTHS
from calendars.estimates.lines import LineFigures
from calendars.money.formatting import format_money
from models.day_texts import BABEL_LOCALES
from models.text import LocalizedText, localized
from models.vocabulary import EstimateState, GuestClass, Language, NormItem, NormRole, NormUnit, WhoPays

CLASS_NAMES: Mapping[GuestClass, LocalizedText] = {
    GuestClass.SPECIAL: {"vi": "Khách đặc biệt", "lo": "ແຂກພິເສດ", "en": "Special guests"},
    GuestClass.A: {"vi": "Khách hạng A", "lo": "ແຂກຊັ້ນ A", "en": "Class A guests"},
    GuestClass.B: {"vi": "Khách hạng B", "lo": "ແຂກຊັ້ນ B", "en": "Class B guests"},
    GuestClass.C: {"vi": "Khách hạng C", "lo": "ແຂກຊັ້ນ C", "en": "Class C guests"},
    GuestClass.OTHER: {"vi": "Khách khác", "lo": "ແຂກອື່ນ", "en": "Other guests"},
}

WHO_PAYS_NAMES: Mapping[WhoPays, LocalizedText] = {
    WhoPays.HOST_ALL: {
        "vi": "Bên đón chi toàn bộ (Điều 5–15)",
        "lo": "ຝ່າຍຕ້ອນຮັບຈ່າຍທັງໝົດ (ມາດຕາ 5–15)",
        "en": "The host pays all (articles 5–15)",
    },
    WhoPays.GUESTS_LODGING_AND_MEALS: {
        "vi": "Khách tự túc ăn, ở (Điều 16)",
        "lo": "ແຂກຈ່າຍຄ່າກິນ, ຄ່າທີ່ພັກເອງ (ມາດຕາ 16)",
        "en": "The guests pay for lodging and meals (article 16)",
    },
    WhoPays.GUESTS_ALL: {
        "vi": "Khách tự túc mọi chi phí (Điều 18)",
        "lo": "ແຂກຈ່າຍເອງທັງໝົດ (ມາດຕາ 18)",
        "en": "The guests pay all (article 18)",
    },
}

STATE_NAMES: Mapping[EstimateState, LocalizedText] = {
    EstimateState.DRAFT: {"vi": "Đang lập", "lo": "ກຳລັງສ້າງ", "en": "Being drawn up"},
    EstimateState.SUBMITTED: {
        "vi": "Đã trình, chờ duyệt",
        "lo": "ສະເໜີແລ້ວ, ລໍຖ້າອະນຸມັດ",
        "en": "Submitted, waiting for approval",
    },
    EstimateState.APPROVED: {"vi": "Đã duyệt", "lo": "ອະນຸມັດແລ້ວ", "en": "Approved"},
    EstimateState.SETTLED: {"vi": "Đã quyết toán", "lo": "ສະຫຼຸບບັນຊີແລ້ວ", "en": "Settled"},
}

APPROVE_ANEW: LocalizedText = {"vi": "Cần duyệt lại", "lo": "ຕ້ອງອະນຸມັດຄືນໃໝ່", "en": "Needs approval again"}
"""Of an approved estimate whose plan is no longer what was approved."""

RETURNED: LocalizedText = {"vi": "Bị trả lại", "lo": "ຖືກສົ່ງຄືນ", "en": "Returned"}
"""Of one that an approver returned, until it is submitted again."""


def state_name(state: EstimateState, *, is_returned: bool, needs_approval: bool) -> LocalizedText:
    """What an estimate is called in its state, with what has to be done about it."""
    is_open = state is EstimateState.DRAFT or (state is EstimateState.APPROVED and needs_approval)
    if is_returned and is_open:
        return RETURNED
    return APPROVE_ANEW if state is EstimateState.APPROVED and needs_approval else STATE_NAMES[state]


ROLE_NAMES: Mapping[NormRole, LocalizedText] = {
    NormRole.HEAD: {"vi": "trưởng đoàn", "lo": "ຫົວໜ້າຄະນະ", "en": "head of delegation"},
    NormRole.DEPUTY: {"vi": "phó trưởng đoàn", "lo": "ຮອງຫົວໜ້າຄະນະ", "en": "deputy head"},
    NormRole.MEMBER: {"vi": "thành viên", "lo": "ສະມາຊິກ", "en": "member"},
    NormRole.SPOUSE: {"vi": "phu nhân (phu quân)", "lo": "ພັນລະຍາ (ສາມີ)", "en": "spouse"},
}

ITEM_NAMES: Mapping[NormItem, LocalizedText] = {
    NormItem.LODGING: {"vi": "Thuê chỗ ở", "lo": "ຄ່າທີ່ພັກ", "en": "Lodging"},
    NormItem.MEALS: {"vi": "Ăn hằng ngày", "lo": "ຄ່າອາຫານປະຈຳວັນ", "en": "Meals"},
    NormItem.BREAKFAST: {"vi": "Ăn sáng", "lo": "ອາຫານເຊົ້າ", "en": "Breakfast"},
    NormItem.BANQUET: {"vi": "Chiêu đãi", "lo": "ງານລ້ຽງຕ້ອນຮັບ", "en": "Banquet"},
    NormItem.SESSION: {
        "vi": "Tiếp xã giao, làm việc",
        "lo": "ເຂົ້າຢ້ຽມຂ່ຳນັບ, ເຮັດວຽກ",
        "en": "Courtesy calls, working sessions",
    },
    NormItem.FLOWERS: {"vi": "Tặng hoa", "lo": "ດອກໄມ້", "en": "Flowers"},
    NormItem.GIFT: {"vi": "Tặng phẩm", "lo": "ຂອງຂວັນ", "en": "Gift"},
    NormItem.INTERPRETING: {"vi": "Dịch nói thông thường", "lo": "ແປປາກເປົ່າ", "en": "Consecutive interpreting"},
    NormItem.BOOTH_INTERPRETING: {"vi": "Dịch đồng thời (cabin)", "lo": "ແປພ້ອມໃນຕູ້ແປ", "en": "Booth interpreting"},
    NormItem.TRANSLATION_INTO: {
        "vi": "Biên dịch sang tiếng Việt",
        "lo": "ແປເອກະສານເປັນພາສາຫວຽດນາມ",
        "en": "Translation into Vietnamese",
    },
    NormItem.TRANSLATION_FROM: {
        "vi": "Biên dịch từ tiếng Việt",
        "lo": "ແປເອກະສານຈາກພາສາຫວຽດນາມ",
        "en": "Translation from Vietnamese",
    },
    NormItem.PERFORMANCE: {"vi": "Biểu diễn nghệ thuật", "lo": "ການສະແດງສິລະປະ", "en": "Performance"},
    NormItem.CAR: {"vi": "Thuê xe", "lo": "ຄ່າເຊົ່າລົດ", "en": "Cars"},
    NormItem.LOUNGE: {"vi": "Phòng chờ VIP tại sân bay", "lo": "ຫ້ອງຮັບແຂກ VIP ຢູ່ສະໜາມບິນ", "en": "VIP lounge"},
    NormItem.DRINKS: {
        "vi": "Giải khát (khách trong nước)",
        "lo": "ເຄື່ອງດື່ມ (ແຂກພາຍໃນ)",
        "en": "Drinks (domestic guests)",
    },
    NormItem.DOMESTIC_MEAL: {
        "vi": "Mời cơm (khách trong nước)",
        "lo": "ລ້ຽງເຂົ້າ (ແຂກພາຍໃນ)",
        "en": "Meal (domestic guests)",
    },
    NormItem.PER_DIEM: {"vi": "Tiền ăn, tiêu vặt ở nước ngoài", "lo": "ເບ້ຍລ້ຽງຢູ່ຕ່າງປະເທດ", "en": "Per diem abroad"},
    NormItem.TICKET: {"vi": "Vé đi lại", "lo": "ປີ້ເດີນທາງ", "en": "Tickets"},
    NormItem.VISA: {"vi": "Lệ phí thị thực", "lo": "ຄ່າວີຊາ", "en": "Visas"},
    NormItem.INSURANCE: {"vi": "Bảo hiểm", "lo": "ປະກັນໄພ", "en": "Insurance"},
    NormItem.TUITION: {"vi": "Học phí", "lo": "ຄ່າຮຽນ", "en": "Tuition"},
    NormItem.STIPEND: {"vi": "Sinh hoạt phí của học viên", "lo": "ເງິນອຸດໜູນຜູ້ຮຽນ", "en": "Stipend"},
    NormItem.OTHER: {"vi": "Khoản khác", "lo": "ລາຍການອື່ນ", "en": "Other"},
}

UNIT_NAMES: Mapping[NormUnit, LocalizedText] = {
    NormUnit.PERSON_NIGHT: {"vi": "người/đêm", "lo": "ຄົນ/ຄືນ", "en": "person and night"},
    NormUnit.PERSON_DAY: {"vi": "người/ngày", "lo": "ຄົນ/ວັນ", "en": "person and day"},
    NormUnit.PERSON_HALF_DAY: {"vi": "người/nửa ngày", "lo": "ຄົນ/ເຄິ່ງວັນ", "en": "person and half day"},
    NormUnit.PERSON: {"vi": "người", "lo": "ຄົນ", "en": "person"},
    NormUnit.PERSON_MONTH: {"vi": "người/tháng", "lo": "ຄົນ/ເດືອນ", "en": "person and month"},
    NormUnit.HOUR: {"vi": "giờ", "lo": "ຊົ່ວໂມງ", "en": "hours"},
    NormUnit.PAGE: {"vi": "trang", "lo": "ໜ້າ", "en": "pages"},
    NormUnit.PIECE: {"vi": "chiếc", "lo": "ອັນ", "en": "pieces"},
    NormUnit.TRIP: {"vi": "chuyến", "lo": "ຖ້ຽວ", "en": "trips"},
    NormUnit.TOTAL: {"vi": "trọn gói", "lo": "ເໝົາລວມ", "en": "in all"},
}

_TIMES: Mapping[NormUnit, LocalizedText] = {
    NormUnit.PERSON_NIGHT: {"vi": "đêm", "lo": "ຄືນ", "en": "nights"},
    NormUnit.PERSON_DAY: {"vi": "ngày", "lo": "ວັນ", "en": "days"},
    NormUnit.PERSON_HALF_DAY: {"vi": "nửa ngày", "lo": "ເຄິ່ງວັນ", "en": "half days"},
    NormUnit.PERSON_MONTH: {"vi": "tháng", "lo": "ເດືອນ", "en": "months"},
    NormUnit.HOUR: {"vi": "giờ", "lo": "ຊົ່ວໂມງ", "en": "hours"},
    NormUnit.PAGE: {"vi": "trang", "lo": "ໜ້າ", "en": "pages"},
}
"""What a line's ``times`` counts, by its unit."""

_PEOPLE: LocalizedText = {"vi": "người", "lo": "ຄົນ", "en": "people"}


_PIECES: Mapping[NormItem, LocalizedText] = {
    NormItem.FLOWERS: {"vi": "bó", "lo": "ຊໍ່", "en": "bouquets"},
    NormItem.GIFT: {"vi": "suất", "lo": "ຊຸດ", "en": "gifts"},
}
"""What a piece of an item is called, where it has a word of its own."""


def unit_name(item: NormItem, unit: NormUnit) -> LocalizedText:
    """What an item is counted in: flowers in bouquets."""
    return _PIECES.get(item, UNIT_NAMES[unit]) if unit is NormUnit.PIECE else UNIT_NAMES[unit]


def formula(line: LineFigures, language: Language) -> str:
    """How a line's amount comes about: “2 người × 3 đêm × 7.700.000 VND”; empty where only the whole is known."""
    if line.unit_amount is None or (line.unit is NormUnit.TOTAL and line.quantity == HUNDREDTHS):
        return ""
    price = format_money(line.currency.money(line.unit_amount), language)
    if line.people is None or line.times is None:
        unit = localized(unit_name(line.item, line.unit), language)
        return f"{format_quantity(line.quantity, language)} {unit} × {price}"
    factors = [f"{line.people} {localized(_PEOPLE, language)}"]
    if counted := localized(_TIMES.get(line.unit), language):
        factors.append(f"{format_quantity(line.times, language)} {counted}")
    return " × ".join((*factors, price))


def format_quantity(hundredths: int, language: Language) -> str:
    """A quantity as the language writes numbers: 350 is “3,5”."""
    return str(format_decimal(Decimal(hundredths).scaleb(-2), locale=BABEL_LOCALES[language]))
