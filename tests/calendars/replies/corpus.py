"""The forty answers by mail of tests/data/replies with what they mean, filled in for a visit."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.paths import TESTS

FOLDER = TESTS / "data" / "replies"

# Long enough to be folded in the middle; what a token looks like is the business of who gives it out.
UID = "5c1f9be2-7d4a-4a63-9f0e-2b8d6c7e1a90@desk.haiphong.example"
VALUES: Mapping[str, str] = {
    "TOKEN": "k3v9q2m7x5t8w4n6",
    "OTHER_TOKEN": "b7h2r6p9c3d5f8g4",
    "FORGED_TOKEN": "aaaaaaaaaaaaaaaa",
    "UID": UID,
    "UID_HEAD": UID[:23],
    "UID_TAIL": UID[23:],
    "SEQUENCE": "4",
    "OLD_SEQUENCE": "2",
}

_ENCODED = re.compile(rb"(?mi)^Content-Transfer-Encoding: base64\r\n(?:[^\r\n]+\r\n)*\r\n((?:[A-Za-z0-9+/=]+\r\n)+)")


@dataclass(frozen=True)
class Case:
    """A mail with its row: what a right reader says of it."""

    name: str
    row: Mapping[str, Any]

    @property
    def path(self) -> Path:
        return FOLDER / self.name

    def mail(self, values: Mapping[str, str] = VALUES) -> bytes:
        return filled(self.path.read_bytes(), values)


def cases(rows: str) -> list[Case]:
    """The cases of ``expected.yaml`` or ``held.yaml``."""
    return [Case(name, row) for name, row in yaml.safe_load((FOLDER / rows).read_text()).items()]


def filled(raw: bytes, values: Mapping[str, str] = VALUES) -> bytes:
    """A mail with the placeholders replaced, also where they are in base64."""

    def inside(found: re.Match[bytes]) -> bytes:
        encoded = found.group(1)
        content = base64.b64decode(encoded)
        if b"{" not in content:
            return found.group(0)
        again = base64.encodebytes(_replaced(content, values)).replace(b"\n", b"\r\n")
        return found.group(0).removesuffix(encoded) + again

    return _replaced(_ENCODED.sub(inside, raw), values)


def _replaced(content: bytes, values: Mapping[str, str]) -> bytes:
    for name, value in values.items():
        content = content.replace(f"{{{name}}}".encode(), value.encode())
    return content
