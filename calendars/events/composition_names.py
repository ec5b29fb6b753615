"""What the usual sorts of people in a composition are called; other sorts are people's own words and stay so."""

from collections.abc import Mapping

from models.text import LocalizedText, fold

COMPOSITION_NAMES: Mapping[str, LocalizedText] = {
    "athlete": {"vi": "vận động viên", "lo": "ນັກກິລາ", "en": "athlete"},
    "coach": {"vi": "huấn luyện viên", "lo": "ຄູຝຶກ", "en": "coach"},
    "doctor": {"vi": "bác sĩ", "lo": "ແພດ", "en": "doctor"},
    "expert": {"vi": "chuyên gia", "lo": "ຊ່ຽວຊານ", "en": "expert"},
    "interpreter": {"vi": "phiên dịch", "lo": "ນາຍພາສາ", "en": "interpreter"},
    "nurse": {"vi": "điều dưỡng", "lo": "ພະຍາບານ", "en": "nurse"},
    "pupil": {"vi": "học sinh", "lo": "ນັກຮຽນ", "en": "pupil"},
    "staff": {"vi": "cán bộ", "lo": "ພະນັກງານ", "en": "staff"},
    "student": {"vi": "sinh viên", "lo": "ນັກສຶກສາ", "en": "student"},
    "teacher": {"vi": "giáo viên", "lo": "ຄູສອນ", "en": "teacher"},
}
"""Sort, as the API and the seed write it → its name."""

_LANGUAGES = ("vi", "lo", "en")


def sort_name(sort: str) -> LocalizedText:
    """The name of a sort of people in each language."""
    return COMPOSITION_NAMES.get(fold(sort)) or dict.fromkeys(_LANGUAGES, sort)
