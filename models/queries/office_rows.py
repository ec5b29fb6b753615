"""What an office's rules, days off and clock apply to: its own events and tasks, for who plans and who sends."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlmodel import Session

from models.holidays import OfficeHoliday, office_holidays
from models.queries.office_profiles import OfficeProfiles
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
    def load(cls, work: Session | Connection) -> "RuleOffices":
        """Read the offices, and where there are several those of the rules."""
        offices = Offices.load(work)
        if offices.alone:
            return cls(offices)
        connection = work if isinstance(work, Connection) else work.connection()
        rows = connection.execute(select(_RULE.c.id, _RULE.c.office))
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


@dataclass(frozen=True, slots=True)
class OfficeZones:
    """By whose clock the tasks of events are due: that of the office of whoever does them.

    ``default`` is the zone of the default office (``DESK_TIMEZONE``), ``of_office`` those of the others.
    """

    offices: Offices
    default: str
    of_office: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, default: str, offices: Offices | None = None) -> "OfficeZones":
        """Read the zones of the offices: no query while there is only the default one and ``offices`` are given."""
        offices = Offices.load(session) if offices is None else offices
        if offices.alone:
            return cls(offices, default)
        profiles = OfficeProfiles.load(session, offices)
        return cls(offices, default, {office: profiles.zone(office, default) for office in offices.others})

    def of_task(self, task: Any, event: Any) -> str:
        """The zone a task is due in: of its organisation's office, else of its person's, else of its event's."""
        doer = task.organisation_id or task.person_organisation_id or event.organisation_id
        return self.of_office.get(self.offices.of(doer), self.default)
