"""What the papers of the office itself have in common: those of a week, a year, an agreement."""

from collections.abc import Mapping

from calendars.documents.facts import IssuerFacts
from calendars.documents.value import Align, CellKind, Column, Head, HeadForm, Text
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, Message, message
from models.text import LocalizedText, localized, one_line
from models.vocabulary import Language


def office_head(issuer: IssuerFacts, wording: Wording) -> Head:
    """Only who makes the paper: the body, or the office's locality for who belongs to none."""
    name = issuer.body.name if issuer.body else issuer.place.name
    told = wording.text(name, message(N_("The name of the issuing body.")))
    return Head(HeadForm.PLAIN, issuer=emphasised(capitals(told), bold=True))


def office_author(issuer: IssuerFacts) -> str:
    """The office's name for a file's properties."""
    return one_line(localized(issuer.body.name if issuer.body else issuer.place.name, Language.VI))


def column(
    wording: Wording, name: str, width: float, align: Align = Align.LEFT, kind: CellKind = CellKind.TEXT
) -> Column:
    """A column whose heading is a marked sentence, in bold."""
    return Column(emphasised(wording.say(name), bold=True), width, align, kind)


def number(value: int | None, wording: Wording) -> Text:
    """A number as it stands in a cell; empty for None."""
    return () if value is None else wording.words(str(value))


def sentence(told: Message, wording: Wording) -> Text:
    """A message with its values in each language."""
    return wording.text({str(one): told.to(one) for one in wording.languages}, told)


def completed(text: Mapping[str, str] | None, what: Message, wording: Wording) -> LocalizedText:
    """A text with all languages of the paper: where one is missing a gap, with the words that are known behind it.

    For texts that other modules write into sentences, which would take another language silently.
    """
    if not text:
        return {}
    found = dict(text)
    for language in wording.languages:
        if not one_line(found.get(language) or ""):
            known = one_line(localized(text, language))
            wording.lacks("language", what, language, entry=(None, known))
            found[str(language)] = f"{GAP} ({known})"
    return found
