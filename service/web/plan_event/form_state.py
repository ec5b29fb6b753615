"""The state of the planning form, held in the address until the last step."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from models.i18n import N_
from models.vocabulary import Language
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, read_day
from service.web.forms import FormRefusal
from service.web.query_params import whole
from service.web.view import View

TITLES = tuple(f"title_{language}" for language in Language)
PLACES = tuple(f"location_{language}" for language in Language)
SPECS = (
    FieldSpec("title", FieldType.TEXTS, is_required=True, separator="_", length=300),
    FieldSpec("location", FieldType.TEXTS, separator="_", length=300),
    FieldSpec("people", FieldType.NUMBER, N_("People planned"), least=1, most=100_000),
    FieldSpec("days", FieldType.NUMBER, N_("Length in days"), is_required=True, least=1, most=3660),
    FieldSpec("first_day", FieldType.DAY, is_required=True),
    FieldSpec("last_day", FieldType.DAY, N_("Last day (empty: one day only)")),
    FieldSpec("start_time", FieldType.HOUR, N_("Begins at (may stay empty)")),
    FieldSpec("end_time", FieldType.HOUR, N_("Ends at (may stay empty)")),
    FieldSpec("activity_type", FieldType.CHOICE),
    FieldSpec("anniversary", FieldType.CHOICE, N_("Anniversary"), is_required=True),
    FieldSpec("planned", FieldType.FLAG, N_("Put it into the plan at once (otherwise it is a draft)")),
)
"""What is typed about the event; what it is for and with whom is chosen on the page before."""
SINGLE = (
    "kind",
    "commitment",
    "direction",
    "partner",
    "year",
    "day",
    *TITLES,
    "people",
    "days",
    "from",
    "to",
    "festival",
    "activity_type",
    "anniversary",
    "needs",
    "first_day",
    "last_day",
    "start_time",
    "end_time",
    *PLACES,
    "planned",
)
"""What is said once. ``needs`` says that what is needed was looked at, so that an empty choice is a choice."""

MANY = ("resource", "person")
_OF_RESOURCE = re.compile(r"n-[A-Za-z0-9_-]{1,40}", re.ASCII)
_LONGEST = 400
_MOST = 60


@dataclass(frozen=True, slots=True)
class FormState:
    """The words of the address or of a form, as they were typed."""

    one: Mapping[str, str]
    many: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls) -> "FormState":
        """What this request says; what it does not know is left aside."""
        sent: MultiDict[str, str] = request.form if request.method == "POST" else request.args
        names = [*SINGLE, *(name for name in sent if _OF_RESOURCE.fullmatch(name))]
        one = {name: value for name in names if (value := sent.get(name, "").strip()[:_LONGEST])}
        many = {name: list(dict.fromkeys(filter(None, sent.getlist(name))))[:_MOST] for name in MANY}
        return cls(one, {name: values for name, values in many.items() if values})

    def get(self, name: str) -> str:
        """One word; empty when it was not said."""
        return self.one.get(name, "")

    def number(self, name: str) -> int | None:
        """A word that is a plain number; None for any other."""
        return whole(self.get(name))

    def date(self, name: str) -> date | None:
        """A word that is a day; None for any other."""
        return read_day(self.get(name))

    @property
    def has_needs(self) -> bool:
        """Whether what the visit needs was said, so that nothing is proposed in its place."""
        return bool(self.get("needs"))

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """Everything said, as names and values of hidden fields."""
        found = [(name, value) for name, value in self.one.items() if name not in without]
        return found + [(name, value) for name in self.many if name not in without for value in self.many[name]]

    def url(self, endpoint: str = "pages.new_visit", **changed: str | Sequence[str] | None) -> str:
        """An address that says the same, with some of it changed; None leaves a word out."""
        wanted = {**self.one, **self.many} | changed
        return url_for(endpoint, **{name: value for name, value in wanted.items() if value})  # type: ignore[arg-type]


def bound(view: View, asked: FormState, wrong: Mapping[str, list[str]], **proposed: str) -> BoundForm:
    """The form with what was said, or is ``proposed`` in its place, and what is wrong by the fields of the page."""
    refusal = FormRefusal(422, view.say(N_("Some entries are not right.")), wrong) if wrong else None
    return BoundForm(view, SPECS, typed={**asked.one, **proposed}, refusal=refusal)
