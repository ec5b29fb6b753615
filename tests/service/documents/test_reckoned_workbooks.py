"""Formulas of the papers of money: what a spreadsheet reckons from the rows is what the service says."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from calendars.documents.estimate import planned
from calendars.documents.facts import DocumentFacts
from calendars.documents.kinds import compose
from calendars.documents.settlement import settled
from calendars.documents.value import tables
from calendars.estimates.lines import approved_sums, paid_sums, planned_sums
from calendars.money.sums import Sums
from models.vocabulary import Currency, DocumentKind, Language
from service.documents import xlsx_writer
from tests.calendars.documents.estimates import estimate_of, paid_example, planned_example, with_estimate, worked_lines

_OFFICE = Path(shutil.which("soffice") or "/").resolve().parent
with_libreoffice = pytest.mark.skipif(
    not (_OFFICE / "libsclo.so").exists(),
    reason="LibreOffice's spreadsheet is not on this machine (make documents-tools): no formula was reckoned",
)
VI, LO, EN = Language.VI, Language.LO, Language.EN
ESTIMATE, SETTLEMENT = DocumentKind.ESTIMATE, DocumentKind.SETTLEMENT
PAPERS: dict[str, tuple[DocumentKind, Callable[[], DocumentFacts], tuple[Language, ...]]] = {
    "estimate-vi": (ESTIMATE, planned_example, (VI,)),
    "estimate-lo": (ESTIMATE, planned_example, (LO,)),
    "estimate-en": (ESTIMATE, planned_example, (EN,)),
    "estimate-vi-lo": (ESTIMATE, planned_example, (VI, LO)),
    "worked": (ESTIMATE, lambda: with_estimate(estimate_of(worked_lines())), (VI,)),
    "settlement-vi": (SETTLEMENT, paid_example, (VI,)),
    "settlement-en": (SETTLEMENT, paid_example, (EN,)),
}
_FORMULA = re.compile(r'(<c r="([A-Z]+\d+)"[^>]*>)<f>([^<]*)</f><v>[^<]*</v>')
_SHEET = "xl/worksheets/sheet1.xml"


def written(name: str) -> bytes:
    kind, facts, languages = PAPERS[name]
    return xlsx_writer.write(compose(kind, facts(), languages).document)


def sheet_of(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(_SHEET).decode()


def formulas(content: bytes) -> dict[str, str]:
    """The formulas of a workbook, by the name of their cell."""
    return {name: formula for _cell, name, formula in _FORMULA.findall(sheet_of(content))}


def forgetful(content: bytes, change: Callable[[str], str] = lambda sheet: sheet) -> bytes:
    """The workbook without the results that the writer put in beside its formulas."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.namelist():
            held = old.read(one)
            if one == _SHEET:
                held = change(_FORMULA.sub(r"\1<f>\3</f>", held.decode())).encode()
            new.writestr(one, held)
    return made.getvalue()


