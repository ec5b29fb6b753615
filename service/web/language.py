"""The language of a page: the reader's own choice, else the account's, else the browser's."""

from flask import Response, g, request

from models.vocabulary import Language
from service.http.app_context import current_context

COOKIE = "desk_language"
SELF_NAMES = {Language.VI: "Tiếng Việt", Language.LO: "ລາວ", Language.EN: "English"}
"""Each language's own name, for the language switch."""

_YEAR = 365 * 86_400


def chosen_language() -> Language | None:
    """The language chosen in this browser, if any."""
    word = request.cookies.get(COOKIE, "")
    return Language(word) if word in set(Language) else None


def choose_language(account: Language | None = None) -> Language:
    """Choose the language of this request's page; errors use it too."""
    language = chosen_language() or account
    if language is None:
        accepted = request.accept_languages.best_match([language.value for language in Language])
        language = Language(accepted) if accepted else Language.VI
    g.reader_language = language.value
    return language


def keep_language(response: Response, language: Language) -> None:
    """Remember a choice in this browser until sign-out."""
    secure = current_context().settings.is_https
    response.set_cookie(COOKIE, language.value, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")


def forget_language(response: Response) -> None:
    """Forget the choice: the next person at this browser gets the language of their own account."""
    response.delete_cookie(COOKIE, secure=current_context().settings.is_https, httponly=True, samesite="Lax")
