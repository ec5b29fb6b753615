"""The house's own rules that no linter knows: pins, machine paths, clocks, docstrings, licences."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

ROOMS = ("models", "calendars", "jobs", "service", "seed")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def tracked_files() -> list[Path]:
    """What git keeps or would keep; without git, everything but what is made or installed."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        ).stdout.split("\0")  # fmt: skip
        found = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        made = {".git", ".venv", ".venv-clients", "var", "node_modules", "__pycache__", "build", "dist"}
        found = [path for path in ROOT.rglob("*") if not made & set(path.relative_to(ROOT).parts)]
    return [path for path in found if path.is_file()]


def modules() -> list[Path]:
    """The Python files of the five rooms and wsgi.py."""
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return [*found, *(path for path in [ROOT / "wsgi.py"] if path.exists())]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# Pins

PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[\w.+!-]+)( ; .+)?")


def unpinned(constraints: str) -> list[str]:
    """Lines that are neither comment nor ``name==version`` with an optional marker: hosts, options, ranges."""
    lines = [line for line in constraints.splitlines() if line and not line.lstrip().startswith("#")]
    return [line for line in lines if not PIN.fullmatch(line)]


def pins(constraints: str) -> dict[str, str]:
    found = (PIN.fullmatch(line) for line in constraints.splitlines())
    return {canonicalize_name(match["name"]): match["version"] for match in found if match}


def unmet(requirements: Iterable[str], pinned: dict[str, str]) -> list[str]:
    """Requirements without a pin, or with one they do not allow."""
    return [
        text
        for text in requirements
        for wanted in [Requirement(text)]
        if not wanted.specifier.contains(pinned.get(canonicalize_name(wanted.name), "0"), prereleases=True)
        or canonicalize_name(wanted.name) not in pinned
    ]


@pytest.mark.parametrize("name", ["constraints.txt", "tests/clients-requirements.txt"])
def test_constraints_hold_pins_and_nothing_else(name: str) -> None:
    text = (ROOT / name).read_text()
    assert unpinned(text) == []
    assert "://" not in text


