"""The form of a calendar feed: its values, and parsing a submitted one."""

from collections.abc import Mapping
from typing import Any

from flask import request

from models.feeds import Feed
from models.i18n import N_
from models.vocabulary import EventKind
from service.actions.agreements.agreement_queries import AGREEMENT_ORDER_LATEST, all_agreements
from service.actions.feeds import feed_filters
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.forms import FormRefusal
from service.web.labels import DIRECTIONS, FEED_EXTRAS, FEED_PARTS
from service.web.language import SELF_NAMES
from service.web.view import View

MOST_DAYS = 36_500
SPECS = (
    FieldSpec("name", label=N_("Name"), is_required=True, length=200),
    FieldSpec("locale", FieldType.CHOICE, N_("Language of the events"), choices="languages", is_required=True),
    *(FieldSpec(name, FieldType.FLAG, label) for name, label in FEED_PARTS.items()),
    FieldSpec("kinds", FieldType.MANY, N_("Kinds; none ticked means all"), choices="kinds"),
    FieldSpec("direction", FieldType.MANY, N_("Direction; none ticked means all"), choices="directions"),
    FieldSpec("localities", FieldType.MANY, N_("Host or guest; none ticked means all"), choices="localities"),
    FieldSpec("agreements", FieldType.MANY, N_("Agreements; none ticked means all events"), choices="agreements"),
    *(FieldSpec(name, FieldType.FLAG, label) for name, label in FEED_EXTRAS.items()),
    FieldSpec(
        "past_days", FieldType.NUMBER, N_("Days of the past it keeps"), is_required=True, least=0, most=MOST_DAYS
    ),
    FieldSpec("expires_on", FieldType.DAY, N_("Works until (empty: without end)")),
)
_LISTS = tuple(spec.name for spec in SPECS if spec.type is FieldType.MANY)
"""The lists of a feed's filter that the form shows; others, set over the API, stay as they are."""

_FOLDED = ("localities", "agreements", "direction", *FEED_EXTRAS)


class FeedForms:
    """The forms of a page: one for each calendar, one for another; what they offer is read once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.agreements = {one.id: one.title for one in all_agreements(view.session, AGREEMENT_ORDER_LATEST)}
        known = view.compass.gazetteer.localities
        self.localities = {code: view.plain(known[code].name) for code in view.places_in_order}
        self.directions = {word.value: view.say(told) for word, told in DIRECTIONS.items()}
        self._choices: Mapping[str, Mapping[str, str]] = {
            "languages": {str(language): own for language, own in SELF_NAMES.items()},
            "kinds": {kind.value: view.kind(kind) for kind in EventKind},
            "directions": self.directions,
            "localities": self.localities,
            "agreements": {identity: view.text(title) for identity, title in self.agreements.items()},
        }

    def form(self, feed: Feed, *, refusal: FormRefusal | None = None) -> BoundForm:
        """The form of a calendar as it is, or with what was typed and refused."""
        return BoundForm(
            self.view,
            SPECS,
            {spec.name: getattr(feed, spec.name) for spec in SPECS if spec.name not in _LISTS}
            | told_filter(self.view, feed),
            choices=lambda name: [("", list(self._choices[name].items()))],
            typed=request.form if refusal else None,
            refusal=refusal,
            prefix=f"{feed.id}-" if feed.user_id else "",
        )

    def new(self, *, refusal: FormRefusal | None = None) -> BoundForm:
        """The form of another calendar: the table's own defaults, in the reader's language."""
        return self.form(Feed(user_id="", name="", locale=self.view.language, token_hash=""), refusal=refusal)


def is_unfolded(form: BoundForm) -> bool:
    """Whether one of the choices that are folded away is made, or wrong."""
    return any(form[name].chosen for name in _FOLDED) or any(form[name].errors for name in ("past_days", "expires_on"))


def told_filter(view: View, feed: Feed) -> dict[str, Any]:
    """A feed's filter as the reader's office says it."""
    return feed_filters.told(feed.filter, view.act.office.locality)


def wish(view: View, feed: Feed | None = None) -> dict[str, Any]:
    """What the sent form asks for, as the API takes it; ``feed`` is the one to change."""
    values = values_of(SPECS, request.form)
    chosen = {name: values.pop(name) for name in _LISTS}
    kept = {name: items for name, items in (told_filter(view, feed) if feed else {}).items() if name not in _LISTS}
    return values | {"filter": kept | {name: items for name, items in chosen.items() if items}}
