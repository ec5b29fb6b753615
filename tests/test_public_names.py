"""Names other programs, people and stored rows rely on are all still there after modules and classes were renamed."""

import ast
import json

import pytest

from tests.public_names import ROOT, Names, audit_words, collect, error_codes, field_specs, log_events, missing

RECORDED: Names = json.loads((ROOT / "tests" / "data" / "public_names.json").read_text())
"""What version 0.1 had, by kind."""


@pytest.fixture(scope="module")
def present() -> Names:
    return collect()


@pytest.mark.parametrize("kind", RECORDED)
def test_every_name_of_version_0_1_is_still_there(present: Names, kind: str) -> None:
    assert missing({kind: RECORDED[kind]}, present) == {}


def test_missing_sees_a_name_that_is_gone(present: Names) -> None:
    without = present | {"metrics": present["metrics"][1:]}
    assert missing(present, without) == {"metrics": present["metrics"][:1]}
    assert missing(present, {}) == present


def test_the_lists_are_not_empty(present: Names) -> None:
    assert {kind for kind, names in present.items() if len(names) < 5} == set()


def test_names_are_found_where_the_code_writes_them() -> None:
    tree = ast.parse(
        'class Busy(Exception):\n    code = "busy"\n'
        'raise Conflict("x", code="taken")\nrecord(session, act, "move", "programme", 1)\n'
        'change(row, action="publish")\nlog.info("mail_sent", extra={})\nother.info("no")\n'
        'FieldSpec("first_day", FieldType.DAY)\nFieldSpec(name)\nField("other")\n'
    )
    assert list(error_codes(tree)) == ["busy", "taken"]
    assert list(audit_words(tree)) == ["move", "programme", "publish"]
    assert list(log_events(tree)) == ["mail_sent"]
    assert list(field_specs(tree)) == ["first_day"]
