"""The migration of templates of papers: on the way down those that would be lost are named, and stop it."""

import pytest
from sqlmodel import delete, select

from models.database import Database
from models.document_templates import DocumentTemplate
from models.events import Event
from models.migrate import downgrade, upgrade
from models.vocabulary import DocumentKind
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.both_databases("a migration up and down")

BEFORE = "0047"


def test_templates_stop_the_way_down_and_all_else_is_kept(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        identity = factories.make_event(session, title={"vi": "Đoàn vào"}).id
        sent = {"content": b"PK", "size": 2, "sha256": "d" * 64, "uploaded_at": NOW}
        for kind, version in ((DocumentKind.REPORT, 1), (DocumentKind.REPORT, 2), (DocumentKind.GIFTS, 1)):
            session.add(DocumentTemplate(kind=kind, version=version, in_use=False, **sent))
    database.dispose()
    with pytest.raises(RuntimeError, match=r"gifts \(1\), report \(2\)"):
        downgrade(url, BEFORE)
    with database.transaction() as session:
        assert len(session.exec(select(DocumentTemplate)).all()) == 3
        session.execute(delete(DocumentTemplate))
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction() as session:
        assert [event.id for event in session.exec(select(Event))] == [identity]
        assert session.exec(select(DocumentTemplate)).all() == []
