"""Leads from what is wrong with a form's entries to the fields that they stand in, by what these are called there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.web.forms import FormRefusal

FieldPlaces = Mapping[str, tuple[str, str]]
"""By what an error calls a field: its label in the reader's language, and the id of its control."""


@dataclass(frozen=True, slots=True)
class WrongField:
    """A sentence about an entry; ``label`` and ``id`` are empty where it is about no field of the form."""

    label: str
    id: str
    sentence: str


def wrong_fields(refusal: FormRefusal | None, places: FieldPlaces) -> Sequence[WrongField]:
    """What is wrong, each with its field; an error about a part of a field belongs to the field."""
    if refusal is None:
        return []
    return [
        WrongField(*_place(name, places), sentence)
        for name, sentences in refusal.fields.items()
        for sentence in sentences
    ]


def _place(name: str, places: FieldPlaces) -> tuple[str, str]:
    while name:
        if name in places:
            return places[name]
        name = name.rpartition(".")[0]
    return "", ""
