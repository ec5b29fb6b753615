"""What every page shares: its transaction, who reads it in which language, and how things are written there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property, wraps
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date, format_skeleton
from flask import Request, Response, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlmodel import Session, select
from werkzeug.wrappers import Response as AnyResponse

from calendars.dates import BABEL_LOCALES, format_day, format_days, format_instant
from calendars.direction import direction
from calendars.kinds import kind_name, member_role_name, status_name
from models.accounts import User
from models.errors import Forbidden
from models.events import Event
from models.i18n import Message, _, message, translate, translate_filled
from models.places import Locality
from models.text import FALLBACK, LocalizedText, localized
from models.vocabulary import Direction, Language, Role
from service.actions import accounts
from service.actions.acting import Act
from service.actions.reading import line_of
from service.desk import Desk, current_desk
from service.web.language import SELF_NAMES, choose_language

STATIC = Path(__file__).parent / "static"

_FOREIGN_FORM = _("This form does not come from a page of this service, or is too old. Reload the page and try again.")


@dataclass
class View:
    """One page for one reader: ``user`` is None before sign-in, ``cookie`` the session's secret.

    Its methods write things as the reader's language does; templates reach it as ``view``.
    """

    session: Session
    desk: Desk
    act: Act
    language: Language
    cookie: str | None = None

    @property
    def user(self) -> User | None:
        """Who reads; None before sign-in."""
        return self.act.user

    def may(self, role: Role | str) -> bool:
        """Whether the reader's role suffices."""
        return self.user is not None and self.user.role.suffices_for(Role(role))

    @property
    def csrf(self) -> str:
        """The token every form of this session sends along."""
        return self.desk.csrf_token(self.cookie or "")

    # Words

    def say(self, sentence: str | Message, /, **values: object) -> str:
        """A sentence in the reader's language."""
        if isinstance(sentence, Message):
            return sentence.to(self.language)
        return translate(sentence, self.language, **values)

    def said(self, sentence: str | None) -> str:
        """An English sentence that was kept with its values filled in, in the reader's language."""
        return translate_filled(sentence or "", self.language)

    def plain(self, text: Mapping[str, str] | None) -> str:
        """A localized text without markup, for attributes and titles."""
        return localized(text, self.language)

    def text(self, text: Mapping[str, str] | None) -> Markup | str:
        """A localized text; in another language than the page's it says which, for voices and fonts."""
        for language in dict.fromkeys((self.language.value, *FALLBACK)):
            if text and text.get(language):
                if language == self.language:
                    return text[language]
                return Markup('<span lang="{}">{}</span>').format(str(language), text[language])
        return ""

    def kind(self, event: Event) -> str:
        """What kind of event it is."""
        return kind_name(event.kind, self.language)

    status = staticmethod(status_name)
    role = staticmethod(member_role_name)

    # Days

    def day(self, day: date) -> str:
        """One day."""
        return format_day(day, self.language)

    def days(self, first: date, last: date) -> str:
        """Inclusive days, without repeating what both share."""
        return format_days(first, last, self.language)

    def weekday(self, day: date) -> str:
        """The day of the week, as a heading writes it."""
        return capital(format_date(day, "EEEE", locale=BABEL_LOCALES[self.language]))

    def month(self, day: date) -> str:
        """Month and year, as a heading writes it."""
        return capital(format_skeleton("yMMMM", day, locale=BABEL_LOCALES[self.language]))

    def instant(self, at: datetime) -> str:
        """An instant by the office's clocks."""
        return format_instant(at, self.act.office.timezone, self.language)

    # Places

    @cached_property
    def localities(self) -> Mapping[str, Locality]:
        """All localities by code; one query."""
        return {row.code: row for row in self.session.exec(select(Locality)).all()}

    def locality_name(self, code: str | None, day: date | None = None) -> LocalizedText:
        """A locality's name on a day (today unless given): from the day it was succeeded on, its successor's."""
        day = day or self.act.today
        passed = {code}
        while (place := self.localities.get(code or "")) is not None:
            if place.successor is None or place.succeeded_on is None or day < place.succeeded_on:
                return place.name
            if place.successor in passed:
                return place.name
            code = place.successor
            passed.add(code)
        return {"vi": code or ""}

    def place(self, code: str | None, day: date | None = None) -> Markup | str:
        """A locality's name on a day, as :meth:`text` writes it."""
        return self.text(self.locality_name(code, day))

    def direction(self, event: Event) -> Direction:
        """Whether an event comes in, goes out or stays at home."""
        own = line_of(self.act.office.locality, {code: row.successor for code, row in self.localities.items()})
        country_of = {code: row.country for code, row in self.localities.items()}
        return direction(event.host, event.guest, own, country_of, country_of.get(self.act.office.locality, ""))

    # Answers

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """The rendered page."""
        response = render(template, self.language, view=self, **values)
        response.status_code = status
        return response


