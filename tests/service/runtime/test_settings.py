"""Settings: defaults, and a bad one named with what would be right."""

import stat
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from service.settings import BadSetting, load_settings

BAD = [
    ("DESK_PORT", "http"),
    ("DESK_PORT", "0"),
    ("DESK_PORT", "65536"),
    ("DESK_PORT", "٨٠٠٠"),
    ("DESK_DATABASE_URL", "mysql://root:secret@db/desk"),
    ("DESK_DATABASE_URL", "sqlite:///"),
    ("DESK_DATABASE_URL", "sqlite:///:memory:"),
    ("DESK_DATABASE_URL", "sqlite://"),
    ("DESK_DATABASE_URL", "desk.db"),
    ("DESK_DATABASE_URL", "postgresql://db:port/desk"),
    ("DESK_DATABASE_URL", "postgresql://user:secret@db"),
    ("DESK_PUBLIC_URL", "desk.example.org"),
    ("DESK_PUBLIC_URL", "ftp://desk.example.org"),
    ("DESK_PUBLIC_URL", "https://desk.example.org/?a=1"),
    ("DESK_PUBLIC_URL", "https://[desk"),
    ("DESK_PUBLIC_URL", "https://desk.example.org:port"),
    ("DESK_PUBLIC_URL", "https://me:secret@desk.example.org"),
    ("DESK_MAIL_URL", "http://mail"),
    ("DESK_MAIL_URL", "smtp://"),
    ("DESK_MAIL_URL", "smtp://user:secret@mail:port"),
    ("DESK_MAIL_URL", "smtp://[mail"),
    ("DESK_MAIL_FROM", "Desk"),
    ("DESK_MAIL_FROM", "desk@example.org\nBcc: all@example.org"),
    ("DESK_LOCALITY", "Hải Dương"),
    ("DESK_LOCALITY", "hai_duong"),
    ("DESK_TIMEZONE", "Hanoi"),
    ("DESK_TIMEZONE", "../etc/passwd"),
    ("DESK_SECRET_KEY", "short"),
    ("DESK_WEB_WORKERS", "0"),
    ("DESK_WEB_WORKERS", "many"),
    ("DESK_LEASE_SECONDS", "0"),
    ("DESK_LEASE_SECONDS", "nan"),
    ("DESK_RETRY_SECONDS", "soon"),
    ("DESK_RETRY_SECONDS", "inf"),
    ("DESK_NOTICE_SECONDS", "-1"),
    ("DESK_NOTICE_SECONDS", "601"),
    ("DESK_CONTACT", "Lan <lan@example.org>"),
    ("DESK_CONTACT", "lan@example.org\r\nBcc: x@example.org"),
    ("DESK_CONTACT", "nobody"),
    ("DESK_INBOX_URL", "pop3://user:secret@mail/INBOX"),
    ("DESK_INBOX_URL", "imaps://mail/INBOX"),
    ("DESK_INBOX_URL", "imaps://user@mail/INBOX"),
    ("DESK_INBOX_URL", "imaps://user:secret@mail:port/INBOX"),
    ("DESK_INBOX_URL", "imaps://user:secret@[mail/INBOX"),
    ("DESK_INBOX_URL", "imaps://user:secret@/INBOX"),
    ("DESK_INBOX_URL", "imaps://user:se/secret@mail/INBOX"),
    ("DESK_MESSENGER_NETWORKS", "inside"),
    ("DESK_MESSENGER_NETWORKS", "10.0.0.1/8"),
    ("DESK_FILES_URL", "s3://bucket"),
    ("DESK_FILES_URL", "file:files"),
    ("DESK_FILES_URL", "/srv/files"),
    ("DESK_FILE_LIMIT", "25 megabytes"),
    ("DESK_FILE_LIMIT", "0"),
    ("DESK_FILE_LIMIT", "2 GB"),
    ("DESK_FILE_QUOTA", "-1"),
]


@pytest.mark.parametrize(
    ("url", "limit", "folder", "size"),
    [
        ("", "", "", 25_000_000),
        ("file:", "25 MB", "", 25_000_000),
        ("file:/srv/files", "10M", "/srv/files", 10_000_000),
        ("file:///srv/t%E1%BB%87p", "500 kB", "/srv/tệp", 500_000),
        ("file:/srv/files", "123456", "/srv/files", 123_456),
    ],
)
def test_where_files_are_and_how_large(tmp_path: Path, url: str, limit: str, folder: str, size: int) -> None:
    made = load_settings({"DESK_VAR": str(tmp_path), "DESK_FILES_URL": url, "DESK_FILE_LIMIT": limit})
    assert made.files_folder == (Path(folder) if folder else tmp_path / "files")
    assert made.file_limit == size


