"""/saved-views: one's own, with the list's own parameters, and never another host."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import func, select

from models.accounts import User
from models.database import Database
from models.personal.saved_views import SavedView
from models.vocabulary import Role, SavedPage
from service.actions.context import ActionContext
from service.actions.personal import saved_views
from service.actions.personal.saved_views import MOST, PARAMETERS, cleaned
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("rows, their unique names and the lock of the account")


@pytest.fixture
def viewer(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.VIEWER)


def test_is_saved_read_changed_and_deleted(viewer: Caller) -> None:
    made = viewer.made("/saved-views", {"name": "Dự thảo", "page": "coming", "query": "status=draft&q=ch%C3%A8"})
    path = f"/saved-views/{made['id']}"

    assert (made["name"], made["page"], made["query"]) == ("Dự thảo", "coming", "status=draft&q=ch%C3%A8")
    assert [one["id"] for one in viewer.get("/saved-views").json] == [made["id"]]
    changed = viewer.patch(path, {"name": "Bản nháp"}).json
    assert (changed["name"], changed["query"]) == ("Bản nháp", made["query"])
    assert viewer.patch(path, {"name": "Khác"}, '"stale"').status_code == 412
    assert viewer.delete(path).status_code == 204
    assert viewer.get(path).status_code == 404


def test_is_nobody_elses(viewer: Caller, caller: Callable[..., Caller]) -> None:
    made = viewer.made("/saved-views", {"name": "Của tôi", "page": "tasks"})
    path, admin = f"/saved-views/{made['id']}", caller(Role.ADMIN)

    assert admin.get("/saved-views").json == []
    assert admin.get(path).status_code == 404
    etag = viewer.etag(path)
    assert admin.patch(path, {"name": "x"}, etag).status_code == 404
    assert admin.delete(path, etag).status_code == 404
    assert viewer.get(path).json["name"] == "Của tôi"


def test_the_trail_tells_administrators_that_and_not_what(viewer: Caller, caller: Callable[..., Caller]) -> None:
    made = viewer.made("/saved-views", {"name": "Bà Khămla", "page": "people", "query": "q=khamla"})
    path = f"/saved-views/{made['id']}"
    assert viewer.patch(path, {"name": "Khămla", "query": "q=kham"}).status_code == 200
    assert viewer.patch(path, {"name": "Khămla"}).status_code == 200, "nothing changes"
    assert viewer.delete(path).status_code == 204

    told = caller(Role.ADMIN).get("/audit?entity=saved_view")
    assert sorted(one["action"] for one in told.json) == ["change", "create", "delete"]
    assert "kham" not in told.text.casefold()
    assert "khăm" not in told.text.casefold()


def test_keeps_the_lists_own_parameters_only(viewer: Caller) -> None:
    query = "?status=draft&page=3&next=https://evil.example&done=x&columns=title,days&token=secret"
    made = viewer.made("/saved-views", {"name": "a", "page": "coming", "query": query})

    assert made["query"] == "status=draft&columns=title%2Cdays"


@given(st.sampled_from(list(SavedPage)), st.text(max_size=300))
def test_holds_nothing_but_known_parameters(page: SavedPage, text: str) -> None:
    for query in (text, f"//evil.example/?{text}", f"https://evil.example?q=1&{text}", f"q={text}"):
        kept = cleaned(page, query)
        names = [part.partition("=")[0] for part in kept.split("&") if part]
        assert set(names) <= PARAMETERS[page]
        assert "//" not in kept
        assert cleaned(page, kept) == kept


def test_a_page_that_is_no_more_has_no_query() -> None:
    assert cleaned("yesterdays_list", "q=1") == ""


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "a", "page": "elsewhere"}, "page"),
        ({"page": "coming"}, "name"),
        ({"name": "", "page": "coming"}, "name"),
        ({"name": "a" * 101, "page": "coming"}, "name"),
        ({"name": "a", "page": "coming", "query": "q=" + "a" * 2000}, "query"),
        ({"name": "a", "page": "coming", "query": "q=" + "à" * 900}, "query"),
        ({"name": "a", "page": "coming", "user_id": "x"}, "user_id"),
    ],
)
def test_names_what_is_wrong(viewer: Caller, wrong: dict[str, str], field: str) -> None:
    answer = viewer.post("/saved-views", wrong)

    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_two_of_one_name_are_one_too_many_for_a_list(viewer: Caller) -> None:
    viewer.made("/saved-views", {"name": "a", "page": "coming"})

    assert viewer.made("/saved-views", {"name": "a", "page": "tasks"})
    answer = viewer.post("/saved-views", {"name": "a", "page": "coming"})
    assert (answer.status_code, answer.json["code"]) == (409, "already_exists")


def test_no_more_than_fit_though_two_are_saved_at_once(
    database: Database, settings: Settings, clock: Clock, viewer: Caller
) -> None:
    with database.transaction() as session:
        for number in range(MOST - 1):
            session.add(SavedView(user_id=viewer.user_id, name=f"{number}", page="coming"))
    barrier, told = Barrier(2), []

    def save(name: str) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                act = ActionContext(session.get_one(User, viewer.user_id), clock.now, settings.office)
                saved_views.save_view(session, act, {"name": name, "page": "coming"})
                told.append("saved")
        except Exception as refused:
            told.append(type(refused).__name__)

    threads = [Thread(target=save, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["Conflict", "saved"]
    with database.transaction() as session:
        assert session.exec(select(func.count()).select_from(SavedView)).one() == MOST


def test_goes_with_its_account(database: Database) -> None:
    with database.transaction() as session:
        user = factories.make_user(session, Role.VIEWER)
        session.add(SavedView(user_id=user.id, name="a", page="coming"))
        session.flush()
        session.delete(user)
        session.flush()
        assert session.exec(select(SavedView)).all() == []
