"""Pages of who is in charge: a visit's links, and what was handed in with them, to be taken in whole or in part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.days.formatting import format_days
from calendars.links.answers import label_of
from calendars.people.passport_words import PASSPORT_KIND_NAMES, SEX_NAMES
from models.both_sides.links import EventLink
from models.errors import Conflict, NotFound
from models.events import Event
from models.files import File
from models.i18n import N_, message, translate
from models.labels import noun
from models.queries import live_links
from models.text import localized
from models.vocabulary import FileKind, MemberRole, PassportKind, Role, Sex, SubmissionState
from service.actions import permissions
from service.actions.both_sides import acceptance, links, sides, submissions
from service.actions.both_sides.differences import Step, Takeable, differences
from service.actions.both_sides.submissions import Received
from service.actions.events import events
from service.actions.files import names
from service.http import file_answers
from service.schemas.fields import ASSIGNED
from service.schemas.links import LinkSchema, RejectSchema
from service.schemas.word_names import LINK_SUBJECTS
from service.web import form_tokens
from service.web.both_sides.wrong_fields import wrong_fields
from service.web.forms import FormRefusal, attempt
from service.web.labels import SUBMISSION_STATES
from service.web.page_decorator import page
from service.web.qr import qr_picture
from service.web.view import View

_PASS_ON = N_(
    "Please fill in what we need for “{title}” ({days}) by this link, until {day}: {url} It needs no account. Whoever"
    " has it can write in your name: pass it on only to who fills it in."
)
_FIELDS = {
    "for": (N_("For whom"), "for"),
    "may": (N_("What they fill in"), "may"),
    "language": (N_("Their language"), "link-language"),
    "expires_on": (N_("Last day it opens"), "expires"),
}
"""By what errors call them: the labels of a new link's fields, and their ids."""

