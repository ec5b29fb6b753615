"""Kept papers as the files that go with mails: the signed scan where there is one, else the paper as .pdf."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from calendars.documents import stored
from calendars.documents.file_names import file_name, signed_file_name
from calendars.documents.numbering import numbered
from models.file_store import FileStore
from models.text import LocalizedText
from models.vocabulary import DocumentFormat, DocumentKind, Language
from service.actions.files.media_types import ENDINGS


class KeptPaperToSend(Protocol):
    """A kept paper as the worker has read it."""

    @property
    def kind(self) -> DocumentKind: ...
    @property
    def language(self) -> str: ...
    @property
    def content(self) -> Mapping[str, Any]: ...
    @property
    def number(self) -> str | None: ...
    @property
    def issued_on(self) -> date | None: ...
    @property
    def title(self) -> LocalizedText: ...
    @property
    def first_day(self) -> date: ...
    @property
    def scan(self) -> tuple[str, str, str] | None: ...


@dataclass(frozen=True, slots=True)
class AttachedPaper:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PaperWriter:
    """Writes kept papers for the worker; knows no database."""

    store: FileStore

    def attachment(self, paper: KeptPaperToSend) -> AttachedPaper:
        """The file that goes with a mail.

        Raises:
            FilesAway: the signed scan can't be read.
        """
        languages = [Language(one) for one in paper.language.split(",")]
        if paper.scan is not None:
            sha256, uploaded, media_type = paper.scan
            ending = ENDINGS.get(media_type, (uploaded.rpartition(".")[2],))[0]
            name = signed_file_name(paper.kind, paper.title, paper.first_day, languages, ending)
            with self.store.read(sha256) as content:
                return AttachedPaper(name, media_type, content.read())
        # Not with the module: a worker that sends no papers needs no writers of files.
        from service.documents import rendering

        document = numbered(stored.read(paper.content), paper.number, paper.issued_on)
        name = file_name(paper.kind, paper.title, paper.first_day, languages, DocumentFormat.PDF)
        content_of = rendering.render(document, DocumentFormat.PDF)
        return AttachedPaper(name, rendering.MEDIA_TYPES[DocumentFormat.PDF], content_of)
