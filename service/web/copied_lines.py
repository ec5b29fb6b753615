"""What did not come along into a copy, as lines for people: in the preview, and once on the page of the new draft."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from flask import request

from models.i18n import N_, NP_
from models.vocabulary import CopyPart
from service.actions.copies.values import Alternative, LeftPart
from service.web import form_tokens
from service.web.view import View

ACTION = "copy a visit"
"""The wish under which the answer to a copy is kept for its author."""

MOST_KEPT = 60

PARTS: Mapping[CopyPart, str] = {
    CopyPart.TITLE: N_("Title"),
    CopyPart.DAYS: N_("Days and hours"),
    CopyPart.COMMITMENT: N_("Commitment"),
    CopyPart.INSTITUTION: N_("Institution"),
    CopyPart.PERFORMANCE: N_("Performance"),
    CopyPart.MEMBER: N_("Person"),
    CopyPart.ITEM: N_("Programme"),
    CopyPart.TASK: N_("Task"),
    CopyPart.BOOKING: N_("Rooms, cars, interpreters"),
    CopyPart.ESTIMATE: NP_("of money", "Estimate"),
}


@dataclass(frozen=True, slots=True)
class LeftLine:
    """One line, in the reader's language: what it is about, why, and what would do instead."""

    part: str
    name: str
    why: str
    instead: Sequence[str] = ()


def lines_of(view: View, left: Sequence[LeftPart]) -> list[LeftLine]:
    """The lines of what was left."""
    return [
        LeftLine(
            view.say(PARTS[one.what]),
            view.plain(one.name) if one.name and one.what is not CopyPart.TITLE else "",
            view.say(one.why),
            list(dict.fromkeys(_instead(view, other) for other in one.alternatives)),
        )
        for one in left
    ]


def _instead(view: View, one: Alternative) -> str:
    name = view.plain(one.name)
    if one.from_ is None or one.to is None:
        return name
    return f"{name}: {view.times({'from': one.from_, 'to': one.to})}"


def keep(view: View, event_id: str, left: Sequence[LeftPart]) -> None:
    """Keep what was left with the answer to the form, so that the new draft's page can say it."""
    lines = [asdict(one) for one in lines_of(view, left)]
    form_tokens.keep(view, ACTION, event=event_id, left=json.dumps(lines[:MOST_KEPT]), count=str(len(lines)))


@dataclass(frozen=True, slots=True)
class CopiedNotice:
    """What the page of a new draft says of its making: the first lines of what was left, and how many there are."""

    lines: Sequence[LeftLine]
    count: int


def read_notice(view: View, event_id: str) -> CopiedNotice | None:
    """What is to be said on the page a copy led to; None on every other."""
    token = request.args.get("copied", "")
    if not token or request.method == "POST":
        return None
    kept = form_tokens.kept(view, ACTION, token)
    if kept is None or kept["event"] != event_id:
        return None
    return CopiedNotice([LeftLine(**one) for one in json.loads(kept["left"])], int(kept["count"]))
