"""What is wrong with a template, said to whoever uploads it: where it stands, and what would be right."""

from collections.abc import Mapping
from typing import Any

from models.i18n import N_, Message, message
from service.documents.docx_placeholders import BLOCKS, TEXTS
from service.documents.docx_tags import FIELDS

_SENTENCES: Mapping[str, str] = {
    "unknown": N_("{place}: there is no placeholder like “{tag}”. There are: {names}."),
    "no_placeholder": N_(
        "{place}: “{tag}” is no placeholder. Write the name of one between double braces, like “{example}”; nothing is"
        " computed or repeated in a template."
    ),
    "no_condition": N_(
        "{place}: “{tag}” can't be asked. A condition names placeholders and compares them with words, like"
        " “{example}”."
    ),
    "loose": N_("{place}: “{tag}” stands there without its other half."),
    "not_alone": N_("{place}: “{tag}” needs a paragraph of its own."),
    "only_in_text": N_("{place}: “{tag}” stands for several paragraphs, which only the text itself can hold."),
    "words": N_("{place}: “{tag}” stands for words; write it without the “p”."),
    "not_begun": N_("{place}: “{tag}” has no condition before it in the same text or cell."),
    "not_ended": N_("{place}: “{tag}” is not ended in the same text or cell; write “{end}” below what it is about."),
    "no_body": N_("There is no paragraph with “{tag}”: without it a paper has no content."),
    "two_bodies": N_("“{tag}” is there more than once; the content of a paper can stand in one place only."),
    "external": N_(
        "The template leads to something outside of it ({tag}). Save it without links, and insert pictures instead of"
        " linking to them."
    ),
    "address": N_(
        "{place}: there is an address outside of the template ({tag}). Save it without links, and insert pictures"
        " instead of linking to them."
    ),
    "comments": N_("There are comments in the template. Delete them: they would not be part of the papers."),
    "changes": N_("{place}: there are tracked changes. Accept or reject all of them, then save the template again."),
    "hidden": N_("{place}: there is hidden text. Show it or delete it: nothing in a paper is hidden."),
    "hidden_style": N_("{place}: “{tag}” hides text. Show it or delete it: nothing in a paper is hidden."),
    "not_here": N_(
        "{place}: “{tag}” stands where nothing is filled in. Write it as words of the text, a header or a footer."
    ),
    "too_many": N_("{place}: with this there are more than {tag} placeholders and conditions, which is too many."),
    "number": N_("No paper can be made with the template: “{tag}” is no whole number. Set it in Word and save again."),
    "unfillable": N_(
        "No paper can be made with the template ({place}, {tag}). Start from the one that came with the service."
    ),
    "too_much": N_("A paper takes too much time or room with the template. Use fewer tables and pictures."),
    "field": N_("{place}: the field “{tag}” is not taken. Only those of page numbers are: {fields}."),
}
_PARTS: Mapping[str, str] = {
    "document": N_("Text"),
    "header": N_("Header {number}"),
    "footer": N_("Footer {number}"),
    "footnotes": N_("Footnotes"),
    "endnotes": N_("Endnotes"),
    "styles": N_("Styles"),
    "numbering": N_("Forms of lists"),
    "settings": N_("Settings of the file"),
    "": N_("The file"),
}
_IN_TABLE = N_("{part}, table {table}, row {row}, cell {cell} (“{begins}”)")
_IN_TEXT = N_("{part}, paragraph {paragraph} (“{begins}”)")
_EXAMPLES: Mapping[str, str] = {"no_placeholder": "{{ title }}", "no_condition": '{%p if form == "state" %}'}


def sentence(problem: Mapping[str, Any]) -> Message:
    """A problem (:class:`.docx_tags.Problem` as plain values) in words."""
    code = problem["code"]
    return message(
        _SENTENCES[code],
        place=_where(problem["place"]),
        tag=problem["tag"],
        names=", ".join((*TEXTS, *BLOCKS)),
        example=_EXAMPLES.get(code, ""),
        end="{%p endif %}",
        fields=", ".join(FIELDS),
    )


def _where(place: Mapping[str, Any]) -> Message:
    kind, _blank, number = place["part"].partition(" ")
    part = message(_PARTS.get(kind, _PARTS[""]), number=number)
    if place["table"]:
        return message(
            _IN_TABLE, part=part, table=place["table"], row=place["row"], cell=place["cell"], begins=place["begins"]
        )
    if place["paragraph"]:
        return message(_IN_TEXT, part=part, paragraph=place["paragraph"], begins=place["begins"])
    return part
