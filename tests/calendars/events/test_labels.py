"""Names of the closed lists: all there, in all languages, each its own."""

from collections.abc import Mapping
from enum import StrEnum
from unicodedata import is_normalized

import pytest

from calendars.events.labels import (
    KIND_NAMES,
    MEMBER_ROLE_NAMES,
    STATUS_NAMES,
    kind_name,
    member_role_name,
    status_name,
)
from models.text import LocalizedText
from models.vocabulary import EventKind, EventStatus, Language, MemberRole


@pytest.mark.parametrize(
    ("names", "words"),
    [(KIND_NAMES, EventKind), (STATUS_NAMES, EventStatus), (MEMBER_ROLE_NAMES, MemberRole)],
    ids=["kinds", "statuses", "roles"],
)
def test_every_word_has_a_name_of_its_own_in_every_language(
    names: Mapping[StrEnum, LocalizedText], words: type[StrEnum]
) -> None:
    assert set(names) == set(words)
    for language in Language:
        found = [name[language] for name in names.values()]
        assert all(name.strip() == name and name and is_normalized("NFC", name) for name in found)
        assert len(set(found)) == len(found), f"two words share a name in {language}"


def test_names() -> None:
    assert kind_name(EventKind.DELEGATION, "vi") == "Đoàn đại biểu"
    assert status_name(EventStatus.CANCELLED, "lo") == "ຍົກເລີກແລ້ວ"
    assert member_role_name(MemberRole.HEAD, "en") == "Head of delegation"
    assert member_role_name(MemberRole.HEAD, "fr") == "Trưởng đoàn"
