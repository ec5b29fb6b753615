"""What the words of the closed lists are called in vi, lo and en: kinds, statuses, members' roles, progress.

They stand here and not in the catalogues: "Head" or "Planned" alone is no message id a translator could be sure of.
"""

from collections.abc import Mapping, Sequence

from models.text import LocalizedText, localized
from models.vocabulary import AgreementKind, EventKind, EventStatus, MemberAnswer, MemberRole, ProgressState, Side

KIND_NAMES: Mapping[EventKind, LocalizedText] = {
    EventKind.DELEGATION: {"vi": "Đoàn đại biểu", "lo": "ຄະນະຜູ້ແທນ", "en": "Delegation"},
    EventKind.TRAINING_BATCH: {"vi": "Đợt đào tạo, bồi dưỡng", "lo": "ຊຸດຝຶກອົບຮົມ", "en": "Training batch"},
    EventKind.ART_TROUPE_VISIT: {"vi": "Đoàn nghệ thuật", "lo": "ຄະນະສິລະປິນ", "en": "Art troupe visit"},
    EventKind.ANNIVERSARY: {"vi": "Lễ kỷ niệm", "lo": "ພິທີສະເຫຼີມສະຫຼອງ", "en": "Ceremony"},
    EventKind.ACTIVITY: {"vi": "Hoạt động khác", "lo": "ກິດຈະກຳອື່ນ", "en": "Other activity"},
}

FORMER_KIND_NAMES: Mapping[EventKind, Sequence[str]] = {
    EventKind.DELEGATION: ("Đoàn công tác",),
    EventKind.TRAINING_BATCH: ("Lớp đào tạo, bồi dưỡng",),
    EventKind.ANNIVERSARY: ("Anniversary",),
    EventKind.ACTIVITY: ("Hoạt động", "ກິດຈະກຳ", "Activity"),
}
"""What kinds were called up to version 0.3: calendars that were exported then have these names, and are still known."""

STATUS_NAMES: Mapping[EventStatus, LocalizedText] = {
    EventStatus.DRAFT: {"vi": "Dự thảo", "lo": "ຮ່າງ", "en": "Draft"},
    EventStatus.PLANNED: {"vi": "Trong kế hoạch", "lo": "ຢູ່ໃນແຜນ", "en": "Planned"},
    EventStatus.CONFIRMED: {"vi": "Đã xác nhận", "lo": "ຢືນຢັນແລ້ວ", "en": "Confirmed"},
    EventStatus.ONGOING: {"vi": "Đang diễn ra", "lo": "ກຳລັງດຳເນີນ", "en": "Ongoing"},
    EventStatus.COMPLETED: {"vi": "Đã hoàn thành", "lo": "ສຳເລັດແລ້ວ", "en": "Completed"},
    EventStatus.POSTPONED: {"vi": "Đã hoãn", "lo": "ເລື່ອນແລ້ວ", "en": "Postponed"},
    EventStatus.CANCELLED: {"vi": "Đã hủy", "lo": "ຍົກເລີກແລ້ວ", "en": "Cancelled"},
}

MEMBER_ROLE_NAMES: Mapping[MemberRole, LocalizedText] = {
    MemberRole.HEAD: {"vi": "Trưởng đoàn", "lo": "ຫົວໜ້າຄະນະ", "en": "Head of delegation"},
    MemberRole.DEPUTY: {"vi": "Phó trưởng đoàn", "lo": "ຮອງຫົວໜ້າຄະນະ", "en": "Deputy head"},
    MemberRole.MEMBER: {"vi": "Thành viên", "lo": "ສະມາຊິກ", "en": "Member"},
    MemberRole.SECRETARY: {"vi": "Thư ký", "lo": "ເລຂານຸການ", "en": "Secretary"},
    MemberRole.STAFF: {"vi": "Cán bộ phục vụ", "lo": "ພະນັກງານຮັບໃຊ້", "en": "Staff"},
    MemberRole.INTERPRETER: {"vi": "Phiên dịch", "lo": "ນາຍພາສາ", "en": "Interpreter"},
    MemberRole.SECURITY: {"vi": "Cán bộ an ninh", "lo": "ເຈົ້າໜ້າທີ່ຮັກສາຄວາມປອດໄພ", "en": "Security officer"},
    MemberRole.DRIVER: {"vi": "Lái xe", "lo": "ພະນັກງານຂັບລົດ", "en": "Driver"},
}

