"""Settings: environment variables, read once at start, each checked; an invalid one is named."""

import contextlib
import importlib.util
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from models import database_file
from models.answer_tokens import LONGEST_NAME, AnswerTokens
from models.database_file import Identity
from models.encryption import fingerprint
from models.networks import Networks, networks_of
from models.office import CODE_PATTERN, Office

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_FILE_LIMIT = 25_000_000
DEFAULT_FILE_QUOTA = 1_000_000_000
IDENTITY = "DESK_DATABASE_FILE"
"""The variable in which a supervisor tells its children which SQLite file they may open."""


_DATABASE_URL = re.compile(
    r"(?P<name>[\w+]+)://(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?]+\]|[^/:?]+)?(?::(?P<port>[^/?]*))?"
    r"(?:/(?P<database>[^?]*))?(?:\?.*)?"
)
"""A database address, split as SQLAlchemy does (``make_url``), which processes that only supervise do not import."""


KEY_FINGERPRINT = "DESK_SECRET_KEY_FINGERPRINT"
"""Set by a process that serves for those it starts: the fingerprint of the secret key that they must find, too."""


class BadSetting(Exception):
    """An invalid setting: which variable, its value, what would be right."""

    def __init__(self, name: str, value: str, right: str) -> None:
        super().__init__(f"{name}={value!r}: {right}")


