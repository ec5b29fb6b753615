"""People, cars, lodging and items in any combination, for properties of placements."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from calendars.placements.values import Carrier, Guest, PlacedItem, Setting
from models.vocabulary import MemberRole, ResourceType, Sex, Side

START = datetime(2027, 3, 10, 8)


@st.composite
def people(draw: st.DrawFn, least: int = 0, most: int = 40) -> list[Guest]:
    """A list in order of precedence, at most one head a side; some meet somebody of the other side."""
    count = draw(st.integers(least, most))
    sides = draw(st.lists(st.sampled_from(Side), min_size=count, max_size=count))
    roles = sorted(
        draw(st.lists(st.sampled_from(MemberRole), min_size=count, max_size=count)), key=list(MemberRole).index
    )
    headed: set[Side] = set()
    found: list[Guest] = []
    for number, (side, role) in enumerate(zip(sides, roles, strict=True)):
        here = MemberRole.DEPUTY if role is MemberRole.HEAD and side in headed else role
        if here is MemberRole.HEAD:
            headed.add(side)
        sex = draw(st.sampled_from([None, *Sex]))
        found.append(Guest(f"m{number}", f"Người {number}", here, side, sex=sex))
    with_counterparts = []
    for one in found:
        others = [other.id for other in found if other.side is not one.side]
        counterpart = draw(st.sampled_from([None, *others])) if others else None
        with_counterparts.append(Guest(one.id, one.name, one.role, one.side, counterpart, one.sex))
    return with_counterparts


@st.composite
def carriers(draw: st.DrawFn, kind: ResourceType, most: int = 6) -> list[Carrier]:
    """Bookings of hours or days, some of unknown seats."""
    found = []
    for number in range(draw(st.integers(0, most))):
        starts = START + timedelta(hours=draw(st.integers(0, 96)))
        ends = starts + timedelta(hours=draw(st.integers(1, 48)))
        seats = draw(st.none() | st.integers(1, 20 if kind is ResourceType.VEHICLE else 4))
        quantity = draw(st.integers(1, 2 if kind is ResourceType.VEHICLE else 8))
        found.append(Carrier(f"{kind.value}{number}", {"vi": f"Số {number}"}, kind, quantity, seats, starts, ends))
    return sorted(found, key=lambda one: (one.starts, one.id))


ITEMS = (
    PlacedItem("talks", date(2027, 3, 10), {"vi": "Hội đàm"}),
    PlacedItem("walk", date(2027, 3, 10), {"vi": "Tham quan"}),
    PlacedItem("dinner", date(2027, 3, 10), {"vi": "Chiêu đãi", "lo": "ງານລ້ຽງ"}),
)


def settings() -> st.SearchStrategy[Setting]:
    """Everything at once."""
    return st.builds(
        Setting,
        people=people(),
        vehicles=carriers(ResourceType.VEHICLE),
        rooms=carriers(ResourceType.LODGING),
        items=st.just(ITEMS),
    )


def person(number: int, **values: Any) -> Guest:
    """A member of the guests, a man, unless something else is said."""
    told = {"role": MemberRole.MEMBER, "side": Side.GUEST, "sex": Sex.MALE} | values
    return Guest(f"m{number}", f"Người {number}", **told)
