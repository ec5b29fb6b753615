"""Accounts and their roles; setting passwords, signing out browsers, revoking access."""

from collections.abc import Sequence
from typing import Any

from flask import request

from models.accounts import User
from models.errors import Conflict
from models.i18n import N_, NP_, message
from models.queries.office_profiles import OfficeProfiles
from models.vocabulary import Language, Role
from service.actions import permissions
from service.actions.accounts import access_revocation, account_queries, accounts
from service.actions.events import hand_over
from service.schemas.accounts import UserSchema
from service.web import leave_form
from service.web.administration.section import ROLES, AdminSection, SectionRow, own_organisations, words
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.language import SELF_NAMES
from service.web.row_names import named_organisations
from service.web.view import View, ids

EVENTS_SHOWN = 50
_NEW_PASSWORD = (
    FieldSpec(
        "password",
        FieldType.PASSWORD,
        N_("New password"),
        N_("All browsers of this account are signed out, and it must choose another password at once."),
    ),
)


def _found(view: View, q: str, first: int, size: int) -> tuple[list[User], int]:
    listed = account_queries.accounts_matching(view.session, q, account_queries.ACCOUNTS_BY_NAME)
    return listed[first : first + size], len(listed)


def _lines(view: View, found: Sequence[User]) -> list[SectionRow]:
    seen = account_queries.last_seen(view.session, [user.id for user in found])
    names = named_organisations(view, ids(*(user.organisation_id for user in found)))
    lines = []
    for user in found:
        facts = [user.email, view.say(ROLES[user.role]), names.get(user.organisation_id or "", "")]
        if user.id in seen:
            facts.append(view.say(N_("Last seen: {instant}"), instant=view.instant(seen[user.id])))
        if user.away_until is not None and user.away_until >= view.act.today:
            facts.append(view.say(N_("On leave until {day}."), day=view.day(user.away_until)))
        if not user.active:
            facts.append(view.say(N_("Switched off")))
        lines.append(SectionRow(user.id, user.name, [fact for fact in facts if fact], not user.active))
    return lines


def _fields(view: View, user: User | None) -> list[FieldSpec]:
    fields = [
        FieldSpec("name", FieldType.LINE, NP_("of a person", "Name"), is_required=True),
        FieldSpec("email", FieldType.LINE, N_("E-mail address"), is_required=True),
        FieldSpec(
            "role",
            FieldType.CHOICE,
            N_("Role"),
            N_("Viewers read; officers plan, enter and book; approvers confirm too; administrators see to everything."),
            options=words(view, ROLES),
            default=Role.OFFICER.value,
            is_required=True,
        ),
        FieldSpec(
            "organisation_id",
            FieldType.CHOICE,
            N_("Organisation"),
            N_("An account of no organisation reads and changes the events of all."),
            options=own_organisations(view, user.organisation_id if user else None),
        ),
        FieldSpec(
            "locale",
            FieldType.CHOICE,
            N_("Language"),
            options=list(SELF_NAMES.items()),
            default=_language(view).value,
            is_required=True,
        ),
        FieldSpec("active", FieldType.FLAG, N_("May sign in"), default=True),
    ]
    if user is None:
        hint = N_("It must be changed at the first sign-in. Empty: the account has no password.")
        fields.append(FieldSpec("password", FieldType.PASSWORD, N_("First password"), hint))
    return fields


def _language(view: View) -> Language:
    """What a new account reads at first: the language of its office, where that is known, else its administrator's."""
    profiles = OfficeProfiles.load(view.session, permissions.offices(view.session))
    return profiles.of(permissions.own_office(view.session)).language or view.act.account.locale


def _compose(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("password") is None:
        return {name: value for name, value in values.items() if name != "password"}
    return values | {"must_change_password": True}


def _set_password(view: View, user: User) -> None:
    if user.id == view.act.account.id:
        raise Conflict(message(N_("Change your own password under “My account”.")))
    password = values_of(_NEW_PASSWORD, request.form).get("password") or ""
    accounts.change_user(view.session, view.act, user, {"password": password, "must_change_password": True})


def _end_sessions(view: View, user: User) -> None:
    access_revocation.sign_out(view.session, view.act, user)


def _take_access(view: View, user: User) -> None:
    access_revocation.revoke_access(view.session, view.act, user)


def _hand_over(view: View, user: User) -> str:
    """Hand the account's events over; the sentence says what became of them."""
    done = hand_over.hand_over(view.session, view.act, user, request.form.get("to", ""))
    return leave_form.handed_over(view, done)


def _more(view: View, user: User | None) -> dict[str, Any]:
    if user is None:
        return {}
    own = hand_over.events_to_hand_over(view.session, view.act, user)
    colleagues = hand_over.successors(view.session, user)
    return {
        "is_own": user.id == view.act.account.id,
        "access": access_revocation.access_of(view.session, user),
        "events": own[:EVENTS_SHOWN],
        "more_events": len(own) - EVENTS_SHOWN,
        "number": len(own),
        "successors": colleagues if own else [],
        "colleagues": colleagues,
    }


AREA = AdminSection(
    name="accounts",
    title=N_("Accounts"),
    lead=N_("For administrators: who may sign in, and what each may do."),
    new=N_("Make an account"),
    empty=N_("There are no accounts yet."),
    model=User,
    schema=UserSchema,
    fields=_fields,
    lines=_lines,
    found=_found,
    create=accounts.create_user,
    change=accounts.change_user,
    title_of=lambda view, user: user.name,
    write=Role.ADMIN,
    read=Role.ADMIN,
    before=N_("Whoever may no longer sign in is refused with the next click; tokens and calendars stop too."),
    compose=_compose,
    part="accounts",
    more=_more,
    steps={
        "hand_over": _hand_over,
        "leave": leave_form.save,
        "back": leave_form.end,
        "password": _set_password,
        "sessions": _end_sessions,
        "access": _take_access,
    },
    asks={"password": _NEW_PASSWORD},
)
