"""Papers of a week, a year and an agreement lead from their pages to files, in each language and format."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from models.agreements import Agreement, Commitment
from models.database import Database
from models.vocabulary import DocumentFormat, DocumentKind, EventKind, Language, Role
from service.web.labels import PAPER_FORMATS, PAPER_LANGUAGES
from tests import factories
from tests.service.web.test_document_template_pages import WORD_ONLY, put_in_use
from tests.service.web.test_pages import Browser, browser, read, signed_in

__all__ = ["browser", "signed_in"]

SignedIn = Callable[..., Browser]


@pytest.fixture
def agreement(database: Database) -> str:
    with database.transaction() as session:
        factories.make_event(session, first_day=date(2027, 4, 6), last_day=date(2027, 4, 7))
        made = Agreement(title={"vi": "Thỏa thuận hợp tác"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31))
        made.parties = ["hai-duong", "vientiane-province"]
        session.add(made)
        session.flush()
        field, title = {"vi": "Xây dựng Đảng"}, {"vi": "Bồi dưỡng cán bộ"}
        session.add(
            Commitment(
                agreement_id=made.id, article="1", field=field, title=title, activity=EventKind.DELEGATION,
                host="hai-duong", guest="vientiane-province",
            )
        )  # fmt: skip
        return made.id


PAGES = {
    "week": ("/week?day=2027-04-06", "/weeks/2027-W14/schedule"),
    "year": ("/calendar?view=year&day=2027-04-06", "/years/2027/delegations"),
    "agreement": ("/agreements/{agreement}", "/agreements/{agreement}/report"),
}
KINDS = {
    "week": DocumentKind.WEEKLY_SCHEDULE,
    "year": DocumentKind.DELEGATION_PLAN,
    "agreement": DocumentKind.AGREEMENT_REPORT,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_leads_to_its_paper(signed_in: SignedIn, agreement: str, name: str) -> None:
    page, paper = (one.format(agreement=agreement) for one in PAGES[name])
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    shown = reader.get(page).text
    read(reader.get(page))
    found = {one.replace("&amp;", "&") for one in re.findall(rf'href="({paper}\.[^"]+)"', shown)}
    assert len(found) == len(PAPER_LANGUAGES) * len(PAPER_FORMATS)
    for address in sorted(found):
        answer = reader.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "private, no-store"
    contents = [reader.get(f"{paper}.{one}").data for one in DocumentFormat]
    assert [content[:4] for content in contents] == [b"PK\x03\x04", b"%PDF", b"PK\x03\x04"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_that_the_template_of_its_paper_is_for_word_only(
    signed_in: SignedIn, agreement: str, database: Database, name: str
) -> None:
    page, kind = PAGES[name][0].format(agreement=agreement), KINDS[name]
    reader = signed_in(Role.VIEWER)
    put_in_use(database, set(DocumentKind) - {kind})
    assert WORD_ONLY not in reader.get(page).text
    put_in_use(database, [kind])
    assert WORD_ONLY in reader.get(page).text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/weeks/2027-W54/schedule.pdf", 404),
        ("/weeks/2027-W14/schedule.odt", 404),
        ("/years/soon/delegations.pdf", 404),
        ("/agreements/none/report.pdf", 404),
        ("/agreements/{agreement}/report.pdf?year=soon", 422),
        ("/agreements/{agreement}/report.pdf?year=1999", 422),
    ],
)
def test_what_is_not_there_is_said_on_a_page(signed_in: SignedIn, agreement: str, address: str, status: int) -> None:
    answer = signed_in(locale=Language.VI).get(address.format(agreement=agreement))
    assert answer.status_code == status
    read(answer)
