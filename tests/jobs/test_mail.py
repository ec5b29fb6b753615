"""Handing mail over: what each answer means, encryption, logins, files."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jobs.config import WorkerConfig
from jobs.mail import FileTransport, PermanentFailure, SmtpTransport, TemporaryFailure, transport
from tests.factories import NOW
from tests.jobs.sink import Sink, SinkServer, _Server, free_port

CONTENT = b"To: a@example.org\r\nSubject: x\r\n\r\n.one dot\r\n"


def smtp(sink: Sink, **options: Any) -> SmtpTransport:
    return SmtpTransport("127.0.0.1", sink.port, sender="desk@example.org", timeout=5, **options)


def test_a_mail_arrives_as_it_was_sent_over_one_connection(sink: Sink) -> None:
    mail = smtp(sink)
    for _ in range(3):
        mail.send("name", "a@example.org", CONTENT)
    mail.close_idle()
    assert [one.content for one in sink.received] == [CONTENT] * 3
    assert sink.connections == 1
    mail.send("name", "a@example.org", CONTENT)
    mail.close_idle()
    assert sink.connections == 2


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize(
    ("answer", "kind", "server"),
    [
        ("450 greylisted", TemporaryFailure, False),
        ("421 closing", TemporaryFailure, True),
        ("530 log in first", TemporaryFailure, True),
        ("550 no such user", PermanentFailure, None),
        ("554 spam", PermanentFailure, None),
    ],
)
def test_what_an_answer_means(sink: Sink, stage: str, answer: str, kind: type[Exception], server: bool | None) -> None:
    mail = smtp(sink)
    sink.answers[stage, ""].append(answer)
    with pytest.raises(kind) as caught:
        mail.send("name", "a@example.org", CONTENT)
    assert answer in str(caught.value)
    if isinstance(caught.value, TemporaryFailure):
        assert caught.value.server is server
    # What comes after it is not harmed.
    mail.send("name", "b@example.org", CONTENT)
    mail.close_idle()
    assert sink.recipients == ["b@example.org"]


@pytest.mark.parametrize("address", ["a@example.org\r\nDATA", "<a@example.org>", "nobody", "lễtân@example.org", ""])
def test_what_is_no_address_never_reaches_the_server(sink: Sink, address: str) -> None:
    with pytest.raises(PermanentFailure, match="no mail address"):
        smtp(sink).send("name", address, CONTENT)
    assert sink.connections == 0


def test_no_server_there() -> None:
    mail = SmtpTransport("127.0.0.1", free_port(), sender="desk@example.org")
    with pytest.raises(TemporaryFailure, match=r"can't be reached: Connection refused") as caught:
        mail.send("name", "a@example.org", CONTENT)
    assert caught.value.server
    mail.close_idle()


# Encryption


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's context with a certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class PickyServer(SinkServer):
    """Asks for a login, and offers STARTTLS when it has a certificate."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__()
        self.tls = tls
        self.logins: list[tuple[bytes, bytes]] = []
        self.encrypted: list[bool] = []
        self.sink.hook = None

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        self.encrypted.append(session.ssl is not None)
        return AuthResult(success=data.password == b"p@ss/word", handled=False)

    def factory(self) -> SMTP:
        return _Server(
            self.sink,
            self.handler,
            loop=self.loop,
            tls_context=self.tls,
            authenticator=self.authenticate,
            auth_require_tls=False,
        )


@pytest.fixture
def picky(request: pytest.FixtureRequest, certificate: ssl.SSLContext) -> Iterator[PickyServer]:
    server = PickyServer(certificate if request.param else None)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("picky", [True], indirect=True)
def test_starttls_is_used_where_it_is_offered_even_with_a_self_made_certificate(picky: PickyServer) -> None:
    mail = smtp(picky.sink)
    mail.send("name", "a@example.org", CONTENT)
    assert mail._connection is not None
    assert isinstance(mail._connection.sock, ssl.SSLSocket)
    mail.close_idle()
    assert picky.sink.recipients == ["a@example.org"]


@pytest.mark.parametrize("picky", [True], indirect=True)
def test_a_password_is_not_given_to_a_server_nobody_vouches_for(picky: PickyServer) -> None:
    with pytest.raises(TemporaryFailure, match="certificate") as caught:
        smtp(picky.sink, login=("desk", "p@ss/word")).send("name", "a@example.org", CONTENT)
    assert caught.value.server
    assert picky.logins == []


@pytest.mark.parametrize("picky", [False], indirect=True)
def test_a_login_on_this_machine_needs_no_encryption(picky: PickyServer, config: WorkerConfig) -> None:
    url = f"smtp://desk:p%40ss%2Fword@127.0.0.1:{picky.sink.port}"
    mail = transport(replace(config, mail_url=url))
    mail.send("name", "a@example.org", CONTENT)
    mail.close_idle()
    assert (picky.logins, picky.encrypted) == ([(b"desk", b"p@ss/word")], [False])


@pytest.mark.parametrize("picky", [False], indirect=True)
def test_a_wrong_password_is_the_configuration_s_fault_not_the_mail_s(picky: PickyServer) -> None:
    with pytest.raises(TemporaryFailure, match="535") as caught:
        smtp(picky.sink, login=("desk", "wrong")).send("name", "a@example.org", CONTENT)
    assert caught.value.server
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("picky", [False], indirect=True)
def test_a_password_never_goes_over_an_open_line(picky: PickyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.mail.is_this_machine", lambda host: False)
    with pytest.raises(TemporaryFailure, match="no encryption"):
        smtp(picky.sink, login=("desk", "p@ss/word")).send("name", "a@example.org", CONTENT)
    assert picky.logins == []


def test_smtps_speaks_tls_from_the_start(sink: Sink) -> None:
    with pytest.raises(TemporaryFailure, match="can't be reached"):
        smtp(sink, is_tls=True).send("name", "a@example.org", CONTENT)


# Choosing, and files


def test_the_address_chooses_the_transport(config: WorkerConfig, tmp_path: Path) -> None:
    def chosen(url: str) -> Any:
        return transport(replace(config, mail_url=url))

    assert chosen("file:").folder == config.var / "outbox"
    assert chosen(f"file:{tmp_path}/mails").folder == tmp_path / "mails"
    assert (chosen("smtp://mail.example.org").port, chosen("smtps://mail.example.org").port) == (25, 465)
    assert chosen("smtp://u:p%25@mail.example.org:587").login == ("u", "p%")
    assert chosen("smtp://mail.example.org").sender == "desk@example.org"
    for wrong in ("http://mail.example.org", "smtp:", "mail"):
        with pytest.raises(ValueError, match="smtp://"):
            chosen(wrong)


def test_a_file_is_there_whole_or_not_at_all_and_a_second_try_replaces_it(tmp_path: Path) -> None:
    mail = FileTransport(tmp_path / "outbox")
    mail.send("one", "a@example.org", b"first")
    mail.send("one", "a@example.org", CONTENT)
    mail.close_idle()
    assert {file.name: file.read_bytes() for file in (tmp_path / "outbox").iterdir()} == {"one.eml": CONTENT}
