"""The command line: `desk init`, `seed`, `serve`, `web`, `worker`, `run`, accounts, tokens, `backup`, `restore`.

Exit codes: 2 for an invalid setting or argument, 1 for any other failure; both with a sentence on stderr.
A command's dependencies are imported inside it: every process of the service starts here, and those that only supervise
others load neither the tables nor the web.
"""

import logging.config
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import models
from models import database_file
from models.clock import utcnow
from models.encryption import fingerprint
from models.vocabulary import Language, Role, TokenScope
from service import VERSION
from service.backup import commands as keeping
from service.runtime import logs, supervisor
from service.settings import IDENTITY, KEY_FINGERPRINT, BadSetting, Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError
    from sqlmodel import Session

    from models.accounts import User
    from models.database import Database
    from service.actions.context import ActionContext

MIGRATIONS = Path(models.__file__).parent / "migrations"

SETTINGS_HELP = """\b
Settings are environment variables:
  DESK_DATABASE_URL   sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME
                      (default: the SQLite file desk.db in DESK_VAR)
  DESK_VAR            folder for the database, the secret key and the outbox (default: var)
  DESK_HOST           address to listen on (default: 127.0.0.1; 0.0.0.0 = everyone)
  DESK_PORT           port to listen on (default: 8000)
  DESK_PUBLIC_URL     the address people use, like https://desk.example.org
  DESK_MAIL_URL       file: (default: one .eml each in DESK_VAR/outbox),
                      smtp://USER:PASSWORD@HOST:PORT or smtps://…
  DESK_MAIL_FROM      sender, like "Protocol Desk <desk@example.org>"
  DESK_MAIL_DOMAINS   offices with the domain that this machine may send from for them, like
                      vientiane-province:office.example.la, with commas between them (default: none)
  DESK_LOCALITY       code of the office's own locality (default: hai-duong)
  DESK_TIMEZONE       IANA zone of the office (default: Asia/Ho_Chi_Minh)
  DESK_SECRET_KEY     signs cookies (default: made once, kept in DESK_VAR)
  DESK_WEB_WORKERS    web processes (default: 2)
  DESK_LEASE_SECONDS  how long a claimed reminder stays claimed (default: 120)
  DESK_PUBLIC_FEED    on or off: whether everybody may subscribe to public events (default: on)
  DESK_RETRY_SECONDS  first pause before a mail is tried again (default: 60)
  DESK_NOTICE_SECONDS how long after the last of several changes of an event those who were told of it
                      are told what changed, from 0 to 600 (default: 120)
  DESK_CONTACT        address that people read, for answers to mails about events nobody is in charge of
  DESK_INBOX_URL      folder of the answers to invitations: imaps://USER:PASSWORD@HOST:PORT/FOLDER
                      or imap://… (default: none, nobody is asked for an answer)
  DESK_INBOX_ADDRESS  the address of that mailbox, to which answers come with a + and a token
                      (default: its USER if that is an address, else that of DESK_MAIL_FROM)
  DESK_PROXIES        how many proxies in front add to X-Forwarded-For (default: 0)
  DESK_MESSENGER_NETWORKS
                      networks inside, with commas between them, in which the servers of accounts'
                      messengers may be (default: none, they are on the internet)
  DESK_PASSPORT_DAYS  how long after the last visit a passport is kept (default: 30)
  DESK_FILES_URL      where the bytes of files are kept: file: (default, the folder files in DESK_VAR)
                      or file:/a/folder, which several machines may share
  DESK_FILE_LIMIT     the largest file, like 25 MB (default)
  DESK_FILE_QUOTA     how much an account may upload within a day, like 1 GB (default)
  DESK_OIDC_ISSUER, DESK_OIDC_CLIENT_ID, DESK_OIDC_CLIENT_SECRET, DESK_OIDC_NAME
                      signing in through a login provider (OpenID Connect),
                      what the button calls it (default: none)
"""


class CommandFailed(click.ClickException):
    """A failure; exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the sentence, prefixed with the program's name."""
        click.echo(f"desk: {self.message}", err=True)


class CommandMisused(CommandFailed):
    """An invalid setting or argument; exit code 2."""

    exit_code = 2


