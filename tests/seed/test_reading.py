"""Reading programme files: values with their lines; whatever can't be read is a problem, never an exception."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seed import reading
from seed.reading import read

Write = Callable[..., Path]


def problems(path: Path) -> list[str]:
    return [problem.formatted("en").removeprefix(f"{path}:") for problem in read(path).problems]


def test_scalars_are_what_they_look_like(write: Write) -> None:
    path = write(
        'a: 14:00\nb: no\nc: 2027-02-30\nd: 010\ne: 12\nf: true\ng: null\nh:\ni: "12"\nj: 1.5\nk: 0x1f\nl: -3\n'
    )
    top = read(path).top
    assert top is not None
    assert top.plain() == {
        "a": "14:00", "b": "no", "c": "2027-02-30", "d": "010", "e": 12, "f": True, "g": None, "h": None, "i": "12",
        "j": 1.5, "k": "0x1f", "l": -3,
    }  # fmt: skip


def test_every_value_knows_its_line(write: Write) -> None:
    top = read(write("events:\n  - key: a\n    tasks:\n      - title:\n          vi: x\n      - title: y\n")).top
    assert top is not None
    assert top.line_at(("events",)) == 1
    assert top.line_at(("events", 0, "key")) == 2
    assert top.line_at(("events", 0, "tasks", 0, "title", "vi")) == 5
    assert top.line_at(("events", 0, "tasks", 1, "title")) == 6
    assert top.line_at(("events", 0, "nothing", 3)) == 2


def test_an_alias_is_a_copy_at_its_own_line(write: Write) -> None:
    top = read(write("a: &x [1, 2]\nb: *x\n")).top
    assert top is not None
    assert top.plain() == {"a": [1, 2], "b": [1, 2]}
    assert top.line_at(("b",)) == 2


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", "3: a: “a” stands here twice, first in line 1; keep one."),
        ("x:\n  - a: 1\n    a: 2\n", "3: x[0].a: “a” stands here twice, first in line 2; keep one."),
        ("a: 1\n b: 2\n", "2: This is not YAML: mapping values are not allowed in this context."),
        ("a:\n\t- b\n", "2: This is not YAML: "),
        ("a: [1, 2\n", "2: This is not YAML: "),
        ("a: 1\nb: \x00\n", "2: This is not YAML: "),
        ("a: *b\n", "1: This is not YAML: unknown alias *b."),
        ("a: &x [1, *x]\n", "1: This is not YAML: unknown alias *x."),
        ("a: 1\nb: !!python/object/apply:os.system [x]\n", "2: b: Tags like tag:yaml.org,2002:python/object/"),
        ("a: 1\n---\nb: 2\n", "2: A file holds one document only; take this line out."),
        ("? [a]\n: b\n", "1: A name is a single word here; write “name: value”."),
        ("[" * 5000, "1: Nested too deeply; at most 20 levels."),
        (LAUGHS, "6: Too many values in one file; at most 200000."),
        ("a: &a x\n" + "b:\n" + "  - *a\n" * 101, "103: Too many aliases (*name); at most 100."),
    ],
)  # fmt: skip
def test_what_is_no_programme_file_is_told_with_its_line(write: Write, text: str, told: str) -> None:
    (found,) = problems(write(text))
    assert found.startswith(told)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.yaml") == ["1: This file can't be read: No such file or directory."]
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: 1\nb: Hải\nc: à\n".encode()[:-3] + b"\xe0\n")
    assert problems(path) == ["3: This line is not in UTF-8; save the file as UTF-8."]


def test_a_huge_file_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"# " + b"x" * reading.MAX_BYTES)
    assert problems(path) == ["1: This file is too large; at most 5 MB."]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes("\ufeffa: Lễ tân\r\nb:\r\n  - 1\r\n".encode())
    top = read(path).top
    assert top is not None
    assert top.plain() == {"a": "Lễ tân", "b": [1]}


def test_an_empty_file_is_empty(write: Write) -> None:
    assert (read(write("# nothing yet\n")).top, problems(write(""))) == (None, [])
