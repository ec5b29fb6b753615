"""Forms' fields: how every kind of value is typed, read and written back, the same in all the console's forms."""

from datetime import date, time
from typing import Any

import pytest
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from models.vocabulary import DelegationLevel
from service.web.form_fields import FieldSpec, FieldType, controls_of, read_day, read_number, values_of

VND = {"a.currency": "VND"}
COLUMNS = (FieldSpec("title", FieldType.TEXTS, is_required=True), FieldSpec("day", FieldType.DAY))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("007", 7),
        ("0", 0),
        ("-3", -3),
        ("1 200", 1200),
        ("1.200", 1200),
        ("1,200,000", 1_200_000),
        ("1\u00a0200", 1200),
        ("9" * 12, 999_999_999_999),
        ("9" * 13, None),
        ("1.200,000", None),
        ("1.5", None),
        ("12.00", None),
        ("1e3", None),
        ("+3", None),
        ("--3", None),
        ("٣", None),
        ("²", None),
        ("twelve", None),
        ("", None),
        (" ", None),
    ],
)
def test_a_number_is_whole_and_may_be_grouped(typed: str, number: int | None) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2027-03-10", date(2027, 3, 10)),
        (" 2027-03-10 ", date(2027, 3, 10)),
        ("2027-02-30", None),
        ("20270310", None),
        ("2027-W10-3", None),
        ("2027-3-10", None),
        ("10/03/2027", None),
        ("٢٠٢٧-03-10", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_the_api_reads_it(typed: str, day: date | None) -> None:
    assert read_day(typed) == day


@pytest.mark.parametrize(
    ("spec", "sent", "value"),
    [
        (FieldSpec("a"), {"a": "  words  "}, "words"),
        (FieldSpec("a"), {"a": "   "}, None),
        (FieldSpec("a", is_required=True), {"a": ""}, None),
        (FieldSpec("a", empty=""), {"a": " "}, ""),
        (FieldSpec("a", FieldType.NUMBER), {"a": " 1 200 "}, 1200),
        (FieldSpec("a", FieldType.NUMBER), {"a": ""}, None),
        (FieldSpec("a", FieldType.NUMBER), {"a": " many "}, "many"),
        (FieldSpec("a", FieldType.NUMBER), {"a": "9" * 30}, "9" * 30),
        (FieldSpec("a", FieldType.DAY), {"a": " 2027-03-10 "}, "2027-03-10"),
        (FieldSpec("a", FieldType.DAY), {"a": "tomorrow"}, "tomorrow"),
        (FieldSpec("a", FieldType.DAY), {"a": ""}, None),
        (FieldSpec("a", FieldType.HOUR), {"a": " 08:30 "}, "08:30"),
        (FieldSpec("a", FieldType.HOUR), {"a": ""}, None),
        (FieldSpec("a", FieldType.FLAG), {"a": "yes"}, True),
        (FieldSpec("a", FieldType.FLAG), {"a": "no"}, False),
        (FieldSpec("a", FieldType.FLAG), {"a": ""}, False),
        (FieldSpec("a", FieldType.FLAG), {}, False),
        (FieldSpec("a", FieldType.CHOICE), {"a": "vi"}, "vi"),
        (FieldSpec("a", FieldType.CHOICE), {"a": ""}, None),
        (FieldSpec("a", FieldType.CHOICE, is_required=True), {"a": ""}, None),
        (FieldSpec("a", FieldType.MANY), {"a": ["x", "", " y", "x"]}, ["x", "y"]),
        (FieldSpec("a", FieldType.MANY), {}, []),
        (FieldSpec("a", FieldType.LIST), {"a": " vi, ,lo,"}, ["vi", "lo"]),
        (FieldSpec("a", FieldType.LIST), {"a": ""}, []),
        (FieldSpec("a", FieldType.TEXTS), {"a.vi": " Chào ", "a.lo": " ", "a.en": "Hi"}, {"vi": "Chào", "en": "Hi"}),
        (FieldSpec("a", FieldType.TEXTS), {"a.vi": " ", "a.lo": ""}, None),
        (FieldSpec("a", FieldType.TEXTS, is_required=True), {"a.vi": " "}, {}),
        (FieldSpec("a", FieldType.PROSE), {"a.en": "One\nTwo"}, {"en": "One\nTwo"}),
        (FieldSpec("a", FieldType.TEXTS, separator="_"), {"a_vi": "Chào"}, {"vi": "Chào"}),
        (FieldSpec("a", FieldType.MONEY), {"a.amount": "1.000.000", **VND}, {"amount": "1000000", "currency": "VND"}),
        (FieldSpec("a", FieldType.MONEY), {"a.amount": "99.50", **VND}, {"amount": "99.50", "currency": "VND"}),
        (FieldSpec("a", FieldType.MONEY), {"a.amount": " ", **VND}, None),
        (FieldSpec("a", FieldType.COUNTS), {"a": "athlete: 8\n\n coach : 1 200"}, {"athlete": 8, "coach": 1200}),
        (FieldSpec("a", FieldType.COUNTS), {"a": " "}, None),
        (FieldSpec("a", FieldType.PERSON), {"a": " Nguyễn Văn A "}, "Nguyễn Văn A"),
        (FieldSpec("a", FieldType.PASSWORD), {"a": " spaces count "}, " spaces count "),
        (FieldSpec("a", FieldType.PASSWORD), {"a": ""}, None),
        (
            FieldSpec("a", FieldType.ROWS, columns=COLUMNS),
            {"a.0.title.vi": "", "a.0.day": " ", "a.3.title.vi": "Học", "a.3.day": "2027-03-10", "a.1.day": "x"},
            [{"title": {}, "day": "x"}, {"title": {"vi": "Học"}, "day": "2027-03-10"}],
        ),
        (FieldSpec("a", FieldType.ROWS, columns=COLUMNS), {"a.0.title.vi": "", "a.0.day": ""}, []),
    ],
)  # fmt: skip
def test_every_kind_of_field_is_read_one_way(spec: FieldSpec, sent: dict[str, Any], value: Any) -> None:
    found = values_of([spec], MultiDict(sent))
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind not in {FieldType.FLAG, FieldType.MANY}])
def test_a_field_the_form_did_not_have_is_left_out(kind: FieldType) -> None:
    assert values_of([FieldSpec("a", kind, is_required=True, columns=COLUMNS)], MultiDict({"ab": "x", "b": "y"})) == {}