@pytest.mark.parametrize(
    ("user", "given", "address"),
    [
        ("answers%40office.example", "", "answers@office.example"),
        ("answers@office.example", "", "answers@office.example"),
        ("answers", "", "desk@example.org"),
        ("answers", "In@Office.Example", "in@office.example"),
    ],
)
def test_the_inbox_has_an_address(tmp_path: Path, user: str, given: str, address: str) -> None:
    url = f"imaps://{user}:secret@mail.example.org:993/INBOX"
    where = {"DESK_VAR": str(tmp_path), "DESK_MAIL_FROM": "Desk <desk@example.org>"}
    made = load_settings(where | {"DESK_INBOX_URL": url, "DESK_INBOX_ADDRESS": given})
    assert made.inbox_address == address
    assert made.office.answers is not None
    assert made.office.answers.inbox == address
    assert "secret@" not in repr(made)
    assert load_settings(where | {"DESK_INBOX_ADDRESS": given}).office.answers is None


@pytest.mark.parametrize("address", ["nobody", "a@b@c", "a" * 22 + "@office.example", "Lan <lan@office.example>"])
def test_a_bad_address_of_the_inbox_is_named(tmp_path: Path, address: str) -> None:
    url = "imaps://user:secret@mail/INBOX"
    with pytest.raises(BadSetting) as refused:
        load_settings({"DESK_VAR": str(tmp_path), "DESK_INBOX_URL": url, "DESK_INBOX_ADDRESS": address})
    assert str(refused.value).startswith("DESK_INBOX_ADDRESS=")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        load_settings({"DESK_VAR": str(tmp_path), name: value})
    said = str(refused.value)
    assert said.startswith(f"{name}=")
    assert "must" in said
    assert "secret@" not in said


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(BadSetting, match="DESK_VAR"):
        load_settings({"DESK_VAR": str(tmp_path / "var")})
    with pytest.raises(BadSetting, match="DESK_VAR"):
        load_settings({"DESK_VAR": str(tmp_path / "var" / "below")})


def test_defaults(tmp_path: Path) -> None:
    settings = load_settings({"DESK_VAR": str(tmp_path / "var")})
    assert settings.database_url == f"sqlite:///{tmp_path}/var/desk.db"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (settings.mail_url, settings.locality, settings.timezone) == ("file:", "hai-duong", "Asia/Ho_Chi_Minh")
    assert not settings.is_https


def test_an_empty_setting_is_none(tmp_path: Path) -> None:
    assert load_settings({"DESK_VAR": str(tmp_path), "DESK_PORT": "", "DESK_TIMEZONE": ""}).port == 8000


def test_postgresql_addresses_name_the_driver(tmp_path: Path) -> None:
    for given in ("postgresql://u:p@db/desk", "postgres://u:p@db/desk", "postgresql+psycopg://u:p@db/desk"):
        settings = load_settings({"DESK_VAR": str(tmp_path), "DESK_DATABASE_URL": given})
        assert settings.database_url == "postgresql+psycopg://u:p@db/desk"


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = load_settings({"DESK_VAR": str(tmp_path)})
    kept = tmp_path / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(first.secret_key) >= 32
    assert load_settings({"DESK_VAR": str(tmp_path)}).secret_key == first.secret_key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret_key"]


def test_a_damaged_secret_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_bytes(b"\xff\n")
    with pytest.raises(BadSetting, match="DESK_SECRET_KEY"):
        load_settings({"DESK_VAR": str(tmp_path)})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://desk@db.example.org/desk",
        "postgresql+psycopg://desk:se:cr/et?@db.example.org:5433/desk?sslmode=require",
        "postgresql+psycopg://[2001:db8::1]:5432/desk",
        "postgresql+psycopg:///desk?host=/run/postgresql",
        "sqlite:////srv/desk/desk.db",
        "sqlite:///desk.db?timeout=3",
    ],
)
def test_database_addresses_are_those_sqlalchemy_takes(url: str, tmp_path: Path) -> None:
    assert make_url(url).database
    assert load_settings({"DESK_VAR": str(tmp_path), "DESK_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://db.example.org",
        "postgresql+psycopg://db.example.org:port/desk",
        "postgresql+psycopg://db.example.org/?sslmode=require",
        "sqlite:///:memory:",
        "sqlite:///?timeout=3",
        "sqlite://desk.db",
    ],
)
def test_other_database_addresses_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="DESK_DATABASE_URL"):
        load_settings({"DESK_VAR": str(tmp_path), "DESK_DATABASE_URL": url})
