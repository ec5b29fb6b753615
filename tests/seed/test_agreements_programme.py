"""The agreements of the packaged programme: their tree, who signed, what fulfils them, and what a fresh board says."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from models.agreements import Agreement, Commitment
from models.database import Database
from models.places import Organisation, Person
from models.vocabulary import EventKind, ProgressState, Role
from seed.loader import packaged_files
from seed.reading import BadFiles
from service.actions.agreements import agreements, progress
from service.actions.agreements.agreement_tree import in_tree_order
from service.actions.context import ActionContext
from tests.factories import NOW, OFFICE, make_user
from tests.seed.conftest import PLACES, Load
from tests.seed.test_loader import edit, kept

pytestmark = pytest.mark.both_databases("the whole seed, and progress over it")

HD, VC = "hai-duong", "vientiane-province"
HN, VCC = "ha-noi", "vientiane-capital"


@pytest.fixture
def programme(database: Database, load: Load) -> Database:
    """A database with the packaged programme."""
    load(packaged_files())
    return database


def by_title(session: Session, part: str) -> Agreement:
    (found,) = [one for one in session.exec(select(Agreement)) if part in one.title["vi"]]
    return found


def named(session: Session, ids: list[str]) -> list[str]:
    return [session.get_one(Organisation, one).name["vi"] for one in ids]


def test_what_the_sources_say_of_the_papers(programme: Database) -> None:
    with programme.transaction(write=False) as session:
        signatures_and_copies(session)
        tree_of_papers(session)
        what_fulfils(session)


def signatures_and_copies(session: Session) -> None:
    found = session.exec(select(Agreement).where(Agreement.signed_on == date(2024, 9, 18))).one()
    assert named(session, found.bodies) == ["Tỉnh ủy Hải Dương", "Tỉnh ủy - Ủy ban chính quyền tỉnh Viêng Chăn"]
    signed = [
        (one["party"], session.get_one(Person, one["person_id"]).name, one["position"]["vi"])
        for one in found.signatories
    ]
    assert signed == [
        (HD, "Trần Đức Thắng", "Bí thư Tỉnh ủy"),
        (VC, "Khăm Phăn Sít Thi Đăm Pha", "Bí thư Tỉnh ủy - Tỉnh trưởng"),
    ]
    assert found.copies_note is not None
    assert found.copies_note["en"] == "Two in Lao and two in Vietnamese, equally valid; each side keeps one of each."


def tree_of_papers(session: Session) -> None:
    found = session.exec(select(Agreement).order_by(Agreement.starts_on, Agreement.id)).all()
    tree = [(branch.depth, branch.agreement.kind.value, branch.agreement.parties) for branch in in_tree_order(found)]
    assert sorted(tree) == sorted([
        (0, "agreement", [HD, VC]),
        (0, "agreement", [HN, VCC]),
        (1, "minutes", [HN, VCC]),
        (0, "agreement", [HD, VC]),
        (1, "memorandum", [HD, VC]),
        (1, "plan", [HD, VC]),
        *3 * [(0, "agreement", ["vietnam", "laos"])],
    ])  # fmt: skip
    memorandum = by_title(session, "hai Sở Y tế")
    assert named(session, memorandum.bodies) == ["Sở Y tế tỉnh Hải Dương", "Sở Y tế tỉnh Viêng Chăn"]
    assert (memorandum.signed_on, memorandum.signatories) == (None, []), "no source says that it was signed"
    assert "dự kiến" in memorandum.title["vi"]
    for one in found:
        assert set(one.title) == {"vi", "lo", "en"}


def what_fulfils(session: Session) -> None:
    narrowed = {
        (one.article, *one.activity_types, *sorted(one.composition.items()))
        for one in session.exec(select(Commitment))
        if one.activity_types or one.composition
    }
    assert narrowed == {("10", "handover"), ("7", ("athlete", 8), ("coach", 1)), ("–", "forum")}
    capitals = session.exec(select(Commitment).where(Commitment.article == "–")).all()
    assert len(capitals) == 8
    assert {one.frequency_type.value for one in capitals} == {"open"}
    # What the drafts of the programme plan fits what was promised.
    every = progress.all_agreements_progress(session, date(2026, 12, 1))
    assert [line.progress.near for one in every for line in one.lines if line.progress.near] == []


DAYS = [date(2024, 1, 1), date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 1)]


def board(session: Session, day: date) -> tuple[set[tuple[str, int]], set[ProgressState]]:
    """What is missed, article and year; and the states of the years before 2026 in which nothing took place."""
    every = [line for one in progress.all_agreements_progress(session, day) for line in one.lines]
    years = [(line, year) for line in every for year in line.progress.years]
    missed = {
        (line.commitment.article, year.year)
        for line, year in years
        if ProgressState.MISSED in (year.state, line.progress.state)
    }
    return missed, {year.state for _line, year in years if year.year < 2026 and not year.event_ids}


def test_a_fresh_board_accuses_nobody(programme: Database) -> None:
    """Whatever the day on which an office begins: nothing is missed that nobody recorded, until a whole year was."""
    for day in DAYS:
        with programme.transaction(write=False) as session:
            assert board(session, day) == (set(), {ProgressState.NO_RECORDS}), day
    with programme.transaction() as session:  # the control: judged from the start
        for one in session.exec(select(Agreement)):
            one.records_since = None
    with programme.transaction(write=False) as session:
        every = progress.all_agreements_progress(session, date(2026, 11, 30))
        assert sum(one.count()["missed"] for one in every) == 9


OLD = (
    PLACES
    + """\
