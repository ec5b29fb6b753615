"""The sides of a visit: told by the locality, each with a head and an order of its own, in lists and their files."""

from typing import Any

import pytest

from models.database import Database
from models.vocabulary import Language
from service.actions.imports.member_list_export import member_sheet
from tests import factories
from tests.service.conftest import Caller

pytestmark = pytest.mark.both_databases("a unique index of a part of the rows")


@pytest.fixture
def scene(database: Database) -> dict[str, str]:
    """A visit of Vientiane Province to Hải Dương; two people of either side."""
    with database.transaction() as session:
        ours = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"}).id
        theirs = factories.make_organisation(session, name={"vi": "Sở Lào"}, locality="vientiane-province").id
        found = {
            "an": factories.make_person(session, name="Nguyễn Văn An", organisation_id=ours).id,
            "binh": factories.make_person(session, name="Trần Thị Bình", organisation_id=ours).id,
            "kham": factories.make_person(
                session, name="Khăm Phăn", name_lo="ຄຳພັນ", name_latin="KHAMPHAN", organisation_id=theirs
            ).id,
            "bun": factories.make_person(session, name="Bun Son", organisation_id=theirs).id,
        }
        return found | {"event": factories.make_event(session).id, "ours": ours}


def add(caller: Caller, scene: dict[str, str], person: str, **values: Any) -> Any:
    return caller.made(f"/events/{scene['event']}/members", {"person_id": scene[person]} | values)


def test_each_side_has_a_head(officer: Caller, scene: dict[str, str]) -> None:
    path = f"/events/{scene['event']}/members"
    assert add(officer, scene, "kham", role="head")["side"] == "guest"
    assert add(officer, scene, "an", role="head")["side"] == "host"
    for body in (
        {"person_id": scene["binh"], "role": "head"},
        {"person_id": scene["binh"], "role": "head", "side": "guest"},
        {"person_id": scene["bun"], "role": "head"},
    ):
        answer = officer.post(path, body)
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"role"}), body
    # Somebody may stand on the other side than where they come from, but not as its second head.
    moved = add(officer, scene, "bun", side="host")
    assert moved["side"] == "host"
    answer = officer.call("PATCH", f"{path}/{moved['id']}", {"role": "head"}, If_Match="*")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"role"})
    answer = officer.post(path, {"person_id": scene["binh"], "side": "left"})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"side"})


def test_nobody_is_tied_with_the_other_side(officer: Caller, scene: dict[str, str]) -> None:
    for person in ("kham", "an", "bun"):
        add(officer, scene, person)
    listed = officer.get(f"/events/{scene['event']}/members").json
    assert {one["person"]["name"]: one["tied"] for one in listed} == {
        "Khăm Phăn": True, "Bun Son": True, "Nguyễn Văn An": False,
    }  # fmt: skip


def test_both_heads_are_part_of_what_was_confirmed(
    officer: Caller, approver: Caller, admin: Caller, scene: dict[str, str]
) -> None:
    event = f"/events/{scene['event']}"
    add(officer, scene, "kham", role="head")
    done = approver.call("POST", f"{event}/transitions", {"to": "confirmed"})
    assert done.status_code == 200, done.text
    assert admin.get(event).json["changed_since_confirmed"] is False
    add(officer, scene, "an", role="head")
    assert admin.get(event).json["changed_since_confirmed"] is True


@pytest.mark.parametrize("language", Language)
def test_a_list_tells_the_side_and_is_taken_in_again_unchanged(
    officer: Caller, scene: dict[str, str], database: Database, language: Language
) -> None:
    add(officer, scene, "kham", role="head")
    add(officer, scene, "an", role="head", counterpart_id=scene["kham"])
    add(officer, scene, "bun", side="host")
    with database.transaction(write=False) as session:
        sheet = member_sheet(session, scene["event"], language)
    text = sheet.decode("utf-8-sig")
    assert "ຄຳພັນ" in text
    assert ("Khăm Phăn" in text) == (language is not Language.LO)
    assert "KHAMPHAN" in text
    path = f"/events/{scene['event']}/members/import"
    sent = {"Authorization": f"Bearer {officer.token}", "Content-Type": "text/csv"}
    answer = officer.client.post(f"/api/v1{path}", data=sheet, headers=sent)
    assert answer.status_code == 200, answer.text
    assert (answer.json["unchanged"], answer.json["added"], answer.json["changed"]) == (3, 0, 0)
    assert all(one["kept"] == [] for one in answer.json["rows"])


def test_a_list_has_one_head_of_each_side(officer: Caller, scene: dict[str, str]) -> None:
    path = f"/api/v1/events/{scene['event']}/members/import"
    sent = {"Authorization": f"Bearer {officer.token}", "Content-Type": "text/csv"}

    def taken(*rows: str) -> Any:
        return officer.client.post(path, data="\n".join(("name,role,organisation,side", *rows)), headers=sent)

    body = "Sở Lào"
    twice = taken(f"KHAMPHAN,head,{body},", f"Bun Son,head,{body},")
    assert set(twice.json["errors"]) == {"rows.3.role"}
    unknown = taken("KHAMPHAN,head,,left")
    assert set(unknown.json["errors"]) == {"rows.2.side"}
    done = taken(f"KHAMPHAN,head,{body},", "Nguyễn Văn An,head,Sở Ngoại vụ,", f"Bun Son,,{body},Bên đón")
    assert done.status_code == 200, done.text
    assert [one["person"] for one in done.json["rows"]] == ["known"] * 3
    listed = officer.get(f"/events/{scene['event']}/members").json
    assert {one["person"]["name"]: (one["role"], one["side"]) for one in listed} == {
        "Khăm Phăn": ("head", "guest"), "Nguyễn Văn An": ("head", "host"), "Bun Son": ("member", "host"),
    }  # fmt: skip
    # Who stands on a side already stays there, whatever the locality tells.
    again = taken(f"Bun Son,head,{body},")
    assert set(again.json["errors"]) == {"rows.2.role"}
