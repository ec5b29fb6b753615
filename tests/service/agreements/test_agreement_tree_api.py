"""Agreements as a tree, their bodies and signatories, over the API."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from models.agreements import Agreement
from models.database import Database
from models.vocabulary import Role
from tests import factories
from tests.service.agreements.test_progress_api import HD, HP, VC, agreement, merged
from tests.service.conftest import Caller

pytestmark = pytest.mark.both_databases("links between rows of one table, and a lock")

__all__ = ["agreement", "merged"]  # fixtures
Row = dict[str, Any]


def paper(**values: Any) -> Row:
    return {
        "title": {"vi": "Biên bản ghi nhớ"},
        "kind": "memorandum",
        "parties": [HD, VC],
        "starts_on": "2025-01-01",
        "ends_on": "2026-12-31",
    } | values


@pytest.fixture
def bodies(database: Database) -> list[str]:
    with database.transaction() as session:
        return [factories.make_organisation(session, locality=code).id for code in (VC, HD)]


def test_an_agreement_of_an_old_client_differs_by_new_keys_only(agreement: Row) -> None:
    new = {"kind", "parent_id", "bodies", "signatories", "copies_note", "review_on", "records_since"}
    assert new <= agreement.keys()
    assert (agreement["kind"], agreement["parent_id"], agreement["bodies"], agreement["signatories"]) == (
        "agreement", None, [], [],
    )  # fmt: skip


def test_a_memorandum_of_two_departments(
    officer: Caller, database: Database, agreement: Row, bodies: list[str]
) -> None:
    with database.transaction() as session:
        leader = factories.make_person(session, organisation_id=bodies[1]).id
    signed = [
        {"party": HD, "organisation_id": bodies[1], "person_id": leader, "position": {"vi": "Giám đốc"}},
        {"party": VC, "name": "Khăm Phăn"},
    ]
    made = officer.made(
        "/agreements",
        paper(parent_id=agreement["id"], bodies=bodies, signatories=signed, review_on="2026-06-01",
              copies=2, copies_note={"vi": "Mỗi bên giữ một bản"}),
    )  # fmt: skip
    assert (made["kind"], made["parent_id"], made["bodies"]) == ("memorandum", agreement["id"], bodies)
    assert made["signatories"] == [
        {"party": HD, "organisation_id": bodies[1], "person_id": leader, "name": None, "position": {"vi": "Giám đốc"}},
        {"party": VC, "organisation_id": None, "person_id": None, "name": "Khăm Phăn", "position": None},
    ]
    assert (made["review_on"], made["copies_note"]) == ("2026-06-01", {"vi": "Mỗi bên giữ một bản"})
    # In another order, then fewer: what is gone is gone.
    path = f"/agreements/{made['id']}"
    changed = officer.patch(path, {"signatories": signed[::-1], "bodies": bodies[::-1]})
    assert [one["name"] for one in changed.json["signatories"]] == ["Khăm Phăn", None]
    assert changed.json["bodies"] == bodies[::-1]
    fewer = officer.patch(path, {"signatories": signed[1:], "bodies": []}).json
    assert (len(fewer["signatories"]), fewer["bodies"]) == (1, [])
    assert officer.get(path).json == fewer
    trail = officer.get(f"/audit?entity=agreement&entity_id={made['id']}")
    if trail.status_code == 200:
        assert {"signatories", "bodies"} <= {name for row in trail.json for name in row["changes"]}


def test_lists_by_kind_and_by_what_stands_below(officer: Caller, agreement: Row) -> None:
    below = officer.made("/agreements", paper(parent_id=agreement["id"]))
    officer.made("/agreements", paper(kind="minutes"))

    def found(query: str) -> list[str]:
        return [one["id"] for one in officer.get(f"/agreements?{query}").json]

    assert found("kind=memorandum") == [below["id"]]
    assert found(f"parent_id={agreement['id']}") == [below["id"]]
    assert found("kind=plan") == []
    assert officer.get("/agreements?kind=treaty").status_code == 422


def test_a_lost_update_fails(officer: Caller, agreement: Row) -> None:
    path = f"/agreements/{agreement['id']}"
    before = officer.get(path).headers["ETag"]
    officer.patch(path, {"signatories": [{"party": HD, "name": "Một"}]})
    assert officer.get(path).headers["ETag"] != before, "signatories are part of what a change must have seen"
    stale = officer.patch(path, {"signatories": []}, etag=before)
    assert stale.status_code == 412


def test_the_version_grows_if_only_signatories_change(officer: Caller, agreement: Row, database: Database) -> None:
    """At one instant, too: the page's form is refused by it."""
    path, versions = f"/agreements/{agreement['id']}", []
    for signed in ([{"party": HD, "name": "Một"}], [{"party": HD, "name": "Hai"}], []):
        assert officer.patch(path, {"signatories": signed}).status_code == 200
        with database.transaction(write=False) as session:
            versions.append(session.get_one(Agreement, agreement["id"]).version)
    assert versions == sorted(set(versions))


WRONG: list[tuple[Row, list[str]]] = [
    ({"kind": "treaty"}, ["kind"]),
    ({"parent_id": "nothing"}, ["parent_id"]),
    ({"bodies": ["nothing"]}, ["bodies"]),
    ({"signatories": [{"party": HD}]}, ["signatories.0.name"]),
    (
        {"signatories": [{"party": HD, "name": "A", "person_id": "nothing"}]},
        ["signatories.0.name", "signatories.0.person_id"],
    ),
    ({"signatories": [{"party": HD, "name": "A"}, {"party": "laos", "name": "B"}]}, ["signatories.1.party"]),
    ({"signatories": [{"party": HD, "name": "A", "organisation_id": "nothing"}]}, ["signatories.0.organisation_id"]),
    ({"signatories": [{"name": "A"}]}, ["signatories.0.party"]),
    ({"signatories": [{"party": HD, "name": "A", "title": "B"}]}, ["signatories.0.title"]),
    ({"review_on": "2024-12-31"}, ["review_on"]),
]


