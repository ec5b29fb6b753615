"""Audiences resolved to addresses and languages, and refused when they name nobody."""

import pytest
from sqlalchemy import event as sa_event

from models.database import Database
from models.queries.audience import AudienceIndex, EventSelection, addresses, check_audience, is_address
from models.queries.languages import reader_language
from models.vocabulary import Language, Role
from tests.factories import make_event, make_member, make_organisation, make_person, make_user


@pytest.mark.both_databases("audiences as conditions")
def test_owner_is_the_creator_else_the_active_accounts_of_the_organisation(database: Database) -> None:
    with database.transaction() as session:
        office = make_organisation(session)
        colleague = make_user(session, organisation_id=office.id, email="colleague@example.org")
        make_user(session, organisation_id=office.id, active=False)
        make_user(session)
        creator = make_user(session, email="creator@example.org", locale=Language.EN)
        event = make_event(session, organisation_id=office.id, created_by=creator.id)
        assert addresses(session, ["owner"], event) == {"creator@example.org": Language.EN}
        assert addresses(session, ["organisation"], event) == {"colleague@example.org": Language.VI}

        creator.active = False
        assert addresses(session, ["owner"], event) == {"colleague@example.org": Language.VI}
        event.created_by, colleague.active = None, False
        assert addresses(session, ["owner", "organisation"], event) == {}


def test_role_is_that_very_role(database: Database) -> None:
    with database.transaction() as session:
        users = {role: make_user(session, role) for role in Role}
        make_user(session, Role.OFFICER, active=False)
        event = make_event(session)
        assert list(addresses(session, ["role:officer"], event)) == [users[Role.OFFICER].email]
        both = set(addresses(session, ["role:approver", "role:admin"], event))
        assert both == {users[Role.APPROVER].email, users[Role.ADMIN].email}


def test_members_are_the_people_with_an_address_and_read_their_own_language(database: Database) -> None:
    with database.transaction() as session:
        lao = make_organisation(session, locality="vientiane-province")
        event = make_event(session, organisation_id=make_organisation(session).id)
        make_member(session, event, make_person(session, email="Lao@Example.org", organisation_id=lao.id))
        make_member(session, event, make_person(session, email="guest@example.org"))
        make_member(session, event, make_person(session))
        make_user(session, email="account@example.org", locale=Language.EN)
        make_member(session, event, make_person(session, email="Account@example.org", organisation_id=lao.id))
        make_member(session, make_event(session), make_person(session, email="elsewhere@example.org"))
        assert addresses(session, ["members"], event) == {
            "account@example.org": Language.EN,
            "guest@example.org": Language.VI,
            "lao@example.org": Language.LO,
        }


@pytest.mark.both_databases("a list of languages is JSON")
def test_a_member_reads_the_first_of_their_own_languages_that_there_is(database: Database) -> None:
    with database.transaction() as session:
        lao = make_organisation(session, locality="vientiane-province")
        event = make_event(session, organisation_id=make_organisation(session).id)
        spoken: dict[str, list[str]] = {"a": ["lo"], "b": ["fr", "en"], "c": ["vi"], "d": ["fr"], "e": []}
        for name, languages in spoken.items():
            organisation = None if name == "a" else lao.id
            person = make_person(
                session, email=f"{name}@example.org", organisation_id=organisation, languages=languages
            )
            make_member(session, event, person)
        assert addresses(session, ["members"], event) == {
            "a@example.org": Language.LO,
            "b@example.org": Language.EN,
            "c@example.org": Language.VI,
            "d@example.org": Language.LO,
            "e@example.org": Language.LO,
        }


def test_an_event_of_nobody_is_told_of_in_the_offices_language(database: Database) -> None:
    database.works_for("vientiane-province")
    with database.transaction() as session:
        make_organisation(session, locality="vientiane-province")
        event = make_event(session)
        make_member(session, event, make_person(session, email="a@example.org"))
        assert addresses(session, ["members"], event) == {"a@example.org": Language.LO}


