"""The target of a mail's unsubscribe link: no sign-in, the link itself is the credential."""

from dataclasses import replace

from flask import Response, g, request

from calendars.mails.digests import purpose_name
from models.errors import NotFound
from models.i18n import N_, translate
from service.actions.accounts import mail_subscriptions
from service.actions.context import ActionContext
from service.http.app_context import current_context
from service.web.error_pages import error_page
from service.web.language import choose_language
from service.web.view import View


def unsubscribe(token: str) -> Response:
    """A form to unsubscribe from one kind of the office's mails, and its submission; the same form resubscribes.

    Only a POST changes anything: mail scanners follow every link. It may come from anywhere and needs neither cookie
    nor form token: mail programs send ``List-Unsubscribe=One-Click`` themselves. Source: RFC 8058 section 3.2.
    """
    desk = current_context()
    is_post = request.method == "POST"
    is_wanted = is_post and request.form.get("mails") == "on"  # the body is read before the transaction opens
    with desk.database.transaction(write=is_post) as session:
        try:
            user, purpose = mail_subscriptions.subscription_of(
                session, desk.settings.secret_key, token, to_change=is_post
            )
        except NotFound as wrong:
            language = choose_language()
            return _hide_address(error_page(404, translate(N_("Not found"), language), wrong.detail.to(language)))
        act = ActionContext(None, desk.clock(), desk.settings.office, g.request_id)
        if is_post:
            mail_subscriptions.switch(session, replace(act, user=user), user, purpose, is_wanted=is_wanted)
        view = View(session, desk, act, choose_language(user.locale))
        response = view.page(
            "account/unsubscribe.html",
            mail=purpose_name(purpose, view.language),
            address=user.email,
            is_on=getattr(user, mail_subscriptions.FLAGS[purpose]),
            has_changed=is_post,
        )
    return _hide_address(response)


def _hide_address(response: Response) -> Response:
    """Hide the address from search engines and other sites."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
