"""A real mail server for tests: it keeps what it accepts and answers as it is told, stage by stage."""

import asyncio
import email
import email.policy
import socket
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Hook = Callable[[str, str], Awaitable[None] | None]
STAGES = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "ACCEPTED")


@dataclass(frozen=True)
class Received:
    """One accepted mail; ``at`` is ``time.monotonic()``."""

    recipient: str
    content: bytes
    at: float
    connection: int

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])


@dataclass
class Sink:
    """What the server got, and how it answers: ``answers[stage, recipient]`` are used up one by one, "" is any."""

    port: int
    received: list[Received] = field(default_factory=list)
    tried: list[tuple[str, float]] = field(default_factory=list)
    answers: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    hook: Hook | None = None
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        return [one.recipient for one in self.received]

    async def reached(self, stage: str, recipient: str = "") -> str | None:
        """Run the hook, then take the next answer for this stage; None means the server's own."""
        if self.hook is not None and (waiting := self.hook(stage, recipient)) is not None:
            await waiting
        for who in (recipient, ""):
            if self.answers[stage, who]:
                return self.answers[stage, who].pop(0)
        return None


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sink.tried.append((address, time.monotonic()))
        if answer := await self.sink.reached("RCPT", address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        if answer := await self.sink.reached("BODY", recipient):
            return answer
        content = envelope.content
        assert isinstance(content, bytes)
        number = getattr(server, "number", 0)
        self.sink.received.append(Received(recipient, content, time.monotonic(), number))
        return await self.sink.reached("ACCEPTED", recipient) or "250 OK"


class _Server(SMTP):
    def __init__(self, sink: Sink, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sink = sink
        sink.connections += 1
        self.number = sink.connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.sink.hook is not None and (waiting := self.sink.hook("CONNECT", "")) is not None:
            self.greeting = asyncio.ensure_future(waiting)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        if answer := await self.sink.reached("EHLO"):
            await self.refuse(answer)
            return
        await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if answer := await self.sink.reached("MAIL"):
            await self.refuse(answer)
            return
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if answer := await self.sink.reached("DATA", self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""):
            await self.refuse(answer)
            return
        await super().smtp_DATA(arg)

    async def refuse(self, answer: str) -> None:
        """Push an answer; 421 closes the connection."""
        await self.push(answer)
        if answer.startswith("421") and self.transport is not None:
            self.transport.close()


class SinkServer(Controller):
    """The sink, listening on a port of this machine, in a thread of its own."""

    def __init__(self, port: int | None = None, hostname: str = "127.0.0.1") -> None:
        self.sink = Sink(port or free_port())
        super().__init__(_Handler(self.sink), hostname=hostname, port=self.sink.port, ready_timeout=10)

    def start(self) -> None:
        super().start()
        self.sink.connections = 0  # starting tries the port once

    def factory(self) -> SMTP:
        return _Server(self.sink, self.handler, loop=self.loop, hostname="sink.example.org", timeout=60)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


async def hang(seconds: float) -> None:
    """For hooks: keep the client waiting."""
    await asyncio.sleep(seconds)