def reckoned(folder: Path, files: dict[str, bytes]) -> dict[str, list[list[Any]]]:
    """The cells of workbooks as LibreOffice reckons them."""
    (folder / "out").mkdir()
    for name, content in files.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "xlsx", "--outdir",
         folder / "out", *(folder / f"{name}.xlsx" for name in files)],
        check=True, capture_output=True, timeout=500, env={"HOME": str(folder), "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )  # fmt: skip
    found = {}
    for name in files:
        book = CalamineWorkbook.from_path(str(folder / "out" / f"{name}.xlsx"))
        found[name] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return found


def place_of(cell: str) -> tuple[int, int]:
    letters, number = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(number) - 1, column - 1


def totals(rows: list[list[Any]], currency_column: int, amount_column: int) -> dict[Currency, Decimal]:
    """The sums at the end of the table: rows with a currency and no number before."""
    return {
        Currency(row[currency_column]): Decimal(str(row[amount_column])).quantize(Decimal("0.01"))
        for row in rows
        if len(row) > amount_column and row[currency_column] in list(Currency) and row[0] == ""
    }


def stated(sums: Sums) -> dict[Currency, Decimal]:
    return {one: Decimal(amount).scaleb(-one.decimals).quantize(Decimal("0.01")) for one, amount in sums}


@with_libreoffice
@pytest.mark.timeout(600)
def test_libreoffice_reckons_the_sums_of_the_service(tmp_path: Path) -> None:
    contents = {name: written(name) for name in PAPERS}
    found = reckoned(tmp_path, {name: forgetful(content) for name, content in contents.items()})
    for name, (kind, facts, _languages) in PAPERS.items():
        estimate = facts().estimate
        assert estimate is not None
        rows = found[name]
        # Every cell that has a formula comes out as the writer says beside it.
        own = CalamineWorkbook.from_filelike(BytesIO(contents[name])).get_sheet_by_index(0)
        as_written = own.to_python(skip_empty_area=False)
        cells = formulas(contents[name])
        assert len(cells) > 10, name
        for cell in cells:
            row, column = place_of(cell)
            assert rows[row][column] == pytest.approx(as_written[row][column], abs=0.001), (name, cell)
        if kind is ESTIMATE:
            figures = [line.figures for line in planned(estimate)]
            assert totals(rows, 8, 9) == stated(planned_sums(figures)), name
        else:
            figures = [line.figures for line in settled(estimate)]
            assert {one: sum_ for one, sum_ in totals(rows, 2, 3).items() if sum_} == stated(approved_sums(figures))
            assert totals(rows, 2, 4) == stated(paid_sums(figures)), name


@with_libreoffice
@pytest.mark.timeout(600)
def test_one_more_person_in_the_spreadsheet_costs_more_there(tmp_path: Path) -> None:
    """The control: the formulas are alive. The members of the worked example become nine."""
    content = written("worked")
    row = third(content)[1:]
    changed = forgetful(content, lambda sheet: re.sub(rf'(<c r="C{row}"[^>]*>)<v>8</v>', r"\1<v>9</v>", sheet))
    rows = reckoned(tmp_path, {"more": changed})["more"]
    assert totals(rows, 8, 9) == {Currency.VND: Decimal("304000000.00")}  # 289.6 m + 3 × 4.8 m


def third(content: bytes) -> str:
    """The cell with the amount of the third line."""
    return sorted((cell for cell in formulas(content) if cell.startswith("J")), key=lambda one: int(one[1:]))[2]


def test_formulas_name_cells_and_nothing_else() -> None:
    product = r"ROUND\(\$[A-Z]\d+\*\$[A-Z]\d+,\d\)"
    difference = r"ROUND\(\$[A-Z]\d+-\$[A-Z]\d+,\d\)"
    total = r"SUMIF\(\$[A-Z]\d+:\$[A-Z]\d+,\$[A-Z]\d+,\$[A-Z]\d+:\$[A-Z]\d+\)"
    for name in PAPERS:
        for formula in formulas(written(name)).values():
            assert re.fullmatch(f"{product}|{difference}|{total}", formula), (name, formula)


def test_a_number_that_does_not_follow_is_no_formula() -> None:
    """Of a line with a price of its own the amount stays as it was entered, and no row is a formula by accident."""
    estimate = planned_example().estimate
    assert estimate is not None
    wrong = [line.figures for line in planned(estimate)][:1]
    odd = with_estimate(estimate_of([replace(wrong[0], planned=wrong[0].planned + 1)]))
    cells = formulas(xlsx_writer.write(compose(ESTIMATE, odd, (VI,)).document))
    assert [formula.partition("(")[0] for formula in cells.values()] == ["ROUND", "SUMIF"]  # the quantity, the sum


def test_every_line_of_the_worked_example_is_reckoned() -> None:
    kind, facts, languages = PAPERS["worked"]
    (table,) = tables(compose(kind, facts(), languages).document)
    amounts = [cell for cell in formulas(written("worked")) if cell.startswith("J")]
    assert len(amounts) == len(table.rows)
