"""My account: one's own password and API tokens, and signing out all of one's browsers."""

from datetime import timedelta
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.accounts import ApiToken
from models.errors import Busy, Conflict, Forbidden, Invalid, NotFound, TooMany
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import Role, TokenScope
from service.actions import crud
from service.actions.accounts import accounts, leave, passwords
from service.actions.accounts.account_queries import tokens_of
from service.actions.accounts.credentials import MINIMUM_PASSWORD
from service.actions.events import hand_over
from service.schemas.accounts import TokenSchema
from service.web import leave_form
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

SCOPES = {TokenScope.READ: N_("Read only"), TokenScope.WRITE: N_("Read and change")}
DAYS = ("30", "90", "365", "")
"""The lifetimes offered for a token, in days; empty: unlimited."""


@page(write=Role.VIEWER)
def account(view: View) -> Response:
    """Password, tokens and sessions of the signed-in account; only the password while it must be changed."""
    if request.method != "POST":
        return _show(view)
    deed = request.form.get("do", "")
    if view.act.account.must_change_password and deed in {"token", "revoke", "leave", "back"}:
        raise Forbidden(message(N_("Choose a new password first.")), code="must_change_password")
    match deed:
        case "password":
            return _change_password(view)
        case "everywhere":
            accounts.sign_out_everywhere(view.session, view.act)
            response = redirect(url_for("pages.sign_in"), 303)
            view.desk.give_session(response, "")
            return response
        case "token":
            return _make_token(view)
        case "leave" | "back":
            return _set_leave(view, deed)
        case "revoke":
            refusal = attempt(view, lambda: crud.delete(view.session, view.act, _own_token(view)))
            return _show(view, refusal=refusal) if refusal else redirect(url_for("pages.account", done="revoke"), 303)
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _change_password(view: View) -> Response:
    current, new = request.form.get("current", ""), request.form.get("new", "")
    try:
        is_own = passwords.is_own(view.session, view.act, current, request.remote_addr or "unknown")
    except (TooMany, Busy) as refused:
        status = 503 if isinstance(refused, Busy) else 429
        response = _show(view, refusal=FormRefusal(status, view.say(refused.detail)))
        response.headers["Retry-After"] = str(refused.retry_after)
        return response
    secret: list[str] = []

    def change() -> None:
        if not is_own:
            raise Invalid({"current": [message(passwords.WRONG)]})
        if request.form.get("again", new) != new:
            raise Invalid({"again": [message(N_("The two new passwords are not the same."))]})
        secret.append(passwords.replace(view.session, view.act, current, new))

    if refusal := attempt(view, change):
        return _show(view, refusal=refusal)
    response = redirect(url_for("pages.account", done="password"), 303)
    view.desk.give_session(response, secret[0])
    view.desk.know_browser(response, view.act.account, view.act.now)
    return response


def _make_token(view: View) -> Response:
    issued: list[accounts.IssuedToken] = []

    def make() -> None:
        days = request.form.get("days", "")
        values: dict[str, Any] = TokenSchema().load(  # type: ignore[no-untyped-call]
            {"name": request.form.get("name", ""), "scope": request.form.get("scope", "")}
        )
        until = view.act.now + timedelta(days=int(days)) if days and days in DAYS else None
        issued.append(accounts.issue_token(view.session, view.act, view.act.account, expires_at=until, **values))

    # The secret is only in this response: a redirect would lose it.
    refusal = attempt(view, make)
    return _show(view, issued[0] if issued and refusal is None else None, refusal)


def _set_leave(view: View, deed: str) -> Response:
    told: list[str] = []
    stand_in = view.act.account.stand_in_id if deed == "back" else None
    step = leave_form.save if deed == "leave" else leave_form.end
    refusal = attempt(view, lambda: told.append(step(view, view.act.account)))
    return _show(view, refusal=refusal, told="" if refusal else told[0], stand_in_id=stand_in)


def _own_token(view: View) -> ApiToken:
    identity = request.form.get("token", "")
    token = view.session.get(ApiToken, identity)
    if token is None or token.user_id != view.act.account.id:
        raise NotFound(noun("api_token"), identity)
    return token


def _show(
    view: View,
    issued: accounts.IssuedToken | None = None,
    refusal: FormRefusal | None = None,
    told: str = "",
    stand_in_id: str | None = None,
) -> Response:
    own = view.act.account
    colleagues = leave.colleagues(view.session, own.id, own.organisation_id)
    return view.page(
        "account/account.html",
        refusal.status if refusal else 200,
        tokens=tokens_of(view.session, view.act.account),
        issued=issued,
        refusal=refusal,
        told=told,
        colleagues=colleagues,
        stood_in=next((one for one in colleagues if one.id == stand_in_id), None),
        own_events=len(hand_over.events_to_hand_over(view.session, view.act, own)),
        again=request.form.get("do") if refusal else None,
        typed=request.form.get("name", "") if refusal else "",
        done=request.args.get("done", ""),
        scopes=SCOPES,
        days=DAYS,
        least=MINIMUM_PASSWORD,
        idle_hours=int(accounts.SESSION_IDLE.total_seconds()) // 3600,
        length_hours=int(accounts.SESSION_LENGTH.total_seconds()) // 3600,
    )
