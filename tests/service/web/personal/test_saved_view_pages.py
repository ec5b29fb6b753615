"""Views saved from lists, their menu, and lists as tables with chosen columns."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from models.database import Database
from models.personal.saved_views import ChosenColumns, SavedView
from models.vocabulary import Language, Role, SavedPage
from service.web.list_columns import LISTINGS
from service.web.personal.saved_views import ENDPOINTS
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, browser, count_queries, read, signed_in

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]

pytestmark = pytest.mark.both_databases("rows of saved views and chosen columns")


def only_view(database: Database) -> SavedView:
    with database.transaction() as session:
        return session.exec(select(SavedView)).one()


def test_a_view_is_saved_opened_renamed_and_deleted(signed_in: SignedIn, database: Database) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    answer = officer.send("/saved-views", do="save", page="coming", query="status=draft&next=//evil", name="Mine")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?status=draft")
    row = only_view(database)
    shown = officer.get("/?status=draft").text
    assert f'href="/saved-views/{row.id}" aria-current="true">Mine' in shown
    assert officer.get(f"/saved-views/{row.id}").headers["Location"] == "/?status=draft"

    stale = officer.send("/saved-views", do="rename", view=row.id, version="7", name="Yours")
    assert stale.status_code == 412
    officer.send("/saved-views", do="rename", view=row.id, version="1", name="Yours")
    assert "Yours" in officer.get("/saved-views").text
    officer.send("/saved-views", do="delete", view=row.id, version="2")
    assert "Yours" not in officer.get("/").text


def test_a_view_of_somebody_else_is_not_there(signed_in: SignedIn, database: Database) -> None:
    signed_in(Role.OFFICER).send("/saved-views", do="save", page="coming", query="q=a", name="Mine")
    row, other = only_view(database), signed_in(Role.ADMIN)

    assert other.get(f"/saved-views/{row.id}").status_code == 404
    assert other.send("/saved-views", do="delete", view=row.id, version="1").status_code == 404
    assert only_view(database).name == "Mine"


def test_a_view_of_a_list_that_is_no_more_is_named(signed_in: SignedIn, database: Database) -> None:
    officer = signed_in(Role.OFFICER)
    officer.send("/saved-views", do="save", page="coming", query="q=a", name="Old one")
    with database.transaction() as session:
        row = session.exec(select(SavedView)).one()
        row.page, row.query = "yesterday", "next=https://evil.example"

    answer = officer.get(f"/saved-views/{row.id}")
    assert urlsplit(answer.headers["Location"]).path == "/saved-views"
    page = officer.get("/saved-views").text
    assert "Old one" in page
    assert "evil" not in page


@pytest.mark.parametrize("page", list(SavedPage))
def test_every_list_offers_its_views_and_opens_them(signed_in: SignedIn, page: SavedPage) -> None:
    officer = signed_in(Role.OFFICER)
    saved = officer.send("/saved-views", do="save", page=page.value, query="q=a&from=2027-01-01", name="Mine")

    shown = officer.get(saved.headers["Location"])
    assert shown.status_code == 200
    read(shown)
    assert ">Mine</a>" in shown.text
    assert page in ENDPOINTS


def test_a_list_is_a_table_of_the_chosen_columns_in_their_order(
    signed_in: SignedIn, database: Database, clock: Clock
) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    with database.transaction() as session:
        factories.make_event(session, title={"vi": "Đoàn chè", "en": "Tea"}, first_day=clock.now.date(), headcount=12)
    as_it_comes = officer.get("/").text
    assert '<table class="chosen">' not in as_it_comes

    answer = officer.send("/columns/coming", **{"do": "save", "place-headcount": "1", "place-title": "2"})
    assert answer.headers["Location"] == "/"
    table = officer.get("/").text
    assert '<th scope="col">People planned</th><th scope="col">Event</th></tr>' in table
    assert "<td>12</td>" in table
    # The address says otherwise for once; unknown columns are left out.
    other = officer.get("/?columns=title,nothing").text
    assert '<tr><th scope="col">Event</th></tr>' in other
    assert signed_in(Role.OFFICER).get("/").text.count('<table class="chosen">') == 0
    officer.send("/columns/coming", do="usual")
    assert '<table class="chosen">' not in officer.get("/").text
    with database.transaction() as session:
        assert session.exec(select(ChosenColumns)).all() == []


def test_unknown_lists_have_no_columns(signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    assert officer.get("/columns/accounts").status_code == 404
    assert officer.get("/columns/search").status_code == 404
    assert signed_in(Role.VIEWER).get("/columns/gifts").status_code == 404
    assert all(len({one.key for one in listing.columns}) == len(listing.columns) for listing in LISTINGS.values())


def test_a_table_costs_as_many_queries_for_many_rows(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    officer = signed_in(Role.OFFICER)
    columns = ",".join(one.key for one in LISTINGS[SavedPage.COMING].columns)

    def shown(more: int) -> int:
        with database.transaction() as session:
            for _number in range(more):
                factories.make_event(session, first_day=clock.now.date())
        return count_queries(database, lambda: officer.get(f"/?columns={columns}"))

    shown(1)
    assert shown(0) == shown(2)
