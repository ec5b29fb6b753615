"""What the form of an estimate offers: classes, who pays, bodies of the visit, items."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from calendars.estimates.labels import CLASS_NAMES, ITEM_NAMES, UNIT_NAMES, WHO_PAYS_NAMES
from models.events import Event
from models.i18n import N_
from models.places import Organisation
from models.queries.event_parts import tasks_of
from models.vocabulary import NormItem
from service.actions import crud
from service.actions.events.members import positions_of
from service.actions.ledger.estimate_values import EstimateView
from service.web.estimates.form import INVOICED
from service.web.form_fields import Groups
from service.web.view import View, ids


class EstimateChoices:
    """The choices of one visit; bodies are those that take part in it, read once."""

    def __init__(self, view: View, event: Event, estimate: EstimateView) -> None:
        self.view = view
        self.event = event
        self.estimate = estimate

    def of(self, source: str) -> Groups:
        """The choices of a kind."""
        match source:
            case "classes":
                return self._words(CLASS_NAMES)
            case "who_pays":
                return self._words(WHO_PAYS_NAMES)
            case "items":
                return self._words({item: ITEM_NAMES[item] for item in INVOICED})
            case "units":
                return self._words(UNIT_NAMES)
            case "abroad":
                return self._words({item: ITEM_NAMES[item] for item in (NormItem.PER_DIEM, NormItem.LODGING)})
            case "translation":
                say = self.view.say
                return [("", [("into", say(N_("into Vietnamese"))), ("from", say(N_("from Vietnamese")))])]
            case "payers":
                codes = dict.fromkeys(filter(None, (self.event.host, self.event.guest, self.event.funded_by)))
                names = {code: self.view.locality_name(code, self.event.first_day) for code in codes}
                return [("", [(code, self.view.plain(name)) for code, name in names.items()])]
            case _:
                return [("", self._bodies)]

    def _words(self, names: Mapping[Any, Mapping[str, str]]) -> Groups:
        return [("", [(str(word), self.view.plain(name)) for word, name in names.items()])]

    @cached_property
    def _bodies(self) -> list[tuple[str, str]]:
        """The bodies that take part in the visit, and those that pay something already."""
        session = self.view.session
        wanted = ids(
            self.event.organisation_id,
            *(task.organisation_id for task in tasks_of(session, self.event.id)),
            *(seat.organisation_id for seat in positions_of(session, self.event.id)),
            *(line.figures.payer_organisation_id for line in self.estimate.lines),
        )
        found = crud.by_id(session, Organisation, wanted).values()
        named = [(one.id, self.view.plain(one.name)) for one in found]
        return sorted(named, key=lambda one: one[1])
