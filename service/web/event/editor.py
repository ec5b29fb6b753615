"""An open form on an event's page: the part it changes, its fields, and its submission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from marshmallow import Schema

from models.errors import Stale
from models.events import Event
from service.web.bound_form import BoundForm
from service.web.event.choices import Choices
from service.web.form_fields import FieldSpec
from service.web.forms import FormRefusal
from service.web.view import View


@dataclass(frozen=True, slots=True)
class RemovalButton:
    """Taking something out: what is sent, what the button says, and what is asked before."""

    do: str
    label: str
    question: str


@dataclass(frozen=True, slots=True)
class OpenEditor:
    """A form that is open in a part of the page.

    ``edit`` is its word in the address, ``row`` the id of what it changes (empty for something new), ``version`` what
    that was when the form was made. ``looks`` names what shows the outcome before it is saved;
    ``more`` says what is folded away, where that is not just more of the same.
    """

    edit: str
    part: str
    do: str
    title: str
    save: str
    form: BoundForm
    choices: Choices
    row: str = ""
    version: str = ""
    removal: RemovalButton | None = None
    looks: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class EditRequest:
    """What a reader asked for: the word in the address, and what was typed and refused with it, if anything was."""

    view: View
    event: Event
    word: str
    row: str
    refusal: FormRefusal | None

    def form(self, specs: Sequence[FieldSpec], present: Mapping[str, Any], *deeds: str) -> tuple[BoundForm, Choices]:
        """The form for a table of fields, with what was typed into it: what was sent with one of these words."""
        choices = Choices(self.view, self.event)
        is_typed = request.method == "POST" and request.form.get("do") in deeds
        form = BoundForm(
            self.view,
            specs,
            present,
            choices.of,
            choices.person,
            choices.named,
            request.form if is_typed else None,
            self.refusal if is_typed else None,
            "f-",
        )
        return form, choices


def load(schema: type[Schema], wish: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """A wish, read as the API reads it; ``partial``: what it does not say stays as it is.

    Raises:
        ValidationError: it makes no sense.
    """
    loaded: dict[str, Any] = schema(partial=partial).load(wish)
    return loaded


def check_version(present: object) -> None:
    """Refuse a form made before somebody else changed the thing.

    Raises:
        Stale: it was.
    """
    if request.form.get("version") != str(present):
        raise Stale
