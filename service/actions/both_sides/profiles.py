"""What an office says of itself, as its administrator writes it and the operator begins it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from sqlmodel import Session, col, func, select

from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.i18n import N_, message
from models.places import Locality, Organisation
from models.queries.audience import is_address
from models.queries.offices import Offices, line_end
from models.text import fold, localized
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.directory.directory import address_errors, zone_errors

_OTHERS_NAME = N_("Another office, or one of its bodies, is called so: write what your own is called.")
_OTHERS_ADDRESS = N_("This is an address of another office: write one of your own.")


def stored(session: Session, offices: Offices, office: str, *, locks: bool = False) -> OfficeProfile | None:
    """The stored profile of an office; that of the end of its line where lines were joined. None: it has none."""
    found = select(OfficeProfile).order_by(col(OfficeProfile.code))
    rows = session.exec(found.with_for_update() if locks else found).all()
    own = [row for row in rows if offices.named(row.code) == office]
    return max(own, key=lambda row: row.code == office, default=None)


def own_profile(session: Session) -> OfficeProfile:
    """The profile of the reader's office; one that is not stored, with ``version`` 0, while it has none."""
    code = permissions.own_office(session)
    return stored(session, permissions.offices(session), code) or OfficeProfile(code=code, version=0)


def change_profile(session: Session, act: ActionContext, values: Mapping[str, Any]) -> OfficeProfile:
    """Change the profile of the reader's own office.

    Raises:
        Invalid: a zone or an address is none, a name or an address is another office's, or the default office is to
            have another zone than its settings say.
    """
    code, offices = permissions.own_office(session), permissions.offices(session)
    errors = value_errors(values)
    if values.get("timezone") is not None and code == offices.default:
        text = N_("The zone of this office is a setting of the service (DESK_TIMEZONE): leave it out.")
        errors["timezone"] = [message(text)]
    _check_own_name(session, offices, code, values, errors)
    crud.check(errors)
    profile = stored(session, offices, code, locks=True)
    if profile is None:
        return crud.create(session, act, OfficeProfile(code=code, **values))
    crud.change(session, act, profile, values)
    return profile


def _check_own_name(
    session: Session, offices: Offices, code: str, values: Mapping[str, Any], errors: crud.Errors
) -> None:
    """Refuse to be called, or to be answered, as another office is: as its profile says, or as one of its
    bodies. Addresses of accounts are not compared: that would tell whose they are."""
    if offices.alone:
        return
    others = [one for one in session.exec(select(OfficeProfile)) if offices.named(one.code) != code]
    bodies = [one for one in session.exec(select(Organisation)) if offices.of(one.id) != code]
    names = {fold(text) for one in bodies for text in (*one.name.values(), *one.aliases)}
    names |= {fold(text) for one in others for text in (*(one.name or {}).values(), one.mail_name or "") if text}
    given = {"name": (values.get("name") or {}).values(), "mail_name": [values.get("mail_name") or ""]}
    for field, texts in given.items():
        if any(fold(text) in names for text in texts if text):
            errors.setdefault(field, []).append(message(_OTHERS_NAME))
    addresses = {text.lower() for one in others for text in (one.mail_address, one.reply_to) if text}
    for field in ("mail_address", "reply_to"):
        if (values.get(field) or "").lower() in addresses:
            errors.setdefault(field, []).append(message(_OTHERS_ADDRESS))


def value_errors(values: Mapping[str, Any]) -> crud.Errors:
    """What is wrong with the values of a profile."""
    errors: crud.Errors = {"timezone": zone_errors(values.get("timezone"))}
    for name in ("mail_address", "reply_to"):
        if values.get(name) is not None:
            errors[name] = address_errors(values[name])
    if values.get("mail_name") and any(ord(one) < 32 or one in '<>"' for one in values["mail_name"]):
        errors["mail_name"] = [message(N_("A sender's name is one line without < > and quotation marks."))]
    return {name: found for name, found in errors.items() if found}


def sender_of(text: str | None) -> dict[str, str | None]:
    """``Name <address>`` as values of a profile; an address alone has no name.

    Raises:
        Invalid: it is none, under ``mail_from``.
    """
    if text is None:
        return {"mail_name": None, "mail_address": None}
    name, address = parseaddr(text)
    if not is_address(address):
        crud.refuse("mail_from", message(N_("Not a sender; write it like Name <name@example.org>.")))
    return {"mail_name": name or None, "mail_address": address}


@dataclass(frozen=True, slots=True)
class ListedOffice:
    """An office as the operator sees it; ``name`` in the language of its country where it has several."""

    code: str
    name: str
    is_default: bool
    accounts: int
    active_accounts: int
    began_at: datetime | None
    ended_at: datetime | None


def listed(session: Session) -> list[ListedOffice]:
    """The offices, the default one first."""
    offices = Offices.load_whole(session.connection())
    counted = select(User.office, User.active, func.count()).group_by(col(User.office), col(User.active))
    counts = [(offices.named(code), active, count) for code, active, count in session.exec(counted).all()]
    found = []
    for code in (offices.default, *sorted(offices.others)):
        profile, locality = stored(session, offices, code), session.get(Locality, code)
        name = (profile and profile.name) or (locality and locality.name) or {"vi": code}
        total, active = (sum(count for one, on, count in counts if one == code and on in those) for those in _WHICH)
        began_at, ended_at = (profile.began_at, profile.ended_at) if profile is not None else (None, None)
        found.append(
            ListedOffice(code, localized(name, "vi"), code == offices.default, total, active, began_at, ended_at)
        )
    return found


_WHICH = ((True, False), (True,))
"""All accounts, and the active ones."""


def office_of(session: Session, code: str) -> str | None:
    """The office that the operator means by a locality's code; None is the default one.

    Raises:
        Invalid: under ``locality``, that it has none.
    """
    offices = Offices.load_whole(session.connection())
    if line_end(offices.successors, code) == offices.default:
        return None
    return other_office(session, offices, code)


def other_office(session: Session, offices: Offices, code: str) -> str:
    """The office, other than the default one, that a code names.

    Raises:
        Invalid: it names none that can be ended; says which could be.
    """
    others = ", ".join(sorted(offices.others)) or "–"
    if session.get(Locality, code) is None:
        crud.refuse(
            "locality", message(N_("There is no locality with this code. Offices here: {codes}."), codes=others)
        )
    office = line_end(offices.successors, code)
    if office == offices.default:
        text = N_("This is the default office: it ends with the service. Offices that can end: {codes}.")
        crud.refuse("locality", message(text, codes=others))
    if office not in offices.others:
        crud.refuse("locality", message(N_("This locality has no office. Offices here: {codes}."), codes=others))
    return office
