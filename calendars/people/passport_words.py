"""What a passport's entries are called: sexes, kinds of passports, nationalities."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale

from models.day_texts import BABEL_LOCALES
from models.i18n import N_, NP_
from models.text import LocalizedText
from models.vocabulary import PassportKind, Sex

SEX_NAMES: Mapping[Sex, str] = {
    Sex.FEMALE: NP_("of a person", "Female"),
    Sex.MALE: NP_("of a person", "Male"),
}
PASSPORT_KIND_NAMES: Mapping[PassportKind, str] = {
    PassportKind.ORDINARY: N_("Ordinary passport"),
    PassportKind.OFFICIAL: N_("Official passport"),
    PassportKind.DIPLOMATIC: N_("Diplomatic passport"),
}


@cache
def country_name(code: str) -> LocalizedText:
    """What a country (ISO 3166-1 alpha-2) is called in each language; its code where no name is known. Source: CLDR."""
    names: dict[str, Any] = {language: Locale.parse(name).territories for language, name in BABEL_LOCALES.items()}
    return {str(language): known.get(code, code) for language, known in names.items()}