def language_of(environment: Mapping[str, str]) -> str:
    """The language of the person at the terminal: Vietnamese, Lao, else English."""
    wanted = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return next((language.value for language in Language if wanted.lower().startswith(language.value)), "en")


class CommandGroup(click.Group):
    """A group whose commands fail with a sentence instead of a traceback when the error is expected."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, turning known errors into sentences and exit codes."""
        language = language_of(os.environ)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (BadSetting, supervisor.CannotServe, OSError) as problem:
            raise _plain_failure(problem) from None
        except Exception as problem:
            if (failure := _expected_failure(problem, language)) is None:
                raise
            raise failure from None


def _plain_failure(problem: BadSetting | supervisor.CannotServe | OSError) -> CommandFailed:
    if isinstance(problem, OSError):
        return CommandFailed(f"{problem.strerror or problem}: {problem.filename or ''}".rstrip(": "))
    return (CommandMisused if isinstance(problem, BadSetting) else CommandFailed)(str(problem))


def _expected_failure(problem: Exception, language: str) -> CommandFailed | None:
    """The failure to report for an expected error; None for any other."""
    from marshmallow import ValidationError
    from sqlalchemy.exc import DBAPIError

    from models.errors import DomainError, Invalid
    from seed.reading import BadFiles
    from service.actions.secret_key import OtherKey

    match problem:
        case BadFiles():
            for one in problem.problems:
                click.echo(one.formatted(language), err=True)
            return CommandFailed(f"{len(problem.problems)} problems; nothing was loaded.")
        case ValidationError():
            from service.http.error_responses import flat

            return CommandMisused(_sentences(flat(problem.messages), language))
        case Invalid():
            errors = {name: [sentence.to(language) for sentence in those] for name, those in problem.errors.items()}
            return CommandMisused(_sentences(errors, language))
        case OtherKey():
            return CommandMisused(problem.detail.to(language))
        case DomainError():
            return CommandFailed(problem.detail.to(language))
        case DBAPIError():
            return CommandFailed(_database_failure(problem))
    return None


def _sentences(errors: Mapping[str, list[str]], language: str) -> str:
    from models.i18n import translate_filled

    return "; ".join(
        f"{name}: {' '.join(translate_filled(sentence, language) for sentence in those)}"
        for name, those in errors.items()
    )


def _database_failure(problem: "DBAPIError") -> str:
    """What a person can do about a database that does not work as it should."""
    from models.database import is_replaced
    from models.waiting import WAIT_SECONDS

    if is_replaced(problem):
        return "The database's file was moved, removed or replaced meanwhile: put it back, or restart the service."
    said = logs.redact(str(problem.orig).strip().partition("\n")[0])
    lower = said.lower()
    if "unable to open database file" in lower:
        return "There is no database, or its file can't be opened: run `desk init`, or look at DESK_DATABASE_URL."
    if "locked" in lower or "busy" in lower:
        return f"The database is busy: another process kept it locked for {WAIT_SECONDS:g} seconds. Try again shortly."
    if "statement pooling" in lower:
        return (
            "DESK_DATABASE_URL leads to a pooler that has no transactions (pool_mode = statement):"
            " set its pool_mode to transaction or session."
        )
    if "no such table" in lower or ("does not exist" in lower and "relation" in lower):
        return "The database is not migrated: run `desk init`."
    return f"The database does not answer ({said}). Look at DESK_DATABASE_URL and whether the database runs."


@dataclass
class CommandContext:
    """What most commands need: the settings, a migrated database, and the action context."""

    settings: Settings
    database: "Database"

    def act(self) -> "ActionContext":
        """The command line acts for the service itself."""
        from service.actions.context import ActionContext

        return ActionContext(None, utcnow(), self.settings.office)


@contextmanager
def _place(*, any_key: bool = False) -> Iterator[CommandContext]:
    """Open the database, which must be migrated and, unless ``any_key``, belong to the secret key."""
    from models.database import Database
    from models.migrate import current_revision, newest_revision
    from service.actions import secret_key

    settings = load_settings()
    database = Database(settings.database_url, locality=settings.locality)
    try:
        current, newest = current_revision(database), newest_revision()
        if current != newest:
            state = f"is at {current}" if current else "is new"
            raise CommandFailed(
                f"The database is not migrated (it {state}, this version needs {newest}): run `desk init`."
            )
        if not any_key:
            with database.transaction(write=False) as session:
                secret_key.check(session, settings.secret_key)
        yield CommandContext(settings, database)
    finally:
        database.dispose()


