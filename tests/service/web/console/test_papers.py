"""Papers below agreements on a telephone, without script too: nothing is cut off, nobody is kept out."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.agreements import Agreement
from models.database import Database
from models.places import Organisation
from models.vocabulary import AgreementKind, Role
from tests import factories
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture, words

LONG = "Biên bản chuyên đề giữa cơ quan chuyên môn hai bên: kinh tế, đầu tư, nông nghiệp, y tế, giáo dục"


@pytest.fixture
def papers(database: Database) -> list[str]:
    """An agreement, a plan below it, minutes below that, with bodies and signatures."""
    found: list[str] = []
    with database.transaction() as session:
        body = session.exec(select(Organisation)).first() or factories.make_organisation(session)
        for kind in (AgreementKind.AGREEMENT, AgreementKind.PLAN, AgreementKind.MINUTES):
            values: dict[str, Any] = {"starts_on": date(2024, 1, 1), "ends_on": date(2028, 12, 31)}
            one = Agreement(
                kind=kind, title={"vi": f"{LONG} ({kind})"}, parent_id=found[-1] if found else None, **values
            )
            one.parties = ["hai-duong", "vientiane-province"]
            one.bodies = [body.id]
            one.signatories = [{"party": "hai-duong", "name": "Nguyễn Văn Ký", "position": {"vi": LONG}}]
            one.copies, one.copies_note, one.languages = 4, {"vi": LONG}, ["lo", "vi"]
            session.add(one)
            session.flush()
            found.append(one.id)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_pages_and_forms_fit_the_screen(visit: Visit, papers: list[str], size: str, language: str) -> None:
    page = visit(Role.OFFICER, language, size)
    for path in ("/agreements", *(f"/agreements/{one}" for one in papers), f"/administration/agreements/{papers[1]}"):
        page.goto(path)
        assert not is_wider_than_the_screen(page), path
        assert barriers(page) == [], path
        picture(page, f"papers-{size}-{language}-{path.split('/')[-1][-4:]}")
    page.goto(f"/agreements/{papers[1]}")
    for told in (*(f"({kind})" for kind in ("agreement", "plan", "minutes")), "Nguyễn Văn Ký"):
        assert told in words(page)
