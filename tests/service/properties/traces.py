"""What gives a hidden event away: its word, its numbers, its id and UID, found in bytes of any kind."""

import email
import email.policy
import gzip
import html
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote

from tests.service.documents.pdf_reading import pages

STEM = "hoaphuong"
"""How every secret word begins, so that one search asks for all of them."""

PASSPORT = "PX91837465"
"""The number of every passport of the office; its masked form shows less of it."""

PARTICULARS = "anchayk7qx"
"""The diet of the same people: to everybody not concerned there is none."""

_LETTERS = "abcdefghij"
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_FOLDED_LINE = re.compile(r"\r?\n[ \t]")
_SOFT_BREAK = re.compile(r"=\r?\n")


class Leak(AssertionError):
    """Somebody was shown, sent or let change what is hidden from them."""


@dataclass
class Secret:
    """An event of the office that is hidden from some sides (:class:`tests.service.properties.desk.Side`).

    ``number`` is its place among all of them; word, headcount and budget follow from it and stand nowhere else.
    ``noun`` is where the API changes it. ``addresses`` are those of its people, as somebody in charge added them.
    """

    number: int
    noun: str
    id: str = ""
    uid: str = ""
    hidden_from: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    is_gone: bool = False

    @property
    def word(self) -> str:
        """The word in each of its texts: no other's word begins with it."""
        return STEM + "".join(_LETTERS[int(digit)] for digit in str(self.number)) + "x"

    @property
    def headcount(self) -> int:
        return 40127 + self.number

    @property
    def budget(self) -> str:
        return str(917_300_311 + 1000 * self.number)

    def traces(self, *, but: str = "") -> list[str]:
        """What must not be found; not what stands in ``but``, which somebody said themselves."""
        return [one for one in (self.word, self.id.lower(), self.uid.lower(), self.budget) if one and one not in but]

    def told_by(self, text: str, *, but: str = "", numbers: bool = True) -> list[str]:
        """The traces in a :func:`plain` text; ``numbers``: the headcount too, which may be part of a sum."""
        found = [one for one in self.traces(but=but) if one in text]
        number = str(self.headcount)
        if numbers and number in text and number not in but and re.search(rf"(?<![\w.]){number}(?![\w.])", text):
            found.append(number)
        return found


def plain(content: bytes | str) -> str:
    """A text as somebody who looks closely reads it: small letters, no marks, nothing folded or coded."""
    if isinstance(content, bytes):
        content = _words(content)
    text = _FOLDED_LINE.sub("", content)
    if "=\n" in text or "=\r\n" in text:
        text += _SOFT_BREAK.sub("", content)
    if "%" in text:
        text = unquote(text)
    if "&" in text:
        text = html.unescape(text)
    if "\\u" in text:
        text += re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), text)
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text).translate(_INVISIBLE)
        text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return text.lower()


def _words(content: bytes) -> str:
    """What stands in bytes, also in those of a paper: every part of a .docx and .xlsx, the text of a .pdf."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"\n".join(parts.read(name) for name in parts.namelist())
    if content.startswith(b"%PDF"):
        return "\n".join(page.text for page in pages(content))
    return content.decode("utf-8", "replace")


def mail_text(content: bytes) -> str:
    """A whole mail as a :func:`plain` text: headers decoded, and every part, files too."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    found = [f"{name}: {value}" for name, value in mail.items()]
    for part in mail.walk():
        if not part.is_multipart():
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            found.append(plain(raw))
    return plain("\n".join(found)) + plain(content)
