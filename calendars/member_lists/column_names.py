"""Names of the columns and values of a member list in vi, lo and en, as offices write them."""

from collections.abc import Iterable, Mapping
from typing import Any

from calendars.events.labels import MEMBER_ROLE_NAMES
from models.text import LocalizedText, fold
from models.vocabulary import Language, MemberRole

COLUMNS: Mapping[str, LocalizedText] = {
    "name": {"vi": "Họ và tên", "lo": "ຊື່ ແລະ ນາມສະກຸນ", "en": "Full name"},
    "role": {"vi": "Trách nhiệm trong đoàn", "lo": "ໜ້າທີ່ໃນຄະນະ", "en": "Role in the delegation"},
    "position": {"vi": "Chức vụ", "lo": "ຕຳແໜ່ງ", "en": "Position"},
    "organisation": {"vi": "Cơ quan, đơn vị", "lo": "ອົງການ, ພາກສ່ວນ", "en": "Organisation"},
    "precedence": {"vi": "Thứ bậc", "lo": "ລຳດັບຊັ້ນ", "en": "Precedence"},
    "rank": {"vi": "Thứ hạng", "lo": "ອັນດັບ", "en": "Rank"},
    "email": {"vi": "Thư điện tử", "lo": "ອີເມວ", "en": "Email"},
    "phone": {"vi": "Điện thoại", "lo": "ເບີໂທລະສັບ", "en": "Phone"},
    "languages": {"vi": "Ngôn ngữ", "lo": "ພາສາ", "en": "Languages"},
    "counterpart": {"vi": "Người đồng cấp", "lo": "ຄູ່ຮ່ວມຂັ້ນ", "en": "Counterpart"},
}
"""The columns in their usual order, with the names used in the downloadable file."""

_OTHER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("họ tên", "tên", "name", "ຊື່", "ຊື່ແລະນາມສະກຸນ", "ຊື່ ນາມສະກຸນ"),
    "role": ("vai trò", "trách nhiệm", "vai trò trong đoàn", "nhiệm vụ trong đoàn", "role", "ໜ້າທີ່", "ບົດບາດ"),
    "position": ("chức danh", "job title", "ໜ້າທີ່ຕຳແໜ່ງ"),
    "organisation": (
        "cơ quan", "đơn vị", "cơ quan đơn vị", "cơ quan công tác", "đơn vị công tác", "nơi công tác", "organization",
        "office", "ອົງການ", "ພາກສ່ວນ", "ພະແນກ", "ກົມກອງ", "ບ່ອນເຮັດວຽກ",
    ),
    "precedence": ("thứ bậc lễ tân", "thứ tự lễ tân", "order of precedence", "ລຳດັບພິທີການ"),
    "rank": ("hạng", "thứ tự ưu tiên", "ranking"),
    "email": ("email", "e-mail", "địa chỉ email", "mail", "ອີເມລ", "ອີເມລ໌"),
    "phone": ("số điện thoại", "sđt", "đt", "di động", "telephone", "phone number", "mobile", "ໂທລະສັບ", "ເບີໂທ"),
    "languages": ("ngoại ngữ", "language"),
    "counterpart": ("đồng cấp", "người đối tác", "ຄູ່ຮ່ວມງານ"),
}  # fmt: skip
_NUMBERING = ("stt", "tt", "số tt", "số thứ tự", "no", "nr", "#", "number", "ລຳດັບ", "ລ/ດ", "ລດ", "ເລກທີ")

_OTHER_ROLES: Mapping[MemberRole, tuple[str, ...]] = {
    MemberRole.HEAD: ("ຫົວໜ້າ",),
    MemberRole.DEPUTY: ("phó đoàn", "deputy head of delegation", "ຮອງຫົວໜ້າ", "ຮອງ"),
    MemberRole.MEMBER: ("đoàn viên", "ủy viên", "đại biểu", "delegate"),
    MemberRole.SECRETARY: ("thư ký đoàn", "ເລຂາ", "ເລຂາຄະນະ"),
    MemberRole.STAFF: ("phục vụ", "nhân viên", "nhân viên phục vụ", "giúp việc", "ພະນັກງານ"),
    MemberRole.INTERPRETER: ("phiên dịch viên", "ລ່າມ", "ຜູ້ແປພາສາ", "ນັກແປພາສາ"),
    MemberRole.SECURITY: ("an ninh", "bảo vệ", "cán bộ bảo vệ", "ຮັກສາຄວາມປອດໄພ", "ປ້ອງກັນຄວາມສະຫງົບ", "ປກສ"),
    MemberRole.DRIVER: ("tài xế", "ຂັບລົດ", "ຄົນຂັບລົດ", "ໂຊເຟີ"),
}

_LANGUAGES: Mapping[Language, tuple[str, ...]] = {
    Language.VI: ("tiếng việt", "việt", "việt ngữ", "vietnamese", "ພາສາຫວຽດນາມ", "ພາສາຫວຽດ", "ຫວຽດນາມ", "ຫວຽດ"),
    Language.LO: ("tiếng lào", "lào", "lao", "laotian", "ພາສາລາວ", "ລາວ"),
    Language.EN: ("tiếng anh", "anh", "anh ngữ", "english", "ພາສາອັງກິດ", "ອັງກິດ"),
}


def folded(text: str) -> str:
    """A header or word normalised for comparison: no accents, no case, no punctuation."""
    return " ".join(fold(text).replace("_", " ").translate(_PUNCTUATION).split())


_PUNCTUATION = str.maketrans(dict.fromkeys(".:,;*()/", " "))

NUMBERING = frozenset(folded(name) for name in _NUMBERING)
"""Headers of a column that only numbers the rows."""


def _known(*names: Mapping[Any, Iterable[str]]) -> dict[str, Any]:
    return {folded(text): name for named in names for name, texts in named.items() for text in texts}


COLUMN_OF: Mapping[str, str] = _known(
    {name: (name, *texts.values()) for name, texts in COLUMNS.items()}, _OTHER_COLUMNS
)
"""Folded header → column."""

ROLE_OF: Mapping[str, MemberRole] = _known(
    {role: (role, *texts.values()) for role, texts in MEMBER_ROLE_NAMES.items()}, _OTHER_ROLES
)
"""Folded word → role."""

LANGUAGE_OF: Mapping[str, Language] = _known({code: (code, *words) for code, words in _LANGUAGES.items()})
"""Folded word → language."""
