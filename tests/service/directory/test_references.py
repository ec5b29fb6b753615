"""Every reference to a person or an organisation is known: nothing still names somebody who was merged."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Text, cast, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.accounts import SeedEntry
from models.agreements import Agreement, AgreementBody, AgreementSignatory
from models.base import metadata
from models.database import Database
from models.events import Event
from models.feeds import Feed
from models.files import File, StoredContent
from models.learners import Learner
from models.observances import Observance
from models.projects import Project
from models.vocabulary import LearnerStage, MergedEntity
from service.actions.context import ActionContext
from service.actions.directory import merges, references
from service.actions.reminders import occasion_planning, reminder_planning
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.backup.backup_fixtures import Contents, contents, fill_everything

pytestmark = pytest.mark.both_databases("every column that refers to people and bodies is moved by statements")

ACT = ActionContext(None, NOW, OFFICE)
TOLD = {"audit", "merge"}
"""Tables that tell what was: they name the double for ever."""


def places_of(database: Database, identity: str) -> set[tuple[str, str]]:
    """The columns of any table, by table and name, whose text holds an id."""
    found = set()
    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns if table.name not in TOLD else ():
                holds = select(column).where(cast(column, Text).like(f"%{identity}%")).limit(1)
                if connection.execute(holds).first() is not None:
                    found.add((table.name, column.name))
    return found


def plant(session: Session, entity: MergedEntity, identity: str) -> None:
    """Make every column that may refer to a person or an organisation refer to this one somewhere."""
    connection = session.connection()
    for table_name, column in references.columns_of(entity):
        table = metadata.tables[table_name]
        keys = connection.execute(select(*table.primary_key).where(table.primary_key.columns[0] != identity)).all()
        for key in keys:
            where = [one == value for one, value in zip(table.primary_key, key, strict=True)]
            try:
                with connection.begin_nested():
                    connection.execute(table.update().where(*where).values({column: identity}))
            except IntegrityError:
                continue  # not this row: its kind has no such thing, or it would be its own counterpart
            break


def fixture_rows(session: Session) -> dict[MergedEntity, tuple[str, str]]:
    """Two people and two organisations, with a row wherever something may refer to them: double and who stays."""
    one, other = factories.make_organisation(session), factories.make_organisation(session)
    double = factories.make_person(session, name="Bun Nhông", email="bun@example.org", organisation_id=one.id)
    person = factories.make_person(session, name="Bounnhong", organisation_id=one.id)
    rule = factories.make_rule(session)
    event = factories.make_event(session, head_id=double.id, organisation_id=one.id)
    author = factories.make_user(session)
    session.add(Feed(user_id=author.id, name="Lịch", token_hash="o" * 64, filter={"organisations": [one.id]}))
    for held in session.exec(select(SeedEntry).limit(2)).scalars():  # type: ignore[call-overload]
        held.held = {"person_id": [double.id, double.id], "organisation_id": [one.id, one.id]}
    event.confirmed_values = {"head": [double.id], "organisation_id": one.id}
    factories.make_member(session, event, double)
    factories.make_task(session, event, person_id=double.id)
    factories.make_template(session, person_id=double.id, organisation_id=one.id)
    factories.make_user(session, organisation_id=one.id)
    rule.organisation_id = one.id
    factories.make_organisation(session, successor_id=one.id, ends_on=date(2025, 6, 30))
    session.add(
        Observance(
            name={"vi": "Ngày thành lập"}, organisation_id=one.id, recurs_calendar="solar", recurs_month=8, recurs_day=1
        )
    )
    places = {"given_by": "hai-duong", "host": factories.make_locality(session, "vientiane-province").code}
    session.add(Project(title={"vi": "Trạm xá"}, organisation_id=one.id, beneficiary_id=one.id, **places))
    session.add(Learner(event_id=event.id, person_id=double.id, stage=LearnerStage.LANGUAGE, institution_id=one.id))
    agreement = Agreement(title={"vi": "Bản ghi nhớ"}, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    session.add(agreement)
    session.flush()
    session.add(AgreementBody(agreement_id=agreement.id, organisation_id=one.id))
    session.add(AgreementBody(agreement_id=agreement.id, organisation_id=other.id, position=1))
    session.add(
        AgreementSignatory(
            agreement_id=agreement.id, party="hai-duong", organisation_id=one.id, person_id=double.id, number=1
        )
    )
    session.add(StoredContent(sha256="d" * 64, size=3, stored_at=NOW))
    session.flush()
    session.add(
        File(
            person_id=double.id, title="Ảnh", kind="photo", name="a.png", media_type="image/png", size=3,
            sha256="d" * 64, uploaded_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    return {MergedEntity.PERSON: (double.id, person.id), MergedEntity.ORGANISATION: (one.id, other.id)}


def plan_coming(session: Session) -> None:
    """Plan every event, as whoever made what was planted would have."""
    session.expire_all()
    for event in session.exec(select(Event).order_by(Event.id)).scalars():  # type: ignore[call-overload]
        reminder_planning.plan_event(session, ACT, event)
    occasion_planning.plan(session, ACT)


def without_trace(found: Contents) -> Contents:
    """Rows without what every change leaves: the trail, versions, instants, notes and what waits to be planned."""
    left = {"audit", "merge", "planning_job", "imported_entry"}
    steps = {"version", "updated_at"}
    return {
        name: {key: {one: value for one, value in row.items() if one not in steps} for key, row in rows.items()}
        for name, rows in found.items()
        if name not in left
    }


@pytest.mark.parametrize("entity", list(MergedEntity))
def test_nothing_names_a_double_any_more_and_undoing_restores_every_row(
    database: Database, entity: MergedEntity
) -> None:
    fill_everything(database)
    with database.transaction() as session:
        double, stays = fixture_rows(session)[entity]
        plant(session, entity, double)
        plan_coming(session)
    before, places = contents(database), places_of(database, double)
    assert places >= {*references.columns_of(entity), *references.NAMED[entity]}
    with database.transaction() as session:
        done = merges.merge(session, ACT, entity, double, stays)
        merge_id = done.row.id
    assert places_of(database, double) == set()
    with database.transaction() as session:
        undone = merges.undo(session, ACT, merges.find(session, merge_id))
        assert undone.stayed == []
    assert places_of(database, double) == places
    after, earlier = without_trace(contents(database)), without_trace(before)
    assert after == earlier


@pytest.mark.parametrize("entity", list(MergedEntity))
def test_every_field_says_whether_it_is_filled_or_stays(entity: MergedEntity) -> None:
    model: Any = merges.MODELS[entity]
    machine = {"id", "created_at", "updated_at", "version", "search_text", "results_text", "sort_key"}
    told = {*merges.FILLED[entity], *merges.STAYING[entity]}
    assert told == set(model.model_fields) - machine
    assert set(merges.FILLED[entity]).isdisjoint(merges.STAYING[entity])
