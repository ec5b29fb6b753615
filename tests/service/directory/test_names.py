"""Names in the reader's script in calendars, warnings and mails; where there is no other name nothing changes."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest

from models.database import Database
from models.vocabulary import Language, ReminderPurpose, Role
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock


@pytest.fixture
def scene(database: Database) -> dict[str, str]:
    """Two visits on the same days with the same two people; each has a task in the first."""
    with database.transaction() as session:
        kham = factories.make_person(session, name="Khăm Phăn", name_lo="ຄຳພັນ", name_latin="KHAMPHAN")
        plain = factories.make_person(session, name="Trần Thị Bình")
        first, second = factories.make_event(session), factories.make_event(session)
        for person in (kham, plain):
            factories.make_task(session, first, person_id=person.id, due_on=date(2026, 11, 20))
            for event in (first, second):
                factories.make_member(session, event, person)
        return {"event": first.id, "kham": kham.id, "plain": plain.id}


@pytest.mark.parametrize(("language", "name"), [("vi", "Khăm Phăn"), ("lo", "ຄຳພັນ"), ("en", "Khăm Phăn")])
def test_calendars_and_warnings(caller: Callable[..., Caller], scene: dict[str, str], language: str, name: str) -> None:
    admin = caller(Role.ADMIN, locale=Language(language))
    feed = admin.made("/feeds", {"name": "Lịch", "tasks": True, "locale": language})
    text = admin.client.get(urlsplit(feed["url"]).path).get_data(as_text=True).replace("\r\n ", "")
    assert f": {name}\\n" in text
    assert ": Trần Thị Bình\\n" in text
    assert "KHAMPHAN" not in text
    warned = admin.get(f"/delegations/{scene['event']}").json["conflicts"]
    told = " ".join(one["detail"] for one in warned if one["code"] == "person_double_committed")
    assert name in told
    assert "Trần Thị Bình" in told


def test_a_new_spelling_reaches_calendars_at_once(admin: Caller, scene: dict[str, str]) -> None:
    feed = admin.made("/feeds", {"name": "Lịch", "tasks": True, "locale": "lo"})
    path = urlsplit(feed["url"]).path
    before = admin.client.get(path).get_data(as_text=True)
    assert "ບິນ" not in before
    assert admin.patch(f"/people/{scene['plain']}", {"name_lo": "ບິນ"}).status_code == 200
    assert "ບິນ" in admin.client.get(path).get_data(as_text=True).replace("\r\n ", "")


@pytest.mark.parametrize(("language", "name"), [("vi", "Khăm Phăn"), ("lo", "ຄຳພັນ")])
def test_the_digest_names_who_is_late(
    database: Database, scene: dict[str, str], clock: Clock, settings: Settings, language: str, name: str
) -> None:
    writer = OfficeMailWriter(settings.office, settings.secret_key)
    with database.transaction() as session:
        reader = factories.make_user(session, Role.ADMIN, locale=Language(language), daily_digest=True)
        mail = writer.write(session, ReminderPurpose.DIGEST, reader.email, clock.now, clock.now)
    assert name in str(mail)
    assert "KHAMPHAN" not in str(mail)