def test_constraints_pin_what_the_project_asks_for() -> None:
    project = PROJECT["project"]
    asked = [
        *PROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    assert unmet(asked, pins((ROOT / "constraints.txt").read_text())) == [], "run `make lock`"


@pytest.mark.parametrize(
    "line", ["--index-url https://example.org/simple", "flask>=3", "-e .", "flask @ https://example.org/flask.whl"]
)
def test_unpinned_sees_what_is_no_pin(line: str) -> None:
    assert unpinned(f"# made by hand\nclick==8.5.1\n{line}\n") == [line]


def test_unmet_sees_a_missing_and_an_outgrown_pin() -> None:
    asked = ["Flask>=3.1", "click>=8.3", "psycopg[binary]>=3.3"]
    assert unmet(asked, {"flask": "2.9", "psycopg": "3.3.9"}) == ["Flask>=3.1", "click>=8.3"]


def test_make_compiles_every_room() -> None:
    made = re.search(r"^ROOMS := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert made is not None
    assert made.group(1).split() == [*ROOMS]


# Machines

MACHINE_PATH = re.compile(rb"(?<![\w.}/-])/(?:work|farm|root|opt/(?:pypi|wheels)|home/\w+)/")
REGISTRY = re.compile(rb"(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)")
INSTALLS = (
    "constraints.txt", "tests/clients-requirements.txt", "pyproject.toml", "Makefile", ".ci/run",
    "tests/js/package.json", "tests/js/.npmrc",
)  # fmt: skip


def machine_paths(content: bytes) -> list[str]:
    """Absolute paths that exist on somebody's machine only; none in binary files."""
    if b"\0" in content[:8000]:
        return []
    return [match[0].decode() for match in MACHINE_PATH.finditer(content)]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = {name_of(path): machine_paths(path.read_bytes()) for path in tracked_files()}
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.parametrize("name", INSTALLS)
def test_installing_names_no_registry(name: str) -> None:
    assert REGISTRY.findall((ROOT / name).read_bytes()) == []


def test_machine_paths_sees_them_and_leaves_others() -> None:
    bad = ["/" + "work/main/x.py", '"/' + 'root/.cache"', "cd /" + "home/lan/desk"]
    good = ["https://example.org/" + "work/3", "framework/views", "." + "/" + "work/", "/api/v1/home/"]
    assert [bool(machine_paths(text.encode())) for text in bad + good] == [True] * 3 + [False] * 4


# The clock

CLOCK = "models/clock.py"
READS = re.compile(r"(?:^|\.)(?:datetime\.(?:now|utcnow|today)|date\.today|time\.(?:time|time_ns|localtime|gmtime))$")


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of a chain of attributes; empty for what else there may be."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def clock_reads(source: str) -> list[int]:
    """The lines that read the clock: called, handed on as a default factory, or imported to be called bare."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and READS.search(dotted(node)):
            found.add(node.lineno)
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and {"time", "time_ns"} & {alias.name for alias in node.names}
        ):
            found.add(node.lineno)
    return sorted(found)


def test_only_one_module_reads_the_clock() -> None:
    found = {name_of(path): clock_reads(path.read_text()) for path in modules() if name_of(path) != CLOCK}
    assert {name: lines for name, lines in found.items() if lines} == {}, f"ask {CLOCK}, or take `now` as an argument"


def test_clock_reads_sees_every_way() -> None:
    source = (
        "import datetime, time\nfrom datetime import UTC, datetime as datetime\nfrom time import time\n"
        "a = datetime.now(UTC)\nb = datetime.datetime.utcnow()\nc = datetime.date.today()\nd = time.time()\n"
        "e = dict(default_factory=datetime.now)\nf = time.monotonic()\ng = row.time\nnow = datetime(2026, 1, 1)\n"
    )
    assert clock_reads(source) == [3, 4, 5, 6, 7, 8]
    assert clock_reads((ROOT / CLOCK).read_text()), "the one module that may read it does"


# Errors of values

TEXT = (ast.Constant, ast.JoinedStr)


def sentences_in_value_errors(source: str) -> list[int]:
    """The lines that make a ValueError of anything but plain text, or read what was put into an error by its place."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and dotted(node.func) == "ValueError":
            found.update(node.lineno for one in node.args if not isinstance(one, TEXT))
        if isinstance(node, ast.Subscript) and dotted(node.value).endswith(".args") and _is_index(node.slice):
            found.add(node.lineno)
    return sorted(found)


def _is_index(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def test_what_people_read_of_a_wrong_value_is_an_invalid_value() -> None:
    found = {name_of(path): sentences_in_value_errors(path.read_text()) for path in modules()}
    assert {name: lines for name, lines in found.items() if lines} == {}, "raise models.errors.InvalidValue"


def test_sentences_in_value_errors_sees_every_way() -> None:
    source = (
        'raise ValueError(message(_("No such day."), day=day))\nraise ValueError(\n    message("x"))\n'
        'wrong = ValueError(wrong)\nshow(problem.args[0])\nraise ValueError("for programmers")\n'
        'raise ValueError(f"not {x}")\nraise ValueError\nname = request.args["name"]\nraise InvalidValue(_("x"))\n'
    )
    assert sentences_in_value_errors(source) == [1, 2, 4, 5]


# SQL

WITHOUT_SQL = ("service/api/", "service/web/")
TYPES = {"Session", "StaleDataError"}
"""What routes and pages may name of the libraries: the open transaction, and the error of a lost update."""

BUILDERS = {"select", "core_select", "col", "func", "or_", "and_", "not_", "exists"}
CALLS = {
    "exec", "execute", "scalar", "scalars", "query", "where", "order_by", "group_by", "limit", "offset", "subquery",
    "select_from", "add_columns", "with_only_columns",
}  # fmt: skip


def sql_written(source: str) -> list[int]:
    """The lines that import more of the SQL libraries than types, or a builder from anywhere, or use a statement."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            is_sql = any(name.split(".")[0] in {"sqlalchemy", "sqlmodel"} for name in names)
        elif isinstance(node, ast.ImportFrom):
            imported = {alias.name for alias in node.names}
            is_library = (node.module or "").split(".")[0] in {"sqlalchemy", "sqlmodel"}
            is_sql = bool(imported - TYPES) if is_library else bool(imported & BUILDERS)
        else:
            is_sql = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS
        if is_sql:
            found.add(node.lineno)  # type: ignore[attr-defined]
    return sorted(found)


def test_routes_and_pages_write_no_sql() -> None:
    concerned = [path for path in modules() if name_of(path).startswith(WITHOUT_SQL)]
    assert len(concerned) > 80, "the folders are elsewhere now"
    found = {name_of(path): sql_written(path.read_text()) for path in concerned}
    assert {name: lines for name, lines in found.items() if lines} == {}, "read through service/actions"


@pytest.mark.parametrize(
    "line",
    [
        "import sqlalchemy as sa",
        "import sqlmodel",
        "from sqlmodel import Session, select",
        "from sqlalchemy.orm import joinedload",
        "from service.actions.crud import select",
        "view.session.exec(wanted)",
        "session().execute(wanted).all()",
        "session.scalars(wanted)",
        "statement = events_where(query).where(Event.host == host)",
        "events_where(query).order_by(*EVENT_ORDER)",
    ],
)
def test_sql_written_sees_every_way(line: str) -> None:
    allowed = "from sqlmodel import Session\nfrom sqlalchemy.orm.exc import StaleDataError\nsession.get(Event, key)\n"
    assert sql_written(allowed) == []
    assert sql_written(f"{allowed}{line}\n") == [4]


# Docstrings


def undocumented(source: str) -> bool:
    """Whether a module does not say in its first line what it is for, as one sentence."""
    first = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0].strip()
    return len(first) < 10 or not first.endswith((".", "?", "!"))


def test_modules_say_what_they_are_for() -> None:
    # Migrations are titled by Alembic's template, without a full stop.
    public = [path for path in modules() if path.parent.name != "versions" and not re.match(r"_(?!_)", path.stem)]
    assert [name_of(path) for path in public if undocumented(path.read_text())] == []


@pytest.mark.parametrize("source", ["", "import os\n", '"""Rooms"""\n', 'x = 1\n"""Too late to be one."""\n'])
def test_undocumented_sees_what_is_no_docstring(source: str) -> None:
    assert undocumented(source)


# Licences

# The Lesser GPL (psycopg) lets a program of any licence use the library as it is; the GPL and the AGPL do not.
COPYLEFT = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )(?:Affero )?General Public License", re.IGNORECASE)


def licence(package: metadata.PackageMetadata) -> list[str]:
    """What a package says of its licence, classifiers first; the full text some put there is cut to its first line."""
    classifiers = [text for text in package.get_all("Classifier") or [] if text.startswith("License ::")]
    stated = [package.get("License-Expression") or "", (package.get("License") or "").strip().partition("\n")[0]]
    return [text for text in [*classifiers, *stated] if text]


def is_copyleft(stated: Iterable[str]) -> bool:
    """Whether every licence on offer asks for more than the Lesser GPL does ("GPL or MIT" leaves a choice)."""
    offered = [part for text in stated for part in re.split(r"\bOR\b", text)]
    return bool(offered) and all(COPYLEFT.search(part) for part in offered if part != "License :: OSI Approved")


def runtime_packages(asked: Iterable[str]) -> Iterator[metadata.Distribution]:
    """The installed packages the service runs on, dependencies of dependencies too."""
    queue, seen = [Requirement(text) for text in asked], set()
    while queue:
        wanted = queue.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        found = metadata.distribution(wanted.name)
        yield found
        for text in found.requires or []:
            further = Requirement(text)
            extras = ["", *wanted.extras]
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                queue.append(further)


def test_the_service_runs_on_no_gpl_package() -> None:
    stated = {found.name: licence(found.metadata) for found in runtime_packages(PROJECT["project"]["dependencies"])}
    assert len(stated) > 30, "the walk went no further than the direct dependencies"
    assert {name: said for name, said in stated.items() if not said} == {}, "no licence stated"
    assert {name: said for name, said in stated.items() if is_copyleft(said)} == {}


@pytest.mark.parametrize(
    ("stated", "copyleft"),
    [
        (["GPL-3.0-or-later"], True),
        (["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"], True),
        (["AGPL-3.0-only"], True),
        (["GNU Affero General Public License"], True),
        (["LGPL-3.0-only"], False),
        (["License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"], False),
        (["MIT OR GPL-2.0-only"], False),
        (["MIT"], False),
    ],
)
def test_is_copyleft_tells_the_gpl_from_the_lesser_one(stated: list[str], copyleft: bool) -> None:
    assert is_copyleft(stated) is copyleft


# Names


def classes(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Class name → the files it is defined in; marshmallow's inner ``Meta`` is a word of the library."""
    found: dict[str, list[str]] = {}
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef) and node.name != "Meta":
                found.setdefault(node.name, []).append(name)
    return found


def shared_names(sources: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: files for name, files in classes(sources).items() if len(files) > 1}


def test_no_two_classes_have_the_same_name() -> None:
    found = {name_of(path): path.read_text() for path in modules() if path.parent.name != "versions"}
    assert len(classes(found)) > 300
    assert shared_names(found) == {}


def test_shared_names_sees_two_classes_of_one_name() -> None:
    one, two = "class Line:\n    pass\n", "class Table:\n    class Line:\n        pass\n"
    assert shared_names({"a.py": one, "b.py": two}) == {"Line": ["a.py", "b.py"]}
    assert shared_names({"a.py": one, "b.py": "class Meta:\n    pass\n"}) == {}


def rebound(source: str) -> list[str]:
    """The module-level names that are assigned more than once: the second value silently replaces the first."""
    names = [
        target.id
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    return sorted({name for name in names if names.count(name) > 1})


def test_no_module_assigns_a_name_twice() -> None:
    assert [(name_of(path), names) for path in modules() if (names := rebound(path.read_text()))] == []


def test_rebound_sees_a_name_assigned_twice() -> None:
    assert rebound("_A = 1\nB: int = 2\n_A = 3\nB = 4\nC = D = 5\nE: int\nE = 6\n") == ["B", "_A"]