Page = Callable[..., AnyResponse]


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def render(template: str, language: str, /, view: View | None = None, **values: Any) -> Response:
    """A page in a language. Nothing of it is kept by caches: it shows what one account may see."""

    def say(sentence: str, /, **filled: object) -> str:
        return translate(sentence, language, **filled)

    def line(sentence: str, /, **parts: object) -> Markup:
        return Markup(say(Markup.escape(sentence), **parts))  # pragma: no cover

    body = render_template(
        template, _=say, view=view, language=language, languages=SELF_NAMES, asset=asset, here=_here(), **values
    )
    response = Response(body, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Cookie, Accept-Language"
    # Not no-referrer: under that browsers send "Origin: null" with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _here() -> str:
    """The address of this page on this site, its query included."""
    return request.full_path if request.query_string else request.path


@cache
def asset_version(name: str) -> str:
    """What changes in a static file's address when its bytes do."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, which may be kept for good."""
    return url_for("pages.static_file", name=name, v=asset_version(name))


def local_target(target: str | None) -> str:
    """A redirect's target if it is an address of this site, else the first page.

    Browsers read ``//host``, ``/\\host`` and blanks in between as another host: none of them passes.
    """
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if "\\" in target or any(character <= " " or character == "\x7f" for character in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc or parts.path in {"/login", "/logout", "/language"} else target


def is_own_form(request: Request, public_url: str) -> bool:
    """Whether a form comes from this site, for forms before sign-in: by what the browser says of its origin.

    A program that says nothing of the kind passes; no browser a person could be tricked in is that old.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin == "{0.scheme}://{0.netloc}".format(urlsplit(public_url)) or urlsplit(origin).netloc == request.host


def check_own_form() -> None:
    """Refuse a form that another site sent here.

    Raises:
        Forbidden: it was.
    """
    if not is_own_form(request, current_desk().settings.public_url):
        raise Forbidden(message(_FOREIGN_FORM), code="csrf")


def open_view(session: Session, desk: Desk) -> View:
    """The view of whoever's session cookie this is."""
    cookie = request.cookies.get(desk.session_cookie)
    now = desk.clock()
    user = accounts.account_of_session(session, cookie, now) if cookie else None
    act = Act(user=user, now=now, office=desk.settings.office, request_id=g.request_id)
    language = choose_language(user.locale if user else None)
    return View(session, desk, act, language, cookie if user else None)


def page(*, write: Role = Role.OFFICER) -> Callable[[Page], Page]:
    """Make a function of a view a page: one transaction, a signed-in reader, a CSRF token with every POST.

    Every account reads; ``write`` is the role a POST needs. Whoever is not signed in is sent to do that first.
    """

    def make(answer: Page) -> Page:
        @wraps(answer)
        def run(**kwargs: str) -> AnyResponse:
            if any("\x00" in value for value in kwargs.values()):
                abort(404)
            is_post = request.method == "POST"
            token = request.form.get("csrf", "") if is_post else ""  # the body is read before the transaction opens
            desk = current_desk()
            with desk.database.transaction(write=is_post) as session:
                view = open_view(session, desk)
                if view.user is None or view.cookie is None:
                    return redirect(url_for("pages.sign_in", next=_here()), 303)
                if is_post:
                    if not desk.is_csrf_token(view.cookie, token):
                        raise Forbidden(message(_FOREIGN_FORM), code="csrf")
                    if not view.may(write):
                        raise Forbidden(message(_("Your account may read this, but not change it.")))
                return answer(view, **kwargs)

        return run

    return make


def open_page(answer: Page) -> Page:
    """Make a function of a view a page for everybody; its forms must come from this site."""

    @wraps(answer)
    def run(**kwargs: str) -> AnyResponse:
        is_post = request.method == "POST"
        if is_post:
            check_own_form()
            request.form  # noqa: B018 - the body is read before the transaction opens
        desk = current_desk()
        with desk.database.transaction(write=is_post) as session:
            return answer(open_view(session, desk), **kwargs)

    return run


def ids(*values: Iterable[str | None]) -> set[str]:
    """The ids among these, each once."""
    return {value for listed in values for value in listed if value}
