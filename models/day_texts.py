"""A date as each language writes it. The one rule for dates in sentences: a message is given the date itself."""

from datetime import date

from babel.dates import format_date

from models.vocabulary import Language

BABEL_LOCALES = {Language.VI: "vi", Language.LO: "lo", Language.EN: "en_GB"}
"""English uses en_GB: its readers here expect the day first."""


def numeric_day(day: date) -> str:
    """A date in figures, ``10/3/2027`` or ``03/02/2027``: day, month, year, read the same way in all three languages.

    Days below 10 and the months 1 and 2 are written with a zero, so that no figure can be put before them.
    Source: Decree 30/2020/NĐ-CP, annex I.
    """
    return f"{day_and_month(day)}/{day.year}"


def day_and_month(day: date) -> str:
    """:func:`numeric_day` without the year."""
    return f"{day.day:02}/{day.month:02}" if day.month < 3 else f"{day.day:02}/{day.month}"


def format_day(day: date, language: str) -> str:
    """One date: ``10/3/2027`` in Vietnamese, ``10 ມີນາ 2027`` in Lao, ``10 March 2027`` in English.

    Unknown languages are formatted as English. Source: CLDR's long form for Lao and English; for Vietnamese the figures
    used in official correspondence.
    """
    return numeric_day(day) if language == Language.VI else in_words(day, "d MMMM y", language)


def in_words(day: date, pattern: str, language: str) -> str:
    """A date by one of CLDR's patterns."""
    locale = BABEL_LOCALES[Language(language)] if language in set(Language) else BABEL_LOCALES[Language.EN]
    written: str = format_date(day, pattern, locale=locale)
    return written
