"""What to warn of with a gift: above the norm, in a year without gifts, not known who keeps it."""

from datetime import date

from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.formatting import numeric_day
from calendars.estimates.norms import NormFacts
from calendars.money.formatting import format_money
from models.i18n import N_, message
from models.text import LocalizedText
from models.vocabulary import Currency, Language, Severity

CLASS_UNKNOWN = N_("Nobody has decided the class of the guests: no norm is proposed.")
_ENTER_CLASS = N_("Enter the class, and who decided it, with the estimate of the visit.")
OVER_NORM = N_("The value is {amount} above the norm of {limit} ({act}).")
_LOWER = N_("Choose a gift within the norm, or correct value and quantity.")
BEFORE_VISIT = N_("It was given before the visit begins ({day}).")
_CORRECT_DAY = N_("Correct the day, or enter the gift without the visit.")
NO_KEEPER = N_("It was received, and nobody is entered who keeps it.")
_ENTER_KEEPER = N_("Enter who keeps it, and the paper by which it was handed over.")


def class_unknown() -> EventWarning:
    """No norm, as nobody has decided which class the guests are of."""
    return EventWarning("guest_class_unknown", Severity.INFO, message(CLASS_UNKNOWN), advice=message(_ENTER_CLASS))


def over_norm(norm: NormFacts, excess: int, limit: int) -> EventWarning:
    """Worth more than the norm allows: by how much, and what it allows, in smallest units of the norm's currency."""
    amount, most = _in_words(norm.currency, excess), _in_words(norm.currency, limit)
    detail = message(OVER_NORM, amount=amount, limit=most, act=norm.act)
    return EventWarning("gift_over_norm", Severity.WARNING, detail, norm.id, message(_LOWER))


def _in_words(currency: Currency, amount: int) -> LocalizedText:
    return {language.value: format_money(currency.money(amount), language) for language in Language}


def before_visit(first_day: date) -> EventWarning:
    """Given before the first day of its visit."""
    detail = message(BEFORE_VISIT, day=numeric_day(first_day))
    return EventWarning("gift_before_visit", Severity.INFO, detail, advice=message(_CORRECT_DAY))


def keeper_unknown() -> EventWarning:
    """Received by the office's side, and not known who keeps it."""
    return EventWarning("keeper_unknown", Severity.INFO, message(NO_KEEPER), advice=message(_ENTER_KEEPER))
