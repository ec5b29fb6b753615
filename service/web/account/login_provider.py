"""Signing in through the office's login provider: the redirect there, and the return."""

import logging
import secrets
from datetime import timedelta
from hmac import compare_digest

from flask import Response, abort, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response as AnyResponse

from models.i18n import N_, Message, message
from service.actions.accounts import accounts
from service.http.app_context import AppContext, current_context
from service.http.oidc import LoginRoundTrip, Provider, ProviderAway, ProviderRefused
from service.web.account.sign_in import go_to, sign_in_form, signed_in
from service.web.page_decorator import local_target, open_view
from service.web.view import View

log = logging.getLogger("desk.web")

PATIENCE = timedelta(minutes=10)
"""How long somebody may take to sign in at the provider."""

_AWAY = N_("The login service does not answer at the moment. Sign in with your password, or try again later.")
_BROKEN = N_("This sign-in could not be completed. Begin again here.")
_UNVERIFIED = N_("The login service has not confirmed your e-mail address, so it can't be used here.")
_UNKNOWN = N_("There is no active account for this address here. Ask the administrator of your office.")


def begin() -> AnyResponse:
    """Redirect the browser to the provider. Nothing is stored here: the cookie holds what the return needs."""
    desk = current_context()
    target = local_target(request.args.get("next"))
    round_trip = LoginRoundTrip(desk.settings.secret_key, secrets.token_urlsafe(32))
    try:
        response = go_to(_provider(desk).authorization_url(round_trip))
    except ProviderAway as problem:
        return _refused(desk, target, 503, message(_AWAY), f"away: {problem}")
    until = int((desk.clock() + PATIENCE).timestamp())
    _keep(desk, response, _signer(desk).dumps([round_trip.secret, target, until]))
    return response


def come_back() -> AnyResponse:
    """The return from the provider: a session for the account with the verified address, or a page with the reason."""
    desk = current_context()
    provider = _provider(desk)
    round_trip, target = _round_trip_of_browser(desk)
    if round_trip is None:
        return _refused(desk, target, 400, message(_BROKEN), "state")
    code = request.args.get("code", "")
    if not code or "error" in request.args:
        return _refused(desk, target, 400, message(_BROKEN), "the provider refused")
    try:
        identity = provider.identity(round_trip, code, desk.clock())
    except ProviderAway as problem:
        return _refused(desk, target, 503, message(_AWAY), f"away: {problem}")
    except ProviderRefused as problem:
        return _refused(desk, target, 400, message(_BROKEN), str(problem))
    if not identity.is_verified:
        return _refused(desk, target, 403, message(_UNVERIFIED), "unverified address")
    with desk.database.transaction() as session:
        view = open_view(session, desk)
        if not accounts.spend_state(session, view.act, round_trip.state, PATIENCE):
            return _shown(view, target, 400, message(_BROKEN), "state used before")
        user = accounts.sign_in_by_address(session, view.act, identity.email)
        if user is None:
            return _shown(view, target, 403, message(_UNKNOWN), "no account")
        response = signed_in(view, user, target)
    _keep(desk, response, "")
    return response


def _provider(desk: AppContext) -> Provider:
    known = desk.settings.login_provider
    if known is None:
        abort(404)
    return Provider(known, f"{desk.settings.public_url}{url_for('pages.oidc_back')}")


def _round_trip_of_browser(desk: AppContext) -> tuple[LoginRoundTrip | None, str]:
    """The round trip this browser began and its target; None if it expired or another one returned."""
    try:
        secret, target, until = _signer(desk).loads(request.cookies.get(_cookie(desk), ""))
    except (BadData, ValueError, TypeError):
        return None, "/"
    round_trip = LoginRoundTrip(desk.settings.secret_key, str(secret))
    given = request.args.get("state", "").encode("utf-8", "surrogatepass")
    now = desk.clock()
    # One that ends later than one begun now was begun by a clock that was ahead.
    is_in_time = now.timestamp() < int(until) <= (now + PATIENCE + accounts.CLOCK_SLACK).timestamp()
    is_own = compare_digest(round_trip.state.encode(), given) and is_in_time
    issuer = request.args.get("iss")  # RFC 9207: a provider that identifies itself must be the one that was asked
    if desk.settings.login_provider is None or issuer not in {None, desk.settings.login_provider.issuer}:
        is_own = False
    return (round_trip if is_own else None), local_target(str(target))


def _refused(desk: AppContext, target: str, status: int, problem: Message, reason: str) -> Response:
    with desk.database.transaction(write=False) as session:
        return _shown(open_view(session, desk), target, status, problem, reason)


def _shown(view: View, target: str, status: int, problem: Message, reason: str) -> Response:
    log.warning("oidc_refused", extra={"reason": reason, "request_id": view.act.request_id})
    response = sign_in_form(view, target, status, problem=problem)
    _keep(view.desk, response, "")
    return response


def _cookie(desk: AppContext) -> str:
    return f"{desk.session_cookie}-oidc"


def _keep(desk: AppContext, response: AnyResponse, value: str) -> None:
    response.set_cookie(
        _cookie(desk),
        value,
        max_age=int(PATIENCE.total_seconds()) if value else 0,
        path="/",
        secure=desk.settings.is_https,
        httponly=True,
        samesite="Lax",  # the return begins on the provider's site
    )


def _signer(desk: AppContext) -> URLSafeSerializer:
    return URLSafeSerializer(desk.settings.secret_key, salt="oidc")