agreements:
  - key: a
    title: {vi: Văn bản hợp tác}
    parties: [hai-duong, vientiane-province]
    starts_on: 2024-01-01
    ends_on: 2028-12-31
    commitments:
      - {key: a/10, article: "10", field: {vi: Hạ tầng}, title: {vi: Trường học}, activity: activity}
"""
)
GAINED = """\
    ends_on: 2028-12-31
    records_since: 2026-11-22
    bodies: [office]
    signatories: [{party: hai-duong, person: an, organisation: office, position: {vi: Bí thư}}]
"""
NEW = (
    ("    ends_on: 2028-12-31\n", GAINED),
    ("activity: activity}", "activity: activity, activity_types: [handover]}"),
)


@pytest.fixture
def old(tmp_path: Path, load: Load) -> Path:
    path = tmp_path / "programme.yaml"
    path.write_text(OLD)
    load(path)
    return path


def both(session: Session) -> tuple[Agreement, Commitment]:
    return session.exec(select(Agreement)).one(), session.exec(select(Commitment)).one()


def test_an_office_of_before_gets_what_the_file_gained(database: Database, old: Path, load: Load) -> None:
    with database.transaction(write=False) as session:
        before = tuple(one.id for one in both(session))
    report = load(edit(old, *NEW))
    assert (report.created, report.changed, report.kept) == (0, 2, ())
    with database.transaction(write=False) as session:
        agreement, commitment = both(session)
        assert (agreement.id, commitment.id) == before, "progress goes on where it was"
        assert (agreement.records_since, commitment.activity_types) == (date(2026, 11, 22), ["handover"])
        assert [session.get_one(Organisation, one).name["vi"] for one in agreement.bodies] == ["Văn phòng"]
        (signed,) = agreement.signatories
        assert session.get_one(Person, signed["person_id"]).name == "Nguyễn Văn An"
    assert load(old).changed == 0


Change = Callable[[Session, ActionContext, Agreement, Commitment], Any]


def another_kind(session: Session, act: ActionContext, agreement: Agreement, commitment: Commitment) -> None:
    agreements.change_commitment(session, act, commitment, {"activity": EventKind.DELEGATION})


def other_records(session: Session, act: ActionContext, agreement: Agreement, commitment: Commitment) -> None:
    agreements.change_agreement(session, act, agreement, {"records_since": date(2024, 1, 1)})


def other_signatures(session: Session, act: ActionContext, agreement: Agreement, commitment: Commitment) -> None:
    signed = [{"party": HD, "name": "Lê Văn Hiệu"}]
    agreements.change_agreement(session, act, agreement, {"signatories": signed})


@pytest.mark.parametrize(
    ("change", "told"),
    [(another_kind, "activity_types, activity"), (other_records, "records_since"), (other_signatures, "signatories")],
)
def test_what_people_changed_stays_and_is_named(
    database: Database, old: Path, load: Load, change: Change, told: str
) -> None:
    with database.transaction() as session:
        change(session, ActionContext(make_user(session, Role.OFFICER), NOW, OFFICE), *both(session))
        expected = [(one.model_dump(exclude={"version", "updated_at"})) for one in both(session)]
        signed = both(session)[0].signatories
    (line,) = kept(load(edit(old, *NEW)), old)
    assert line.endswith(f"Kept as it is here: {told}."), line
    with database.transaction(write=False) as session:
        agreement, commitment = both(session)
        if change is another_kind:
            assert (commitment.activity, commitment.activity_types) == (EventKind.DELEGATION, [])
        elif change is other_records:
            assert agreement.records_since == expected[0]["records_since"] == date(2024, 1, 1)
        else:
            assert agreement.signatories == signed


WRONG = [
    (
        "bodies: [office]",
        "bodies: [offfice]",
        "bodies[0]: There is no “offfice” in organisations. Did you mean office?",
    ),
    ("person: an,", "person: anh,", "signatories[0].person: There is no “anh” in people."),
    ("{party: hai-duong, person", "{party: laos, person", "signatories[0].party: There is no “laos” in localities"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_mistakes_are_told_where_they_are(old: Path, load: Load, right: str, wrong: str, told: str) -> None:
    edit(old, *NEW)
    edit(old, (right, wrong))
    with pytest.raises(BadFiles) as found:
        load(old)
    (problem,) = found.value.problems
    assert told in problem.formatted("en")
