"""Signing in and out, and the language switch."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from models.errors import Forbidden, TooMany
from models.i18n import Message, _, message
from models.text import one_line
from models.vocabulary import Language
from service.actions import accounts
from service.web.gate import FOREIGN_FORM, check_own_form, local_target, open_page
from service.web.language import chosen_language, forget_language, keep_language
from service.web.view import View

_WRONG = _("This e-mail address and this password do not fit together. Check both and try again.")


@open_page
def sign_in(view: View) -> AnyResponse:
    """The form to sign in with, and its answer."""
    target = local_target(request.values.get("next"))
    if request.method != "POST":
        return redirect(target, 303) if view.user else _form(view, target)
    email = one_line(request.form.get("email", ""))[:254]
    try:
        user = accounts.sign_in(
            view.session, view.act, email, request.form.get("password", ""), request.remote_addr or "unknown"
        )
    except TooMany as refused:
        response = _form(view, target, 429, email=email, problem=refused.detail)
        response.headers["Retry-After"] = str(refused.retry_after)
        return response
    if user is None:
        return _form(view, target, 401, email=email, problem=message(_WRONG))
    if view.cookie:
        accounts.close_session(view.session, view.cookie)
    secret = accounts.open_session(view.session, user, view.act.now)
    response = _to(target)
    view.desk.give_session(response, secret)
    if chosen_language() is None:
        keep_language(response, user.locale)
    return response


def _form(view: View, target: str, status: int = 200, email: str = "", problem: Message | None = None) -> Response:
    return view.page("login.html", status, target=target, email=email, problem=problem and view.say(problem))


def _to(target: str) -> Response:
    response = Response(status=303)
    response.headers["Location"] = target
    response.headers["Cache-Control"] = "no-store"
    return response


@open_page
def sign_out(view: View) -> AnyResponse:
    """End the session, and forget the language chosen in it."""
    response = _to(url_for("pages.sign_in"))
    if view.cookie:
        if not view.desk.is_csrf_token(view.cookie, request.form.get("csrf", "")):
            raise Forbidden(message(FOREIGN_FORM), code="csrf")
        accounts.close_session(view.session, view.cookie)
    view.desk.give_session(response, "")
    forget_language(response)
    return response


def switch_language() -> AnyResponse:
    """Keep the language chosen in this browser, and show the same page again."""
    check_own_form()
    response = _to(local_target(request.form.get("next")))
    word = request.form.get("language", "")
    if word in set(Language):
        keep_language(response, Language(word))
    return response
