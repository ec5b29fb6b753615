"""Two people filling in at once: whatever is typed is kept, in its field or beside it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from calendars.links.answers import is_path, is_sealed, label_of, people_of
from calendars.links.checks import errors_of, moment_of
from calendars.links.merging import FilledIn, merge, typed_over

PATHS = st.sampled_from(["people.a.name", "people.a.diet", "people.b.name", "travel.arrival.by", "days.note"])
FORMS = st.dictionaries(PATHS, st.sampled_from(["", "x", "y", "z"]), max_size=5)


@given(FORMS, st.lists(st.tuples(st.integers(0, 5), FORMS), max_size=8))
def test_nothing_typed_is_ever_lost(first: dict[str, str], saves: list[tuple[int, dict[str, str]]]) -> None:
    versions = [FilledIn({path: text for path, text in first.items() if text})]
    for back, form in saves:
        base = versions[max(0, len(versions) - 1 - back)].values
        before, typed = versions[-1], typed_over(form)
        merged = merge(base, before, typed)
        for path, mine in typed.items():
            now = merged.draft.values.get(path, "")
            if mine != base.get(path, "") and mine:
                assert mine == now or mine in merged.draft.others[path]
            if path in merged.clashes:  # who came first keeps the field
                assert now == before.values.get(path, "")
        for path, text in before.values.items():
            if path not in typed:
                assert merged.draft.values[path] == text
        versions.append(merged.draft)


@given(FORMS, FORMS)
def test_who_is_alone_gets_what_they_typed(first: dict[str, str], form: dict[str, str]) -> None:
    start = FilledIn({path: text for path, text in first.items() if text})
    typed = typed_over(form)
    merged = merge(start.values, start, typed)
    assert not merged.clashes
    assert merged.draft.values == {path: text for path, text in {**start.values, **typed}.items() if text}
    assert merge(merged.draft.values, merged.draft, typed).draft == merged.draft  # saved twice is saved once


def test_a_sealed_field_left_empty_says_nothing_and_is_deleted_by_its_tick() -> None:
    kept = FilledIn({"people.a.diet": "x"})
    left = merge(kept.values, kept, typed_over({"people.a.diet": ""}))
    assert left.draft.values == {"people.a.diet": "x"}
    gone = merge(kept.values, kept, typed_over({"people.a.diet": ""}, frozenset({"people.a.diet"})))
    assert gone.draft.values == {}


def test_only_fields_of_the_link_are_taken() -> None:
    may = ["members", "days"]
    good = ["people.k3f9.name", "people.k3f9.photo", "days.first_day"]
    bad = [
        "travel.arrival.by", "people.k3f9.email", "people..name", "people.A.name", "people.a.b.name", "days", "version",
        "people.aaaaaaaaaaaaaaaaa.name", "csrf", "",
    ]  # fmt: skip
    assert [is_path(one, may) for one in good + bad] == [True] * len(good) + [False] * len(bad)
    assert is_sealed("people.a.passport_number")
    assert not is_sealed("people.a.passport_kind")
    assert {label_of(one) for one in good} == {"Full name", "Photo", "First day"}


def test_what_is_wrong_is_named_by_its_path() -> None:
    values = {
        "people.a.position": "x", "people.b.name": "B", "people.b.born_on": "2030-01-01", "people.b.sex": "none",
        "people.b.passport_kind": "official", "people.c.name": "C", "people.c.passport_number": "12",
        "travel.arrival.at": "tomorrow", "days.first_day": "2027-03-11", "days.last_day": "2027-03-10",
    }  # fmt: skip
    assert set(errors_of(values, date(2026, 12, 1), {"LA", "VN"})) == {
        "people.a.name", "people.b.born_on", "people.b.sex", "people.b.passport_number", "people.c.passport_number",
        "travel.arrival.at", "days.last_day",
    }  # fmt: skip
    right = {"people.b.name": "B", "people.b.nationality": "la", "travel.arrival.at": "2027-03-10 14:30"}
    assert errors_of(right, date(2026, 12, 1), {"LA", "VN"}) == {}
    assert set(errors_of({}, date(2026, 12, 1), set())) == {"form"}
    assert people_of(values) == ["a", "b", "c"]
    assert (moment_of("2027-03-10 14:30"), moment_of("2027-03-10")) == ("2027-03-10T14:30", "2027-03-10")
    assert moment_of("2027-13-10") is None
