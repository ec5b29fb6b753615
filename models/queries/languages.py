"""In which language a reader is written to: one rule for all mails.

An account is written to in the language it chose. Anybody else in the first of their own languages that the service
has; without one in that of their organisation's country; without one in that which the office in charge has chosen
(:class:`models.both_sides.office_profiles.OfficeProfile`), else that of the organisation in charge, and at last in the
default office's.
"""

from collections.abc import Iterable

from models.vocabulary import Language

_OF_COUNTRY = {"VN": Language.VI, "LA": Language.LO}


def country_language(country: str | None) -> Language | None:
    """The language of a country's offices; None if the service does not have it."""
    return _OF_COUNTRY.get(country or "")


def reader_language(
    languages: Iterable[str] | None, *countries: str | None, office: Language | None = None
) -> Language:
    """The language of a reader without an account.

    ``languages`` are their own, best first, as codes (``lo``, ``en-GB``); ``countries`` those of their organisation, of
    the organisation in charge and of the office, None where there is none; ``office`` is the language that the office
    in charge has chosen, which comes after the first country. The first that is known decides; a country whose language
    the service does not have is passed over. Vietnamese if nothing is known.
    """
    for code in languages or ():
        word = code.strip().lower().replace("_", "-").partition("-")[0]
        if word in set(Language):
            return Language(word)
    found = [country_language(country) for country in countries]
    found.insert(1, office)
    return next((one for one in found if one is not None), Language.VI)