@pytest.mark.parametrize(
    ("languages", "countries", "expected"),
    [
        (["lo"], ("VN", "VN", "VN"), Language.LO),
        (["EN-gb"], ("LA",), Language.EN),
        (["lo_LA", "vi"], (), Language.LO),
        (["fr", "th"], ("LA",), Language.LO),
        ([], ("LA", "VN", "VN"), Language.LO),
        (None, (None, "LA", "VN"), Language.LO),
        (None, ("TH", None, "LA"), Language.LO),
        (None, (None, None, "VN"), Language.VI),
        (None, (), Language.VI),
    ],
)
def test_languages_come_before_countries_and_the_nearest_country_decides(
    languages: list[str] | None, countries: tuple[str | None, ...], expected: Language
) -> None:
    assert reader_language(languages, *countries) is expected


def test_an_address_reads_the_language_of_its_account_else_of_the_owning_organisation(database: Database) -> None:
    with database.transaction() as session:
        make_user(session, email="known@example.org", locale=Language.EN)
        words = ["email:Known@example.org", "email:other@example.org", "email:OTHER@example.org"]
        here = make_event(session, organisation_id=make_organisation(session).id)
        there = make_event(session, organisation_id=make_organisation(session, locality="laos").id)
        nobodys = make_event(session)
        assert addresses(session, words, here) == {"known@example.org": Language.EN, "other@example.org": Language.VI}
        assert addresses(session, words, there) == {"known@example.org": Language.EN, "other@example.org": Language.LO}
        assert addresses(session, words, nobodys)["other@example.org"] is Language.VI


def test_words_that_are_none_resolve_to_nobody(database: Database) -> None:
    with database.transaction() as session:
        make_user(session)
        event = make_event(session)
        assert addresses(session, ["everybody", "role:king"], event) == {}
        assert addresses(session, [], event) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_a_directory_takes_three_queries_however_many_events(database: Database, count: int) -> None:
    words = ["owner", "members", "organisation", "role:officer", "email:a@example.org"]
    with database.transaction() as session:
        events = [make_event(session, organisation_id=make_organisation(session).id) for _ in range(count)]
        for event in events:
            make_member(session, event)
        asked: list[str] = []
        sa_event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        directory = AudienceIndex.load(session, words, EventSelection(tuple(event.id for event in events)))
        assert len(asked) == 3
        assert all(len(directory.addresses(["members"], event)) == 1 for event in events)


@pytest.mark.parametrize(
    "audience",
    [["owner"], ["members", "organisation"], [f"role:{role}" for role in Role], ["email:le.tan@haiduong.example"]],
)
def test_check_audience_lets_good_ones_pass(audience: list[str]) -> None:
    check_audience(audience)


@pytest.mark.parametrize(
    "audience",
    [[], ["everybody"], ["role:king"], ["role:"], ["email:"], ["email:nobody"], ["owner", "email:a@b\r\nBcc: c@d"]],
)
def test_check_audience_says_what_is_right(audience: list[str]) -> None:
    with pytest.raises(
        ValueError, match=r"owner, members, organisation, assignee, unanswered, role:viewer, .*email:name@example\.org"
    ):
        check_audience(audience)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a@b", True),
        ("first.last+tag@sub.example.org", True),
        ("a@[127.0.0.1]", False),
        ("a b@example.org", False),
        ("a@example.org\n", False),
        ("a@example..org", False),
        (".a@example.org", False),
        ("<a@example.org>", False),
        ("a@b@c", False),
        ("lễtân@example.org", False),
        ("x" * 65 + "@example.org", False),
        ("a@" + "b" * 60 + "." + ("c" * 60 + ".") * 4 + "org", False),
    ],
)
def test_is_address(text: str, good: bool) -> None:
    assert is_address(text) is good
