"""A paper as plain JSON for the layout (service/documents/layout): text, flags and measures, never markup.

What no sheet of paper can hold is cleaned here: control characters and those that turn the direction of text are left
out, and long words get places where they may be broken.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from calendars.documents.value import (
    Bar,
    Block,
    Card,
    Cards,
    Chart,
    Document,
    Head,
    Heading,
    Items,
    PageBreak,
    Paper,
    Paragraph,
    Run,
    Seat,
    SeatingPlan,
    Signature,
    Table,
    Text,
    plain,
)
from models.text import clean
from models.vocabulary import Language
from service.documents import lao_words

MOST_CHARACTERS = 2_000_000
"""Of all texts of a paper; the longest honest one has a tenth."""
MOST_PIECES = 200_000
"""Lines of text, cells, seats and bars of a paper."""

MOST_PAPERS = 200
"""Papers in one file."""

NO_DAY = date(2000, 1, 1)
"""The day of a file whose paper has none: PDF/A wants one, and that of its making would differ each time."""

LONGEST_WORD = 24
"""Characters; a longer word may be broken, for it may be wider than its column."""
BREAK = "\u200b"
"""A place where a word may be broken (zero width space)."""

_BODY_WIDTHS = {Paper.PORTRAIT: 468.0, Paper.LANDSCAPE: 714.0, Paper.POCKET: 250.0}
_BODY_HEIGHTS = {Paper.PORTRAIT: 728.0, Paper.LANDSCAPE: 482.0, Paper.POCKET: 368.0}
"""Points, as in base.typ. Here they only say which rows are worth measuring."""

_LONG_WORD = re.compile(rf"[^\s\u0e80-\u0eff{BREAK}]{{{LONGEST_WORD + 1},}}")
_BETWEEN_GAPS = re.compile("(?<=…[/-])(?=…)")
_PILED_MARKS = re.compile(
    "([\u0300-\u036f\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece]{6})[\u0300-\u036f\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece]+"
)
"""No letter of any language has more marks than that; thousands would take minutes to place."""
_CLUSTERS = re.compile("[^\u0300-\u036f][\u0300-\u036f\u200d\ufe0f]*|.", re.DOTALL)
_LONG_PARAGRAPH = 700
_LONG_FOOT = 2500


class TooLong(ValueError):
    """A paper has more text than anybody prints."""


def paper_data(document: Document) -> str:
    """The JSON of a paper and those that follow it.

    Raises:
        TooLong: it has more text than anybody prints.
    """
    papers = [document, *document.following]
    if len(papers) > MOST_PAPERS:
        raise TooLong
    title = " ".join(filter(None, (_joined(document.title), _joined(document.abstract))))
    made_for = document.made_for or NO_DAY
    data = {
        "title": title or _joined(document.head.subject) or document.kind.value,
        "author": cleaned(document.author),
        "made_for": [made_for.year, made_for.month, made_for.day],
        "papers": [_paper(one) for one in papers],
    }
    return _bounded(data)


def figure_data(figure: SeatingPlan | Chart, width: int) -> str:
    """The JSON of one figure, ``width`` points wide.

    Raises:
        TooLong: it has more text than anybody prints.
    """
    title = figure.title or ((Run("", Language.VI),),)
    return _bounded({"width": width, "language": title[0][0].language, "figure": _block(figure, Paper.PORTRAIT)})


def cleaned(text: str) -> str:
    """A text of one line without control characters, those that turn the direction, and piles of marks on a letter;
    blanks at its ends stay."""
    # The bars keep the blanks at both ends.
    return _PILED_MARKS.sub(r"\1", clean(f"|{text}|")[1:-1].replace("\n", " ").replace("\t", " "))


def breakable(text: str) -> str:
    """A text whose long words may be broken anywhere but between a letter and its marks; those of Lao stay. Gaps that
    are to be filled in (``……/……-……``) may be broken between each other."""
    text = _BETWEEN_GAPS.sub(BREAK, text)
    if len(text) <= LONGEST_WORD:
        return text
    return _LONG_WORD.sub(lambda word: BREAK.join(_CLUSTERS.findall(word[0])), text)


def _bounded(data: object) -> str:
    texts, pieces = _size(data)
    if texts > MOST_CHARACTERS or pieces > MOST_PIECES:
        raise TooLong
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _size(data: object) -> tuple[int, int]:
    """How many characters, and how many lists of a value of JSON."""
    characters = pieces = 0
    rest = [data]
    while rest:
        match rest.pop():
            case str() as text:
                characters += len(text)
            case dict() as members:
                rest.extend(members.values())
            case list() as members:
                pieces += 1
                rest.extend(members)
            case _:
                pass
    return characters, pieces // 4


def _paper(document: Document) -> dict[str, Any]:
    blocks = [_block(block, document.paper) for block in document.blocks]
    if document.blocks and _is_short(document.blocks[-1]):
        blocks[-1]["is_last_short"] = True
    head = _head(document.head)
    foot = [*document.recipients, *(words for one in document.signatures for words in (*one.authority, one.name))]
    return {
        "paper": document.paper.value,
        "languages": [language.value for language in document.languages] or [Language.VI.value],
        "head": head,
        "has_head": any(value for name, value in head.items() if name != "form"),
        "title": _text(document.title),
        "abstract": _text(document.abstract),
        "addressee": _text(document.addressee),
        "has_title": bool(document.title or document.abstract or document.addressee),
        "blocks": blocks,
        "signatures": [_signature(one) for one in document.signatures],
        "recipients": [_text(one) for one in document.recipients if one],
        "is_long_foot": sum(len(plain(words)) for words in foot) > _LONG_FOOT,
    }


def _head(head: Head) -> dict[str, Any]:
    return {
        "form": head.form.value,
        "superior": _text(head.superior),
        "issuer": _text(head.issuer),
        "state": _text(head.state),
        "motto": _text(head.motto),
        "number": _text(head.number),
        "subject": _text(head.subject),
        "place_and_date": _text(head.place_and_date),
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {"authority": [_text(words) for words in signature.authority], "name": _text(signature.name)}


def _is_short(block: Block) -> bool:
    return isinstance(block, Paragraph) and len(plain(block.text)) < _LONG_PARAGRAPH


def _block(block: Block, paper: Paper) -> dict[str, Any]:
    match block:
        case Heading(text=text, level=level):
            return {"type": "heading", "text": _text(text), "level": max(1, min(level, 6))}
        case Paragraph():
            return {
                "type": "paragraph",
                "text": _text(block.text),
                "align": block.align.value,
                "indent": block.indent,
                "keep_with_next": block.keep_with_next,
            }
        case Items(items=items, numbered=numbered):
            return {"type": "items", "items": [_text(words) for words in items], "numbered": numbered}
        case Table():
            return _table(block, paper)
        case Cards(form=form, cards=cards):
            return {"type": "cards", "form": form.value, "cards": [_card(card) for card in cards]}
        case SeatingPlan(title=title, near=near, far=far, round=is_round):
            return {
                "type": "seating",
                "title": _text(title),
                "near": [_seat(seat) for seat in near],
                "far": [_seat(seat) for seat in far],
                "round": is_round,
            }
        case Chart(title=title, series=series, bars=bars):
            language = title[0][0].language if title and title[0] else Language.VI
            return {
                "type": "chart",
                "title": _text(title),
                "series": [_text(words) for words in series],
                "bars": [_bar(bar, language) for bar in bars],
            }
        case PageBreak():
            return {"type": "page_break"}


def _table(table: Table, paper: Paper) -> dict[str, Any]:
    whole = sum(column.width for column in table.columns) or 1.0
    widths = [_BODY_WIDTHS[paper] * column.width / whole for column in table.columns]
    half = _BODY_HEIGHTS[paper] / 3
    return {
        "type": "table",
        "columns": [
            {"heading": _text(column.heading), "width": column.width, "align": column.align.value}
            for column in table.columns
        ],
        "may_have_long_heading": _guessed_height([column.heading for column in table.columns], widths) > half,
        "rows": [
            {
                "cells": [_text(cell) for cell in row.cells],
                "group": row.group,
                "may_be_long": _guessed_height(row.cells, [sum(widths)] if row.group else widths) > half,
            }
            for row in table.rows
        ],
    }


def _guessed_height(cells: Sequence[Text], widths: Sequence[float]) -> float:
    """The height of a row in points, guessed rather too large: a letter of 12 points is 7 wide, a line 15 high."""
    heights = (
        sum(15.0 * (1 + sum(len(run.text) for run in line) * 7.0 // max(width, 7.0)) for line in cell)
        for cell, width in zip(cells, widths, strict=False)
    )
    return max(heights, default=0.0)


def _card(card: Card) -> dict[str, Any]:
    return {"name": _text(card.name), "lines": [_text(words) for words in card.lines], "mark": cleaned(card.mark)}


def _seat(seat: Seat) -> dict[str, Any]:
    return {"number": seat.number, "name": _text(seat.name)}


def _bar(bar: Bar, language: Language) -> dict[str, Any]:
    return {
        "label": _text(bar.label),
        "values": [float(value or 0) for value in bar.values],
        "written": ["" if value is None else written_number(value, language) for value in bar.values],
    }


def written_number(value: float, language: Language) -> str:
    """A number of a chart as people write it: whole without decimals, else with two at most."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text if language is Language.EN else text.translate(str.maketrans(",.", ".,"))


def _text(text: Text) -> list[list[list[Any]]]:
    return [[_run(run) for run in line] for line in text if line]


def _run(run: Run) -> list[Any]:
    text = breakable(cleaned(run.text))
    return [lao_words.pieces(text) if lao_words.has_lao(text) else [text], run.language.value, run.bold, run.italic]


def _joined(text: Text) -> str:
    return cleaned(" ".join(_words(text)))


def _words(text: Text) -> Iterable[str]:
    return ("".join(run.text for run in line) for line in text)
