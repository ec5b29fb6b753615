"""The pages of projects: entered, read, changed by forms without script, and by whom."""

import re
from collections.abc import Callable
from typing import Any

from models.agreements import Commitment
from models.database import Database
from models.vocabulary import Role, Visibility
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.ledger.promises import counted, make_handover, promise
from tests.service.ledger.test_projects_api import SCHOOL
from tests.service.web.test_pages import Browser, signed_in, words

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]


def version_of(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the texts and hidden fields of the page's forms."""
    inputs = re.findall(r"<input [^>]*>", page)
    found = {}
    for one in inputs:
        name, value = re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)
        if name and value and name[1] != "csrf":
            found[name[1]] = value[1]
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_a_project_is_entered_and_changed_without_script(
    signed_in: SignedIn, officer: Caller, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "vientiane-province")
    browser = signed_in(Role.OFFICER)
    answer = browser.send(
        "/projects/new", **{"title.vi": "Trường Bản Kheun", "given_by": "hai-duong", "host": "vientiane-province"},
        **{"total.amount": "15.000.000.000", "total.currency": "VND", "sources.0.amount.currency": "VND"},
        **{"milestones.0.title.vi": "Khởi công", "milestones.0.day": "2026-03-01", "milestones.0.percent": "5"},
        **{"milestones.0.done_on": "2026-03-08", "disbursements.0.amount.currency": "VND"},
        **{"disbursements.0.amount.amount": "4.000.000.000", "disbursements.0.paid_on": "4/2026"},
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    (made,) = officer.get("/projects").json
    assert (made["total"]["amount"], made["state"], made["percent_done"]) == ("15000000000", "under_way", 5)
    assert (made["disbursements"][0]["paid_on"], made["sources"]) == ("2026-04", [])
    path = f"/projects/{made['id']}"
    clock.move(seconds=1)
    page = browser.get(path).text
    assert "Khởi công" in page
    assert "4.000.000.000" in page
    assert 'value="4/2026"' in page
    assert 'name="description.vi"' in page
    sent = form_of(page) | {"milestones.1.title.vi": "Xong mái", "milestones.1.day": "2027-05-01"}
    assert browser.send(path, **sent).status_code == 303
    changed = officer.get(path).json
    assert [one["title"]["vi"] for one in changed["milestones"]] == ["Khởi công", "Xong mái"]
    assert changed["milestones"][0] == made["milestones"][0]
    assert changed["disbursements"] == made["disbursements"]
    # What somebody else changed meanwhile is not overwritten.
    assert browser.send(path, **sent).status_code == 412
    emptied = form_of(browser.get(path).text)
    emptied |= dict.fromkeys((key for key in emptied if key.startswith("milestones.1.") and "id" not in key), "")
    assert browser.send(path, **emptied).status_code == 303
    assert officer.get(path).json["milestones"] == made["milestones"]


def test_a_refused_form_names_the_field_and_keeps_what_was_typed(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "vientiane-province")
    values: dict[str, Any] = {"given_by": "hai-duong", "host": "hai-duong", "title.vi": "Trường", "decision": "12/QĐ"}
    answer = signed_in(Role.OFFICER).send("/projects/new", **values)
    assert answer.status_code == 422
    assert 'value="12/QĐ"' in answer.text
    assert 'href="#host"' in answer.text


def test_a_commitment_fills_in_the_form_and_the_page_shows_what_is_known(
    signed_in: SignedIn, officer: Caller, database: Database, clock: Clock
) -> None:
    agreement_id, commitment_id = promise(database)
    with database.transaction() as session:
        commitment = session.get_one(Commitment, commitment_id)
        commitment.activity_types = ["handover"]
        giver, host, title = "hai-duong", commitment.host, commitment.title["vi"]
    browser = signed_in(Role.OFFICER)
    for query in (f"commitment_id={commitment_id}", f"agreement_id={agreement_id}"):
        filled = form_of(browser.get(f"/projects/new?{query}").text)
        wanted = {"commitment_id": commitment_id, "given_by": giver, "host": host, "title.vi": title}
        assert wanted.items() <= filled.items()
    sent = {name: value for name, value in filled.items() if not name.endswith("token")}
    sent |= {"decision": "12/QĐ-UBND", "description.vi": "Hai tầng", "sources.0.locality": giver}
    sent |= {"milestones.0.title.vi": "Khởi công", "milestones.0.day": "2026-03-01"}
    sent |= {"milestones.0.done_on": "2026-03-08", "milestones.1.title.vi": "Mái", "milestones.1.day": "2026-10-01"}
    answer = browser.send("/projects/new", **sent)
    assert answer.status_code == 303, words(answer)
    (made,) = officer.get("/projects").json
    assert made["commitment_id"] == commitment_id
    shown = browser.get(f"/projects/{made['id']}").text.partition('name="title.vi"')[0]
    for told in ("12/QĐ-UBND", "Hai tầng", "Đạt muộn", "Mốc quá hạn", "Nguồn kinh phí"):
        assert told in shown
    assert "Mốc tiếp theo" not in shown


def test_only_who_may_read_it_sees_its_pages(signed_in: SignedIn, officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        mine, beside = factories.make_organisation(session).id, factories.make_organisation(session).id
    made = officer.made("/projects", SCHOOL | {"organisation_id": mine})
    path = f"/projects/{made['id']}"
    assert "Bản Kheun" in signed_in(Role.OFFICER, organisation_id=mine).get("/projects").text
    other = signed_in(Role.OFFICER, organisation_id=beside)
    assert "Bản Kheun" not in other.get("/projects").text
    for page in (path, f"{path}/files"):
        assert other.get(page).status_code == 404
    assert signed_in(Role.VIEWER, organisation_id=mine).get(path).status_code == 403
    browser = signed_in(Role.OFFICER, organisation_id=mine)
    assert browser.get(f"{path}/files").status_code == 200
    version = version_of(browser.get(path).text)
    assert browser.send(path, do="delete", version=version).status_code == 303
    assert officer.get("/projects").json == []


def test_commitment_and_handover_are_chosen_and_the_commitment_names_its_projects(
    signed_in: SignedIn, officer: Caller, database: Database
) -> None:
    agreement_id, commitment_id = promise(database)
    event_id = make_handover(database)
    browser = signed_in(Role.OFFICER)
    page = browser.get(f"/projects/new?commitment_id={commitment_id}").text
    assert f'<option value="{commitment_id}" selected' in page
    assert f'<option value="{event_id}"' in page
    values = {"title.vi": "Trường Bản Kheun", "given_by": "hai-duong", "host": "vientiane-province"}
    values |= {"description.vi": "Mười hai phòng", "commitment_id": commitment_id, "handover_event_id": event_id}
    assert browser.send("/projects/new", **values).status_code == 303
    (made,) = officer.get("/projects").json
    assert (made["commitment_id"], made["handover_event_id"]) == (commitment_id, event_id)
    link = f'href="/projects/{made["id"]}"'
    shown = browser.get(f"/projects/{made['id']}").text
    assert "Mười hai phòng" in shown.partition('<dl class="facts">')[0]
    assert f'<option value="{event_id}" selected' in shown
    assert link in browser.get(f"/agreements/{agreement_id}").text
    assert link in browser.get("/search?q=kheun").text
    # Everybody of the office knows that there is one; who may not read it has no way to it.
    with database.transaction() as session:
        organisation_id = factories.make_organisation(session).id
    other = signed_in(Role.OFFICER, organisation_id=organisation_id)
    beside = other.get(f"/agreements/{agreement_id}").text
    assert "Trường Bản Kheun" in beside
    assert link not in beside
    assert "Trường Bản Kheun" not in other.get("/search?q=kheun").text


def test_a_handover_that_its_reader_may_not_see_is_no_choice_and_stays(
    signed_in: SignedIn, officer: Caller, database: Database
) -> None:
    with database.transaction() as session:
        mine, beside = factories.make_organisation(session).id, factories.make_organisation(session).id
    promise(database)
    event_id = make_handover(database, organisation_id=beside, visibility=Visibility.INTERNAL)
    made = officer.made("/projects", SCHOOL | {"organisation_id": mine, "handover_event_id": event_id})
    browser, path = signed_in(Role.OFFICER, organisation_id=mine), f"/projects/{made['id']}"
    page = browser.get(path).text
    assert event_id not in page
    assert browser.send(path, **form_of(page)).status_code == 303
    assert officer.get(path).json["handover_event_id"] == event_id


def test_milestones_stand_in_the_calendar_for_who_may_read_the_project(
    signed_in: SignedIn, officer: Caller, database: Database
) -> None:
    with database.transaction() as session:
        mine, beside = factories.make_organisation(session).id, factories.make_organisation(session).id
    steps = [{"title": {"vi": f"Bước {number}"}, "day": "2027-02-01"} for number in range(5)]
    made = officer.made("/projects", SCHOOL | {"organisation_id": mine, "milestones": steps})
    reader, other = (signed_in(Role.OFFICER, organisation_id=one) for one in (mine, beside))
    viewer = signed_in(Role.VIEWER, organisation_id=mine)
    for shown, count in (("month", 3), ("week", 3), ("day", 5)):
        address = f"/calendar?view={shown}&day=2027-02-01"
        said = reader.get(address).text
        assert f'href="/projects/{made["id"]}"' in said
        assert sum(f"Bước {number}" in said for number in range(5)) == count
        for nobody in (other, viewer):
            assert "Bước" not in nobody.get(address).text


def test_milestones_are_read_in_one_query(signed_in: SignedIn, officer: Caller, database: Database) -> None:
    reader, counts = signed_in(Role.OFFICER), []
    for _more in range(3):
        officer.made("/projects", SCHOOL)
        with counted(database) as statements:
            assert reader.get("/calendar?view=month&day=2027-02-01").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[-1]
