"""Lines in files: no line of a .pdf ends inside an amount, a date or a name; a .docx has the same blanks."""

import re

import pytest

from calendars.documents.line_ends import NO_BREAK
from calendars.documents.value import Paragraph, Run, Text
from models.vocabulary import DocumentFormat, Language
from service.documents import pdf_writer, rendering
from tests.service.documents import docx_papers as papers
from tests.service.documents.pdf_reading import pages, squeezed

SAID = {
    Language.VI: ("1 600 000 đồng", "ngày 07/3/2024", "Ông Nguyễn", "lần 2", "40 năm"),
    Language.LO: ("1.600.000 ກີບ", "ວັນທີ 7/3/2024", "ທ່ານ ບຸນສອນ", "ຄັ້ງທີ 2", "10 ມີນາ 2027"),
}


def long_text(language: Language) -> Text:
    """What must stay together at every place of a line: words of growing length stand between."""
    filler = "ຫ" if language is Language.LO else "x"
    said = [f"{filler * (1 + (number * 7) % 11)} {SAID[language][number % 5]}" for number in range(120)]
    return ((Run(", ".join(said), language),),)


def parted(content: bytes, language: Language) -> int:
    """How often what must stay together does not stand on one line."""
    lines = [squeezed(line) for page in pages(content) for line in page.text.splitlines()]
    whole, made = "".join(lines), "\n".join(lines)
    assert whole.count(squeezed(SAID[language][0])) >= 24
    return sum(whole.count(squeezed(said)) - made.count(squeezed(said)) for said in SAID[language])


@pytest.mark.parametrize("language", SAID)
def test_a_pdf(language: Language) -> None:
    paper = papers.letter()
    of = type(paper)(paper.kind, (language,), paper.head, paper.title, blocks=(Paragraph(long_text(language)),))
    assert parted(rendering.render(of, DocumentFormat.PDF), language) == 0
    assert parted(pdf_writer.write(of), language) > 0, "without the rule lines end there"


@pytest.mark.parametrize("language", SAID)
def test_a_docx_has_the_same_blanks(language: Language) -> None:
    paper = papers.letter()
    of = type(paper)(paper.kind, (language,), paper.head, paper.title, blocks=(Paragraph(long_text(language)),))
    said = "\n".join(papers.paragraph_texts(rendering.render(of, DocumentFormat.DOCX)))
    for words in SAID[language]:
        assert said.count(words.replace(" ", NO_BREAK)) == 24
        assert words not in said
    sheet = rendering.render(of, DocumentFormat.XLSX)
    assert NO_BREAK.encode() not in sheet
    assert not re.search(NO_BREAK, str(of))
