"""The migration that takes "(draft)" out of the seed's titles: an office's own titles stay, and nobody is told."""

from typing import Any

import pytest
from sqlmodel import select

from models.accounts import SeedEntry
from models.database import Database
from models.events import Event
from models.feeds import IcalFragment
from models.migrate import downgrade, upgrade
from models.reminders import Reminder
from models.vocabulary import Language, Role
from service.actions.context import ActionContext
from service.actions.events import events
from tests import factories

BEFORE = "0025"
DRAFT = {"vi": "Họp hai bên (dự thảo)", "lo": "ກອງປະຊຸມ (ຮ່າງ)", "en": "Meeting (draft)"}
SHORT = {"vi": "Họp hai bên", "lo": "ກອງປະຊຸມ", "en": "Meeting"}


def seeded(session: Any, **values: Any) -> Event:
    event = factories.make_event(session, **values)
    session.add(SeedEntry(section="events", key=event.id, entity_id=event.id, digest=""))
    return event


@pytest.mark.both_databases("a migration over JSON columns")
def test_only_titles_that_are_still_the_seeds_become_shorter(database: Database) -> None:
    with database.transaction() as session:
        of_seed = seeded(session, title=DRAFT, confirmed_values={"title": DRAFT, "headcount": 12})
        plain = seeded(session, title={"vi": "Đã thống nhất"})
        own = factories.make_event(session, title=DRAFT)  # nobody's but the office's
        renamed = seeded(session, title={"vi": "Họp (dự thảo)"})
        act = ActionContext(factories.make_user(session, Role.ADMIN), factories.NOW, factories.OFFICE)
        session.flush()
        session.expire(renamed)
        events.change_event(
            session, act, events.find_event(session, renamed.id), {"title": {"vi": "Họp lớn (dự thảo)"}}
        )
        for event in (of_seed, plain):
            session.add(
                IcalFragment(
                    event_id=event.id, language=Language.VI, part="visit", fingerprint="", digest="", zone="",
                    body=b"", rendered_at=factories.NOW,
                )
            )  # fmt: skip
        ids = [one.id for one in (of_seed, plain, own, renamed)]
        known = {one.id: (one.sequence, one.updated_at, one.version) for one in (of_seed, plain, own, renamed)}
    database.dispose()
    url = database.url.render_as_string(hide_password=False)
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction(write=False) as session:
        found = [session.get_one(Event, one) for one in ids]
        assert [one.title for one in found] == [SHORT, {"vi": "Đã thống nhất"}, DRAFT, {"vi": "Họp lớn (dự thảo)"}]
        assert {one.id: (one.sequence, one.updated_at, one.version) for one in found} == known
        assert found[0].confirmed_values == {"title": SHORT, "headcount": 12}
        assert "du thao" not in found[0].search_text
        assert "hop hai ben" in found[0].search_text
        assert [one.event_id for one in session.exec(select(IcalFragment)).all()] == [ids[1]]
        assert session.exec(select(Reminder)).all() == []
