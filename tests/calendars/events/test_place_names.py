"""Names of localities inside sentences."""

import pytest

from calendars.events.place_names import in_sentence


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Tỉnh Viêng Chăn", "tỉnh Viêng Chăn"),
        ("Thành phố Hải Phòng", "thành phố Hải Phòng"),
        ("Xã Nam Sách", "xã Nam Sách"),
        ("Thủ đô Viêng Chăn", "Thủ đô Viêng Chăn"),
        ("Lào", "Lào"),
        ("Tỉnhx", "Tỉnhx"),
    ],
)
def test_only_the_level_of_a_vietnamese_name_has_a_small_letter(name: str, told: str) -> None:
    whole = {"vi": name, "lo": "ແຂວງ", "en": "Tỉnh Viêng Chăn"}
    assert in_sentence(whole) == whole | {"vi": told}
