"""The page of a link: what is asked for is filled in, saved as it is typed, and handed in with one button."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Response, json, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from calendars.links.answers import (
    DAY_FIELDS,
    KEY,
    PERSON_FIELDS,
    SEALED,
    TRIP_FIELDS,
    TRIPS,
    is_path,
    is_sealed,
)
from calendars.links.replaced import Replaced
from calendars.member_lists.xlsx_files import is_workbook
from models.errors import Conflict, Invalid
from models.i18n import N_, message
from models.vocabulary import LinkSubject
from service.actions import outside
from service.actions.both_sides import drafts, submissions
from service.actions.both_sides.drafts import KeptDraft
from service.actions.imports.member_list_export import member_template
from service.actions.imports.xlsx_reader import read_workbook
from service.http import uploads
from service.schemas.fields import ASSIGNED
from service.web.both_sides.link_fields import LinkForm
from service.web.both_sides.link_request import LinkRequest, link_page
from service.web.forms import FormRefusal, attempt

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_LIST = 1_400_000
"""Bytes of a workbook with a list."""

_FORMER_REMOVED = N_(
    "Here {former} was handed in, and now {name} is named. What was entered of the former person alone (birth"
    " date, passport, diet, photo) is removed: enter it of the new one, then hand in."
)
_NOT_A_LIST = N_("Choose a workbook (.xlsx) that is not empty and has no pictures in it.")


@link_page
def fill_in(asked: LinkRequest) -> AnyResponse:
    """The form; with POST what was typed is saved, and handed in if that is asked for."""
    if request.method != "POST":
        return _show(asked, LinkForm(drafts.read_draft(asked.session, asked.secret, asked.link)))
    kept: list[KeptDraft] = []
    refusal = attempt(asked.view, lambda: kept.append(_save(asked)))
    if request.accept_mimetypes.best == "application/json":
        return _told(asked, kept, refusal)
    if refusal is not None:
        form = LinkForm(drafts.read_draft(asked.session, asked.secret, asked.link), _typed(), refusal.fields)
        return _show(asked, form, refusal)
    match request.form.get("do"):
        case "submit":
            return _hand_in(asked, kept[0])
        case "files":
            return redirect(_address(asked, "link_files"), 303)
    return redirect(_address(asked, "link", saved=1), 303)


def _save(asked: LinkRequest) -> KeptDraft:
    seen = request.form.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    cleared, form = set(request.form.getlist("clear")), dict(request.form)
    if KEY.fullmatch(removed := request.form.get("remove", "")):
        form |= {f"people.{removed}.{name}": "" for name in PERSON_FIELDS}
        cleared |= {f"people.{removed}.{name}" for name in SEALED}
    return drafts.save(asked.session, asked.holder, asked.secret, asked.link, version, form, cleared)[0]


def _typed() -> dict[str, str]:
    """What the form says of fields that may be shown."""
    every = [subject.value for subject in LinkSubject]
    return {path: text for path, text in request.form.items() if is_path(path, every) and not is_sealed(path)}


def _told(asked: LinkRequest, kept: Sequence[KeptDraft], refusal: FormRefusal | None) -> Response:
    """What the page's program is told after it saved: the version, and what others typed meanwhile, never anything
    sealed."""
    if refusal is not None:
        body: dict[str, object] = {"problem": refusal.sentence}
    else:
        draft, sent = kept[0].draft, _typed()
        changed = {
            path: draft.values.get(path, "") for path in sent if draft.values.get(path, "") != sent[path].strip()
        }
        others = {path: list(beside) for path, beside in draft.others.items() if not is_sealed(path)}
        body = {"version": kept[0].version, "changed": changed, "others": others, "clashes": len(draft.others)}
        body["entered"] = sorted(drafts.entered(draft))
    return Response(json.dumps(body), refusal.status if refusal else 200, mimetype="application/json")


def _hand_in(asked: LinkRequest, kept: KeptDraft) -> AnyResponse:
    kept, former = submissions.forget_former(asked.session, asked.holder, asked.secret, asked.link, kept)
    if former:
        return _show(asked, LinkForm(kept), _replaced(asked, former))
    token = request.form.get("token", "")[:100]
    handed: list[str] = []

    def hand_in() -> None:
        given = (asked.session, asked.holder, asked.secret, asked.link, kept, token or secrets.token_hex(16))
        handed.append(submissions.hand_in(*given, ASSIGNED).id)

    if (refusal := attempt(asked.view, hand_in)) is not None:
        return _show(asked, LinkForm(kept, {}, refusal.fields), refusal)
    return redirect(_address(asked, "link_receipt", submission_id=handed[0]), 303)


def _replaced(asked: LinkRequest, former: Sequence[Replaced]) -> FormRefusal:
    """Why it is not handed in yet: what was typed for a former person was taken out, and may be missing now."""
    told = {
        f"people.{one.key}.name": [asked.view.say(_FORMER_REMOVED, former=one.former, name=one.name)] for one in former
    }
    return FormRefusal(409, asked.view.say(N_("It is not handed in yet: look at these people first.")), told)


@link_page
def receipt(asked: LinkRequest, submission_id: str) -> AnyResponse:
    """That it was handed in, and when; what is in it is not shown again."""
    row = submissions.receipt(asked.session, asked.link, submission_id)
    draft = drafts.unpack(asked.secret, row.sealed)
    names = submissions.people_in(draft) if draft is not None else []
    return asked.view.page("both_sides/receipt.html", row=row, names=names, **_common(asked))


@link_page
def photo(asked: LinkRequest, key: str) -> AnyResponse:
    """Take in a person's photo."""
    form = uploads.read_form()

    def add() -> None:
        asked_of = (asked.session, asked.holder, asked.secret, asked.view.desk.files, asked.link, key)
        drafts.add_photo(*asked_of, form.file())

    return _after_file(asked, add)


