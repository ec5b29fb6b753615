"""Localities and bodies of both days around 1 July 2025, as the seed has them, and two departments beside."""

from calendars.documents.facts import BodyFacts, PlaceFacts
from models.text import LocalizedText

HAI_PHONG = PlaceFacts("hai-phong", {"vi": "Thành phố Hải Phòng", "lo": "ນະຄອນຫາຍຟ່ອງ", "en": "Hải Phòng City"}, "VN")
HAI_DUONG = PlaceFacts("hai-duong", {"vi": "Tỉnh Hải Dương", "lo": "ແຂວງຫາຍເຢືອງ", "en": "Hải Dương Province"}, "VN")
VIENTIANE = PlaceFacts(
    "vientiane-province", {"vi": "Tỉnh Viêng Chăn", "lo": "ແຂວງວຽງຈັນ", "en": "Vientiane Province"}, "LA"
)

CITY_COMMITTEE: LocalizedText = {
    "vi": "Ủy ban nhân dân thành phố Hải Phòng",
    "lo": "ຄະນະກຳມະການປະຊາຊົນນະຄອນຫາຍຟ່ອງ",
    "en": "People's Committee of Hải Phòng City",
}
PROVINCE_COMMITTEE: LocalizedText = {
    "vi": "Ủy ban nhân dân tỉnh Hải Dương",
    "lo": "ຄະນະກຳມະການປະຊາຊົນແຂວງຫາຍເຢືອງ",
    "en": "People's Committee of Hải Dương Province",
}

COMMITTEE = BodyFacts("hp-ubnd", CITY_COMMITTEE, HAI_PHONG, aliases=("UBND thành phố Hải Phòng",))
COMMITTEE_BEFORE = BodyFacts("hd-ubnd", PROVINCE_COMMITTEE, HAI_DUONG, aliases=("UBND tỉnh Hải Dương",))
FOREIGN_AFFAIRS = BodyFacts(
    "hp-so-ngoai-vu",
    {
        "vi": "Sở Ngoại vụ thành phố Hải Phòng",
        "lo": "ພະແນກການຕ່າງປະເທດນະຄອນຫາຍຟ່ອງ",
        "en": "Hải Phòng Department of Foreign Affairs",
    },
    HAI_PHONG,
    CITY_COMMITTEE,
    ("SNgV",),
)
FOREIGN_AFFAIRS_BEFORE = BodyFacts(
    "hd-so-ngoai-vu",
    {
        "vi": "Sở Ngoại vụ tỉnh Hải Dương",
        "lo": "ພະແນກການຕ່າງປະເທດແຂວງຫາຍເຢືອງ",
        "en": "Hải Dương Department of Foreign Affairs",
    },
    HAI_DUONG,
    PROVINCE_COMMITTEE,
    ("SNgV",),
)
OFFICE = BodyFacts(
    "hp-van-phong-ubnd",
    {
        "vi": "Văn phòng Ủy ban nhân dân thành phố Hải Phòng",
        "lo": "ຫ້ອງການຄະນະກຳມະການປະຊາຊົນນະຄອນຫາຍຟ່ອງ",
        "en": "Office of the People's Committee of Hải Phòng City",
    },
    HAI_PHONG,
    CITY_COMMITTEE,
    ("Văn phòng UBND thành phố Hải Phòng", "Văn phòng thành phố Hải Phòng"),
)
PARTY_COMMITTEE = BodyFacts(
    "hp-thanh-uy",
    {"vi": "Thành ủy Hải Phòng", "lo": "ຄະນະພັກນະຄອນຫາຍຟ່ອງ", "en": "Hải Phòng City Party Committee"},
    HAI_PHONG,
    aliases=("Thành uỷ Hải Phòng",),
)
INSPECTION = BodyFacts(
    "hp-ubkt-thanh-uy",
    {
        "vi": "Ủy ban Kiểm tra Thành ủy Hải Phòng",
        "lo": "ຄະນະກວດກາພັກນະຄອນຫາຍຟ່ອງ",
        "en": "Inspection Committee of the Hải Phòng City Party Committee",
    },
    HAI_PHONG,
    PARTY_COMMITTEE.name,
    ("UBKT Thành ủy Hải Phòng",),
)
ASSEMBLY_DELEGATION = BodyFacts(
    "hd-doan-dbqh",
    {
        "vi": "Đoàn Đại biểu Quốc hội tỉnh Hải Dương",
        "lo": "ຄະນະຜູ້ແທນສະພາແຫ່ງຊາດແຂວງຫາຍເຢືອງ",
        "en": "National Assembly Delegation of Hải Dương Province",
    },
    HAI_DUONG,
    aliases=("Đoàn ĐBQH tỉnh Hải Dương",),
)
CULTURE = BodyFacts(
    "hp-so-vhttdl",
    {
        "vi": "Sở Văn hóa, Thể thao và Du lịch thành phố Hải Phòng",
        "lo": "ພະແນກວັດທະນະທຳ, ກິລາ ແລະ ທ່ອງທ່ຽວນະຄອນຫາຍຟ່ອງ",
        "en": "Hải Phòng Department of Culture, Sports and Tourism",
    },
    HAI_PHONG,
    CITY_COMMITTEE,
    ("Sở VHTTDL Hải Phòng",),
)
POLICE = BodyFacts(
    "hp-cong-an",
    {"vi": "Công an thành phố Hải Phòng", "lo": "ປກສ ນະຄອນຫາຍຟ່ອງ", "en": "Hải Phòng City Police"},
    HAI_PHONG,
    aliases=("CAHP",),
)
GUEST_BODY = BodyFacts(
    "vc-tinh-uy",
    {
        "vi": "Tỉnh ủy - Ủy ban chính quyền tỉnh Viêng Chăn",
        "lo": "ຄະນະພັກ - ອົງການປົກຄອງແຂວງວຽງຈັນ",
        "en": "Party Committee and Administration of Vientiane Province",
    },
    VIENTIANE,
    aliases=("Tỉnh ủy Viêng Chăn",),
)
