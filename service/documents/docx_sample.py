"""Papers that a template is tried with: all that a paper can have, upright and across, and a second one behind it."""

from dataclasses import replace

from calendars.documents.value import (
    Column,
    Document,
    Head,
    HeadForm,
    Heading,
    Items,
    Paper,
    Paragraph,
    Row,
    Run,
    Signature,
    Table,
    Text,
)
from models.vocabulary import DocumentKind, Language


def _said(words: str) -> Text:
    """Words in both scripts, which have faces of their own."""
    return ((Run(words, Language.VI),), (Run("ສະບາຍດີ", Language.LO),))


def samples() -> tuple[Document, ...]:
    """The papers."""
    one = _said("Mẫu")
    upright = Document(
        DocumentKind.RECEPTION_PLAN,
        (Language.VI, Language.LO),
        Head(HeadForm.STATE, one, one, one, one, one, one, one),
        title=one,
        abstract=one,
        addressee=one,
        blocks=(
            Heading(one),
            Paragraph(one),
            Items((one, one)),
            Items((one, one), numbered=True),
            Table("Mẫu", (Column(one, 1), Column(one, 2)), (Row((one, one)), Row((one,), group=True))),
        ),
        signatures=(Signature((one,), one),),
        recipients=(one, one),
    )
    across = replace(upright, head=replace(upright.head, form=HeadForm.PLAIN), paper=Paper.LANDSCAPE)
    return replace(upright, following=(upright,)), across
