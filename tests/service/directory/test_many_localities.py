"""With the provinces of both countries: conditions stay short, lists and forms usable."""

import re
from collections.abc import Callable
from datetime import date
from itertools import product

import pytest
from sqlalchemy.dialects import sqlite
from sqlmodel import select

from models.agreements import Agreement
from models.database import Database
from models.events import Event
from models.vocabulary import Direction, Role
from seed.reference import add_reference
from service.actions.context import ActionContext
from service.actions.locality_index import DirectionResolver, directed
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]  # fixture

ACT = ActionContext(None, NOW, OFFICE)


@pytest.fixture
def provinces(database: Database, clock: Clock) -> None:
    """The reference data."""
    with database.transaction() as session:
        add_reference(session, ACT)


@pytest.mark.both_databases("the direction as a condition")
def test_the_direction_is_the_same_in_sql_and_in_short(provinces: None, database: Database) -> None:
    sides = ["hai-duong", "hai-phong", "ha-noi", "ha-giang", "vientiane-province", "bokeo", "laos", "vietnam", None]
    with database.transaction() as session:
        made = {
            factories.make_event(session, host=host, guest=guest).id: (host, guest)
            for host, guest in product(sides[:-1], sides)
            if host != guest and host is not None
        }
        session.flush()
        resolver = DirectionResolver.load(session, ACT)
        for wanted in Direction:
            condition = directed(resolver, wanted)
            assert set(session.exec(select(Event.id).where(condition))) == {
                identity for identity, (host, guest) in made.items() if resolver.between(host, guest) is wanted
            }
            written = condition.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
            assert len(written.params) <= 4 * len(resolver.gazetteer.localities)


FORMS = {
    "/administration/agreements/new": "parties",
    "/administration/organisations/new": "locality",
    "/plan?kind=delegation": "partner",
    "/feeds": "localities",
    "/calendar": "locality",
}


@pytest.mark.parametrize("path", list(FORMS))
def test_a_form_offers_parties_of_agreements_first(
    provinces: None, database: Database, signed_in: Callable[..., Browser], path: str
) -> None:
    """Own, twins and parties stand before the eighty others, whatever the alphabet says."""
    with database.transaction() as session:
        agreement = Agreement(title={"vi": "Hợp tác"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31))
        agreement.parties = ["hai-duong", "xieng-khouang"]
        session.add(agreement)
    page = signed_in(Role.ADMIN).get(path).text
    name = FORMS[path]
    field = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.S)
    part = field[0] if field else page
    listed = re.findall(r'value="([a-z-]+)"', part)
    places = [code for code in listed if code in {"xieng-khouang", "an-giang", "attapeu", "hai-phong", "hai-duong"}]
    assert places.index("xieng-khouang") < places.index("an-giang")
    assert places.index("xieng-khouang") < places.index("attapeu")
