"""One line on the first page fills in the planning form, and days of the calendar lead to it; nothing is written."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlmodel import func, select

from models.accounts import Audit
from models.agreements import Agreement
from models.database import Database
from models.events import Event
from models.vocabulary import Language, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, browser, read, signed_in, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]

pytestmark = pytest.mark.both_databases("names of places and bodies are read")


@pytest.fixture
def partner(database: Database) -> str:
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong")
        name = {"vi": "Tỉnh Viêng Chăn", "lo": "ແຂວງວຽງຈັນ", "en": "Vientiane Province"}
        return factories.make_locality(session, "vientiane-province", name=name).code


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_fills_in_the_form_and_says_what_was_not_understood(
    partner: str, signed_in: SignedIn, database: Database
) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    with database.transaction() as session:
        before = [session.exec(select(func.count()).select_from(table)).one() for table in (Event, Audit)]

    answer = officer.get("/plan/quick?" + urlencode({"line": "Vientiane troupe 10–14 March 2028 tea, 25 people"}))

    assert answer.status_code == 303
    form = officer.get(answer.headers["Location"])
    assert form.status_code == 200
    assert asked(answer.headers["Location"]) == {
        "kind": "art_troupe_visit", "first_day": "2028-03-10", "last_day": "2028-03-14", "people": "25",
        "partner": partner, "direction": "in", "title_en": "Vientiane troupe tea",
        "line": "Vientiane troupe 10–14 March 2028 tea, 25 people",
    }  # fmt: skip
    assert "Not understood: tea. It stays in the title." in words(form)
    assert 'value="2028-03-10"' in form.text
    assert 'value="Vientiane troupe tea"' in form.text
    with database.transaction() as session:
        assert [session.exec(select(func.count()).select_from(table)).one() for table in (Event, Audit)] == before


@pytest.mark.parametrize("line", ["?!", "31/2", "a" * 400, "12 người", "<b>10/3</b>", "ຄະນະ"])
def test_ends_in_the_form_whatever_is_typed(partner: str, signed_in: SignedIn, line: str) -> None:
    officer = signed_in(Role.OFFICER)

    answer = officer.get("/plan/quick?" + urlencode({"line": line}))

    assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (303, "/plan/days")
    read(officer.get(answer.headers["Location"]))


def test_an_empty_line_opens_the_planning_form(signed_in: SignedIn) -> None:
    assert signed_in(Role.OFFICER).get("/plan/quick?line=+").headers["Location"] == "/plan"


def test_viewers_plan_nothing(signed_in: SignedIn) -> None:
    viewer = signed_in(Role.VIEWER)

    assert viewer.get("/plan/quick?line=10/3").status_code == 403
    for page in ("/", "/calendar", "/calendar?view=year", "/calendar?view=week"):
        assert "quick-line" not in viewer.get(page).text
        assert "plan-day" not in viewer.get(page).text


def test_days_from_today_on_lead_to_the_planning_form(signed_in: SignedIn, clock: Clock) -> None:
    officer = signed_in(Role.OFFICER)
    today = clock.now.date()
    month = officer.get(f"/calendar?day={today}").text
    assert f'href="/plan?day={today}"' in month
    year = officer.get(f"/calendar?view=year&day={today}").text
    last = today.replace(month=12, day=31)
    assert f'href="/plan?day={last}"' in year
    assert f'href="/plan?day={today.replace(month=1, day=1)}"' not in year or today.strftime("%m-%d") == "01-01"
    past = officer.get("/calendar?day=2020-03-01").text
    assert "/plan?day=" not in past


def test_days_that_were_dragged_over_fill_in_first_and_last_day(signed_in: SignedIn, partner: str) -> None:
    officer = signed_in(Role.OFFICER)
    chosen = "day=2028-03-10&first_day=2028-03-10&last_day=2028-03-14&days=5"

    what = officer.get(f"/plan?{chosen}&kind=activity")
    for name, value in (("first_day", "2028-03-10"), ("last_day", "2028-03-14"), ("days", "5")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in what.text
    form = officer.get(f"/plan/days?{chosen}&kind=activity").text
    assert 'value="2028-03-14"' in form


def test_the_partner_of_an_agreement_comes_before_its_namesake(
    partner: str, signed_in: SignedIn, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "vientiane-capital")
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    address = "/plan/quick?" + urlencode({"line": "Vientiane delegation 10 March 2028"})
    assert asked(officer.get(address).headers["Location"])["partner"] == "vientiane-capital"  # the nearer one

    with database.transaction() as session:
        today = clock.now.date()
        agreement = Agreement(title={"vi": "Thỏa thuận"}, starts_on=today, ends_on=today + timedelta(days=365))
        agreement.parties = ["hai-duong", partner]
        session.add(agreement)
    answer = officer.get(address)
    assert asked(answer.headers["Location"])["partner"] == partner
    assert "The name may also mean: Vientiane Capital." in words(officer.get(answer.headers["Location"]))


def test_days_chosen_in_the_calendar_stay_in_sight(signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    chosen = "/plan?day=2028-03-10&first_day=2028-03-10&last_day=2028-03-12&days=3"
    assert "Chosen days: 10–12 March 2028." in words(officer.get(chosen))
