"""Amounts of money as each language writes them."""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal

from models.day_texts import BABEL_LOCALES
from models.text import LocalizedText
from models.vocabulary import Language


def format_money(money: Mapping[str, str] | None, language: Language) -> str:
    """An amount with its currency code, digits grouped as usual in the language; empty for None."""
    return f"{format_amount(money, language)} {money['currency']}" if money else ""


def format_amount(money: Mapping[str, str], language: Language) -> str:
    """An amount without its currency, digits grouped as usual in the language."""
    return str(format_decimal(Decimal(money["amount"]), locale=BABEL_LOCALES[language]))


def money_text(money: Mapping[str, str]) -> LocalizedText:
    """An amount with its currency code in every language, for sentences that are translated later."""
    return {language.value: format_money(money, language) for language in Language}
