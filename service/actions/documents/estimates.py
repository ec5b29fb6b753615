"""The estimate of a visit for its papers, for who may read the visit's money; nothing is read for anybody else."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from calendars.documents.facts import EstimateFacts, EstimateLineFacts, PaymentFacts
from calendars.estimates.lines import LineFigures
from models.accounts import User
from models.estimates import Estimate
from models.events import Event
from models.text import LocalizedText
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.documents.day_names import DayNames
from service.actions.ledger import rights
from service.actions.ledger.estimate_reading import approved_lines, approved_terms, view_of
from service.actions.ledger.estimate_values import EstimateView
from service.actions.permissions import Sight


@dataclass(frozen=True, slots=True)
class EstimateReading:
    """An estimate with the ids of the bodies in it, before their names are known; None: there is none to be read."""

    view: EstimateView | None = None
    approved_by: str | None = None
    zone: str = "UTC"

    @classmethod
    def load(cls, session: Session, act: ActionContext, event: Event, sight: Sight) -> "EstimateReading":
        """Read it; a query where there is none, a fixed number where there is one."""
        if sight is not Sight.WHOLE or not rights.reads_money(session, event):
            return cls()
        if session.get(Estimate, event.id) is None:
            return cls()
        view = view_of(session, act, event)
        accounts = crud.by_id(session, User, {view.approved_by}) if view.approved_by else {}
        user = accounts.get(view.approved_by or "")
        return cls(view, user.name if user is not None else None, act.office.timezone)

    @property
    def bodies(self) -> set[str]:
        """The ids of the bodies that pay for lines."""
        lines = [*self.view.figures, *self._approved.values()] if self.view is not None else []
        return {line.payer_organisation_id for line in lines if line.payer_organisation_id is not None}

    @property
    def _approved(self) -> dict[str, LineFigures]:
        """The lines of the latest approved copy by their ids."""
        if self.view is None or not self.view.approvals:
            return {}
        return {line.id or "": line for line in approved_lines(self.view.approvals[-1].content)}

    def facts(self, names: DayNames, event: Event) -> EstimateFacts | None:
        """The estimate with names of the visit's first day."""
        view = self.view
        if view is None:
            return None
        payments: dict[str, list[PaymentFacts]] = defaultdict(list)
        for one in view.payments:
            payments[one.line_id].append(PaymentFacts(one.amount, one.paid_on, one.voucher))
        approved = self._approved
        return EstimateFacts(
            state=view.state,
            lines=[
                EstimateLineFacts(
                    line.figures,
                    line.norm,
                    _payer(names, event, line.figures),
                    tuple(payments.get(line.id, ())),
                    _approved_as(names, event, line.figures, approved.get(line.id)),
                )
                for line in view.lines
            ],
            who_pays=view.who_pays,
            guest_class=view.guest_class,
            class_decided_by=view.class_decided_by,
            approved_by=self.approved_by,
            approved_on=_day(view.approved_at, self.zone),
            settled_on=_day(view.settled_at, self.zone),
            approved_terms=approved_terms(view.approvals[-1].content) if view.approvals else None,
            differs=bool(view.differs),
        )


def _payer(names: DayNames, event: Event, line: LineFigures) -> LocalizedText | None:
    """Who pays for a line: a body, else a locality; None: the body in charge."""
    if line.payer_organisation_id is not None:
        return names.name(line.payer_organisation_id, event.first_day)
    return names.place(line.payer, event.first_day).name if line.payer is not None else None


def _approved_as(
    names: DayNames, event: Event, line: LineFigures, approved: LineFigures | None
) -> EstimateLineFacts | None:
    """A line as it was approved, where it is for something else now, or paid by somebody else."""
    if approved is None or all(getattr(line, name) == getattr(approved, name) for name in _WORDS):
        return None
    return EstimateLineFacts(approved, payer=_payer(names, event, approved))


_WORDS = ("item", "description", "payer", "payer_organisation_id")


def _day(at: datetime | None, zone: str) -> date | None:
    """The office's day of an instant."""
    return None if at is None else at.astimezone(ZoneInfo(zone)).date()
