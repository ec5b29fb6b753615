"""What an office's rules and days off apply to: its own events, for the planner of reminders and for the worker."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session

from models.holidays import OfficeHoliday, office_holidays
from models.queries.offices import Offices
from models.reminders import ReminderRule

_RULE: Table = ReminderRule.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class RuleOffices:
    """Which events reminder rules are about: those of the office that the rule belongs to."""

    offices: Offices = field(default_factory=Offices)
    of_rule: dict[str, str] = field(default_factory=dict)
    """Rule → the code of its office, while there is more than one."""

    @classmethod
    def load(cls, session: Session) -> "RuleOffices":
        """Read the offices, and where there are several those of the rules."""
        offices = Offices.load(session)
        if offices.alone:
            return cls(offices)
        rows = session.connection().execute(select(_RULE.c.id, _RULE.c.office))
        return cls(offices, {row.id: offices.named(row.office) for row in rows})

    def covers(self, rule_id: str, event: Any) -> bool:
        """Whether a rule is about an event (a row with its organisation)."""
        return rule_id not in self.of_rule or self.of_rule[rule_id] == self.offices.of(event.organisation_id)


@dataclass(frozen=True, slots=True)
class OfficeHolidays:
    """The offices' own days off and worked days, by office."""

    offices: Offices
    entries: list[OfficeHoliday]

    @classmethod
    def load(cls, session: Session, offices: Offices | None = None) -> "OfficeHolidays":
        """Read all of them."""
        return cls(Offices.load(session) if offices is None else offices, office_holidays(session))

    def office_of(self, organisation_id: str | None) -> str:
        """The office whose entries count for an event of an organisation, or of none."""
        return self.offices.of(organisation_id)

    def at(self, office: str) -> list[OfficeHoliday]:
        """The entries of an office."""
        if self.offices.alone:
            return self.entries
        return [one for one in self.entries if self.offices.named(one.office) == office]


def default_holidays(session: Session) -> list[OfficeHoliday]:
    """The entries of the default office."""
    found = OfficeHolidays.load(session)
    return found.at(found.offices.default)
