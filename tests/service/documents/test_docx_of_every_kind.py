"""Every kind of paper, kind of visit and language: as many pages in LibreOffice, from the .docx, as in the PDF."""

import subprocess
from pathlib import Path

import pypdfium2
import pytest

from calendars.documents.kinds import EVENT_KINDS, compose
from calendars.documents.value import Document
from service.documents import docx_writer, pdf_writer
from tests.calendars.documents.listed_visits import LANGUAGES, VISITS
from tests.service.documents import test_docx_libreoffice

pytestmark = [*test_docx_libreoffice.pytestmark, pytest.mark.soak, pytest.mark.timeout(1800)]

AT_ONCE = 40
"""Files that LibreOffice converts in one run."""


def papers() -> dict[str, Document]:
    found = {}
    for visit, facts in VISITS.items():
        for kind, terms in EVENT_KINDS.items():
            if terms.applies is not None and not terms.applies(facts):
                continue
            for languages in LANGUAGES:
                found[f"{visit}-{kind}-{'-'.join(languages)}"] = compose(kind, facts, languages).document
    return found


def pages_of(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as pdf:
        return len(pdf)


def test_every_paper_takes_as_many_pages_as_its_pdf_but_for_one(tmp_path: Path) -> None:
    made = papers()
    assert len(made) > 200
    names = list(made)
    for name in names:
        (tmp_path / f"{name}.docx").write_bytes(docx_writer.write(made[name]))
    for first in range(0, len(names), AT_ONCE):
        files = [tmp_path / f"{name}.docx" for name in names[first : first + AT_ONCE]]
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path, *files]
        environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin:/usr/local/bin"}
        subprocess.run(command, check=True, capture_output=True, timeout=500, env=environment)
    differs = {}
    for name in names:
        with pypdfium2.PdfDocument(pdf_writer.write(made[name])) as pdf:
            if abs(len(pdf) - (shown := pages_of(tmp_path / f"{name}.pdf"))) > 1:
                differs[name] = (len(pdf), shown)
    assert differs == {}