def _take_key(database: "Database", settings: Settings) -> None:
    """See that the secret key is the database's; the first start with a database makes it so."""
    from service.actions import secret_key

    with database.transaction(write=False) as session:
        is_known = secret_key.check(session, settings.secret_key)
    if not is_known:
        with database.transaction() as session:
            secret_key.remember(session, settings.secret_key, utcnow())


def _checked_settings(parent: int | None) -> Settings:
    """The settings, after checking the database; with a supervisor as parent it has been checked already."""
    if parent:
        supervisor.die_with(parent)
        return load_settings()
    settings = load_settings()
    if not _is_ready(settings):
        _run_as_process("check")
    return _pinned(settings)


def _pinned(settings: Settings) -> Settings:
    """Have every process started from here on refuse another secret key: its file may be damaged at any time."""
    os.environ[KEY_FINGERPRINT] = fingerprint(settings.secret_key)
    return settings


def _is_ready(settings: Settings) -> bool:
    """Whether a SQLite file can be served, by one quick check; if not, :func:`check` finds out why.

    It uses only the standard library, so that a start need not wait for another process to import the tables.
    """
    scheme, _slashes, path = settings.database_url.partition(":///")
    if scheme != "sqlite" or "?" in path:
        return False
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            codes = [code for (code,) in connection.execute("SELECT code FROM locality")]
            keys = connection.execute("SELECT fingerprint FROM secret_key_check").fetchall()
    except sqlite3.Error:
        return False
    is_its_key = keys == [(fingerprint(settings.secret_key),)]
    return revisions == [(newest_by_name(),)] and (not codes or settings.locality in codes) and is_its_key


def newest_by_name() -> str:
    """The newest revision of the database, from the names of the migration files."""
    return max(path.name[:4] for path in MIGRATIONS.glob("versions/[0-9]*.py"))


def _run_as_process(command: str, *arguments: str) -> str:
    """Run one of our commands as a process, so that its imports go with it; returns its output.

    Raises:
        CommandFailed: the command failed, for the same reason.
    """
    done = subprocess.run(  # noqa: S603 - our own
        [*supervisor.DESK, command, *arguments],
        env=supervisor.environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        message = done.stderr.strip().removeprefix("desk: ")
        raise (CommandMisused if done.returncode == CommandMisused.exit_code else CommandFailed)(message)
    click.echo(done.stderr, err=True, nl=False)
    return done.stdout


def _migrate(settings: Settings) -> str | None:
    """Create or migrate the database; returns its revision."""
    from alembic.util import CommandError

    from models.migrate import newest_revision, upgrade

    try:
        upgrade(settings.database_url, locality=settings.locality)
    except CommandError as problem:
        raise CommandFailed(f"The database can't be migrated: {problem}. Was it made by a newer version?") from None
    return newest_revision()


@click.group(cls=CommandGroup, epilog=SETTINGS_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="desk")
def desk() -> None:
    """Protocol Desk: calendar, reminders and commitments of an office of protocol.

    First time: `desk run`, or `desk init`, `desk seed`, `desk user create`, `desk serve`.

    Lần đầu: chạy `desk run`.
    """


@desk.command()
def init() -> None:
    """Create or migrate the database, and add the provinces of both countries that it lacks.

    Doing it again changes nothing.
    """
    from models.database import Database
    from seed.reference import add_reference

    settings = load_settings()
    revision = _migrate(settings)
    database = Database(settings.database_url, locality=settings.locality)
    try:
        place = CommandContext(settings, database)
        _take_key(database, settings)
        with database.transaction() as session:
            add_reference(session, place.act())
    finally:
        database.dispose()
    click.echo(f"The database is ready ({revision}). Cơ sở dữ liệu đã sẵn sàng.")


@desk.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--office", metavar="LOCALITY", help="Whose rules, rooms, templates … they are; default: DESK_LOCALITY's."
)
def seed(files: tuple[Path, ...], office: str | None) -> None:
    """Load programme files; without FILES those that come with the service.

    All are checked first; with one mistake anywhere nothing is loaded. Loading again changes nothing.
    """
    from seed.loader import load_files, packaged_files
    from service.actions.both_sides import profiles

    if office is not None and not files:
        raise CommandMisused("--office: name the files of this office; those that come with the service are another's")
    with _place() as place, place.database.transaction() as session:
        whose = profiles.office_of(session, office) if office is not None else None
        paths = [_short(path) for path in files or packaged_files()]
        report = load_files(session, place.act(), paths, office=whose)
    from models.i18n import N_, message

    language = language_of(os.environ)
    told = N_("{created} entries created, {changed} changed, {unchanged} unchanged.")
    counts = {"created": report.created, "changed": report.changed, "unchanged": report.unchanged}
    click.echo(message(told, **counts).to(language))
    for one in report.kept:
        click.echo(one.formatted(language))


def _short(path: Path) -> Path:
    """A path relative to the current directory if it is below it, to keep errors short."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


_parent = click.option("--parent", type=int, hidden=True, help="End when this process does.")
_pulse = click.option("--pulse", type=int, hidden=True, help="Descriptor of the memory in which to show life.")


@desk.command()
@_parent
@_pulse
def web(parent: int | None, pulse: int | None) -> None:
    """Answer HTTP: console, API, calendar feeds. Any number of these share one PostgreSQL."""
    supervisor.serve_web(_checked_settings(parent), pulse)


@desk.command()
@_parent
@_pulse
def worker(parent: int | None, pulse: int | None) -> None:
    """Send reminders when they are due. Any number of these share one PostgreSQL."""
    supervisor.serve_worker(_checked_settings(parent), pulse)


@desk.command()
def serve() -> None:
    """Web and worker together, for one machine."""
    _serve(_checked_settings(None))


@desk.command(hidden=True)
def check() -> None:
    """Fail when the database can't be served.

    It must be migrated, hold the office's own locality, and belong to the secret key.
    """
    with _place() as place:
        with place.database.transaction(write=False) as session:
            supervisor.check_locality(session, place.settings.locality)
        _take_key(place.database, place.settings)


def _serve(settings: Settings) -> None:
    supervisor.check_address(settings.host, settings.port)
    logging.config.dictConfig(logs.configuration())
    # A child that is started anew opens the file that the others have open, and no other that took its name.
    path = database_file.path_of(settings.database_url)
    if path is not None and (identity := database_file.identity_of(path)) is not None:
        os.environ[IDENTITY] = database_file.as_text(identity)
    supervisor.Supervisor({"web": ["web"], "worker": ["worker"]}).run()


@desk.group()
def user() -> None:
    """Accounts and their passwords."""


_password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")


@user.command("create")
@click.option("--email", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--organisation", required=True, metavar="NAME|ID", help="Made, in DESK_LOCALITY, when there is none.")
@click.option("--name", help="As it is shown; default: what stands before the @.")
@click.option("--locale", type=click.Choice([language.value for language in Language]), default="vi", show_default=True)
@_password_stdin
def create_user(email: str, role: str, organisation: str, name: str | None, locale: str, password_stdin: bool) -> None:
    """Make an account. Without a password it can use API tokens only."""
    from service.actions import outside
    from service.actions.accounts import accounts
    from service.runtime import first_start
    from service.schemas.accounts import UserSchema

    given: dict[str, Any] = {"email": email, "role": role, "locale": locale}
    given |= {"name": name} if name is not None else {}
    given |= {"password": _read_password()} if password_stdin else {}
    values = UserSchema().load(given)  # type: ignore[no-untyped-call]
    with _place() as place:

        def create(session: "Session") -> "User":
            act = place.act()
            values["organisation_id"] = first_start.find_or_make_organisation(session, act, organisation).id
            return accounts.create_user(session, act, values)

        account = outside.run(place.database, create)
    click.echo(f"Account {account.email} ({account.role.value}) made.", err=True)
    click.echo(account.id)


@user.command("password")
@click.option("--email", required=True)
@_password_stdin
def set_password(email: str, password_stdin: bool) -> None:
    """Give an account a new password: yours from stdin, or a random one, printed once."""
    from service.actions import outside
    from service.actions.accounts import accounts
    from service.runtime import first_start

    password = _read_password() if password_stdin else first_start.new_password()
    with _place() as place:

        def change(session: "Session") -> None:
            accounts.change_user(session, place.act(), _account(session, email), {"password": password})

        outside.run(place.database, change)
    click.echo(f"{email} has a new password; all its browsers are signed out.", err=True)
    if not password_stdin:
        click.echo(password)


@desk.group()
def office() -> None:
    """Offices: the localities that work with this service."""


@office.command("create")
@click.argument("locality")
@click.option("--email", required=True, help="Of its first administrator, who makes all other accounts.")
@click.option("--name", help="Of the office, in its language; default: that of its country's offices of protocol.")
@click.option(
    "--language", type=click.Choice([language.value for language in Language]), help="Default: its country's."
)
@click.option("--timezone", help="IANA zone; default: its locality's.")
@click.option("--mail-from", metavar="SENDER", help='Who its mails come from, like "Name <address>".')
@_password_stdin
def create_office(
    locality: str,
    email: str,
    name: str | None,
    language: str | None,
    timezone: str | None,
    mail_from: str | None,
    password_stdin: bool,
) -> None:
    """Begin the office of LOCALITY (a code), with its first administrator.

    From then on its people and bodies are changed by it alone, and its accounts are made there. The administrator's
    password is printed once, and has to be changed at the first sign-in.
    """
    from seed.reference import add_norms
    from service.actions import outside
    from service.actions.both_sides import beginning, profiles
    from service.runtime import first_start
    from service.schemas.accounts import UserSchema

    password = _read_password() if password_stdin else first_start.new_password()
    account = UserSchema(partial=True).load({"email": email, "password": password})  # type: ignore[no-untyped-call]
    with _place() as place:

        def create(session: "Session") -> beginning.BegunOffice:
            values = {"language": language, "timezone": timezone, **profiles.sender_of(mail_from)}
            begun = beginning.begin_office(session, place.act(), locality, account, values, name)
            add_norms(session, place.act(), begun.profile.code)
            return begun

        begun = outside.run(place.database, create)
    code, body = begun.profile.code, begun.organisation
    click.echo(f"{code} is an office now. Its protocol office: {' / '.join(body.name.values())} ({body.id}).", err=True)
    click.echo(f"Administrator: {begun.administrator.email}", err=True)
    if not password_stdin:
        click.echo(password)


@office.command("list")
def list_offices() -> None:
    """The offices here, the one of DESK_LOCALITY first: code, name, accounts, since when, until when."""
    from service.actions.both_sides import profiles

    with _place() as place, place.database.transaction(write=False) as session:
        found = profiles.listed(session)
    for one in found:
        days = [f"{word} {at:%Y-%m-%d}" for word, at in (("since", one.began_at), ("ended", one.ended_at)) if at]
        active = f"{one.active_accounts} of {one.accounts} accounts active"
        click.echo("\t".join([one.code, one.name, *(["default office"] if one.is_default else []), active, *days]))


@office.command("end")
@click.argument("locality")
@click.option("--hand-to", metavar="NAME|ID", help="The body of another office that takes over what is still to come.")
@click.option("--yes", "leaves", is_flag=True, help="What is still to come stays where it is; nobody will see to it.")
def end_office(locality: str, hand_to: str | None, leaves: bool) -> None:
    """End the office of LOCALITY (a code): its accounts, tokens, calendars and rules stop.

    Its events and papers stay, and no other office reads more of them than before. `desk office create` begins it
    again.
    """
    from service.actions.both_sides import ending

    with _place() as place, place.database.transaction() as session:
        body = ending.body_named(session, hand_to) if hand_to is not None else None
        ended = ending.end_office(session, place.act(), locality, body, leaves=leaves)
    off = ", ".join(user.email for user in ended.accounts) or "none"
    click.echo(f"{ended.code} {'had ended already' if ended.was_ended else 'has ended'}.")
    click.echo(f"Accounts switched off: {off}. Rules switched off: {ended.rules}.")
    click.echo(f"It keeps {ended.events} events and {ended.papers} papers.")
    for told, those in (("Handed over", ended.handed), ("Still to come, unattended", ended.left)):
        for event in those:
            click.echo(f"{told}: {event.first_day} {event.id} {' / '.join(event.title.values())}")


@office.command("open")
@click.argument("locality")
def open_office(locality: str) -> None:
    """Make LOCALITY (a code) an office of its own, with the accounts of its organisations.

    For accounts from before there were offices: until then they belong to the office of DESK_LOCALITY and read all of
    it as their role allows.
    """
    from service.actions.accounts import offices

    with _place() as place, place.database.transaction() as session:
        found = offices.open_office(session, place.act(), locality)
    click.echo(f"{locality} is an office now; its accounts: {', '.join(user.email for user in found)}.")


@desk.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--email", required=True, help="The account the token stands for.")
@click.option("--name", required=True, help="What it is for.")
@click.option("--expires", type=click.IntRange(1, 3650), metavar="DAYS", help="Default: never.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in TokenScope]),
    default="write",
    show_default=True,
    help="read: look only; write: everything the account may.",
)
def create_token(email: str, name: str, expires: int | None, scope: str) -> None:
    """Make an API token and print it, this once, alone on stdout."""
    from service.actions.accounts import accounts
    from service.schemas.accounts import TokenSchema

    values = TokenSchema().load({"name": name, "scope": scope})  # type: ignore[no-untyped-call]
    with _place() as place, place.database.transaction() as session:
        act = place.act()
        until = act.now + timedelta(days=expires) if expires else None
        issued = accounts.issue_token(session, act, _account(session, email), expires_at=until, **values)
    click.echo(issued.secret)


@desk.group()
def key() -> None:
    """The secret key, which belongs to the database."""


@key.command("adopt")
def adopt_key() -> None:
    """Go on with the present secret key where the old one is lost. Stop the service first.

    Passports and messengers' addresses that were sealed under the old key can't be opened any more and have to be
    entered anew; links in mails that were sent, answers kept for repeated requests, and forms that are open stop
    working. Backups made before need --unverified. Accounts, tokens and calendar addresses go on.

    Tiếp tục với khóa bí mật hiện có khi khóa cũ đã mất; hãy dừng dịch vụ trước.
    """
    from service.actions import secret_key
    from service.backup import swap_in
    from service.backup.commands import not_opened
    from service.backup.load import sealed_otherwise

    with _place(any_key=True) as place, place.database.transaction() as session:
        act = place.act()
        swap_in.refuse_if_served(session.connection(), act.now)
        is_new = secret_key.adopt(session, act, place.settings.secret_key)
        sealed = sealed_otherwise(session, place.settings.secret_key)
    click.echo("The database belongs to the present secret key now." if is_new else "It is the database's key already.")
    if sealed:
        click.echo(not_opened(sealed), err=True)


@desk.command()
def run() -> None:
    """Everything for one machine: make and fill the database when it is new, print where it is, then serve."""
    settings = load_settings()
    supervisor.check_address(settings.host, settings.port)
    click.echo(_run_as_process("prepare", "--", sys.argv[0]), nl=False)
    sys.stdout.flush()
    _serve(_pinned(settings))


@desk.command(hidden=True)
@click.argument("program", type=click.Path(path_type=Path))
def prepare(program: Path) -> None:
    """Create and fill a new database; print where the service is. ``program`` is what was started."""
    from models.database import Database
    from service.actions import outside
    from service.runtime import first_start

    settings = load_settings()
    _migrate(settings)
    database = Database(settings.database_url, locality=settings.locality)
    try:
        place = CommandContext(settings, database)
        _take_key(database, settings)
        # Programme, account and feed are created in one transaction: an interrupted start begins again from nothing.
        lines = outside.run(
            database,
            lambda session: (
                first_start.first_start(session, place.act(), settings)
                or first_start.later_start(session, settings, program)
            ),
        )
    finally:
        database.dispose()
    click.echo("\n".join(["", *lines, ""]))


def _account(session: "Session", email: str) -> "User":
    from sqlmodel import select

    from models.accounts import User

    user = session.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise CommandFailed(f"There is no account {email}. Không có tài khoản này.")
    return user


def _read_password() -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise CommandMisused("--password-stdin: stdin is empty; send the password as its first line")
    return line


desk.add_command(keeping.backup)
desk.add_command(keeping.restore)
desk.add_command(keeping.files)


def main() -> None:
    """The console script."""
    desk(prog_name="desk")


if __name__ == "__main__":
    main()
