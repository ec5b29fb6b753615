"""What the sources tell of money, goods, buildings and learners stands in the report of its agreement or level too."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from sqlmodel import Session, select

from calendars.documents import agreement_report
from calendars.documents.value import plain, texts
from calendars.documents.wording import Wording
from models.accounts import SeedEntry
from models.agreements import Agreement
from models.database import Database
from models.gifts import Gift
from models.projects import Project
from models.vocabulary import Language
from seed.loader import packaged_files
from service.actions.context import ActionContext
from service.actions.documents.agreement_report import read_agreement_year
from tests.factories import NOW, OFFICE
from tests.seed.conftest import Load

pytestmark = pytest.mark.both_databases("gifts, projects and learners between parties, with and without days")

PAPER, MECHANISMS = "hd-vc-2024-2028", "vn-la-mechanisms-2017-2022"
EDUCATION = "vn-la-education-2021-2030"


@pytest.fixture
def loaded(database: Database, load: Load) -> Iterator[Session]:
    load(packaged_files())
    with database.transaction(write=False) as session:
        yield session


def agreement_of(session: Session, key: str) -> Agreement:
    entry = session.exec(select(SeedEntry).where(SeedEntry.section == "agreements", SeedEntry.key == key)).one()
    return session.get_one(Agreement, entry.entity_id)


def words_of(session: Session, key: str, year: int) -> str:
    report = read_agreement_year(session, ActionContext(None, NOW, OFFICE), agreement_of(session, key), year)
    document = agreement_report.compose(report, Wording((Language.VI,)))
    return "\n".join(plain(one) for one in texts(document))


FACTS: Sequence[tuple[int, str, int, Sequence[str]]] = (
    (11, PAPER, 2026, ("Học sinh tốt nghiệp cấp 3 của Viêng Chăn học tiếng Việt và học nghề, cao đẳng, đại học",)),
    (21, PAPER, 2026, ("Hai cán bộ hoặc học sinh học tiếng Việt cơ bản rồi học văn hóa, nghệ thuật",)),
    # As its project is called: the commitment's title begins otherwise.
    (27, PAPER, 2026, ("Xây Trường THPT Bản Kheun, huyện Thulakhom",)),
    (33, PAPER, 2026, ("Tiền hỗ trợ khuyến học và an sinh xã hội", "100.000.000")),
    (43, PAPER, 2026, ("Nâng cấp cơ sở vật chất Trung tâm Liên doanh Viêng Chăn – Hải Dương",)),
    (45, PAPER, 2026, ("Xây nhà khách Tỉnh ủy Viêng Chăn", "Xây nhà văn hóa thôn, bản Huội Thôn")),
    # What the support of the ceremony was worth is told in the total only.
    (46, PAPER, 2026, ("lễ kỷ niệm 16 năm",)),
    (47, PAPER, 2026, ("Cây giống", "Con giống", "15.000.000.000")),
    (48, PAPER, 2026, ("Máy vi tính", "12 bộ", "Máy in", "12 chiếc", "năm 1984–2009")),
    (50, PAPER, 2026, ("Trang thiết bị, dụng cụ thể dục thể thao",)),
    (57, MECHANISMS, 2021, ("2.650.000", "2.000.000", "1.000.000 liều", "1.700.000")),
)  # fmt: skip
"""The fact's number, its agreement's key, a year of it, and what the report says."""

ELSEWHERE: Mapping[int, str] = {
    44: "the report counts learners: test_students_of_2008_are_counted_in_the_report",
    58: "the scholarships are open commitments: of a year without events the report names their articles only",
    49: "neither money nor goods nor learners are told of the courses: an event of no commitment",
}
"""Fact → why no words of the report are looked for."""

OF_THE_LEDGER = {11, 21, 27, 33, *range(43, 51), 57, 58}
"""The facts that concern money, goods, buildings or learners."""


def test_every_fact_of_the_ledger_is_reported_or_has_a_reason() -> None:
    reported = {number for number, _key, _year, _expected in FACTS}
    assert reported | ELSEWHERE.keys() == OF_THE_LEDGER
    assert not reported & ELSEWHERE.keys()


def test_facts_of_the_ledger_stand_in_the_report(loaded: Session) -> None:
    wrong = []
    for number, key, year, expected in FACTS:
        said = words_of(loaded, key, year)
        wrong += [(number, words) for words in expected if words not in said]
    assert wrong == []


def test_students_of_2008_are_counted_in_the_report(loaded: Session) -> None:
    """Two began, whether they graduated is not told; they belong to no commitment, and to no year of the agreement."""
    report = read_agreement_year(loaded, ActionContext(None, NOW, OFFICE), agreement_of(loaded, PAPER), 2026)
    (students,) = [one for one in report.ledger.besides.learners if one.counts.began]
    assert (students.title, students.counts.began, students.counts.graduated, students.counts.left) == (None, 2, 0, 0)


def test_every_gift_and_project_between_two_parties_is_in_a_report(loaded: Session) -> None:
    """Nothing between an agreement's parties is lost: what belongs to no period stands apart."""
    told = words_of(loaded, PAPER, 2026) + words_of(loaded, MECHANISMS, 2021)
    things = [one.description["vi"] for one in loaded.exec(select(Gift))]
    things += [one.title["vi"] for one in loaded.exec(select(Project))]
    assert len(things) > 5
    assert [one for one in things if one not in told] == []


def test_what_was_given_in_another_period_is_not_counted(loaded: Session) -> None:
    report = read_agreement_year(loaded, ActionContext(None, NOW, OFFICE), agreement_of(loaded, PAPER), 2026)
    (ours,) = [flow.totals.ledger for flow in report.flows if flow.giver == "hai-duong"]
    assert ours.money.as_money() == [{"amount": "100000000", "currency": "VND"}]
    assert (ours.goods.count, ours.goods.unknown) == (1, 1)