@pytest.mark.usefixtures("agreement")
@pytest.mark.parametrize(("values", "fields"), WRONG)
def test_a_refusal_names_the_field(officer: Caller, values: Row, fields: list[str]) -> None:
    answer = officer.post("/agreements", paper(**values))
    assert (answer.status_code, sorted(answer.json["errors"])) == (422, fields)


def test_bodies_are_named_once(officer: Caller, bodies: list[str]) -> None:
    answer = officer.post("/agreements", paper(bodies=[bodies[0], bodies[0]]))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["bodies"])


@pytest.mark.parametrize("link", ["parent_id", "predecessor_id"])
def test_no_circles(officer: Caller, agreement: Row, link: str) -> None:
    middle = officer.made("/agreements", paper(**{link: agreement["id"]}))
    last = officer.made("/agreements", paper(**{link: middle["id"]}))
    for wanted in (agreement, middle, last):
        answer = officer.patch(f"/agreements/{agreement['id']}", {link: wanted["id"]})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [link])
    # Elsewhere, and to nothing.
    assert officer.patch(f"/agreements/{last['id']}", {link: agreement["id"]}).status_code == 200
    assert officer.patch(f"/agreements/{last['id']}", {link: None}).json[link] is None


def test_two_at_once_close_no_circle(caller: Callable[..., Caller], agreement: Row) -> None:
    officers = [caller(Role.OFFICER), caller(Role.OFFICER)]
    other = officers[0].made("/agreements", paper())
    answers: list[int] = []

    def put(officer: Caller, one: Row, below: Row) -> None:
        answers.append(officer.patch(f"/agreements/{one['id']}", {"parent_id": below["id"]}).status_code)

    pairs = ((officers[0], agreement, other), (officers[1], other, agreement))
    threads = [Thread(target=put, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 422]


@pytest.mark.usefixtures("merged")
def test_parties_are_those_above_or_some_of_them_under_any_name(officer: Caller, agreement: Row) -> None:
    renamed = officer.made("/agreements", paper(parent_id=agreement["id"], parties=[HP, VC]))
    stranger = officer.post("/agreements", paper(parent_id=agreement["id"], parties=[HD, "laos"]))
    assert (stranger.status_code, list(stranger.json["errors"])) == (422, ["parent_id"])
    path = f"/agreements/{renamed['id']}"
    assert list(officer.patch(path, {"parties": [HP, "laos"]}).json["errors"]) == ["parties"]
    above = officer.patch(f"/agreements/{agreement['id']}", {"parties": [HD, "laos"]})
    assert (above.status_code, list(above.json["errors"])) == (422, ["parties"])
    assert officer.patch(f"/agreements/{agreement['id']}", {"parties": [VC, HD]}).status_code == 200


def test_a_party_that_somebody_signed_for_stays(officer: Caller) -> None:
    made = officer.made("/agreements", paper(signatories=[{"party": VC, "name": "A"}]))
    answer = officer.patch(f"/agreements/{made['id']}", {"parties": [HD, "laos"]})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["parties"])
    both = {"parties": [HD, "laos"], "signatories": [{"party": HD, "name": "A"}]}
    assert officer.patch(f"/agreements/{made['id']}", both).status_code == 200


def test_what_stands_above_or_signed_is_not_deleted(
    admin: Caller, database: Database, agreement: Row, bodies: list[str]
) -> None:
    with database.transaction() as session:
        leader = factories.make_person(session).id
    signed = [{"party": HD, "person_id": leader}]
    below = admin.made("/agreements", paper(parent_id=agreement["id"], bodies=bodies, signatories=signed))
    for path in (f"/agreements/{agreement['id']}", f"/organisations/{bodies[0]}", f"/people/{leader}"):
        answer = admin.delete(path)
        assert (answer.status_code, answer.json["code"]) == (409, "in_use")
    for path in (f"/agreements/{below['id']}", f"/agreements/{agreement['id']}", f"/organisations/{bodies[0]}"):
        assert admin.delete(path).status_code == 204


def test_a_memorandum_opens_no_event_to_its_bodies(
    caller: Callable[..., Caller], officer: Caller, database: Database, agreement: Row, bodies: list[str]
) -> None:
    """Who is named as a body or signs reads of an event what they read before: nothing."""
    with database.transaction() as session:
        owner = factories.make_organisation(session)
        person = factories.make_person(session, organisation_id=bodies[1])
        hidden = factories.make_event(session, organisation_id=owner.id, visibility="internal").id
        signs = person.id
    reader = caller(Role.OFFICER, organisation_id=bodies[1])
    assert reader.get(f"/events/{hidden}").status_code == 404
    memorandum = officer.made(
        "/agreements",
        paper(parent_id=agreement["id"], bodies=bodies, signatories=[{"party": HD, "person_id": signs}]),
    )
    promise = officer.made(
        f"/agreements/{memorandum['id']}/commitments",
        {"article": "1", "field": "Y tế", "title": {"vi": "Trao đổi"}, "activity": "delegation"},
    )
    with database.transaction() as session:
        session.get_one(type(factories.make_event(session)), hidden).commitment_id = promise["id"]
    assert reader.get(f"/events/{hidden}").status_code == 404
    assert hidden not in reader.get("/events").text
    assert hidden not in reader.get(f"/agreements/{memorandum['id']}/progress").text
