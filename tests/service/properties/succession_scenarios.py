"""Attacks by way of who carries on the work of a body: its successor reads what it was in charge of."""

from models.vocabulary import Role
from tests.service.properties.desk import HERE, Desk
from tests.service.properties.scenarios import days_pass, everybody_looks, scenario


@scenario
def a_body_makes_itself_the_successor(desk: Desk) -> None:
    """Of everybody else's, by all roles; and in the other direction, which opens nothing to it."""
    for who in desk.layout.outsiders:
        own = {"ends_on": "2026-01-01", "successor_id": who.organisation_id}
        for body in desk.layout.organisations.values():
            desk.attack(who, "PATCH", f"/organisations/{body}", own)
        made = {"name": {"vi": f"Trung tâm {who.name}"}, "locality": HERE} | own
        desk.attack(who, "POST", "/organisations", made)
    everybody_looks(desk)
    days_pass(desk)


@scenario
def ones_own_body_is_followed_by_the_one_in_charge(desk: Desk) -> None:
    """A body that ends reads nothing of who carries on its work, however long the way."""
    in_charge, own = desk.layout.organisations["a"], desk.layout.organisations["b"]
    end = {"ends_on": "2026-01-01", "successor_id": in_charge}
    for name in ("b officer", f"b {Role.VIEWER}"):
        desk.attack(desk.layout.of(name), "PATCH", f"/organisations/{own}", end)
    done = desk.call(desk.layout.of("office admin"), "PATCH", f"/organisations/{own}", end)
    assert done.status_code == 200, done.text
    everybody_looks(desk)
    days_pass(desk)
