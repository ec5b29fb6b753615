"""Access to pages: sign-in for every page, CSRF protection of forms, redirects that stay on this site."""

from collections.abc import Callable, Mapping
from functools import wraps
from urllib.parse import urlsplit

from flask import Request, abort, g, redirect, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from models.errors import Forbidden
from models.i18n import N_, message
from models.vocabulary import Role
from service.actions import outside
from service.actions.acting import acting_as
from service.actions.context import ActionContext
from service.http import share_openings
from service.http.app_context import AppContext, check_body_was_read, current_context
from service.http.refusal import FROM_STRANGER, UNREAD
from service.web import kept_forms
from service.web.language import choose_language
from service.web.progress_stream import PageWorker
from service.web.rendering import here
from service.web.view import View

FOREIGN_FORM = N_("This form does not come from a page of this service, or is too old. Reload the page and try again.")

Page = Callable[..., Response]


def local_target(target: str | None) -> str:
    """A redirect's target if it is an address of this site, else the first page.

    Browsers read ``//host``, ``/\\host`` and blanks in between as another host: all of these are rejected.
    """
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if "\\" in target or any(character <= " " or character == "\x7f" for character in target):
        return "/"
    parts = urlsplit(target)
    leads_in_or_out = parts.path in {"/login", "/logout", "/language"} or parts.path.startswith("/login/")
    return "/" if parts.scheme or parts.netloc or leads_in_or_out else target


def is_own_form(request: Request, public_url: str) -> bool:
    """Whether a form comes from this site, for forms before sign-in: from the request's Origin headers.

    A client that sends no such header is accepted; no browser in which a person could be tricked is that old.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin == "{0.scheme}://{0.netloc}".format(urlsplit(public_url)) or urlsplit(origin).netloc == request.host


def check_own_form() -> None:
    """Refuse a form submitted from another site.

    Raises:
        Forbidden: it was.
    """
    if not is_own_form(request, current_context().settings.public_url):
        raise Forbidden(message(FOREIGN_FORM), code="csrf")


def open_view(session: Session, desk: AppContext) -> View:
    """The view for the owner of the session cookie."""
    cookie = request.cookies.get(desk.session_cookie)
    now = desk.clock()
    user = desk.attendance.of_session(session, cookie, now) if cookie else None
    if user is not None:
        act = acting_as(session, user, now, desk.settings.office, g.request_id)
    else:
        act = ActionContext(user=None, now=now, office=desk.settings.office, request_id=g.request_id)
    language = choose_language(user.locale if user else None)
    return View(session, desk, act, language, cookie if user else None)


def page(
    *, read: Role = Role.VIEWER, write: Role = Role.OFFICER, is_trial: bool = False, is_long: bool = False
) -> Callable[[Page], Page]:
    """Make a function of a view a page: one transaction, a signed-in reader, a CSRF token with every POST.

    ``read`` is the role needed to see it, ``write`` the one for a POST. Anybody not signed in is redirected to sign in,
    anybody who must choose a new password to that page. A preview (``is_trial``) may write while it is rendered: unless
    it answers a POST, nothing of it is kept, and no writer waits for it. A page that may take seconds (``is_long``)
    shows its progress (:mod:`service.web.progress_stream`). A page's function is called again when it asked for work
    outside the transaction (:mod:`service.actions.outside`).
    """

    def make(answer: Page) -> Page:
        def run(worker: PageWorker | None, kwargs: Mapping[str, str]) -> Response:
            is_post = request.method == "POST"
            token = _form().get("csrf", "") if is_post else ""  # the body is read before the transaction opens
            sealed = request.form.get(kept_forms.FIELD, "") if is_post else ""
            desk = current_context()

            def use(session: Session) -> Response:
                view = open_view(session, desk)
                if view.user is None or view.cookie is None:
                    return _to_sign_in(view, token)
                check_body_was_read()
                if is_post and not desk.is_csrf_token(view.cookie, token):
                    raise Forbidden(message(FOREIGN_FORM), code="csrf")
                if view.user.must_change_password and request.endpoint != "pages.account":
                    return redirect(url_for("pages.account"), 303)
                if not view.may(write if is_post else read):
                    raise Forbidden(message(N_("Your account may read this, but not change it.")))
                if worker is not None:
                    worker.watch(view)
                if (is_trial and not is_post) or sealed:
                    outside.need_trial(session)
                shown = _restored(view, sealed, lambda: answer(view, **kwargs)) if sealed else answer(view, **kwargs)
                share_openings.look(session, view.act)
                return shown

            is_read = not {UNREAD, FROM_STRANGER} & request.environ.keys()
            shown = outside.run(desk.database, use, write=is_post and is_read and not sealed)
            share_openings.record(desk)
            return shown

        @wraps(answer)
        def checked(**kwargs: str) -> Response:
            if any("\x00" in value for value in kwargs.values()):
                abort(404)
            return PageWorker(lambda worker: run(worker, kwargs)).answer() if is_long else run(None, kwargs)

        return checked

    return make


def _to_sign_in(view: View, token: str) -> Response:
    """For somebody who is not signed in: a form of one of our pages is kept until they are, if that is possible."""
    is_post = request.method == "POST"
    is_ours = UNREAD not in request.environ and is_own_form(request, view.desk.settings.public_url)
    kept = kept_forms.refused(view, token) if is_post and is_ours else None
    is_lost = is_post and bool(view.desk.known_browser(view.act.now))
    return kept or redirect(kept_forms.sign_in_address(is_lost=is_lost), 303)


def _restored(view: View, sealed: str, answer: Callable[[], Response]) -> Response:
    """The page with a form as it was typed before signing in again; without it if it is somebody else's, or too old."""
    kept = kept_forms.opened(view, view.user, sealed)
    if kept is None or kept.target != here():
        return redirect(here(), 303)
    view.restored = kept.told(view)
    request.form = kept.fields
    response = answer()
    # Nothing was done, so nothing can be told as done.
    return redirect(here(), 303) if 300 <= response.status_code < 400 else response


def _form() -> MultiDict[str, str]:
    """The submitted form. NUL is removed: nobody types it, and PostgreSQL can't store it."""
    if any("\x00" in value for values in request.form.listvalues() for value in values):
        abort(400)
    return request.form


def open_page(answer: Page) -> Page:
    """Make a function of a view a page that needs no sign-in; its forms must come from this site."""

    @wraps(answer)
    def run(**kwargs: str) -> Response:
        is_post = request.method == "POST"
        if is_post:
            check_own_form()
            _form()  # the body is read before the transaction opens
        desk = current_context()
        return outside.run(desk.database, lambda session: answer(open_view(session, desk), **kwargs), write=is_post)

    return run
