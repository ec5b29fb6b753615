"""The gifts of a visit for its papers, for who may read the visit's money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from calendars.documents.facts import GiftFacts, PersonFacts
from models.events import Event
from models.gifts import Gift
from models.vocabulary import Side
from service.actions.documents.day_names import DayNames
from service.actions.ledger import rights
from service.actions.locality_index import LocalityIndex


@dataclass(frozen=True, slots=True)
class GiftReading:
    """The gifts with the ids of the bodies and people in them, before their names are known."""

    rows: Sequence[Gift] = ()

    @classmethod
    def load(cls, session: Session, event: Event) -> "GiftReading":
        """Read them in the order they were entered; one query, none for who may not."""
        if not rights.reads_money(session, event):
            return cls()
        found = select(Gift).where(Gift.event_id == event.id).order_by(col(Gift.created_at), col(Gift.id))
        return cls(session.exec(found).all())

    @property
    def bodies(self) -> set[str]:
        """The ids of the bodies that give or receive."""
        return {one for row in self.rows for one in (row.giver_id, row.receiver_id) if one is not None}

    @property
    def people(self) -> set[str]:
        """The ids of those who receive."""
        return {row.receiver_person_id for row in self.rows if row.receiver_person_id is not None}

    def facts(
        self, session: Session, names: DayNames, lines: LocalityIndex, event: Event, members: Mapping[str, PersonFacts]
    ) -> list[GiftFacts]:
        """The gifts with names of the visit's first day; who is a member as the visit has them."""
        day, hosts = event.first_day, lines.line(event.host)

        def person(identity: str | None) -> PersonFacts | None:
            return members.get(identity or "") or names.person_on(session, identity, day)

        return [
            GiftFacts(
                from_side=Side.HOST if row.given_by in hosts else Side.GUEST,
                description=row.description,
                giver_name=names.name(row.giver_id, day) or names.place(row.given_by, day).name,
                receiver_name=names.name(row.receiver_id, day) or names.place(row.given_to, day).name,
                receiver=person(row.receiver_person_id),
                occasion=row.occasion,
                quantity=row.quantity,
                unit=row.unit,
                value=row.value,
                currency=row.currency,
                is_planned=row.is_planned,
                kept_by=row.kept_by,
            )
            for row in self.rows
        ]
