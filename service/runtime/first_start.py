"""A service's first start: programme, first administrator, ready feed; and the messages printed at every start."""

import os
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from models.accounts import User
from models.errors import Conflict
from models.i18n import N_, message
from models.places import Locality, Organisation
from models.queries.offices import Offices
from models.queries.organisation_lines import OrganisationLines
from models.text import fold, localized
from models.vocabulary import EventStatus, Language, Role
from seed.loader import load_files, packaged_files
from seed.reference import add_reference, holds_only_reference
from service.actions import outside
from service.actions.accounts import accounts
from service.actions.accounts.credentials import hashed
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.feeds import feeds
from service.runtime.supervisor import check_locality
from service.schemas.places import OrganisationSchema
from service.settings import Settings

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PROTOCOL_OFFICE = {"vi": "Cơ quan lễ tân", "lo": "ຫ້ອງການພິທີການ", "en": "Office of Protocol"}
_FEED_PAST_DAYS = 1096


def first_start(session: Session, act: ActionContext, settings: Settings) -> list[str]:
    """Fill a new database; returns the lines to print. Does nothing and returns none when an account exists."""
    if session.exec(select(User.id)).first() is not None:
        return []
    password, password_hash = outside.ask("first password", lambda: _hashed_password)
    if holds_only_reference(session):
        load_files(session, act, packaged_files())
    add_reference(session, act)
    office = find_or_make_organisation(session, act, _PROTOCOL_OFFICE[Language.VI], _PROTOCOL_OFFICE)
    if not office.protocol_office:
        directory.change_organisation(session, act, office, {"protocol_office": True})
    values = {
        "email": f"admin@{_mail_domain(settings.public_url)}",
        "name": "Quản trị viên",
        "role": Role.ADMIN,
        "organisation_id": office.id,
        "password_hash": password_hash,
    }
    admin = accounts.create_user(session, act, values)
    own = ActionContext(admin, act.now, act.office)
    everything = {"statuses": [status.value for status in EventStatus]}
    feed = feeds.create_feed(
        session, own, {"name": "Tất cả sự kiện · All events", "filter": everything, "past_days": _FEED_PAST_DAYS}
    )
    return [
        *_addresses(settings),
        "",
        f"  Administrator · Quản trị viên      {admin.email}",
        f"  Password · Mật khẩu                {password}",
        f"  Calendar feed · Lịch               {feed.url(settings.office)}",
        f"                                     {feed.webcal_url(settings.office)}",
        "",
        "  Password and feed address are shown this once · Mật khẩu và địa chỉ lịch chỉ hiện một lần.",
    ]


def later_start(session: Session, settings: Settings, program: Path) -> list[str]:
    """The lines to print when ``program`` starts a service that already has its data."""
    check_locality(session, settings.locality)
    admins = select(User.email).where(User.role == Role.ADMIN, col(User.active)).order_by(col(User.created_at))
    admin = session.exec(admins).first() or "EMAIL"
    shown = os.path.relpath(program) if program.is_relative_to(Path.cwd()) else program.name
    return [
        *_addresses(settings),
        "",
        f"  New password · Đặt lại mật khẩu:   {shown} user password --email {admin}",
        f"  New feed address · Địa chỉ lịch:   {settings.public_url}/feeds",
    ]


def _addresses(settings: Settings) -> list[str]:
    return [
        "  Protocol Desk",
        "",
        f"  Console · Trang làm việc           {settings.public_url}/",
        f"  API documentation · Tài liệu API   {settings.public_url}/api/v1/docs/",
    ]


def _mail_domain(public_url: str) -> str:
    """The domain of the service's public address if it has a host name, else localhost."""
    host = urlsplit(public_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host if "." in host else "localhost"
    return "localhost"


def find_or_make_organisation(
    session: Session, act: ActionContext, identity: str, name: Mapping[str, str] | None = None
) -> Organisation:
    """The organisation with this id or name in any language, or of the default office by an alias; a new one is created
    in the office's locality. A name of one that has ended means what carries on its work today."""
    if organisation := session.get(Organisation, identity):
        return organisation
    folded = fold(identity)
    offices = Offices.load(session)
    named = [
        one
        for one in session.exec(select(Organisation)).all()
        if folded in {fold(text) for text in one.name.values()}
        or (folded in map(fold, one.aliases) and offices.at(one.locality) == offices.default)
    ]
    at_home = [one for one in named if one.locality == act.office.locality] or named
    if len(at_home) > 1:
        choices = ", ".join(f"{one.id} ({localized(one.name, Language.VI)}, {one.locality})" for one in at_home)
        raise Conflict(message(N_("Several organisations have this name; give an id: {found}."), organisation=choices))
    if at_home:
        carrier = OrganisationLines.load(session).carrier(at_home[0].id, act.today)
        is_near = offices.of(carrier) == offices.of(at_home[0].id)
        return session.get_one(Organisation, carrier) if is_near else at_home[0]
    if session.get(Locality, act.office.locality) is None:
        add_reference(session, act)
    check_locality(session, act.office.locality)
    values = OrganisationSchema().load(  # type: ignore[no-untyped-call]
        {"name": dict(name or {"vi": identity}), "locality": act.office.locality}
    )
    return directory.create_organisation(session, act, values)


def _hashed_password() -> tuple[str, str]:
    """A new password and its hash."""
    password = new_password()
    return password, hashed(password)


def new_password() -> str:
    """A random password a person can type: five groups of four letters and digits, 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))