@link_page
def member_list(asked: LinkRequest) -> AnyResponse:
    """Take in a workbook with the list; what it holds is looked over before it is handed in."""
    file = request.files.get("file")

    def add() -> None:
        content = outside.ask("upload", lambda: lambda: file.read(MAX_LIST + 1)) if file else b""
        if not content or len(content) > MAX_LIST or not is_workbook(content):
            raise Invalid({"file": [message(_NOT_A_LIST)]})
        lines = outside.ask("list", lambda: lambda: read_workbook(content))
        drafts.add_list(asked.session, asked.holder, asked.secret, asked.link, lines)

    if not asked.link.may(LinkSubject.MEMBERS):
        raise Conflict(message(_NOT_A_LIST))
    return _after_file(asked, add, then="link")


def _after_file(asked: LinkRequest, add: object, then: str = "link_files") -> AnyResponse:
    refusal = attempt(asked.view, add)  # type: ignore[arg-type]
    if refusal is not None:
        return _show_files(asked, refusal)
    return redirect(_address(asked, then, saved=1), 303)


@link_page
def files(asked: LinkRequest) -> AnyResponse:
    """Photos of the people who are filled in, and the list as a workbook."""
    return _show_files(asked)


@link_page
def template(asked: LinkRequest) -> AnyResponse:
    """The workbook to fill in."""
    response = Response(member_template(asked.view.language), mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="members.xlsx"'
    return response


def _show_files(asked: LinkRequest, refusal: FormRefusal | None = None) -> Response:
    form = LinkForm(drafts.read_draft(asked.session, asked.secret, asked.link))
    rows = [row for row in form.rows() if row.name]
    status = refusal.status if refusal else 200
    return asked.view.page("both_sides/link_files.html", status, rows=rows, refusal=refusal, **_common(asked))


def _show(asked: LinkRequest, form: LinkForm, refusal: FormRefusal | None = None) -> Response:
    may, form = asked.link.may, replace(form, language=asked.view.language)
    return asked.view.page(
        "both_sides/link.html",
        refusal.status if refusal else 200,
        form=form,
        rows=form.rows() if may(LinkSubject.MEMBERS) else [],
        trips=[(label, form.fields(f"travel.{trip}", TRIP_FIELDS)) for trip, label in TRIPS.items()]
        if may(LinkSubject.TRAVEL)
        else [],
        days=form.fields("days", DAY_FIELDS) if may(LinkSubject.DAYS) else [],
        refusal=refusal,
        last=submissions.last_of_link(asked.session, asked.link),
        form_token=secrets.token_urlsafe(18),
        takes_files=may(LinkSubject.MEMBERS),
        **_common(asked),
    )


def _common(asked: LinkRequest) -> dict[str, object]:
    return {
        "link": asked.link.row,
        "event": asked.link.event,
        "office": asked.office_name,
        "token": asked.token,
        "saved": request.args.get("saved") == "1",
    }


def _address(asked: LinkRequest, endpoint: str, **more: Any) -> str:
    given: dict[str, Any] = {"language": asked.view.language.value, **more}
    return url_for(f"pages.{endpoint}", token=asked.token, **given)
