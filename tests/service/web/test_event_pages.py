"""A visit's page: each part edited in place, refused with what was typed, kept from those who may not change it."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from sqlalchemy.event import listen, remove
from sqlmodel import SQLModel, col, func, select
from werkzeug.test import TestResponse

from models.accounts import Audit
from models.agreements import Anniversary
from models.database import Database
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event, Performance, TrainingPhase
from models.places import Organisation, Person
from models.reminders import Reminder
from models.resources import Booking
from models.vocabulary import (
    BookingState,
    EventKind,
    EventStatus,
    Language,
    MemberRole,
    ReminderState,
    Role,
    TaskAnchor,
    Visibility,
)
from tests import factories
from tests.service.web.test_booking_pages import halls
from tests.service.web.test_pages import Browser, browser, count_queries, read, signed_in, told, untranslated, words

__all__ = ["browser", "halls", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]


@pytest.fixture
def visit(database: Database) -> str:
    """A planned visit from 2 to 4 December 2026 with two people, an item and a task, its texts without English."""
    with database.transaction() as session:
        event = factories.make_event(
            session,
            title={"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ"},
            location={"vi": "Hội trường", "lo": "ຫໍປະຊຸມ"},
            headcount=12,
        )
        factories.make_member(session, event, factories.make_person(session, name="Trần Lan"), role=MemberRole.HEAD)
        factories.make_member(session, event, factories.make_person(session, name="Lê Minh"))
        session.add(
            ProgrammeItem(
                event_id=event.id, day=date(2026, 12, 3), start_time=time(8), title={"vi": "Hội đàm", "lo": "ພົບປະ"}
            )
        )
        factories.make_task(session, event, title={"vi": "Đặt phòng", "lo": "ຈອງຫ້ອງ"}, due_offset="-P7D")
        return event.id


def told_at(answer: TestResponse) -> str:
    """Where it is told that something was done, without how it is undone."""
    return re.sub(r"&undo=[0-9a-f]{16}", "", answer.headers["Location"])


def one(database: Database, model: type[Any], **values: Any) -> Any:
    """The only row of a table with these values, read and let go."""
    with database.transaction(write=False) as session:
        row = session.exec(select(model).filter_by(**values)).one()
        session.expunge(row)
        return row


def rows_of(database: Database, *models: type[SQLModel]) -> list[list[dict[str, Any]]]:
    """All that stands in some tables."""
    with database.transaction(write=False) as session:
        return [sorted((row.model_dump() for row in session.exec(select(model))), key=repr) for model in models]


def deeds(database: Database) -> list[tuple[str, str]]:
    with database.transaction(write=False) as session:
        return [(one.action, one.entity) for one in session.exec(select(Audit).order_by(col(Audit.id)))]


def form_of(page: TestResponse) -> dict[str, str]:
    """What the open form would send as it stands: the controls of the editor, by name."""
    editor = re.search(r'<div class="card editor">.*?</form>', page.text, re.DOTALL)
    assert editor, "no form is open"
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", editor[0]):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and (' type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    for name, inside in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', editor[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside) or re.search(r'value="([^"]*)"', inside)
        found[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', editor[0], re.DOTALL):
        found[name] = text
    return found


def fill_in(reader: Browser, event_id: str, edit: str, do: str, **typed: str) -> TestResponse:
    """Open a form, type, send: names are the controls', a double underscore for the point."""
    form = form_of(reader.get(f"/events/{event_id}?edit={edit}"))
    changed = {name.replace("__", "."): text for name, text in typed.items()}
    assert set(changed) <= {*form, "is_new", "working_days"}, form.keys()
    return reader.post(f"/events/{event_id}", form | changed | {"do": do})


# Facts


