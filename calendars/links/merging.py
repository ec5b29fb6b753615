"""Two people filling in the same form at once: what each changed is kept, and whoever saves second is told.

Every save names the version its form showed. What the form changed against that version is put over the newest one. A
field that somebody else changed meanwhile to something else keeps their value; what was typed stands beside it until it
is dealt with, so nothing that anybody typed is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from calendars.links.answers import is_sealed, without_empty

MOST_OTHERS = 20
"""Values kept beside one field."""


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What was filled in so far: path → value; ``others`` are values of fields that somebody else had changed as well,
    in the order they were typed."""

    values: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergedForm:
    """The draft after a save; ``clashes`` are the paths of which this save's value was not taken."""

    draft: FilledIn
    clashes: tuple[str, ...] = ()


def typed_over(form: Mapping[str, str], cleared: frozenset[str] = frozenset()) -> dict[str, str]:
    """What a form says: of sealed fields, which it never shows, an empty one says nothing, unless it was cleared."""
    said = {path: value for path, value in form.items() if value or not is_sealed(path)}
    return said | dict.fromkeys(cleared, "")


def merge(base: Mapping[str, str], newest: FilledIn, typed: Mapping[str, str]) -> MergedForm:
    """Put what was typed into a form that showed ``base`` over the newest draft; paths not typed stay as they are."""
    values = dict(newest.values)
    others = {path: list(kept) for path, kept in newest.others.items()}
    clashes = []
    for path, mine in typed.items():
        before, theirs = base.get(path, ""), values.get(path, "")
        if mine == theirs or (mine == before and not is_sealed(path)):
            continue
        if theirs == before:
            values[path] = mine
            others.pop(path, None)
            continue
        clashes.append(path)
        beside = others.setdefault(path, [])
        if mine and mine not in beside:
            beside[:] = [*beside, mine][-MOST_OTHERS:]
    kept = {path: beside for path, beside in others.items() if beside}
    return MergedForm(FilledIn(without_empty(values), kept), tuple(clashes))