_MAKES = "make a link"


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link just made: its address, the QR code of it and a text to paste into a message."""

    row: EventLink
    url: str
    picture: str
    text: str


@page(read=Role.OFFICER)
def event_links(view: View, event_id: str) -> Response:
    """The links of a visit and what was handed in; with POST a link is made or revoked."""
    event = events.find_event(view.session, event_id)
    permissions.check_change(view.session, event)
    if request.method != "POST":
        return _show(view, event)
    if request.form.get("do") == "make" and (before := form_tokens.recalled(view, _MAKES)) is not None:
        row = view.session.get(EventLink, before["id"])
        return _show(view, event, _made(view, event, row, before["token"]) if row else None)
    made: list[MadeLink] = []
    refusal = attempt(view, lambda: _do(view, event, made))
    if refusal is not None or made:
        return _show(
            view, events.find_event(view.session, event_id), made[0] if made and not refusal else None, refusal
        )
    return redirect(url_for("pages.event_links", event_id=event_id, done="revoke"), 303)


def _do(view: View, event: Event, made: list[MadeLink]) -> None:
    match request.form.get("do"):
        case "make":
            form = request.form
            given: dict[str, Any] = {"may": form.getlist("may"), "for": form.get("for", "")}
            given |= {name: form[name] for name in ("language", "expires_on") if form.get(name)}
            row, token = links.make_link(view.session, view.act, event, LinkSchema().load(given))
            form_tokens.keep(view, _MAKES, id=row.id, token=token)
            made.append(_made(view, event, row, token))
        case "revoke":
            link = view.session.get(EventLink, request.form.get("link", ""))
            if link is None or link.event_id != event.id:
                raise NotFound(noun("event_link"), request.form.get("link", ""))
            links.revoke(view.session, view.act, link.id)
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _made(view: View, event: Event, row: EventLink, token: str) -> MadeLink:
    url, language = links.address_of(view.act, token), row.language
    text = translate(
        _PASS_ON,
        language,
        title=localized(event.title, language),
        days=format_days(event.first_day, event.last_day, language),
        day=view.numeric(row.expires_on),
        url=url,
    )
    return MadeLink(row, url, qr_picture(url), text)


def _show(view: View, event: Event, made: MadeLink | None = None, refusal: FormRefusal | None = None) -> Response:
    found = links.links_of(view.session, view.act, event)
    return view.page(
        "both_sides/links.html",
        refusal.status if refusal else 200,
        event=event,
        links=found,
        names={one.row.id: one.row.recipient for one in found},
        submissions=submissions.submissions_of(view.session, event),
        may_make=event.status in live_links.OPEN and event.arrives_on >= view.act.today,
        made=made,
        refusal=refusal,
        problems=wrong_fields(refusal, {name: (view.say(told), at) for name, (told, at) in _FIELDS.items()}),
        typed=request.form if refusal else {},
        done=request.args.get("done", ""),
        subjects=LINK_SUBJECTS,
        states=SUBMISSION_STATES,
        token=form_tokens.new_token(),
    )


@page(read=Role.OFFICER)
def submission(view: View, submission_id: str) -> Response:
    """What was handed in beside what the visit has; with POST it is taken, in whole or in part, or rejected."""
    found = submissions.find_submission(view.session, view.desk.settings.secret_key, submission_id)
    if request.method != "POST":
        return _show_submission(view, found)
    refusal = attempt(view, lambda: _decide(view, submission_id))
    if refusal is not None:
        again = submissions.find_submission(view.session, view.desk.settings.secret_key, submission_id)
        return _show_submission(view, again, refusal)
    return redirect(url_for("pages.submission", submission_id=submission_id), 303)


def _decide(view: View, submission_id: str) -> None:
    secret = view.desk.settings.secret_key
    match request.form.get("do"):
        case "all":
            acceptance.accept(view.session, view.act, secret, submission_id, None, ASSIGNED)
        case "part":
            take = request.form.getlist("take")
            acceptance.accept(view.session, view.act, secret, submission_id, take, ASSIGNED)
        case "reject":
            values: dict[str, Any] = RejectSchema().load({"reason": request.form.get("reason", "")})
            submissions.reject(view.session, view.act, secret, submission_id, values["reason"])
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _show_submission(view: View, found: Received, refusal: FormRefusal | None = None) -> FlaskResponse:
    waits = found.row.state is SubmissionState.SUBMITTED
    secret, event = view.desk.settings.secret_key, found.event
    offered = differences(view.session, view.act, secret, event, [found])[found.row.id] if waits else []
    taken = set(request.form.getlist("take")) if refusal else None
    return view.page(
        "both_sides/submission.html",
        refusal.status if refusal else 200,
        event=event,
        link=found.link,
        row=found.row,
        groups=_groups(offered),
        left=_left(view, found),
        others=found.draft.others if waits else {},
        is_ticked=lambda one: one.path in taken if taken is not None else one.step is not Step.MISSING,
        label=lambda path: view.say(label_of(path)),
        shown=lambda one, value: _shown(view, one, value),
        proposes=sides.share_row(view.session, event) is not None,
        is_photo=lambda one: one.path.endswith(".photo"),
        states=SUBMISSION_STATES,
        steps=Step,
        refusal=refusal,
        problems=wrong_fields(refusal, {"reason": (view.say(N_("Why; they read it on their page")), "reason")}),
    )


def _left(view: View, found: Received) -> list[Takeable]:
    """What of a form that was taken over still differs from the visit: it was left out, or was changed since."""
    if found.row.state is not SubmissionState.ACCEPTED or not found.draft.values:
        return []
    secret = view.desk.settings.secret_key
    offered = differences(view.session, view.act, secret, found.event, [found])[found.row.id]
    return [one for one in offered if one.step is not Step.MISSING]


def _groups(offered: Sequence[Takeable]) -> list[tuple[str, list[Takeable]]]:
    """What can be taken, person by person; travel, days and who is missing each together."""
    found: dict[str, list[Takeable]] = {}
    for one in offered:
        first, *rest = one.path.split(".")
        found.setdefault(f"people.{rest[0]}" if first == "people" else first, []).append(one)
    return [*found.items()]


def _shown(view: View, one: Takeable, value: str) -> str:
    """A value as people read it."""
    name = one.path.rpartition(".")[2]
    if name == "sex" and value in set(Sex):
        return view.say(SEX_NAMES[Sex(value)])
    if name == "role" and value in set(MemberRole):
        return view.role(MemberRole(value))
    if name == "passport_kind" and value in set(PassportKind):
        return view.say(PASSPORT_KIND_NAMES[PassportKind(value)])
    if name == "photo":
        return view.say(N_("Photo")) if value else ""
    return value


@page(read=Role.OFFICER)
def photo(view: View, submission_id: str, photo_id: str) -> Response:
    """A photo that was handed in, to be saved."""
    found = submissions.find_submission(view.session, view.desk.settings.secret_key, submission_id)
    kept = submissions.photo_of(view.session, found.row, photo_id)
    file = File(
        title="", kind=FileKind.PHOTO, name=names.kept_name("photo", kept.media_type), media_type=kept.media_type,
        size=kept.size, sha256=kept.sha256, uploaded_at=kept.uploaded_at,
    )  # fmt: skip
    return file_answers.answer(view.desk.files, file)
