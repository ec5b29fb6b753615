"""The migration of projects: files keep what they belong to, and what would be lost on the way down is named."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from models.database import Database
from models.files import File, StoredContent
from models.migrate import downgrade, upgrade
from models.projects import Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.both_databases("a migration up and down, and the CHECK of what a file belongs to")

BEFORE = "0051"
TOLD = {"title": "Biên bản", "kind": "signed", "name": "a.pdf", "media_type": "application/pdf", "size": 5}


def test_projects_and_their_files_stop_the_way_down_and_other_files_stay(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        event = factories.make_event(session)
        project = Project(title={"vi": "Trường"}, given_by="hai-duong", host="vientiane-province")
        session.add_all([project, StoredContent(sha256="e" * 64, size=5, stored_at=NOW)])
        session.flush()
        kept = File(event_id=event.id, sha256="e" * 64, uploaded_at=NOW, **TOLD)
        session.add_all([kept, File(project_id=project.id, sha256="e" * 64, uploaded_at=NOW, **TOLD)])
        project.milestones = [{"title": {"vi": "Khởi công"}, "day": date(2027, 1, 1)}]
        kept_id = kept.id
    database.dispose()
    with pytest.raises(RuntimeError, match="1 projects, 1 files of projects"):
        downgrade(url, BEFORE)
    with database.transaction() as session:
        session.delete(session.exec(select(Project)).one())
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction() as session:
        assert [one.id for one in session.exec(select(File))] == [kept_id]
        assert session.exec(select(Project)).all() == []


def test_a_file_belongs_to_one_thing(database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        project = Project(title={"vi": "Trường"}, given_by="hai-duong", host="vientiane-province")
        session.add_all([project, StoredContent(sha256="e" * 64, size=5, stored_at=NOW)])
        session.flush()
        for about in ({}, {"event_id": event.id, "project_id": project.id}, {"project_id": "0" * 26}):
            with pytest.raises(IntegrityError):
                _add(session, about)
        _add(session, {"project_id": project.id})


def _add(session: Session, about: dict[str, str]) -> None:
    with session.begin_nested():
        session.add(File(sha256="e" * 64, uploaded_at=NOW, **about, **TOLD))
        session.flush()
