"""LibreOffice opens the .docx files and makes PDFs of them: their words, their pages, rows whole, heads repeated."""

import re
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest

from calendars.documents.value import CardForm, Document, texts
from service.documents import docx_writer, pdf_writer
from service.documents.docx_text import tidy
from tests.service.documents import docx_papers as papers

pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("soffice") and shutil.which("pdftotext")),
        reason="LibreOffice or poppler is not on this machine (make documents-tools): nobody opened the .docx files",
    ),
    pytest.mark.timeout(600),
]

PAPERS: dict[str, Document] = {
    "letter": papers.letter(),
    "lao": papers.letter(papers.LAO_HEAD),
    "programme": papers.programme(days=7, items=28),
    "plates": papers.cards(CardForm.PLATE, 3),
    "badges": papers.cards(CardForm.BADGE, 9),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What LibreOffice shows of each paper, page by page."""
    folder = tmp_path_factory.mktemp("libreoffice")
    for name, document in PAPERS.items():
        (folder / f"{name}.docx").write_bytes(docx_writer.write(document))
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            "pdf",
            "--outdir",
            folder,
        ]
        + [folder / f"{name}.docx" for name in PAPERS],
        check=True,
        capture_output=True,
        timeout=500,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )
    return {name: _pages(folder / f"{name}.pdf") for name in PAPERS}


def _pages(path: Path) -> list[str]:
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    return text.split("\f")[:-1]


def _letters(text: str) -> str:
    """Latin letters and figures alone: a PDF places the marks of Lao on their own."""
    return re.sub(r"[^a-zà-ỹ0-9đ]", "", text.lower())


@pytest.mark.parametrize("name", PAPERS)
def test_every_word_is_on_the_pages(pages: dict[str, list[str]], name: str) -> None:
    shown = _letters("".join(pages[name]))
    missing = [
        run.text
        for text in texts(PAPERS[name])
        for line in text
        for run in line
        for word in tidy(run.text).split()
        if _letters(word) not in shown
    ]
    assert missing == []


@pytest.mark.parametrize(("name", "count"), [("plates", 3), ("badges", 2)])
def test_cards_take_as_many_sheets_as_they_should(pages: dict[str, list[str]], name: str, count: int) -> None:
    assert len(pages[name]) == count


@pytest.mark.parametrize("name", PAPERS)
def test_takes_as_many_pages_as_the_pdf_but_for_one(pages: dict[str, list[str]], name: str) -> None:
    with pypdfium2.PdfDocument(pdf_writer.write(PAPERS[name])) as pdf:
        assert abs(len(pdf) - len(pages[name])) <= 1


def test_the_heading_is_on_every_page_and_numbers_begin_with_the_second(pages: dict[str, list[str]]) -> None:
    shown = pages["programme"]
    assert len(shown) > 2
    for number, page in enumerate(shown, 1):
        assert "Nội dung" in page
        first = page.strip().splitlines()[0].strip()
        assert (first == str(number)) == (number > 1)


def test_a_day_is_never_alone_at_the_foot_of_a_page(pages: dict[str, list[str]]) -> None:
    for page in pages["programme"]:
        lines = [line for line in page.splitlines() if re.search("[a-zà-ỹ]", line)]
        assert not lines[-1].strip().startswith("Thứ Năm")
