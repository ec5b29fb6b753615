"""Signing in and out, and the language switch."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from models.accounts import User
from models.errors import Busy, Forbidden, TooMany
from models.i18n import N_, Message, message
from models.text import one_line
from models.vocabulary import Language
from service.actions.accounts import accounts
from service.web import kept_forms
from service.web.language import chosen_language, forget_language, keep_language
from service.web.page_decorator import FOREIGN_FORM, check_own_form, local_target, open_page
from service.web.view import View

_WRONG = N_("This e-mail address and this password do not fit together. Check both and try again.")


@open_page
def sign_in(view: View) -> AnyResponse:
    """The sign-in form and its submission."""
    target = local_target(request.values.get("next"))
    kept = request.form.get(kept_forms.FIELD, "")[: kept_forms.MOST_SEALED]
    if request.method != "POST":
        lost = message(kept_forms.LOST) if request.args.get("lost") == "yes" else None
        return redirect(target, 303) if view.user else sign_in_form(view, target, problem=lost)
    email = one_line(request.form.get("email", ""))[:254]
    try:
        user = accounts.sign_in(
            view.session,
            view.act,
            email,
            request.form.get("password", ""),
            request.remote_addr or "unknown",
            view.desk.known_browser(view.act.now),
        )
    except (TooMany, Busy) as refused:
        status = 503 if isinstance(refused, Busy) else 429
        response = sign_in_form(view, target, status, email=email, problem=refused.detail, kept=kept)
        response.headers["Retry-After"] = str(refused.retry_after)
        return response
    if user is None:
        return sign_in_form(view, target, 401, email=email, problem=message(_WRONG), kept=kept)
    return signed_in(view, user, target, kept)


def signed_in(view: View, user: User, target: str, kept: str = "") -> Response:
    """Open a session with a new secret for the authenticated ``user``, and lead to ``target``.

    With a form that this account had typed, the browser is given it to send to its page (``kept``).
    """
    if view.cookie:
        accounts.close_session(view.session, view.cookie)
    secret = accounts.open_session(view.session, user, view.act.now)
    form = kept_forms.opened(view, user, kept) if kept else None
    if form is not None:
        token = view.desk.form_token(secret, user)
        response = view.page("account/kept.html", target=form.target, kept=kept, token=token)
    else:
        response = go_to(target)
    view.desk.give_session(response, secret)
    view.desk.know_browser(response, user, view.act.now)
    if chosen_language() is None:
        keep_language(response, user.locale)
    return response


def sign_in_form(
    view: View, target: str, status: int = 200, email: str = "", problem: Message | None = None, kept: str = ""
) -> Response:
    """The sign-in page, with the error of the last attempt."""
    provider = view.desk.settings.login_provider
    text = problem and view.say(problem)
    return view.page(
        "account/sign_in.html", status, target=target, email=email, problem=text, provider=provider, kept=kept
    )


def go_to(target: str) -> Response:
    """Redirect the browser, without caching."""
    response = Response(status=303)
    response.headers["Location"] = target
    response.headers["Cache-Control"] = "no-store"
    return response


@open_page
def sign_out(view: View) -> AnyResponse:
    """End the session, and forget the language chosen in it."""
    response = go_to(url_for("pages.sign_in"))
    if view.cookie:
        if not view.desk.is_csrf_token(view.cookie, request.form.get("csrf", "")):
            raise Forbidden(message(FOREIGN_FORM), code="csrf")
        accounts.close_session(view.session, view.cookie)
    view.desk.give_session(response, "")
    forget_language(response)
    return response


def switch_language() -> AnyResponse:
    """Store the language chosen in this browser, and show the same page again."""
    check_own_form()
    response = go_to(local_target(request.form.get("next")))
    word = request.form.get("language", "")
    if word in set(Language):
        keep_language(response, Language(word))
    return response