@pytest.mark.parametrize("typed", ["athlete", "athlete: many", "athlete: -1", ": 8", "athlete: 1000000"])
def test_a_list_of_counts_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        values_of([FieldSpec("a", FieldType.COUNTS)], MultiDict({"a": typed}))
    assert list(refused.value.messages_dict) == ["a"]


@pytest.mark.parametrize(
    ("spec", "present", "held"),
    [
        (FieldSpec("a"), None, [("a", "")]),
        (FieldSpec("a", default="VN"), "LA", [("a", "LA")]),
        (FieldSpec("a", FieldType.NUMBER), 0, [("a", "0")]),
        (FieldSpec("a", FieldType.DAY), date(2027, 3, 10), [("a", "2027-03-10")]),
        (FieldSpec("a", FieldType.HOUR), time(8, 30), [("a", "08:30")]),
        (FieldSpec("a", FieldType.FLAG), True, [("a", "yes")]),
        (FieldSpec("a", FieldType.FLAG), False, []),
        (FieldSpec("a", FieldType.CHOICE), DelegationLevel.HIGH, [("a", "high")]),
        (FieldSpec("a", FieldType.MANY), ["x", "y"], [("a", "x"), ("a", "y")]),
        (FieldSpec("a", FieldType.LIST), ["vi", "lo"], [("a", "vi, lo")]),
        (FieldSpec("a", FieldType.TEXTS), {"vi": "Chào"}, [("a.vi", "Chào"), ("a.lo", ""), ("a.en", "")]),
        (FieldSpec("a", FieldType.TEXTS, separator="_"), None, [("a_vi", ""), ("a_lo", ""), ("a_en", "")]),
        (FieldSpec("a", FieldType.MONEY), {"amount": "5", "currency": "VND"}, [("a.amount", "5"), *VND.items()]),
        (FieldSpec("a", FieldType.COUNTS), {"athlete": 8, "coach": 1}, [("a", "athlete: 8\ncoach: 1")]),
        (FieldSpec("a", FieldType.PERSON), "p1", [("a", "Name of p1")]),
        (FieldSpec("a", FieldType.PASSWORD), "secret", []),
        (
            FieldSpec("a", FieldType.ROWS, columns=COLUMNS),
            [{"title": {"vi": "Học"}, "day": date(2027, 3, 10)}],
            [("a.0.title.vi", "Học"), ("a.0.title.lo", ""), ("a.0.title.en", ""), ("a.0.day", "2027-03-10")],
        ),
    ],
)  # fmt: skip
def test_every_kind_of_field_is_written_one_way(spec: FieldSpec, present: Any, held: list[tuple[str, str]]) -> None:
    written = controls_of([spec], {"a": present}, lambda identity: f"Name of {identity}")
    assert sorted(written.items(multi=True)) == sorted(held)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.LINE, "words"),
        (FieldType.NUMBER, 1_200_000),
        (FieldType.NUMBER, -5),
        (FieldType.DAY, "2027-03-10"),
        (FieldType.HOUR, "08:30"),
        (FieldType.FLAG, True),
        (FieldType.FLAG, False),
        (FieldType.MANY, ["b", "a"]),
        (FieldType.LIST, ["vi", "lo"]),
        (FieldType.TEXTS, {"vi": "Chào", "en": "Hello"}),
        (FieldType.MONEY, {"amount": "100000000", "currency": "VND"}),
        (FieldType.COUNTS, {"vận động viên: nam": 8}),
        (FieldType.ROWS, [{"title": {"lo": "ຮຽນ"}, "day": None}, {"title": {"vi": "Học"}, "day": "2027-03-10"}]),
    ],
)
def test_what_is_written_is_read_again_as_it_was(kind: FieldType, value: Any) -> None:
    specs = [FieldSpec("a", kind, columns=COLUMNS)]
    assert values_of(specs, controls_of(specs, {"a": value})) == {"a": value}


def test_something_new_begins_with_the_defaults() -> None:
    specs = [FieldSpec("a", default="VN"), FieldSpec("b", FieldType.MANY, default=["owner"]), FieldSpec("c")]
    assert sorted(controls_of(specs, {}).items(multi=True)) == [("a", "VN"), ("b", "owner"), ("c", "")]
