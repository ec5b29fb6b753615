"""On which side of a visit its people stand, when nobody says so: the rule, asked of what is stored."""

from sqlmodel import Session, col, select

from calendars.people.sides import side_of
from models.events import Event
from models.places import Organisation
from models.vocabulary import Side
from service.actions.locality_index import LocalityIndex


class EventSides:
    """The sides of people in one event, as the localities of their organisations tell.

    The rule is :func:`calendars.people.sides.side_of`. One query for the localities, and one for each
    organisation that is asked for.
    """

    def __init__(self, session: Session, event: Event) -> None:
        self._session, self._event = session, event
        self._index: LocalityIndex | None = None
        self._found: dict[str, Side] = {}

    def of(self, organisation_id: str | None) -> Side:
        """The side of people of an organisation; None: of none."""
        if organisation_id is None:
            return Side.GUEST
        if organisation_id not in self._found:
            self._found[organisation_id] = self._told(organisation_id)
        return self._found[organisation_id]

    def _told(self, organisation_id: str) -> Side:
        where = select(Organisation.locality).where(col(Organisation.id) == organisation_id)
        locality = self._session.exec(where).first()
        index = self._index = self._index or LocalityIndex.load(self._session)
        ways = (
            lambda code: index.carrier(code, self._event.first_day),
            lambda code: min(index.line(code)),
            lambda code: index.country_of[code],
        )
        return side_of(locality, self._event.host, self._event.guest, ways)
