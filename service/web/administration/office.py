"""The page of one's own office: its name, language and zone, and who its mails come from."""

from email.utils import parseaddr
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.errors import Stale
from models.i18n import N_
from models.vocabulary import Role
from service.actions import permissions
from service.actions.both_sides import profiles
from service.schemas.offices import OfficeProfileSchema
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.forms import FormRefusal, attempt
from service.web.language import SELF_NAMES
from service.web.page_decorator import page
from service.web.view import View

_LANGUAGE_HINT = N_("Of mails to addresses of whom nothing else is known. Each account chooses its own.")
_ZONE_HINT = N_("Like Asia/Vientiane. Empty: that of its locality.")
_ADDRESS_HINT = N_(
    "Answers go there. Mails come from {address}, unless the operator has this machine send for the office’s domain."
)


def _fields(view: View) -> list[FieldSpec]:
    languages = [("", view.say(N_("As in its country"))), *SELF_NAMES.items()]
    fields = [
        FieldSpec("name", FieldType.TEXTS, N_("What the office is called"), N_("Readers of its mails see it.")),
        FieldSpec("language", FieldType.CHOICE, N_("Language"), _LANGUAGE_HINT, options=languages),
        FieldSpec("timezone", FieldType.LINE, N_("Time zone"), _ZONE_HINT),
        FieldSpec("mail_name", FieldType.LINE, N_("Sender’s name"), N_("Empty: what the office is called.")),
        FieldSpec(
            "mail_address",
            FieldType.LINE,
            N_("The office’s own mail address"),
            view.say(_ADDRESS_HINT, address=parseaddr(view.desk.settings.mail_from)[1]),
        ),
        FieldSpec("reply_to", FieldType.LINE, N_("Another address for answers"), N_("Empty: the one above.")),
    ]
    is_default = permissions.own_office(view.session) == permissions.offices(view.session).default
    return [one for one in fields if not (is_default and one.name == "timezone")]


@page(read=Role.OFFICER, write=Role.ADMIN)
def office(view: View) -> Response:
    """What the office says of itself; administrators change it."""
    fields = _fields(view)
    if request.method != "POST":
        return _show(view, fields, None)
    refusal = attempt(view, lambda: _change(view, fields))
    if refusal is not None:
        return _show(view, fields, refusal)
    return redirect(url_for("pages.office", done="change"), 303)


def _change(view: View, fields: list[FieldSpec]) -> None:
    if request.form.get("version") != str(profiles.own_profile(view.session).version):
        raise Stale
    values: dict[str, Any] = OfficeProfileSchema(partial=True).load(  # type: ignore[no-untyped-call]
        values_of(fields, request.form)
    )
    profiles.change_profile(view.session, view.act, values)


def _show(view: View, fields: list[FieldSpec], refusal: FormRefusal | None) -> Response:
    profile = profiles.own_profile(view.session)
    present = {field.name: getattr(profile, field.name) for field in fields}
    typed = request.form if refusal is not None else None
    return view.page(
        "administration/office.html",
        refusal.status if refusal else 200,
        form=BoundForm(view, fields, present, typed=typed, refusal=refusal),
        place=view.plain(view.compass.gazetteer.name(profile.code, view.act.today)),
        version=request.form.get("version", "") if refusal is not None else profile.version,
        may_write=view.may(Role.ADMIN),
        done=refusal is None and request.args.get("done") == "change",
    )
