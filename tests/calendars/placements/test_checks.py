"""Proposals fit by the same checks that warn about what people save; nothing that is gone is shown."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from calendars.placements.checks import names, present, refusals, warnings
from calendars.placements.item_forms import ItemForm
from calendars.placements.proposals import WantedTables, propose, told_by_titles
from calendars.placements.tables import is_seated
from calendars.placements.values import Placements, Setting, at_once, with_another
from models.vocabulary import Language, MemberRole, Side
from tests.calendars.placements.worlds import ITEMS, person, settings

FULL = {"too_few_seats", "too_few_beds", "too_few_rooms", "two_cars", "two_rooms", "two_seats"}


@given(settings())
def test_a_proposal_can_be_saved_and_fits(setting: Setting) -> None:
    placed = propose(setting)
    assert refusals(placed, setting) == {}
    assert {one.code for one in warnings(placed, setting)} & FULL == set()
    assert present(placed, setting) == (placed, [])
    assert propose(setting) == placed
    assert Placements.read(placed.to_json()) == placed


@given(settings(), st.data())
def test_what_is_gone_is_left_out_and_named(setting: Setting, data: st.DataObject) -> None:
    placed = propose(setting)
    people = [one for one in setting.people if data.draw(st.booleans())]
    left = replace(
        setting,
        people=people,
        vehicles=[one for one in setting.vehicles if data.draw(st.booleans())],
        rooms=[one for one in setting.rooms if data.draw(st.booleans())],
        items=[one for one in setting.items if data.draw(st.booleans())],
    )
    shown, told = present(placed, left)
    assert refusals(shown, left) == {}
    assert present(shown, left) == (shown, [])
    assert bool(told) == (shown != placed)
    warnings(shown, left)
    for one in told:
        assert all(one.detail.to(language) and one.advice.to(language) for language in Language)


@given(settings(), st.data())
def test_who_was_forgotten_is_told_where_others_have_a_place(setting: Setting, data: st.DataObject) -> None:
    full = propose(setting)
    some = {one.id for one in setting.people if data.draw(st.booleans())}
    placed = Placements(
        {car: tuple(one for one in riders if one in some) for car, riders in full.vehicles.items()},
        {},
        tuple(
            replace(table, seats=tuple(one if one in some else None for one in table.seats)) for table in full.tables
        ),
    )
    told = {(one.at.partition(".")[0], who) for one in warnings(placed, setting) if one.code == "forgotten"
            for who in one.people}  # fmt: skip
    guests = [one for one in setting.people if one.side is Side.GUEST and one.role is not MemberRole.DRIVER]
    for group in at_once(setting.vehicles):
        riding = {who for one in group for who in placed.vehicles.get(one.id, ())}
        assert not riding or {("vehicles", one.id) for one in guests if one.id not in riding} <= told
    for item in {table.item_id for table in placed.tables}:
        seated = {who for table in placed.tables if table.item_id == item for who in table.seated}
        missing = {("tables", one.id) for one in setting.people if is_seated(one) and one.id not in seated}
        assert not seated or missing <= told
    everywhere = {who for riders in placed.vehicles.values() for who in riders}
    if len(at_once(setting.vehicles)) == 1:
        assert not {("vehicles", who) for who in everywhere} & told
    assert warnings(Placements(), setting) == []


def test_tables_are_set_for_items_whose_titles_say_so() -> None:
    setting = Setting([person(1)], items=ITEMS)
    assert told_by_titles(setting) == [
        WantedTables("talks", ItemForm.SESSION),
        WantedTables("dinner", ItemForm.BANQUET),
    ]
    assert [table.item_id for table in propose(setting).tables] == ["talks", "dinner"]
    assert propose(setting, []).tables == ()


def test_many_names_are_counted() -> None:
    assert names([person(1), person(2)]) == "Người 1, Người 2"
    assert names([person(number) for number in range(14)]).endswith("Người 11, … (+2)")
    assert names([]) == "–"


@given(settings(), st.data())
def test_one_member_takes_the_places_of_another(setting: Setting, data: st.DataObject) -> None:
    """As when two entries of a person become one."""
    placed = propose(setting)
    if len(setting.people) < 2:
        return
    goes, stays = data.draw(st.permutations([one.id for one in setting.people]))[:2]
    after = with_another(placed, goes, stays)
    left = replace(setting, people=[one for one in setting.people if one.id != goes])
    assert refusals(after, left) == {}
    assert f"'{goes}'" not in str(after.to_json())
    for car, riders in placed.vehicles.items():
        assert (stays in after.vehicles[car]) == bool({goes, stays} & set(riders))
    for house, rooms in placed.rooms.items():
        sleeping = [one for room in after.rooms[house] for one in room]
        assert sleeping.count(stays) == any({goes, stays} & set(room) for room in rooms)
    for item in {table.item_id for table in placed.tables}:
        before = [one for table in placed.tables if table.item_id == item for one in table.seated]
        seated = [one for table in after.tables if table.item_id == item for one in table.seated]
        assert seated.count(stays) == bool({goes, stays} & set(before))
        assert goes not in seated