MEMBER_SIDE_NAMES: Mapping[Side, LocalizedText] = {
    Side.GUEST: {"vi": "Bên khách", "lo": "ຝ່າຍແຂກ", "en": "Guests"},
    Side.HOST: {"vi": "Bên đón", "lo": "ຝ່າຍຕ້ອນຮັບ", "en": "Hosts"},
}
"""The sides of a visit, in the order of the printed list."""

MEMBER_ANSWER_NAMES: Mapping[MemberAnswer, LocalizedText] = {
    MemberAnswer.NEEDS_ACTION: {"vi": "Chưa trả lời", "lo": "ຍັງບໍ່ທັນຕອບ", "en": "Not answered"},
    MemberAnswer.ACCEPTED: {"vi": "Tham gia", "lo": "ເຂົ້າຮ່ວມ", "en": "Accepted"},
    MemberAnswer.TENTATIVE: {"vi": "Có thể tham gia", "lo": "ອາດຈະເຂົ້າຮ່ວມ", "en": "Tentative"},
    MemberAnswer.DECLINED: {"vi": "Không tham gia", "lo": "ບໍ່ເຂົ້າຮ່ວມ", "en": "Declined"},
}

AGREEMENT_KIND_NAMES: Mapping[AgreementKind, LocalizedText] = {
    AgreementKind.AGREEMENT: {"vi": "Văn bản hợp tác", "lo": "ຂໍ້ຕົກລົງການຮ່ວມມື", "en": "Agreement"},
    AgreementKind.MEMORANDUM: {"vi": "Biên bản ghi nhớ", "lo": "ບົດບັນທຶກຄວາມເຂົ້າໃຈ", "en": "Memorandum"},
    AgreementKind.PLAN: {"vi": "Kế hoạch hợp tác", "lo": "ແຜນການຮ່ວມມື", "en": "Plan"},
    AgreementKind.MINUTES: {"vi": "Biên bản", "lo": "ບົດບັນທຶກ", "en": "Minutes"},
}

PROGRESS_NAMES: Mapping[ProgressState, LocalizedText] = {
    ProgressState.MISSED: {"vi": "Chưa thực hiện", "lo": "ຍັງບໍ່ໄດ້ປະຕິບັດ", "en": "Missed"},
    ProgressState.AT_RISK: {"vi": "Có nguy cơ chậm", "lo": "ສ່ຽງຊັກຊ້າ", "en": "At risk"},
    ProgressState.ON_TRACK: {"vi": "Đúng tiến độ", "lo": "ຕາມແຜນ", "en": "On track"},
    ProgressState.FULFILLED: {"vi": "Đã thực hiện", "lo": "ປະຕິບັດແລ້ວ", "en": "Fulfilled"},
    ProgressState.NO_RECORDS: {"vi": "Chưa nhập kết quả", "lo": "ຍັງບໍ່ໄດ້ບັນທຶກຜົນ", "en": "No records"},
    ProgressState.OPEN: {"vi": "Chỉ thống kê", "lo": "ນັບສະຖິຕິ", "en": "Open"},
}
"""Where a commitment stands, the worst first."""


def kind_name(kind: EventKind, language: str) -> str:
    """What a kind of event is called, singular, as a heading would write it; an unknown language gets Vietnamese."""
    return localized(KIND_NAMES[kind], language)


def status_name(status: EventStatus, language: str) -> str:
    """What a status is called, as a heading would write it; an unknown language gets Vietnamese."""
    return localized(STATUS_NAMES[status], language)


def member_role_name(role: MemberRole, language: str) -> str:
    """What a person is in a visit, as the printed list of members says it; an unknown language gets Vietnamese."""
    return localized(MEMBER_ROLE_NAMES[role], language)


def member_answer_name(answer: MemberAnswer, language: str) -> str:
    """What somebody answered whether they take part; an unknown language gets Vietnamese."""
    return localized(MEMBER_ANSWER_NAMES[answer], language)


def member_side_name(side: Side, language: str) -> str:
    """What a side of a visit is called; an unknown language gets Vietnamese."""
    return localized(MEMBER_SIDE_NAMES[side], language)


def agreement_kind_name(kind: AgreementKind, language: str) -> str:
    """What a kind of paper between parties is called; an unknown language gets Vietnamese."""
    return localized(AGREEMENT_KIND_NAMES[kind], language)


def progress_name(state: ProgressState, language: str) -> str:
    """What a state of progress is called; an unknown language gets Vietnamese."""
    return localized(PROGRESS_NAMES[state], language)
