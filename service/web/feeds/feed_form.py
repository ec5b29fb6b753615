"""The form of a calendar feed: its values, and parsing a submitted one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from models.feeds import Feed
from models.i18n import N_
from models.vocabulary import Language
from service.web.query_params import whole

PARTS: Mapping[str, str] = {
    "visits": N_("The visits and events themselves"),
    "programme": N_("Programme items, each as an entry of its own"),
    "tasks": N_("Tasks"),
}
"""What a feed shows, by the field that switches it on."""

EXTRAS: Mapping[str, str] = {"lunar": N_("With the lunar date"), "alarms": N_("With alarms")}

_SWITCHES = (*PARTS, *EXTRAS)
_CHOICES = ("kinds", "direction", "localities", "agreements")
"""The lists of a feed's filter that the form shows; others, set over the API, stay as they are."""


@dataclass(frozen=True, slots=True)
class FeedFormValues:
    """What stands in the form, as a browser would send it."""

    name: str
    locale: str
    switches: frozenset[str]
    past_days: str
    expires_on: str
    chosen: Mapping[str, Sequence[str]]

    @property
    def has_more(self) -> bool:
        """Whether one of the choices that are folded away is made."""
        folded = ("localities", "agreements", "direction")
        return any(self.chosen[name] for name in folded) or bool(self.switches & set(EXTRAS))


def fresh(language: Language) -> FeedFormValues:
    """A new calendar: the table's own defaults, in the reader's language."""
    return _kept(Feed(user_id="", name="", locale=language, token_hash=""))


def of_feed(feed: Feed) -> FeedFormValues:
    """A calendar as it is."""
    return _kept(feed)


def typed() -> FeedFormValues:
    """What was sent, to stand in the form again."""
    form = request.form
    return FeedFormValues(
        name=form.get("name", ""),
        locale=form.get("locale", ""),
        switches=frozenset(name for name in _SWITCHES if form.get(name) == "yes"),
        past_days=form.get("past_days", ""),
        expires_on=form.get("expires_on", ""),
        chosen={name: form.getlist(name) for name in _CHOICES},
    )


def wish(feed: Feed | None = None) -> dict[str, Any]:
    """What the sent form asks for, as the API takes it; ``feed`` is the one to change."""
    entries = typed()
    kept = {name: items for name, items in (feed.filter if feed else {}).items() if name not in _CHOICES}
    values: dict[str, Any] = {
        "name": entries.name,
        "locale": entries.locale,
        "filter": kept | {name: list(items) for name, items in entries.chosen.items() if items},
        "expires_on": entries.expires_on or None,
    }
    values |= {name: name in entries.switches for name in _SWITCHES}
    if entries.past_days:
        values["past_days"] = _number(entries.past_days)
    return values


def _number(text: str) -> int | str:
    """The number that was typed; what is none stays as it is, for the schema to refuse."""
    return text if (number := whole(text)) is None else number


def _kept(feed: Feed) -> FeedFormValues:
    return FeedFormValues(
        name=feed.name,
        locale=feed.locale.value,
        switches=frozenset(name for name in _SWITCHES if getattr(feed, name)),
        past_days=str(feed.past_days),
        expires_on=feed.expires_on.isoformat() if feed.expires_on else "",
        chosen={name: list(feed.filter.get(name, ())) for name in _CHOICES},
    )