@dataclass(frozen=True, slots=True)
class LoginProvider:
    """An OpenID Connect provider people may also sign in with; ``name`` is its label on the sign-in button."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings from the environment. ``secret_key`` signs cookies and encrypts stored responses; ``proxies`` is how
    many are in front, each of which adds to X-Forwarded-For. ``database_identity`` names the SQLite file that a
    supervised process may open; the supervisor sets it. ``files`` is the folder of uploaded files, None for the one in
    ``var``; ``file_limit`` bounds one of them and ``file_quota`` what an account uploads within a day, in bytes.
    ``inbox_url`` is the folder that answers to invitations arrive in, with its password, ``inbox_address`` the address
    that they are sent to; empty: none is read.
    ``mail_domains`` says for which offices mail may come from which domain (``OFFICE:DOMAIN``).
    """

    database_url: str
    var: Path
    host: str
    port: int
    public_url: str
    mail_url: str
    mail_from: str
    locality: str
    timezone: str
    secret_key: str
    web_workers: int
    lease_seconds: float
    retry_seconds: float
    notice_seconds: float = 120
    contact: str = ""
    public_feed: bool = True
    passport_days: int = 30
    files: Path | None = None
    file_limit: int = DEFAULT_FILE_LIMIT
    file_quota: int = DEFAULT_FILE_QUOTA
    proxies: int = 0
    messenger_networks: Networks = ()
    mail_domains: frozenset[str] = frozenset()
    login_provider: LoginProvider | None = None
    database_identity: Identity | None = None
    inbox_url: str = field(default="", repr=False)
    inbox_address: str = ""

    @property
    def files_folder(self) -> Path:
        """Where the bytes of files are kept."""
        return self.files or self.var / "files"

    @property
    def office(self) -> Office:
        """The settings that computations need."""
        return Office(
            locality=self.locality,
            timezone=self.timezone,
            public_url=self.public_url,
            contact=self.contact,
            notice_seconds=self.notice_seconds,
            answers=AnswerTokens.of(self.inbox_address, self.secret_key) if self.inbox_url else None,
        )

    @property
    def is_https(self) -> bool:
        """Whether people reach the service over TLS: cookies are then sent over TLS only."""
        return self.public_url.startswith("https://")


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings; missing ones get their defaults, ``DESK_VAR`` and the secret are created if new.

    Raises:
        BadSetting: for the first variable with an invalid value.
    """
    env = os.environ if environment is None else environment
    var = Path(env.get("DESK_VAR") or "var").absolute()
    _make_private(var)
    host = env.get("DESK_HOST") or DEFAULT_HOST
    port = _number(env, "DESK_PORT", DEFAULT_PORT, 1, 65535)
    mail_from = _mail_from(env.get("DESK_MAIL_FROM") or "Protocol Desk <desk@localhost>")
    inbox_url = _inbox_url(env.get("DESK_INBOX_URL") or "")
    return Settings(
        database_url=_database_url(env.get("DESK_DATABASE_URL") or f"sqlite:///{var / 'desk.db'}"),
        var=var,
        host=host,
        port=port,
        public_url=_public_url(env.get("DESK_PUBLIC_URL") or f"http://{_shown_host(host)}:{port}"),
        mail_url=_mail_url(env.get("DESK_MAIL_URL") or "file:"),
        mail_from=mail_from,
        locality=_locality(env.get("DESK_LOCALITY") or "hai-duong"),
        timezone=_timezone(env.get("DESK_TIMEZONE") or "Asia/Ho_Chi_Minh"),
        secret_key=_same_key(_secret_key(env.get("DESK_SECRET_KEY"), var), env.get(KEY_FINGERPRINT)),
        web_workers=_number(env, "DESK_WEB_WORKERS", 2, 1, 64),
        lease_seconds=_seconds(env, "DESK_LEASE_SECONDS", 120, 1, 3600),
        retry_seconds=_seconds(env, "DESK_RETRY_SECONDS", 60, 0.1, 86_400),
        notice_seconds=_seconds(env, "DESK_NOTICE_SECONDS", 120, 0, 600),
        contact=_contact(env.get("DESK_CONTACT") or ""),
        public_feed=_switch(env, "DESK_PUBLIC_FEED", default=True),
        passport_days=_number(env, "DESK_PASSPORT_DAYS", 30, 0, 3650),
        files=_files_folder(env.get("DESK_FILES_URL") or "file:"),
        file_limit=_size(env, "DESK_FILE_LIMIT", DEFAULT_FILE_LIMIT, 10_000, 1_000_000_000),
        file_quota=_size(env, "DESK_FILE_QUOTA", DEFAULT_FILE_QUOTA, 10_000, 1_000_000_000_000),
        proxies=_number(env, "DESK_PROXIES", 0, 0, 9),
        messenger_networks=_networks(env, "DESK_MESSENGER_NETWORKS"),
        mail_domains=_domains(env, "DESK_MAIL_DOMAINS"),
        login_provider=_login_provider(env),
        database_identity=_database_identity(env),
        inbox_url=inbox_url,
        inbox_address=_inbox_address(env.get("DESK_INBOX_ADDRESS") or "", inbox_url, mail_from),
    )


def _make_private(var: Path) -> None:
    try:
        var.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise BadSetting("DESK_VAR", str(var), f"must be a folder that can be written ({problem.strerror})") from None


def _shown_host(host: str) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        return DEFAULT_HOST
    return f"[{host}]" if ":" in host else host


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise BadSetting(name, text, f"must be a whole number from {low} to {high}")
    return int(text)


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name)
    if not text:
        return default
    if text not in {"on", "off"}:
        raise BadSetting(name, text, "must be on or off")
    return text == "on"


def _seconds(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not low <= value <= high:
        raise BadSetting(name, text, f"must be a number of seconds from {low:g} to {high:g}")
    return value


_SIZE = re.compile(r"(\d{1,12}) ?(k|M|G)?B?", re.ASCII)
_UNITS = {None: 1, "k": 1000, "M": 1_000_000, "G": 1_000_000_000}


def _size(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """A size in bytes, also written like ``25 MB``; a unit is a thousand of the one before."""
    text = env.get(name)
    if not text:
        return default
    found = _SIZE.fullmatch(text.strip())
    size = int(found[1]) * _UNITS[found[2]] if found else -1
    if not low <= size <= high:
        raise BadSetting(name, text, f"must be a size like 25 MB, from {low} to {high} bytes")
    return size


def _files_folder(url: str) -> Path | None:
    scheme, _colon, path = url.partition(":")
    folder = unquote(path.removeprefix("//"))
    if scheme != "file" or (folder and not folder.startswith("/")) or "\0" in folder:
        raise BadSetting("DESK_FILES_URL", url, "must be file: (the folder files in DESK_VAR) or file:/a/folder")
    return Path(folder) if folder else None


def _networks(env: Mapping[str, str], name: str) -> Networks:
    text = env.get(name) or ""
    try:
        return networks_of(text)
    except ValueError:
        raise BadSetting(name, text, "must be networks with commas between them, like 10.0.0.0/8, fd00::/8") from None


def _database_url(url: str) -> str:
    scheme = url.split(":", 1)[0]
    if scheme in {"postgresql", "postgres"}:
        url = "postgresql+psycopg" + url[len(scheme) :]
    if (url_parts := _DATABASE_URL.fullmatch(url)) is not None:
        database = url_parts["database"]
        # An in-memory database would be a different one in every process.
        is_file = url.startswith("sqlite:///") and database not in {None, "", ":memory:"}
        is_server = url_parts["name"] == "postgresql+psycopg" and database and (url_parts["port"] or "0").isdigit()
        if is_file or is_server:
            return url
    raise BadSetting(
        "DESK_DATABASE_URL",
        f"{scheme}:…",
        "must start with sqlite:/// and a file's path, or postgresql+psycopg://user:password@host:port/name",
    )


def _database_identity(env: Mapping[str, str]) -> Identity | None:
    text = env.get(IDENTITY)
    try:
        return database_file.from_text(text) if text else None
    except ValueError:
        raise BadSetting(IDENTITY, text or "", "is set by the service itself; leave it out") from None


def _public_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise BadSetting(
            "DESK_PUBLIC_URL", url, "must be the address people use, like https://desk.example.org"
        ) from None
    if not good or parts.query or parts.fragment or "@" in parts.netloc or any(sign.isspace() for sign in url):
        masked = re.sub("//[^/]*@", "//…@", url)
        raise BadSetting("DESK_PUBLIC_URL", masked, "must be the address people use, like https://desk.example.org")
    return url.rstrip("/")


def _login_provider(env: Mapping[str, str]) -> LoginProvider | None:
    issuer, client_id = env.get("DESK_OIDC_ISSUER"), env.get("DESK_OIDC_CLIENT_ID")
    secret, name = env.get("DESK_OIDC_CLIENT_SECRET"), env.get("DESK_OIDC_NAME")
    if not (issuer or client_id or secret or name):
        return None
    host = _issuer_host(issuer or "")
    for variable, value in (("DESK_OIDC_CLIENT_ID", client_id), ("DESK_OIDC_CLIENT_SECRET", secret)):
        if not value or not value.isprintable():
            raise BadSetting(variable, "…" if value else "", "must be what the login provider gave this service")
    if name and (len(name) > 60 or not name.isprintable()):
        raise BadSetting("DESK_OIDC_NAME", name, "must be at most 60 printable characters")
    if any(importlib.util.find_spec(needed) is None for needed in ("authlib", "requests")):
        raise BadSetting("DESK_OIDC_ISSUER", issuer or "", "must be left out, or the extra “oidc” be installed")
    return LoginProvider(issuer or "", client_id or "", secret or "", name or host)


def _issuer_host(issuer: str) -> str:
    right = "must be the login provider's issuer, like https://login.example.org/realms/office"
    try:
        parts = urlsplit(issuer)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise BadSetting("DESK_OIDC_ISSUER", "…", right) from None
    # Without TLS anybody on the network path could forge an identity; on this machine there is no such path.
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in {"127.0.0.1", "::1", "localhost"})
    if not host or not is_safe or "@" in parts.netloc or parts.query or parts.fragment or not issuer.isprintable():
        raise BadSetting("DESK_OIDC_ISSUER", re.sub("//[^/]*@", "//…@", issuer), right)
    return host


def _mail_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = (
            url == "file:"
            or (parts.scheme == "file" and parts.path)
            or _is_smtp(parts.scheme, parts.hostname, parts.port)
        )
    except ValueError:
        good = False
    if not good:
        masked = f"{url.split(':', 1)[0]}:…" if ":" in url else url
        raise BadSetting("DESK_MAIL_URL", masked, "must be file: or smtp://user:password@host:port or smtps://…")
    return url


def _is_smtp(scheme: str, host: str | None, port: int | None) -> bool:
    return scheme in {"smtp", "smtps"} and bool(host) and (port is None or 0 < port < 65536)


_DOMAIN = re.compile(r"[a-z][a-z0-9-]*:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def _domains(env: Mapping[str, str], name: str) -> frozenset[str]:
    text = env.get(name) or ""
    found = [one.strip().lower() for one in text.split(",") if one.strip()]
    if not all(_DOMAIN.fullmatch(one) for one in found):
        raise BadSetting(
            name,
            text,
            "must be offices with their domains, like vientiane-province:office.example.org, with commas between them",
        )
    return frozenset(found)


def _mail_from(text: str) -> str:
    from email.utils import parseaddr

    address = parseaddr(text)[1]
    if "@" not in address or any(character in text for character in "\r\n"):
        raise BadSetting("DESK_MAIL_FROM", text, "must be an address like Protocol Desk <desk@example.org>")
    return text


def _inbox_url(url: str) -> str:
    right = "must be imap://user:password@host:port/FOLDER or imaps://…"
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_imap = parts.scheme in {"imap", "imaps"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise BadSetting("DESK_INBOX_URL", "…", right) from None
    is_whole = bool(parts.username and parts.password) and not (parts.query or parts.fragment)
    if not (is_imap and is_whole and url.isprintable()) or len(unquote(parts.path)) > 200 or " " in url:
        # Never as it is: it has a password, and may have it in the wrong place.
        raise BadSetting("DESK_INBOX_URL", f"{parts.scheme}:…" if is_imap else "…", right)
    return url


def _inbox_address(text: str, url: str, mail_from: str) -> str:
    """The mailbox's own address: as it is given, else its user's name if that is one, else the sender of our mails."""
    from email.utils import parseaddr

    if not url:
        return ""
    user = unquote(urlsplit(url).username or "")
    address = (text or (user if "@" in user else parseaddr(mail_from)[1])).lower()
    name = address.partition("@")[0]
    if not re.fullmatch(r"[a-z0-9._%-]{1,64}@[a-z0-9.-]{1,180}", address) or len(name) > LONGEST_NAME:
        raise BadSetting(
            "DESK_INBOX_ADDRESS",
            address,
            f"must be the inbox's address like answers@example.org, at most {LONGEST_NAME} characters before the @",
        )
    return address


def _contact(text: str) -> str:
    # A header and a calendar entry hold it as it is.
    if text and (not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,189}", text) or text.endswith(".")):
        raise BadSetting("DESK_CONTACT", text, "must be a plain mail address that people read, like office@example.org")
    return text.lower()


def _locality(code: str) -> str:
    if not re.fullmatch(CODE_PATTERN, code) or len(code) > 60:
        raise BadSetting("DESK_LOCALITY", code, "must be a locality's code, like hai-duong")
    return code


def _timezone(name: str) -> str:
    # Imported here, because processes that only supervise others read settings and load as little as possible.
    from calendars.days.spans import zone_info

    try:
        zone_info(name)
    except ValueError:
        raise BadSetting("DESK_TIMEZONE", name, "must be an IANA zone like Asia/Ho_Chi_Minh") from None
    return name


def _same_key(key: str, expected: str | None) -> str:
    if expected and fingerprint(key) != expected:
        raise BadSetting("DESK_SECRET_KEY", "…", "was damaged or replaced while the service ran: put the old key back")
    return key


def _secret_key(given: str | None, var: Path) -> str:
    if given:
        if len(given) < 32:
            raise BadSetting("DESK_SECRET_KEY", "…", "must have at least 32 characters, drawn at random")
        return given
    path = var / "secret_key"
    try:
        key = _kept_key(path)
    except OSError as problem:
        raise BadSetting("DESK_VAR", str(var), f"{path} can't be read or written ({problem.strerror})") from None
    if len(key) < 32:
        raise BadSetting(
            "DESK_SECRET_KEY", "…", f"the file {path} is damaged: put a copy back, or remove it to make a new one"
        )
    return key


def _kept_key(path: Path) -> str:
    if not path.exists():
        # Two processes may start at once: the first complete file gets the name, the other is discarded.
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text(errors="replace").strip()
