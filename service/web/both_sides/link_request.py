"""What every page of a link does: the link is the credential, and one that opens nothing tells nobody why.

No account, no cookie: a session counts for nothing here. Only a POST changes anything, because mail scanners follow
every link; it may come from anywhere, as only who holds the link can send it. An address that opens nothing is answered
the same whether it never was one or no longer is, in three languages, and counted (:mod:`service.http.link_guesses`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, g, request
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from models.errors import NotFound
from models.i18n import N_, translate
from models.queries.office_profiles import OfficeProfiles
from models.vocabulary import Language
from service.actions import outside, permissions
from service.actions.acting import without_account
from service.actions.both_sides import links
from service.actions.both_sides.links import LinkHolder, OpenLink
from service.actions.context import ActionContext
from service.actions.tokens import token_hash
from service.http.app_context import current_context
from service.http.refusal import FROM_STRANGER, UNREAD
from service.web.rendering import render
from service.web.view import View

_DEAD = N_("This link opens nothing (any more). Ask whoever gave it to you for a new one.")
_WAIT = N_("Too many links that open nothing came from your network. Try again in {minutes} minutes.")


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A request of somebody who holds a link that opens."""

    view: View
    link: OpenLink
    token: str

    @property
    def holder(self) -> LinkHolder:
        """The context of whoever sends it."""
        return self.link.holder(self.view.act)

    @property
    def office_name(self) -> str:
        """What the office calls itself that the link is of, or what its locality is called."""
        event, offices = self.link.event, permissions.offices(self.session)
        facts = OfficeProfiles.load(self.session, offices).of_event(event.organisation_id)
        return self.view.plain(facts.name or self.view.locality_name(offices.of(event.organisation_id)))

    @property
    def session(self) -> Session:
        return self.view.session

    @property
    def secret(self) -> str:
        """What values are sealed with."""
        return self.view.desk.settings.secret_key


LinkPage = Callable[..., AnyResponse]


def link_page(answer: LinkPage) -> Callable[..., AnyResponse]:
    """Make a function of a link's request a page that opens with the link and with nothing else."""

    @wraps(answer)
    def run(token: str, **kwargs: str) -> AnyResponse:
        desk, is_post = current_context(), request.method == "POST"
        now, digest, address = desk.clock(), token_hash(token), request.remote_addr or "unknown"
        if (seconds := desk.link_guesses.wait(address, digest, now)) and not _opens(token):
            refused = dead_page(429, _WAIT, minutes=seconds // 60 + 1)
            refused.headers["Retry-After"] = str(seconds)
            return hidden(refused)
        given = request.values.get("language", "")  # the body is read before the transaction opens

        def use(session: Session) -> AnyResponse:
            act = ActionContext(None, now, desk.settings.office, g.request_id)
            link = links.open_link(session, act, token, to_change=is_post)
            act = without_account(session, link.event, now, desk.settings.office, g.request_id)
            language = Language(given) if given in set(Language) else link.row.language
            g.reader_language = language.value
            return answer(LinkRequest(View(session, desk, act, language), link, token), **kwargs)

        try:
            if {UNREAD, FROM_STRANGER} & request.environ.keys():
                raise NotFound(links.UNKNOWN, "…")
            response = outside.run(desk.database, use, write=is_post)
        except NotFound:
            desk.link_guesses.missed(address, digest, now)
            return hidden(dead_page(404, _DEAD))
        desk.link_guesses.opened(digest)
        return hidden(response)

    return run


def _opens(token: str) -> bool:
    """Whether a token opens a link: others' guesses behind the same address shut out nobody who holds one."""
    if not links.may_be(token):
        return False
    desk = current_context()
    with desk.database.transaction(write=False) as session:
        return links.opens(session, ActionContext(None, desk.clock(), desk.settings.office, g.request_id), token)


def dead_page(status: int, sentence: str, **values: Any) -> Response:
    """What a link that opens nothing shows: one sentence in each language."""
    lines = [(language.value, translate(sentence, language, **values)) for language in Language]
    response = render("both_sides/dead_link.html", Language.VI, lines=lines)
    response.status_code = status
    return response


def hidden(response: AnyResponse) -> AnyResponse:
    """Keep the address from caches, search engines and other sites."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.pop("Vary", None)
    return response
