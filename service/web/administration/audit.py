"""The audit trail for administrators: who changed what, when, from what to what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from models.accounts import Audit, User
from models.i18n import N_, NP_
from models.labels import noun
from models.vocabulary import Role
from service.actions import audit_queries
from service.actions.accounts.account_queries import all_accounts
from service.web.administration.pages import AREAS
from service.web.form_fields import FieldSpec, read_day
from service.web.history import HistoryEntry, HistoryFormatter
from service.web.labels import DEEDS as EVENT_DEEDS
from service.web.labels import FEED_EXTRAS, FEED_PARTS
from service.web.page_decorator import page
from service.web.view import View, capital

SIZE = 50
KINDS = (
    "event",
    "member",
    "task",
    "booking",
    "agreement",
    "commitment",
    "anniversary",
    "user",
    "api_token",
    "feed",
    "reminder_rule",
    "reminder",
    "task_template",
    "resource",
    "office_holiday",
    "observance",
    "exchange_rate",
    "locality",
    "organisation",
    "person",
    "passport",
    "particulars",
    "file",
    "audit",
    "document",
    "estimate",
    "payment",
)
DEEDS = {
    "create": N_("Made: {what}"),
    "change": N_("Changed: {what}"),
    "delete": N_("Deleted: {what}"),
    "merge": N_("Two entries became one: {what}"),
    "undo_merge": N_("Two entries again: {what}"),
    "hand_over": N_("Handed over to a successor: {what}"),
    "undo_hand_over": N_("Hand-over undone: {what}"),
    "sign_in": N_("Signed in"),
    "sign_out_everywhere": N_("Signed out of all browsers"),
    "sign_in_limit": N_("Signing in was refused for a while, after too many failures"),
    "reveal": N_("Passport number looked at"),
    "download": N_("File of a person downloaded"),
    "export": N_("Taken away as a file: {what}"),
    "make": N_("Paper with particulars made"),
    "send": N_("Paper sent by mail"),
    "rotate": N_("New address for a calendar"),
    "restore": N_("The database was restored from a backup"),
    "restore_unproven": N_("Passwords, tokens and calendar addresses of an unproven backup were ended"),
    "adopt_key": N_("The secret key of the service was replaced"),
}
LABELS = {
    "name": N_("Name"),
    "offset": N_("How long"),
    "must_change_password": N_("Has to choose a new password"),
    "notices": N_("My notices"),
    "weekly_schedule": N_("Gets the weekly schedule by mail"),
    "daily_digest": N_("Gets the daily digest by mail"),
    "email": N_("E-mail address"),
    "locale": N_("Language of the events"),
    **FEED_PARTS,
    **FEED_EXTRAS,
    "past_days": N_("Days of the past it keeps"),
    "tombstone_days": N_("Days it keeps what was deleted"),
    "expires_on": N_("Works until"),
    "filter": N_("Which events"),
    "languages": N_("Languages"),
    "positions": N_("Positions"),
    "channel": N_("How it is sent"),
    "festival": N_("Comes every year"),
    "note": NP_("written remark", "Note"),
    "list": N_("List"),
    "format": N_("Format"),
    "rows": N_("Rows"),
    "into": N_("The entry that stays"),
    "to": N_("Who carries on its work"),
    "from_day": N_("From which day on"),
    "number": N_("Number"),
    "issued_on": N_("Day of issue"),
    "issued_by": N_("Issued by"),
    "signed_by": N_("Signed by"),
    "language": N_("Language of the paper"),
    "signed_file_id": N_("Signed paper"),
    "was_issued": N_("Was issued under a number, or sent"),
}
"""What is told besides the questions of the forms, by which most of it is entered."""

_COLUMNS = {"recurs": "recurs_calendar"}
"""The column where a question has another name."""

_AREA_OF = {area.model.__tablename__: area.name for area in AREAS.values()}
_PAGES = {
    "event": ("pages.event", "event_id"),
    "agreement": ("pages.agreement", "agreement_id"),
    "reminder": ("pages.reminder", "reminder_id"),
}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry of the trail, in words, with what it is about and where that is shown."""

    entry: HistoryEntry
    deed: str
    name: Markup | str
    link: str


@page(read=Role.ADMIN, write=Role.ADMIN)
def audit(view: View) -> Response:
    """Entries, newest first; the next page begins below the last one shown, however many come in meanwhile."""
    asked = {name: request.args.get(name, "").strip() for name in ("who", "kind", "from", "to", "below")}
    query: dict[str, Any] = {"actor_id": asked["who"], "entity": asked["kind"] if asked["kind"] in KINDS else ""}
    query |= {"from_": read_day(asked["from"]), "to": read_day(asked["to"])}
    typed = asked["below"]
    below = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None
    found = audit_queries.newest_audits(view.session, view.act, query, below=below, limit=SIZE + 1)
    shown = found[:SIZE]
    people = all_accounts(view.session)
    further: dict[str, Any] = {name: value for name, value in asked.items() if value and name != "below"}
    return view.page(
        "administration/audit.html",
        entries=_told(view, shown, {user.id: user for user in people}),
        people=people,
        kinds=[(kind, capital(view.say(noun(kind)))) for kind in KINDS],
        asked=asked,
        query=query,
        is_first=not asked["below"],
        newest=url_for("pages.audit", **further),
        older=url_for("pages.audit", **further, below=shown[-1].id) if len(found) > SIZE else "",
    )


def _told(view: View, found: Sequence[Audit], users: Mapping[str, User]) -> list[AuditLine]:
    forms = forms_of(view, (one.entity for one in found if one.action == "change"))
    teller = HistoryFormatter(view, None, found, {}, LABELS, forms)
    entries = []
    for one in found:
        is_known = (one.action, one.entity) in EVENT_DEEDS
        deed = "" if is_known else DEEDS.get(one.action, "")
        said = view.say(deed, what=view.say(noun(one.entity))) if deed else ""
        entry = teller.entry(one, users.get(one.actor_id or ""))
        entries.append(AuditLine(entry, said or entry.deed, entry.about or _name(view, one), _link(one)))
    return entries


def forms_of(view: View, kinds: Iterable[str]) -> dict[str, dict[str, FieldSpec]]:
    """The questions that kinds of things are entered with, by the column they fill in."""
    return {
        kind: {_COLUMNS.get(field.name, field.name): field for field in AREAS[_AREA_OF[kind]].fields(view, None)}
        for kind in _AREA_OF.keys() & set(kinds)
    }


def _name(view: View, one: Audit) -> Markup | str:
    """What the thing was called when it was made or deleted."""
    for field in ("name", "title"):
        change = one.changes.get(field)
        value = (change.get("to") or change.get("from")) if isinstance(change, dict) else None
        if isinstance(value, dict):
            return view.text(value)
        if isinstance(value, str):
            return value
    return ""


def _link(one: Audit) -> str:
    if one.action == "export":
        return ""  # a whole list
    if one.entity in _AREA_OF and one.action != "delete":
        return url_for("pages.administered", area=_AREA_OF[one.entity], identity=one.entity_id)
    if one.entity in _PAGES and one.action != "delete":
        endpoint, name = _PAGES[one.entity]
        value: dict[str, Any] = {name: one.entity_id}
        return url_for(endpoint, **value)
    if one.entity in {"passport", "particulars"}:
        return url_for("pages.administered", area="people", identity=one.entity_id)
    return url_for("pages.event", event_id=one.event_id) if one.event_id and one.action != "delete" else ""
