"""The migration of profiles: no office gets one, and what would be lost on the way down is named."""

import pytest
from sqlmodel import select

from models.both_sides.office_profiles import OfficeProfile
from models.database import Database
from models.migrate import downgrade, upgrade
from tests import factories

BEFORE = "0053"


@pytest.mark.both_databases("a migration up and down")
def test_profiles_stop_the_way_down(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        factories.make_locality(session)
        session.add(OfficeProfile(code="hai-duong", mail_name="Lễ tân"))
    database.dispose()
    with pytest.raises(RuntimeError, match="1 profiles of offices"):
        downgrade(url, BEFORE)
    with database.transaction() as session:
        session.delete(session.exec(select(OfficeProfile)).one())
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction() as session:
        assert session.exec(select(OfficeProfile)).all() == []
