"""Names of localities in running text: inside a Vietnamese sentence their level has a small letter."""

from collections.abc import Mapping

from models.vocabulary import Language

LEVELS = ("Tỉnh", "Thành phố", "Huyện", "Quận", "Thị xã", "Xã", "Phường")
"""Common nouns before the name of a locality."""


def in_sentence(name: Mapping[str, str]) -> dict[str, str]:
    """A locality's name as it stands inside a sentence: in Vietnamese its level is no part of the name (``tỉnh Viêng
    Chăn``)."""
    return {language: small_level(words) if language == Language.VI else words for language, words in name.items()}


def small_level(name: str) -> str:
    """A Vietnamese name of a locality with a small letter at its level: ``tỉnh Viêng Chăn``."""
    level = next((level for level in LEVELS if name.startswith(f"{level} ")), None)
    return name if level is None else level.lower() + name[len(level) :]
