"""Somebody without an account who opens a link in a browser: reads the form, fills it in, hands it in."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.service.conftest import Caller

_INPUT = re.compile(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"')


def make_link(officer: Caller, event_id: str, *may: str, **more: Any) -> dict[str, Any]:
    """A link of an event for everything, or for some of it."""
    given = {"may": list(may) or ["members", "travel", "days"], "for": "Bà Khamla", "language": "lo"}
    made: dict[str, Any] = officer.made(f"/events/{event_id}/links", given | more)
    return made


def token_of(link: dict[str, Any]) -> str:
    return str(link["url"]).rpartition("/")[2]


_SELECT = re.compile(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_SELECTED = re.compile(r'<option(?: value="([^"]*)")? selected>([^<]*)<')


@dataclass
class LinkHolder:
    """A browser without cookies at a link's address."""

    client: FlaskClient
    token: str
    form: dict[str, str] = field(default_factory=dict)
    page: str = ""

    @property
    def path(self) -> str:
        return f"/link/{self.token}"

    def open(self) -> TestResponse:
        """Read the page and what its form says."""
        answer = self.client.get(self.path)
        self.page = answer.text
        found = {name: unescape(value) for name, value in _INPUT.findall(answer.text)}
        for name, options in _SELECT.findall(answer.text):
            chosen = _SELECTED.search(options)
            found[name] = unescape(chosen[1] if chosen[1] is not None else chosen[2]) if chosen else ""
        self.form = {name: found[name] for name in found if "." in name} | {
            name: found[name] for name in ("version", "token") if name in found
        }
        return answer

    def blank_keys(self) -> list[str]:
        """The keys of rows in which nobody is named yet."""
        names = {path.split(".")[1]: text for path, text in self.form.items() if path.endswith(".name")}
        return [key for key, text in names.items() if not text]

    def send(self, do: str = "save", **headers: str) -> TestResponse:
        """Send the form as it is now."""
        return self.client.post(self.path, data=self.form | {"do": do}, headers=headers)

    def add(self, **values: str) -> str:
        """Fill in one more person; their key."""
        key = self.blank_keys()[0]
        self.form |= {f"people.{key}.{name}": text for name, text in values.items()}
        return key

    def hand_in(self) -> str:
        """Hand the form in, which must succeed; the id on the receipt."""
        answer = self.send("submit")
        assert answer.status_code == 303, answer.text
        return re.search(r"handed-in/([^?]+)", answer.headers["Location"])[1]  # type: ignore[index]
