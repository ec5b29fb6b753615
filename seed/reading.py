"""Parse programme files: YAML values, each with its line.

Only the part of YAML that a programme file needs is supported: text, integers, true and false, null, lists and groups.
Times, dates and words like ``no`` stay text as written (YAML 1.1 would turn 14:00 into 840, and no into false).
Duplicate names, tags and several documents in one file are rejected; so are files that would not fit into memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from models.i18n import N_, Message, message, translate_filled

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_VALUES = 200_000

Steps = tuple[str | int, ...]
"""The path from a file's top to a value: names and positions, from 0."""

# The C parser is twenty times faster; it is not available on every machine.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_BROKEN = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One problem in a file: where (``line`` from 1, ``path`` to the field), what is wrong, and what would be right.

    ``what`` may also be a library's English sentence, which is translated if the catalogues contain it.
    """

    file: str
    line: int
    path: str
    what: Message | str

    def formatted(self, language: str) -> str:
        """``FILE:LINE: field: sentence`` in a reader's language."""
        sentence = self.what.to(language) if isinstance(self.what, Message) else translate_filled(self.what, language)
        return ": ".join(part for part in (f"{self.file}:{self.line}", self.path, sentence) if part)


class BadFiles(Exception):
    """Programme files that can't be loaded, with all problems of all files. Nothing was loaded."""

    def __init__(self, problems: list[FileProblem]) -> None:
        super().__init__("\n".join(problem.formatted("en") for problem in problems))
        self.problems = problems


@dataclass(slots=True)
class YamlNode:
    """A value and its line: a scalar, a list of nodes, or a group (name → node, at the line of its name)."""

    value: Any
    line: int
    size: int = 1

    def plain(self) -> Any:
        """The value without lines."""
        match self.value:
            case dict():
                return {name: node.plain() for name, node in self.value.items()}
            case list():
                return [node.plain() for node in self.value]
            case _:
                return self.value

    def line_at(self, steps: Steps) -> int:
        """The line of the value at ``steps``, or of the last existing value on the path."""
        node = self
        for step in steps:
            found = node.get(step)
            if found is None:
                break
            node = found
        return node.line

    def get(self, step: str | int) -> "YamlNode | None":
        """The value under a name or at a position, None if there is none."""
        below: YamlNode | None = None
        match self.value:
            case dict():
                below = self.value.get(step)
            case list() if isinstance(step, int) and step < len(self.value):
                below = self.value[step]
        return below


@dataclass(slots=True)
class ProgrammeFile:
    """A parsed file: its top value (None if it can't be read at all), and its problems."""

    name: str
    top: YamlNode | None = None
    problems: list[FileProblem] = field(default_factory=list)

    def add(self, line: int, path: str, what: Message | str) -> None:
        """Record a problem."""
        self.problems.append(FileProblem(self.name, line, path, what))


class _Unreadable(Exception):
    def __init__(self, line: int, what: Message, path: str = "") -> None:
        super().__init__(str(what))
        self.line, self.what, self.path = line, what, path


def read(path: Path) -> ProgrammeFile:
    """Read one file; never raises, whatever its content."""
    file = ProgrammeFile(str(path))
    try:
        text = _text(path)
        file.top = _Composer(file, _events(text)).document()
    except _Unreadable as problem:
        file.add(problem.line, problem.path, problem.what)
    return file


def _text(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as problem:
        raise _Unreadable(1, message(N_("This file can't be read: {problem}."), problem=problem.strerror)) from None
    if len(content) > MAX_BYTES:
        raise _Unreadable(1, message(N_("This file is too large; at most {limit} MB."), limit=MAX_BYTES // 1024**2))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise _Unreadable(line, message(N_("This line is not in UTF-8; save the file as UTF-8."))) from None


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        marks = [mark for mark in (problem.problem_mark, problem.context_mark) if mark is not None]
        line = marks[0].line + 1 if marks else 1
        reason = ", ".join(part for part in (problem.context, problem.problem) if part)
        raise _Unreadable(line, message(N_("This is not YAML: {problem}."), problem=reason)) from None
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position if isinstance(problem.position, int) else 0) + 1
        reason = f"{problem.reason} (U+{ord(problem.character):04X})" if problem.character else str(problem.reason)
        raise _Unreadable(line, message(N_("This is not YAML: {problem}."), problem=reason)) from None


class _Composer:
    """Builds the nodes of one file from the parser's events, within limits."""

    def __init__(self, file: ProgrammeFile, events: Iterator[Any]) -> None:
        self.file = file
        self.events = events
        self.anchors: dict[str, YamlNode] = {}
        self.aliases = 0
        self.values = 0

    def document(self) -> YamlNode | None:
        """The file's only document; None if it is empty."""
        top = None
        documents = 0
        for event in self.events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Unreadable(line, message(N_("A file holds one document only; take this line out.")))
                top = self._node(next(self.events), ())
        return top

    def _node(self, event: Any, steps: Steps) -> YamlNode:
        line = event.start_mark.line + 1
        if len(steps) > MAX_DEPTH:
            raise _Unreadable(line, message(N_("Nested too deeply; at most {limit} levels."), limit=MAX_DEPTH))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        if event.tag is not None and not (event.tag == "!" and isinstance(event, yaml.ScalarEvent)):
            raise _Unreadable(
                line, message(N_("Tags like {tag} are not used here; take it out."), tag=event.tag), path_text(steps)
            )
        if isinstance(event, yaml.ScalarEvent):
            node = YamlNode(_scalar(event), line)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(line, steps)
        else:
            node = self._group(line, steps)
        self._count(1, line)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: Any, line: int) -> YamlNode:
        self.aliases += 1
        anchored = self.anchors.get(event.anchor)
        if anchored is None:
            # This includes a recursive alias: an anchor is registered when its value is complete.
            raise _Unreadable(
                line, message(N_("This is not YAML: {problem}."), problem=f"unknown alias *{event.anchor}")
            )
        if self.aliases > MAX_ALIASES:
            raise _Unreadable(line, message(N_("Too many aliases (*name); at most {limit}."), limit=MAX_ALIASES))
        self._count(anchored.size, line)
        return YamlNode(anchored.value, line, anchored.size)

    def _count(self, more: int, line: int) -> None:
        self.values += more
        if self.values > MAX_VALUES:
            raise _Unreadable(line, message(N_("Too many values in one file; at most {limit}."), limit=MAX_VALUES))

    def _list(self, line: int, steps: Steps) -> YamlNode:
        items: list[YamlNode] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*steps, len(items))))
        return YamlNode(items, line, 1 + sum(item.size for item in items))

    def _group(self, line: int, steps: Steps) -> YamlNode:
        group: dict[str, YamlNode] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            at = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise _Unreadable(
                    at, message(N_("A name is a single word here; write “name: value”.")), path_text(steps)
                )
            name = event.value
            value = self._node(next(self.events), (*steps, name))
            value.line = at
            if name in group:
                first = group[name].line
                what = message(N_("“{name}” stands here twice, first in line {line}; keep one."), name=name, line=first)
                self.file.add(at, path_text((*steps, name)), what)
            else:
                group[name] = value
        return YamlNode(group, line, 1 + sum(value.size for value in group.values()))


def _scalar(event: Any) -> str | int | float | bool | None:
    text: str = event.value
    if not event.implicit[0]:  # in quotes, or a block
        return text
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _BROKEN.fullmatch(text) else text


def path_text(steps: Steps) -> str:
    """The path to a value as text: ``events[3].tasks[0].due_offset``."""
    shown = ""
    for step in steps:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown
