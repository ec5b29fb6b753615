"""A section of the administration: the columns of its list, the fields of its form, the roles it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup

from models.i18n import N_
from models.places import Person
from models.text import LocalizedText
from models.vocabulary import Role
from service.actions import crud, permissions
from service.actions.directory import directory_queries
from service.schemas.word_names import ROLES as ROLES
from service.web.form_fields import Choice, FieldSpec
from service.web.view import View, ids

MOST_CHOICES = 1000


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A row of a list: what it is called, where it leads, what else is to be known; ``is_off``: not in use."""

    identity: str
    name: Markup | str
    facts: Sequence[Markup | str] = ()
    is_off: bool = False


def _as_it_is(values: dict[str, Any]) -> dict[str, Any]:
    return values


def _nothing(view: View, row: Any) -> dict[str, Any]:
    return {}


def _no_more(view: View, row: Any) -> Mapping[str, Sequence[FieldSpec]]:
    return {}


def _any(view: View, row: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class AdminSection:
    """One kind of thing that is administered. Sentences are English; ``write`` and ``remove`` as the API asks for.

    ``compose`` makes of what was asked what the schema takes, ``beside`` are values of a row that are no columns,
    ``more`` and ``steps`` what its own part of a template needs and does, ``asks`` what a step asks for, ``holds`` what
    its form shows beforehand, ``asked`` what is asked in the reader's words. ``changes``
    and ``removes`` say whether the reader may change or delete this very row, where the role suffices.
    """

    name: str
    title: str
    lead: str
    new: str
    empty: str
    model: type[Any]
    schema: type[Any]
    fields: Callable[[View, Any], Sequence[FieldSpec]]
    lines: Callable[[View, Sequence[Any]], list[SectionRow]]
    found: Callable[[View, str, int, int], tuple[list[Any], int]]
    create: Callable[..., Any]
    change: Callable[..., Any]
    title_of: Callable[[View, Any], Markup | str]
    write: Role = Role.OFFICER
    read: Role = Role.OFFICER
    delete: Callable[..., None] | None = None
    remove: Role = Role.OFFICER
    before: str = ""
    follows: str = ""
    change_schema: type[Any] | None = None
    searches: bool = True
    compose: Callable[[dict[str, Any]], dict[str, Any]] = _as_it_is
    beside: Callable[[View, Any], dict[str, Any]] = _nothing
    part: str = ""
    more: Callable[[View, Any], dict[str, Any]] = _nothing
    steps: Mapping[str, Callable[[View, Any], str | None]] = field(default_factory=dict)
    asks: Mapping[str, Sequence[FieldSpec]] = field(default_factory=dict)
    holds: Callable[[View, Any], dict[str, Any]] = _nothing
    asked: Callable[[View, Any], Mapping[str, Sequence[FieldSpec]]] = _no_more
    changes: Callable[[View, Any], bool] = _any
    removes: Callable[[View, Any], bool] = _any

    def may_write(self, view: View, row: Any) -> bool:
        """Whether the reader may change a row, or make one where there is None."""
        return view.may(self.write) and (row is None or self.changes(view, row))

    def may_delete(self, view: View, row: Any) -> bool:
        """Whether the reader may delete a row."""
        return self.delete is not None and row is not None and view.may(self.remove) and self.removes(view, row)


def by_name(model: type[Any], *order: Any) -> Callable[[View, str, int, int], tuple[list[Any], int]]:
    """Rows that hold the words looked for, by name or in another order, a page of them and how many there are."""

    def found(view: View, q: str, first: int, size: int) -> tuple[list[Any], int]:
        return crud.page_matching(view.session, model, q, first, size, order)

    return found


def in_order(model: type[Any], *order: Any) -> Callable[[View, str, int, int], tuple[list[Any], int]]:
    """All rows in an order, a page of them and how many there are."""

    def found(view: View, q: str, first: int, size: int) -> tuple[list[Any], int]:
        return crud.page_of_all(view.session, model, order, first, size)

    return found


def words(view: View, names: Mapping[Any, str]) -> list[Choice]:
    """A closed list as choices."""
    return [(str(getattr(word, "value", word)), view.say(name)) for word, name in names.items()]


def localities(view: View) -> list[Choice]:
    """All localities as choices, those that the office has to do with first."""
    known = view.compass.gazetteer.localities
    return [(code, view.plain(known[code].name)) for code in view.places_in_order]


def organisations(view: View, chosen: str | None = None) -> list[Choice]:
    """The organisations that exist today as choices, and the one chosen already."""
    today = view.act.today
    found = directory_queries.organisations_on(view.session, today, today, ids(chosen))
    return [(one.id, view.plain(one.name)) for one in found]


def own_organisations(view: View, chosen: str | None = None) -> list[Choice]:
    """As :func:`organisations`, without those of other offices, which would be refused."""
    mine = permissions.reader(view.session)
    found = organisations(view, chosen)
    return found if mine is None else [one for one in found if one[0] == chosen or mine.is_of_office(one[0])]


def all_organisations(view: View) -> list[Choice]:
    """All organisations as choices, those that have ended too; these say until when they were."""
    return [
        (one.id, _with_end(view, one.name, one.ends_on)) for one in directory_queries.all_organisations(view.session)
    ]


def _with_end(view: View, name: LocalizedText, ends_on: date | None) -> str:
    if ends_on is None:
        return view.plain(name)
    return view.say(N_("{name} (until {day})"), name=view.plain(name), day=view.numeric(ends_on))


def people(view: View, chosen: str | None) -> list[Choice]:
    """The first thousand people as choices, and whoever is chosen already."""
    found = directory_queries.people_names(view.session, MOST_CHOICES)
    if chosen and chosen not in dict(found):
        found.append((chosen, crud.find(view.session, Person, chosen).name))
    return found