@pytest.mark.both_databases("the choices of the forms")
def test_facts_are_saved_where_they_stand(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader = signed_in(locale=Language.EN)
    answer = fill_in(
        reader, visit, "facts", "facts", title__en="Cadres", headcount="14", budget__amount="100.000.000",
        purpose__vi="Trao đổi", level="working", visibility="public", head_id="trần lan",
    )  # fmt: skip
    assert (answer.status_code, told_at(answer)) == (303, f"/events/{visit}?done=facts#facts")
    event = one(database, Event, id=visit)
    assert event.title == {"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ", "en": "Cadres"}
    assert (event.headcount, event.budget, event.level) == (14, {"amount": "100000000", "currency": "VND"}, "working")
    assert (event.purpose, event.visibility) == ({"vi": "Trao đổi"}, Visibility.PUBLIC)
    assert event.head_id == one(database, Person, name="Trần Lan").id
    assert deeds(database) == [("change", "event")]
    text = words(reader.get(answer.headers["Location"]))
    assert "The facts were saved." in text
    assert "People planned: 12 → 14" in words(reader.get(f"/events/{visit}?show=history"))


def test_what_is_saved_as_it_stands_changes_nothing(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader, before = signed_in(), rows_of(database, Event, Task, Member, ProgrammeItem)
    member, task, item = (one(database, model, **by).id for model, by in (
        (Member, {"role": MemberRole.HEAD}), (Task, {}), (ProgrammeItem, {}))
    )  # fmt: skip
    for edit, do in (
        ("facts", "facts"), ("days", "days"), (f"person:{member}", "change_person"),
        (f"task:{task}", "change_task"), (f"item:{item}", "change_item"),
    ):  # fmt: skip
        assert fill_in(reader, visit, edit, do).status_code == 303, edit
    assert rows_of(database, Event, Task, Member, ProgrammeItem) == before
    assert deeds(database) == []


KINDS: dict[EventKind, tuple[dict[str, str], dict[str, Any]]] = {
    EventKind.DELEGATION: ({"purpose.vi": "Thăm", "level": "high"}, {"purpose": {"vi": "Thăm"}, "level": "high"}),
    EventKind.TRAINING_BATCH: (
        {"subject.en": "Law", "composition": "coach: 1\r\nathlete: 8\r\n"},
        {"subject": {"en": "Law"}, "composition": {"coach": 1, "athlete": 8}},
    ),
    EventKind.ART_TROUPE_VISIT: ({"occasion.vi": "Tết"}, {"occasion": {"vi": "Tết"}}),
    EventKind.ANNIVERSARY: ({"year": "2027"}, {"year": 2027, "ordinal": 43}),
    EventKind.ACTIVITY: ({"activity_type": "fair"}, {"activity_type": "fair"}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.both_databases("the tables of single kinds")
def test_every_kind_has_its_own_fields(signed_in: SignedIn, database: Database, kind: EventKind) -> None:
    with database.transaction() as session:
        own: dict[str, Any] = {"kind": kind}
        if kind is EventKind.ANNIVERSARY:
            founded = Anniversary(title={"vi": "Kết nghĩa"}, origin="1984")
            session.add(founded)
            session.flush()
            own |= {"anniversary_id": founded.id, "year": 2026, "ordinal": 42}
        event_id = factories.make_event(session, **own).id
    typed, wanted = KINDS[kind]
    reader = signed_in()
    fields = {name.split(".")[0] for name in form_of(reader.get(f"/events/{event_id}?edit=facts"))}
    others = {name.split(".")[0] for other, (form, _row) in KINDS.items() if other is not kind for name in form}
    assert fields.isdisjoint(others)
    answer = fill_in(
        reader, event_id, "facts", "facts", **{key.replace(".", "__"): text for key, text in typed.items()}
    )
    assert answer.status_code == 303, answer.text
    event = one(database, Event, id=event_id)
    assert {name: getattr(event, name) for name in wanted} == wanted


@pytest.mark.both_databases("parts are written, changed and deleted")
def test_rows_of_a_table_are_added_changed_and_taken_out(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        batch = factories.make_event(session, kind=EventKind.TRAINING_BATCH).id
        troupe = factories.make_event(session, kind=EventKind.ART_TROUPE_VISIT).id
    reader = signed_in(locale=Language.EN)
    first = {"phases__0__title__vi": "Tiếng Việt", "phases__0__first_day": "2026-12-02"}
    wrong = fill_in(reader, batch, "facts", "facts", **first, phases__0__last_day="2026-12-01")
    assert wrong.status_code == 422
    assert "Phases 1: Last day : The last day can't be before the first day" in words(wrong)
    assert fill_in(reader, batch, "facts", "facts", **first, phases__0__last_day="2026-12-03").status_code == 303
    assert one(database, TrainingPhase).title == {"vi": "Tiếng Việt"}
    second = {"phases__1__title__en": "Degree", "phases__1__first_day": "2026-12-04"}
    assert fill_in(reader, batch, "facts", "facts", **second, phases__1__last_day="2026-12-04").status_code == 303
    emptied = dict.fromkeys((*first, "phases__0__last_day", "phases__0__institution_id"), "")
    assert fill_in(reader, batch, "facts", "facts", **emptied).status_code == 303
    phase = one(database, TrainingPhase)
    assert (phase.title, phase.position) == ({"en": "Degree"}, 0)
    evening = {"performances__0__day": "2026-12-03", "performances__0__time": "19:30"}
    assert fill_in(reader, troupe, "facts", "facts", **evening, performances__0__venue__vi="Nhà hát").status_code == 303
    assert one(database, Performance).time == time(19, 30)


@pytest.mark.parametrize("language", Language)
def test_refused_facts_stand_there_with_the_fields_named(
    signed_in: SignedIn, database: Database, visit: str, language: Language
) -> None:
    reader, before = signed_in(locale=language, name="Lan"), rows_of(database, Event)
    page = fill_in(
        reader, visit, "facts", "facts", title__vi="", title__lo="ຊື່ໃໝ່", headcount="mười", budget__amount="1,5"
    )
    assert page.status_code == 422
    text = words(page)
    for field, sentence in (
        ("Title", "A text in Vietnamese (vi) or English (en) must be there."),
        ("People planned", "Not a whole number."),
        ("Budget", 'Not an amount; write it like "100000000" or "99.50".'),
    ):
        assert f"{told(field, language)} : {told(sentence, language)}" in text
    assert 'value="ຊື່ໃໝ່"' in page.text
    assert 'value="mười"' in page.text
    assert 'aria-invalid="true" aria-describedby="f-headcount-wrong ' in page.text
    if language is not Language.EN:
        assert untranslated(text) == [], text
    assert rows_of(database, Event) == before


def test_stale_form_shows_what_is_now_and_keeps_what_was_typed(
    signed_in: SignedIn, database: Database, visit: str
) -> None:
    reader, other = signed_in(locale=Language.EN), signed_in()
    form = form_of(reader.get(f"/events/{visit}?edit=facts"))
    assert fill_in(other, visit, "facts", "facts", headcount="20").status_code == 303
    page = reader.post(f"/events/{visit}", form | {"do": "facts", "title.vi": "Đoàn khác"})
    assert page.status_code == 412
    assert 'value="Đoàn khác"' in page.text
    text = words(page)
    assert "Somebody changed this in the meantime." in text
    assert "What you typed is still here." in text
    assert "Now it says: 20" in text
    assert "Now it says: Đoàn cán bộ · ຄະນະພະນັກງານ" in text
    assert one(database, Event, id=visit).headcount == 20
    again = reader.post(f"/events/{visit}", form_of(page) | {"do": "facts"})
    assert again.status_code == 303
    event = one(database, Event, id=visit)
    assert (event.title["vi"], event.headcount) == ("Đoàn khác", 12)


# Days


def warnings(page: str) -> list[str]:
    """The warnings a page, or a part of it, tells."""
    found = re.findall(r'<div class="notice warn"><p>\s*(.*?)</p>', page, re.DOTALL)
    return sorted(re.sub(r"<a .*?</a>|<[^>]*>", "", text).strip() for text in found)


@pytest.mark.both_databases("a change is rehearsed in a savepoint")
def test_outlook_is_what_saving_then_does_and_writes_nothing(
    signed_in: SignedIn, database: Database, visit: str, halls: tuple[str, str]
) -> None:
    reader = signed_in(locale=Language.EN)
    with database.transaction() as session:
        factories.make_rule(session, name={"vi": "Trước 7 ngày"})
        factories.make_event(session, first_day=date(2027, 4, 13), last_day=date(2027, 4, 15))
    assert reader.send(f"/events/{visit}", do="book", resource=halls[0]).status_code == 303
    tables = (Event, Task, Member, ProgrammeItem, Booking, Reminder, Audit)
    before = rows_of(database, *tables)
    typed = {"first_day": "2027-04-12", "last_day": "2027-04-14"}
    page = fill_in(reader, visit, "days", "look", **typed)
    assert page.status_code == 200
    assert rows_of(database, *tables) == before
    text = words(page)
    outlook = text[text.index("What it would be") : text.index("Look first")]
    for line in (
        "What it would be: 12–14 April 2027",
        "Public holiday in Laos",
        "The host also receives",
        "Programme items that move along: 1",
        "02/12/2026–04/12/2026 → 12/4/2027–14/4/2027",
        "Đặt phòng : 25 November 2026 → 5 April 2027",
    ):
        assert line in outlook, outlook
    foreseen = warnings(page.text[page.text.index('id="outlook"') : page.text.index('value="look"')])
    saved = fill_in(reader, visit, "days", "days", **typed)
    assert (saved.status_code, told_at(saved)) == (303, f"/events/{visit}?done=days#days")
    assert warnings(reader.get(saved.headers["Location"]).text) == foreseen
    assert len(foreseen) == 3, "two of these days, and that nobody is in charge"
    assert one(database, Task).due_day == date(2027, 4, 5)
    assert one(database, ProgrammeItem).day == date(2027, 4, 13)
    assert one(database, Booking).first_day == date(2027, 4, 12)
    assert deeds(database).count(("change", "event")) == 1


def test_days_on_which_a_booking_does_not_fit_are_refused_with_what_would(
    signed_in: SignedIn, database: Database, visit: str, halls: tuple[str, str]
) -> None:
    reader = signed_in(locale=Language.EN)
    with database.transaction() as session:
        other = factories.make_event(session, first_day=date(2027, 1, 12), last_day=date(2027, 1, 14)).id
    for event_id in (visit, other):
        assert reader.send(f"/events/{event_id}", do="book", resource=halls[0]).status_code == 303
    before = rows_of(database, Event, Booking, Audit)
    typed = {"first_day": "2027-01-12", "last_day": "2027-01-14"}
    looked = fill_in(reader, visit, "days", "look", **typed)
    refused = fill_in(reader, visit, "days", "days", **typed)
    assert (looked.status_code, refused.status_code) == (200, 409)
    for page in (looked, refused):
        assert "is taken by" in words(page)
        assert "Days on which everything would fit:" in words(page)
        assert 'name="first_day" type="date" required value="2027-01-12"' in page.text
    assert rows_of(database, Event, Booking, Audit) == before
    proposed = re.search(r'href="(/events/\w+\?edit=days&amp;first_day=[^"#]*)#days"', refused.text)
    assert proposed
    days = form_of(reader.get(proposed[1].replace("&amp;", "&")))
    assert reader.post(f"/events/{visit}", days | {"do": "days"}).status_code == 303


def test_wrong_days_are_told_at_their_field(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader, before = signed_in(locale=Language.EN), rows_of(database, Event, Audit)
    for do in ("look", "days"):
        page = fill_in(reader, visit, "days", do, last_day="2026-12-01")
        assert page.status_code == 422
        assert "Last day : The last day can't be before the first day" in words(page)
        assert 'id="f-last_day-wrong"' in page.text
    stale = fill_in(reader, visit, "days", "look", version="7")
    assert stale.status_code == 412
    assert rows_of(database, Event, Audit) == before


# People


@pytest.mark.both_databases("people are found by folded names")
def test_person_is_put_on_the_list_changed_and_taken_off(signed_in: SignedIn, database: Database, visit: str) -> None:
    with database.transaction() as session:
        person = factories.make_person(session, name="Bun Vănna").id
    reader = signed_in(locale=Language.EN)
    answer = fill_in(
        reader, visit, "person", "add_person", person_id="bun vanna", role="deputy", counterpart_id="Lê Minh"
    )
    assert (answer.status_code, told_at(answer)) == (303, f"/events/{visit}?done=add_person#people")
    member = one(database, Member, person_id=person)
    assert (member.role, member.counterpart_id) == (MemberRole.DEPUTY, one(database, Person, name="Lê Minh").id)
    text = words(reader.get(answer.headers["Location"]))
    assert "Meets: Lê Minh" in text
    listed = text[text.index("The person is on the list.") :]
    assert listed.index("Trần Lan") < listed.index("Bun Vănna") < listed.index("Lê Minh")
    assert (
        fill_in(reader, visit, f"person:{member.id}", "change_person", role="interpreter", rank="2").status_code == 303
    )
    member = one(database, Member, person_id=person)
    assert (member.role, member.rank) == (MemberRole.INTERPRETER, 2)
    page = reader.get(f"/events/{visit}?edit=person:{member.id}")
    assert "Take Bun Vănna off the list? The person stays known to the office." in words(page)
    assert fill_in(reader, visit, f"person:{member.id}", "remove_person", version="1").status_code == 412
    assert fill_in(reader, visit, f"person:{member.id}", "remove_person").status_code == 303
    assert deeds(database) == [("create", "member"), ("change", "member"), ("delete", "member")]
    assert "Person taken off the list : Bun Vănna" in words(reader.get(f"/events/{visit}?show=history"))


def test_somebody_new_is_made_known_with_it(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader = signed_in(locale=Language.EN)
    unknown = fill_in(reader, visit, "person", "add_person", person_id="Nguyễn Mới", position__vi="Vụ trưởng")
    assert unknown.status_code == 422
    assert "Name : Nobody is known by this name." in words(unknown)
    assert 'value="Vụ trưởng"' in unknown.text
    form = form_of(unknown) | {"do": "add_person", "is_new": "yes", "precedence": "5"}
    assert reader.post(f"/events/{visit}", form).status_code == 303
    person = one(database, Person, name="Nguyễn Mới")
    assert (person.position, person.precedence) == ({"vi": "Vụ trưởng"}, 5)
    assert one(database, Member, person_id=person.id).role is MemberRole.MEMBER
    taken = fill_in(reader, visit, "person", "add_person", person_id="X", is_new="yes", role="head")
    assert taken.status_code == 422
    assert "There is already a head" in words(taken)
    with database.transaction(write=False) as session:
        assert session.exec(select(func.count()).where(Person.name == "X")).one() == 0


def test_name_of_several_people_asks_which(signed_in: SignedIn, database: Database, visit: str) -> None:
    with database.transaction() as session:
        namesakes = [factories.make_person(session, name="Nguyễn Văn An").id for _again in range(2)]
    reader = signed_in(locale=Language.EN)
    asked = fill_in(reader, visit, "person", "add_person", person_id="Nguyễn Văn An")
    assert asked.status_code == 422
    assert "Which of these?" in words(asked)
    form = form_of(asked)
    assert form["person_id.choice"] == ""
    assert (
        reader.post(f"/events/{visit}", form | {"do": "add_person", "person_id.choice": namesakes[1]}).status_code
        == 303
    )
    assert one(database, Member, person_id=namesakes[1]).event_id == visit


@pytest.mark.both_databases("everybody of a name is found by their folded text")
@pytest.mark.parametrize("field", ["person_id", "head_id", "counterpart_id", "task"])
@pytest.mark.parametrize("clone", ["named like the label", "a position like the rest", "same label", "another office"])
def test_a_label_means_whom_it_was_offered_for(
    signed_in: SignedIn, database: Database, visit: str, clone: str, field: str
) -> None:
    """However many others are entered under what stands in it."""
    with database.transaction() as session:
        body = factories.make_organisation(session)
        abroad = factories.make_organisation(session, name=dict(body.name), locality="vientiane-province")
        factories.make_user(session, Role.ADMIN, organisation_id=abroad.id)
        name, position = "Phạm Minh", {"vi": "Chủ tịch"}
        label = f"{name} · {position['vi']} · {body.name['vi']}"
        for _number in range(19):  # with the one who is planted as many as are offered
            factories.make_person(session, name=f"{name} A")
        like: dict[str, Any] = {
            "named like the label": {"name": label, "email": "spy@evil.example"},
            "a position like the rest": {"name": name, "position": {"vi": label.partition(" · ")[2]}},
            "same label": {"name": name, "position": position, "organisation_id": body.id},
            "another office": {"name": name, "position": position, "organisation_id": abroad.id},
        }[clone]
        planted = factories.make_person(session, **like).id
        real = factories.make_person(session, name=name, position=position, organisation_id=body.id)
        other = factories.make_person(session, name="Trần Bình").id
    reader = signed_in(locale=Language.EN)
    if field == "head_id":
        answer = fill_in(reader, visit, "facts", "facts", head_id=label)
    elif field == "task":
        answer = fill_in(reader, visit, "task", "add_task", title__vi="Việc", person_id=label)
    elif field == "counterpart_id":
        answer = fill_in(reader, visit, "person", "add_person", person_id="Trần Bình", counterpart_id=label)
    else:
        answer = fill_in(reader, visit, "person", "add_person", person_id=label)
    if clone == "same label":
        assert answer.status_code == 422
        assert "Which of these?" in words(answer)
        assert all(f"{label} · {one[-6:]}" in answer.text for one in (real.id, planted)), "told apart"
        return
    assert answer.status_code == 303, words(answer)
    with database.transaction(write=False) as session:
        event = session.get_one(Event, visit)
        found = {
            "person_id": lambda: session.exec(
                select(Member.person_id).where(col(Member.person_id).in_([real.id, planted]))
            ).one(),
            "head_id": lambda: event.head_id,
            "counterpart_id": lambda: session.exec(
                select(Member.counterpart_id).where(Member.person_id == other)
            ).one(),
            "task": lambda: session.exec(select(Task.person_id).where(col(Task.person_id).is_not(None))).one(),
        }[field]()
    assert found == real.id


def test_a_choice_counts_only_for_what_was_typed(signed_in: SignedIn, database: Database, visit: str) -> None:
    with database.transaction() as session:
        namesakes = [factories.make_person(session, name="Nguyễn Văn An").id for _again in range(2)]
        meant = factories.make_person(session, name="Trần Bình").id
    reader = signed_in(locale=Language.EN)
    form = form_of(fill_in(reader, visit, "person", "add_person", person_id="Nguyễn Văn An"))
    changed = form | {"do": "add_person", "person_id": "Trần Bình", "person_id.choice": namesakes[0]}
    assert reader.post(f"/events/{visit}", changed).status_code == 303
    assert one(database, Member, person_id=meant).event_id == visit


def test_a_form_keeps_who_stands_in_it(signed_in: SignedIn, database: Database, visit: str) -> None:
    """Though there are two of that label by now."""
    with database.transaction() as session:
        namesakes = [factories.make_person(session, name="Nguyễn Văn An").id for _again in range(2)]
        session.get_one(Event, visit).head_id = namesakes[0]
    reader = signed_in(locale=Language.EN)
    assert fill_in(reader, visit, "facts", "facts", headcount="7").status_code == 303
    assert one(database, Event, id=visit).head_id == namesakes[0]


# Programme


def test_item_is_added_changed_and_taken_out(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader = signed_in(locale=Language.EN)
    answer = fill_in(
        reader,
        visit,
        "item",
        "add_item",
        title__vi="Chiêu đãi",
        day="2026-12-03",
        start_time="07:30",
        place__vi="Nhà hàng",
    )
    assert told_at(answer) == f"/events/{visit}?done=add_item#programme"
    text = words(reader.get(answer.headers["Location"]))
    assert text.index("07:30 Chiêu đãi") < text.index("08:00 Hội đàm")
    item = one(database, ProgrammeItem, start_time=time(7, 30))
    form = form_of(reader.get(f"/events/{visit}?edit=item:{item.id}"))
    changed = form | {"do": "change_item", "travel_minutes": "30"}
    assert reader.post(f"/events/{visit}", changed).status_code == 303
    assert one(database, ProgrammeItem, id=item.id).travel_minutes == 30
    stale = reader.post(f"/events/{visit}", changed | {"travel_minutes": "45"})
    assert stale.status_code == 412
    assert "Now it says: 30" in words(stale)
    for wrong, field in (({"day": "2026-12-09"}, "Day"), ({"end_time": "25:00"}, "Ends at")):
        refused = fill_in(reader, visit, f"item:{item.id}", "change_item", **wrong)
        assert refused.status_code == 422
        assert re.search(f"{field} : (Must lie within the visit|Not a time of day)", words(refused))
    assert fill_in(reader, visit, f"item:{item.id}", "remove_item").status_code == 303
    assert one(database, ProgrammeItem).title["vi"] == "Hội đàm"
    assert deeds(database) == [("change", "programme")] * 3


def test_item_can_be_changed_while_others_lie_outside_the_visit(
    signed_in: SignedIn, database: Database, visit: str
) -> None:
    with database.transaction() as session:
        for day in (8, 9):
            session.add(ProgrammeItem(event_id=visit, day=date(2026, 12, day), title={"vi": f"Ngày {day}"}))
    item = one(database, ProgrammeItem, day=date(2026, 12, 8))
    reader = signed_in(locale=Language.EN)
    assert fill_in(reader, visit, f"item:{item.id}", "change_item", day="2026-12-04").status_code == 303
    assert one(database, ProgrammeItem, id=item.id).day == date(2026, 12, 4)


# Tasks


def test_task_is_added_changed_and_deleted(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader = signed_in(locale=Language.EN)
    with database.transaction() as session:
        office = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"}).id
    answer = fill_in(
        reader,
        visit,
        "task",
        "add_task",
        title__vi="Báo cáo",
        due_offset="5",
        anchor="+departure",
        organisation_id=office,
    )
    assert told_at(answer) == f"/events/{visit}?done=add_task#tasks"
    task = one(database, Task, organisation_id=office)
    assert (task.due_offset, task.anchor, task.due_day) == ("P5D", TaskAnchor.DEPARTURE, date(2026, 12, 9))
    assert form_of(reader.get(f"/events/{visit}?edit=task:{task.id}"))["anchor"] == "+departure"
    both = fill_in(reader, visit, f"task:{task.id}", "change_task", due_on="2026-12-01")
    assert both.status_code == 422
    assert "Give either a day or an offset" in words(both)
    assert (
        fill_in(reader, visit, f"task:{task.id}", "change_task", due_on="2026-12-01", due_offset="").status_code == 303
    )
    task = one(database, Task, id=task.id)
    assert (task.due_on, task.due_offset, task.due_day) == (date(2026, 12, 1), None, date(2026, 12, 1))
    odd = fill_in(reader, visit, f"task:{task.id}", "change_task", due_on="", due_offset="bảy")
    assert odd.status_code == 422
    assert 'value="bảy"' in odd.text
    assert fill_in(reader, visit, f"task:{task.id}", "remove_task").status_code == 303
    assert deeds(database) == [("create", "task"), ("change", "task"), ("delete", "task")]


@pytest.mark.both_databases("parts that are gone")
def test_what_was_typed_outlives_a_task_that_is_gone(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader, other = signed_in(locale=Language.EN), signed_in()
    task = one(database, Task).id
    form = form_of(reader.get(f"/events/{visit}?edit=task:{task}"))
    assert fill_in(other, visit, f"task:{task}", "remove_task").status_code == 303
    page = reader.post(f"/events/{visit}", form | {"do": "change_task", "title.vi": "Viết lại thư mời"})
    assert page.status_code == 404
    assert 'value="Viết lại thư mời"' in page.text
    assert reader.post(f"/events/{visit}", form_of(page) | {"do": "add_task"}).status_code == 303
    assert one(database, Task).title["vi"] == "Viết lại thư mời"


# Bookings


def test_booking_and_giving_back_from_the_page(
    signed_in: SignedIn, database: Database, visit: str, halls: tuple[str, str]
) -> None:
    reader = signed_in(locale=Language.EN)
    assert 'name="resource"' in reader.get(f"/events/{visit}?edit=booking").text
    answer = reader.send(f"/events/{visit}", do="book", resource=halls[0])
    assert told_at(answer) == f"/events/{visit}?done=book#bookings"
    booking = one(database, Booking)
    assert booking.state is BookingState.HELD
    full = reader.send(f"/events/{visit}", do="book", resource=halls[0])
    assert full.status_code == 409
    assert "What would fit instead" in words(full)
    page = reader.get(f"/events/{visit}?edit=booking:{booking.id}")
    assert "Give it back? Others can then have it at once." in words(page)
    assert reader.send(f"/events/{visit}", do="give_back", booking=booking.id).status_code == 303
    assert rows_of(database, Booking) == [[]]
    assert deeds(database) == [("create", "booking"), ("delete", "booking")]


# Deleting


def test_draft_is_deleted_after_saying_what_goes_with_it(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, status=EventStatus.DRAFT, title={"vi": "Bản nháp"})
        factories.make_task(session, event)
        draft, planned = event.id, factories.make_event(session).id
    reader = signed_in(locale=Language.EN)
    text = words(reader.get(f"/events/{draft}"))
    assert "Delete “Bản nháp” for good?" in text
    assert "Tasks: 1" in text
    assert "Delete this event" not in words(reader.get(f"/events/{planned}"))
    assert reader.send(f"/events/{planned}", do="delete", version="1").status_code == 409
    assert reader.send(f"/events/{draft}", do="delete", version="9").status_code == 412
    answer = reader.send(f"/events/{draft}", do="delete", version="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?done=deleted")
    assert "The event was deleted." in words(reader.get(answer.headers["Location"]))
    assert one(database, Event).id == planned
    assert deeds(database) == [("delete", "event")]


# Rights


DEEDS: dict[str, dict[str, str]] = {
    "facts": {"headcount": "99", "version": "1"},
    "days": {"first_day": "2027-01-12", "last_day": "2027-01-14", "version": "1"},
    "look": {"first_day": "2027-01-12", "last_day": "2027-01-14", "version": "1"},
    "add_person": {"person_id": "Mới", "is_new": "yes"},
    "change_person": {"row": "member", "version": "1", "rank": "3"},
    "remove_person": {"row": "member", "version": "1"},
    "add_item": {"title.vi": "X", "day": "2026-12-02"},
    "add_task": {"title.vi": "X"},
    "change_task": {"row": "task", "version": "1", "title.vi": "X"},
    "remove_task": {"row": "task", "version": "1"},
    "delete": {"version": "1"},
}


@pytest.mark.parametrize("do", DEEDS)
def test_who_may_not_change_it_is_refused(signed_in: SignedIn, database: Database, visit: str, do: str) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        event.organisation_id = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"}).id
        event.visibility = Visibility.PUBLIC
        if do == "delete":
            event.status = EventStatus.DRAFT
        stranger = factories.make_organisation(session, name={"vi": "Sở khác"}).id
        session.flush()
        version = str(event.version)
    ids = {"member": one(database, Member, role=MemberRole.HEAD).id, "task": one(database, Task).id}
    form = {name: ids.get(text, text) for name, text in DEEDS[do].items()}
    form |= {"version": version} if form.get("version") and "row" not in form else {}
    tables = (Event, Member, Task, ProgrammeItem, Person, Audit)
    before = rows_of(database, *tables)
    viewer, outsider, officer = (
        signed_in(Role.VIEWER),
        signed_in(organisation_id=stranger),
        signed_in(locale=Language.EN),
    )
    for reader in (viewer, outsider):
        page = reader.get(f"/events/{visit}?edit=facts")
        assert 'class="card editor"' not in page.text
        assert "?edit=" not in page.text.partition("<main")[2]
        refused = reader.send(f"/events/{visit}", do=do, **form)
        assert refused.status_code == 403
        read(refused)
    assert officer.post(f"/events/{visit}", form | {"do": do}).status_code == 403  # without its token
    assert rows_of(database, *tables) == before
    assert officer.send(f"/events/{visit}", do=do, **form).status_code == (200 if do == "look" else 303)
    assert (rows_of(database, *tables) == before) is (do == "look")


def test_organisation_a_task_is_for_may_mark_it_as_done(signed_in: SignedIn, database: Database, visit: str) -> None:
    with database.transaction() as session:
        other = factories.make_organisation(session, name={"vi": "Sở Y tế"}).id
        session.get_one(Event, visit).organisation_id = factories.make_organisation(session).id
        session.exec(select(Task)).one().organisation_id = other
    reader = signed_in(organisation_id=other, locale=Language.EN)
    page = words(reader.get(f"/events/{visit}"))
    assert "Mark as done" in page
    assert "Add a task" not in page
    assert reader.send(f"/events/{visit}", do="task", task=one(database, Task).id, done="yes").status_code == 303
    assert one(database, Task).done


# The page as a whole


def test_warnings_lead_to_where_they_are_mended(signed_in: SignedIn, database: Database, visit: str) -> None:
    with database.transaction() as session:
        other = factories.make_event(session, first_day=date(2026, 12, 3), title={"vi": "Đoàn khác"}).id
        session.add(ProgrammeItem(event_id=visit, day=date(2026, 12, 3), start_time=time(8), title={"vi": "Trùng giờ"}))
    page = signed_in().get(f"/events/{visit}").text
    assert re.search(rf'href="/events/{visit}\?edit=days#days">[^<]', page)
    assert re.search(rf'href="/events/{visit}\?edit=item:\w+#programme">[^<]', page)
    assert f'<a href="/events/{other}">' in page
    assert "?edit=days" not in signed_in(Role.VIEWER).get(f"/events/{visit}").text


def test_contents_count_what_stands_in_each_part(signed_in: SignedIn, database: Database, visit: str) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        factories.make_task(session, event, done=True)
        factories.make_reminder(session, event, state=ReminderState.FAILED)
    page = signed_in(locale=Language.EN).get(f"/events/{visit}").text
    contents = re.search(r'<nav class="contents".*?</nav>', page, re.DOTALL)
    assert contents
    told_there = re.sub(r"<[^>]*>", " ", contents[0])
    assert " ".join(told_there.split()) == (
        "The other side Days and hours Facts Who takes part 2 Programme 1 Rooms, cars, interpreters 0 Tasks 1 open "
        "Reminders 1 failed History"
    )
    assert all(f'id="{part}"' in page for part in re.findall(r'href="#(\w+)"', contents[0]))


@pytest.mark.parametrize("edit", ["facts", "days", "person", "item", "task", "booking"])
def test_no_form_asks_more_for_more_rows(
    signed_in: SignedIn, database: Database, visit: str, halls: tuple[str, str], edit: str
) -> None:
    reader = signed_in()
    counts = []
    for _again in range(2):
        with database.transaction() as session:
            event = session.get_one(Event, visit)
            for number in range(3):
                organisation = factories.make_organisation(session)
                person = factories.make_person(session, organisation_id=organisation.id)
                factories.make_member(session, event, person, counterpart_id=factories.make_person(session).id)
                factories.make_task(session, event, organisation_id=organisation.id, person_id=person.id)
                session.add(ProgrammeItem(event_id=visit, day=date(2026, 12, 3), title={"vi": f"Mục {number}"}))
        counts.append(count_queries(database, lambda: reader.get(f"/events/{visit}?edit={edit}")))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 40


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_forms_speak_the_readers_language(
    signed_in: SignedIn, database: Database, visit: str, halls: tuple[str, str], language: Language
) -> None:
    reader = signed_in(name="Lan", locale=language)
    member, task = one(database, Member, role=MemberRole.HEAD).id, one(database, Task).id
    for edit in ("facts", "days", "person", f"person:{member}", "item", "task", f"task:{task}", "booking"):
        text = words(reader.get(f"/events/{visit}?edit={edit}"))
        assert untranslated(re.sub(r"\((?:Tiếng Việt|ລາວ|English)\)", "", text)) == [], (edit, text)
    looked = fill_in(reader, visit, "days", "look", first_day="2027-04-12", last_day="2027-04-14")
    assert untranslated(words(looked)) == []


@pytest.mark.parametrize("edit", ["nonsense", "person:nobody", "item:nothing", "task:", "facts:x", "booking:nothing"])
@pytest.mark.both_databases("ids that lead nowhere")
def test_nonsense_in_the_address_breaks_nothing(signed_in: SignedIn, visit: str, edit: str) -> None:
    page = signed_in().get(f"/events/{visit}?edit={edit}&first_day=x&day=y&done=z")
    assert page.status_code == 200
    read(page)


def test_organisation_in_charge_can_be_given_away(signed_in: SignedIn, database: Database, visit: str) -> None:
    """Giving it to others ends the right to change it: the page then shows itself without forms."""
    with database.transaction() as session:
        own = factories.make_organisation(session, name={"vi": "Sở Nội vụ"}).id
        other = factories.make_organisation(session, name={"vi": "Sở Y tế"}).id
        session.get_one(Event, visit).organisation_id = own
        session.get_one(Event, visit).visibility = Visibility.PUBLIC
    reader = signed_in(organisation_id=own)
    answer = fill_in(reader, visit, "facts", "facts", organisation_id=other)
    assert answer.status_code == 303
    assert "?edit=" not in reader.get(answer.headers["Location"]).text.partition("<main")[2]
    assert one(database, Organisation, id=other).id == one(database, Event, id=visit).organisation_id


def test_history_tells_of_the_programme_item_by_item(signed_in: SignedIn, database: Database, visit: str) -> None:
    reader = signed_in(locale=Language.EN)
    item = one(database, ProgrammeItem).id
    assert fill_in(reader, visit, f"item:{item}", "change_item", end_time="09:30").status_code == 303
    assert fill_in(reader, visit, f"item:{item}", "remove_item").status_code == 303
    history = words(reader.get(f"/events/{visit}?show=history"))
    history = history[: history.rindex("Excel")]
    history = history[history.rindex("History") :]
    assert re.search("Item taken out: 03/12/2026, 08:00–09:30 – Hội đàm.*Item changed:.*Ends at: – → 09:30", history)


# What is folded


def tables_read(database: Database, ask: Callable[[], TestResponse]) -> tuple[set[str], list[str]]:
    """The tables that an answer reads rows of, and the statements."""
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    listen(database.engine, "before_cursor_execute", note)
    try:
        assert ask().status_code == 200
    finally:
        remove(database.engine, "before_cursor_execute", note)
    return {name for one in statements for name in re.findall(r"(?:FROM|JOIN) (\w+)", one)}, statements


@pytest.mark.both_databases("counts the reminders by their state")
def test_what_is_folded_is_not_read(signed_in: SignedIn, database: Database, visit: str) -> None:
    """The history and the reminders cost nothing until they are opened; how many reminders there are is one count."""
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        for number, state in enumerate((ReminderState.FAILED, ReminderState.PENDING, ReminderState.PENDING)):
            factories.make_reminder(session, event, state=state, recipient=f"reader{number}@example.org")
    reader = signed_in(Role.ADMIN, locale=Language.EN)
    page = f"/events/{visit}"
    _folded, statements = tables_read(database, lambda: reader.get(page))
    assert [one for one in statements if "audit.event_id" in one] == []  # who made accounts is read, for four eyes
    assert [one for one in statements if "reminder.recipient" in one] == []
    text = words(reader.get(page))
    assert "Could not be sent : 1" in text.replace("sent:", "sent :")
    assert "reader0@example.org" not in text
    assert "To be sent: 2" in text
    _shown, statements = tables_read(database, lambda: reader.get(f"{page}?show=history,reminders"))
    assert [one for one in statements if "audit.event_id" in one] != []
    assert [one for one in statements if "reminder.recipient" in one] != []
    assert "reader0@example.org" in words(reader.get(f"{page}?show=reminders"))


def test_unknown_parts_are_ignored(signed_in: SignedIn, visit: str) -> None:
    reader = signed_in(locale=Language.EN)
    page = reader.get(f"/events/{visit}?show=people,everything,{'x' * 3000},history")
    assert page.status_code == 200
    assert "everything" not in page.text.partition("<main")[2]


def test_only_long_lists_are_folded(signed_in: SignedIn, database: Database, visit: str) -> None:
    """A list that would hide two entries is shown whole; nobody clicks for two lines."""
    reader, page = signed_in(locale=Language.EN), f"/events/{visit}"
    for total, shown in ((6, 6), (7, 4), (8, 4)):
        with database.transaction() as session:
            event = session.get_one(Event, visit)
            while len(session.exec(select(Task.id).where(Task.event_id == visit)).all()) < total:
                factories.make_task(session, event)
        assert reader.get(page).text.count('id="task-') == shown, total
    assert "Show all 8 tasks" in words(reader.get(page))
    assert reader.get(f"{page}?show=tasks").text.count('id="task-') == 8


def test_a_hidden_entry_that_is_edited_is_shown(signed_in: SignedIn, database: Database, visit: str) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        tasks = [factories.make_task(session, event, due_on=date(2027, 1, day)).id for day in range(1, 12)]
    reader = signed_in(locale=Language.EN)
    assert f'id="task-{tasks[-1]}"' not in reader.get(f"/events/{visit}").text
    answer = fill_in(reader, visit, f"task:{tasks[-1]}", "change_task", title__en="Last")
    assert answer.headers["Location"].endswith(f"?done=change_task&row={tasks[-1]}#task-{tasks[-1]}")
    assert f'id="task-{tasks[-1]}"' in reader.get(answer.headers["Location"]).text


def test_what_is_open_stays_open(signed_in: SignedIn, database: Database, visit: str) -> None:
    """Every form and link of the page itself carries what the reader opened."""
    reader = signed_in(Role.ADMIN, locale=Language.EN)
    page = reader.get(f"/events/{visit}?show=reminders,history&edit=task")
    own = re.findall(rf'(?:href|action)="(/events/{visit}(?:[?#][^"]*)?)"', page.text.partition("<main")[2])
    lost = [one for one in own if "show=" not in one]
    assert len(own) > 10
    assert lost == []
    answer = fill_in(reader, visit, "task&show=history", "add_task", title__en="Another")
    assert answer.status_code == 303


def test_days_that_a_warning_calls_free_are_filled_in(signed_in: SignedIn, visit: str) -> None:
    """The link of “Free: … to …” opens the form of the days with these days, not with the present ones."""
    page = signed_in(locale=Language.EN).get(f"/events/{visit}")
    advised = re.findall(r'<a href="([^"]*)">Free: (\d+ \w+ \d+) to (\d+ \w+ \d+)\.</a>', page.text)
    assert advised
    for address, *days in advised:
        first, last = (datetime.strptime(day, "%d %B %Y").date() for day in days)
        assert f"edit=days&amp;first_day={first}&amp;last_day={last}#days" in address
        form = form_of(signed_in(locale=Language.EN).get(address.replace("&amp;", "&").partition("#")[0]))
        assert (form["first_day"], form["last_day"]) == (str(first), str(last))


@pytest.mark.both_databases("the last step is read from the trail")
@pytest.mark.parametrize(("to", "told"), [("cancelled", "cancelled it on"), ("postponed", "postponed it on")])
def test_who_called_it_off_when_and_why_stands_at_the_top(
    signed_in: SignedIn, visit: str, database: Database, to: str, told: str
) -> None:
    officer, path = signed_in(locale=Language.EN, name="Nguyễn Thị Lan"), f"/events/{visit}"
    assert told not in words(officer.get(path))
    version = one(database, Event, id=visit).version
    officer.send(path, do="step", to=to, reason="Nhầm chuyến", version=version)
    page = words(officer.get(path))
    assert f"Nguyễn Thị Lan {told}" in page
    assert "Reason: Nhầm chuyến" in page
    if to == "cancelled":
        officer.send(path, do="step", to="planned", version=one(database, Event, id=visit).version)
        assert told not in words(officer.get(path)), "it takes place again"


def test_an_unknown_name_opens_the_form_of_somebody_new_with_the_name(signed_in: SignedIn, visit: str) -> None:
    officer, path = signed_in(locale=Language.EN), f"/events/{visit}"
    closed = officer.get(f"{path}?edit=person").text
    assert re.search(r"<details><summary>Somebody the office does not know yet", closed)
    answer = officer.send(path, do="add_person", person_id="Khăm Phăn", role="member")
    assert answer.status_code == 422
    assert re.search(r"<details open><summary>Somebody the office does not know yet", answer.text)
    assert "Tick this to put “Khăm Phăn” on the list as somebody new." in words(answer)
    assert 'value="Khăm Phăn"' in answer.text
