"""The form of placements holds what they are, and says by the name of a control what can't be read."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given

from calendars.placements.proposals import propose
from calendars.placements.values import Carrier, PlacedTable, Placements, Setting, TableForm
from models.errors import Invalid
from models.vocabulary import ResourceType, Side
from service.web.event.placement_form import WHOLE_VISIT, PlacementForm, columns
from tests.calendars.placements.worlds import ITEMS, person, settings


def sent(form: PlacementForm) -> dict[str, str]:
    """What a browser sends of a form that nobody touched."""
    fields = dict(form.values)
    for table in form.tables:
        name = f"table.{table.number}"
        fields |= {f"{name}.item": table.item, f"{name}.name": table.name}
        fields |= {f"{name}.form": table.form, f"{name}.seats": table.seats}
    return fields


@given(settings())
def test_a_proposal_sent_back_untouched_is_the_same(setting: Setting) -> None:
    placed = propose(setting)
    order = {one.id: (one.side is Side.HOST, number) for number, one in enumerate(setting.people)}
    in_order = Placements(
        {car: tuple(sorted(riders, key=order.__getitem__)) for car, riders in placed.vehicles.items()},
        {house: tuple(tuple(sorted(room, key=order.__getitem__)) for room in rooms)
         for house, rooms in placed.rooms.items()},
        placed.tables,
    )  # fmt: skip
    assert PlacementForm.typed(sent(PlacementForm.of(placed, setting)), setting).placements() == in_order


@given(settings())
def test_cars_of_one_column_overlap_each_other(setting: Setting) -> None:
    found = columns(setting.vehicles)
    assert sorted(one.id for column in found for one in column) == sorted(one.id for one in setting.vehicles)
    assert all(one.is_with(other) for column in found for one in column for other in column)


SETTING = Setting([person(0), person(1), person(2)], items=ITEMS)


def form(**fields: str) -> PlacementForm:
    return PlacementForm.typed({name.replace("__", "."): text for name, text in fields.items()}, SETTING)


TABLE = {"table__0__item": "talks", "table__0__name": " Bàn  A ", "table__0__form": "round", "table__0__seats": "5"}


def test_who_has_no_number_gets_the_first_free_seat() -> None:
    typed = form(
        **TABLE, seat__talks__m0__table="0", seat__talks__m1__table="0", seat__talks__m1__seat="1",
        seat__talks__m2__table="", seat__talks__m2__seat="3",
    )  # fmt: skip
    assert typed.placements().tables == (
        PlacedTable("talks", "Bàn A", ("m1", "m0", None, None, None), TableForm.ROUND),
    )


def test_a_seat_beyond_the_last_makes_the_table_longer() -> None:
    typed = form(**TABLE, seat__talks__m0__table="0", seat__talks__m0__seat="7")
    assert typed.placements().tables[0].seats == (None,) * 6 + ("m0",)


def test_tables_taken_out_are_gone_and_new_ones_get_a_number() -> None:
    typed = form(**TABLE, table__0__remove="yes", seat__talks__m0__table="0")
    assert typed.placements().tables == ()
    more = form(**TABLE).with_table("talks", TableForm.LONG, "4").with_table(WHOLE_VISIT, TableForm.ROUND, "")
    assert [(one.number, one.item_id, one.name, one.seats) for one in more.tables] == [
        (0, "talks", "Bàn A", "5"),
        (1, "talks", "2", "4"),
        (2, None, "1", ""),
    ]


def test_rooms_keep_the_order_of_their_numbers_without_gaps() -> None:
    typed = form(room__house__m0="3", room__house__m1="1", room__house__m2=" 3 ", room__other__m0="")
    placed = typed.placements()
    assert placed.rooms == {"house": (("m1",), ("m0", "m2"))}
    assert PlacementForm.of(placed, SETTING).values == {
        "room.house.m0": "2", "room.house.m1": "1", "room.house.m2": "2",
    }  # fmt: skip


@pytest.mark.parametrize(("typed", "is_refused"), [("1", False), ("10", False), ("11", True), ("15", True)])
def test_a_room_beyond_those_booked_is_refused(typed: str, is_refused: bool) -> None:
    nights = datetime(2027, 3, 10, 14), datetime(2027, 3, 12, 12)
    setting = replace(SETTING, rooms=[Carrier("house", {"vi": "Nhà khách"}, ResourceType.LODGING, 10, 2, *nights)])
    sent_form = PlacementForm.typed({"room.house.m0": typed}, setting)
    if is_refused:
        with pytest.raises(Invalid) as refused:
            sent_form.placements()
        assert refused.value.errors["room.house.m0"][0].values["most"] == 10
        assert sent_form.without_rooms().placements().rooms == {}
    else:
        assert sent_form.placements().rooms == {"house": (("m0",),)}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"room__house__m0": "zero"}, {"room.house.m0"}),
        ({"room__house__m0": "0"}, {"room.house.m0"}),
        ({"room__house__m0": "-1"}, {"room.house.m0"}),
        ({"room__house__m0": "1e3"}, {"room.house.m0"}),
        ({"room__house__m0": "٣"}, {"room.house.m0"}),
        ({"room__house__m0": "9" * 5000}, {"room.house.m0"}),
        (TABLE | {"table__0__name": " "}, {"table.0.name"}),
        (TABLE | {"table__0__name": "A" * 61}, {"table.0.name"}),
        (TABLE | {"table__0__seats": "1000"}, {"table.0.seats"}),
        (TABLE | {"seat__talks__m0__table": "0", "seat__talks__m0__seat": "x"}, {"seat.talks.m0.seat"}),
        (
            TABLE
            | {f"seat__talks__m{one}__table": "0" for one in (0, 1)}
            | {f"seat__talks__m{one}__seat": "2" for one in (0, 1)},
            {"seat.talks.m1.seat"},
        ),
    ],
)
def test_what_cant_be_read_is_named(fields: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        form(**fields).placements()
    assert set(refused.value.errors) == wrong


def test_strange_fields_mean_nothing() -> None:
    typed = PlacementForm.typed(
        {"car": "x", "car.": "", "seat.a": "b", "table.x.name": "n", "table.999.name": "n", "room.h.stranger": "1"},
        SETTING,
    )
    assert typed.placements() == Placements()
