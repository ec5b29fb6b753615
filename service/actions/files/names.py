"""What a file is called when it is downloaded."""

import re
import unicodedata

from service.actions.files.media_types import CSV, ENDINGS, TEXT

LONGEST = 150
"""Characters of a name without its ending."""

NAMELESS = "file"

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_DECEIVING = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What turns the direction of a text round, or takes no place: "gpj.exe" may be shown as "exe.jpg"."""

_OTHER_ENDINGS = re.compile(
    r"bat|bin|bmp|cmd|com|dll|docm?|dotm?|exe|gif|hta|html?|jar|js|lnk|msi|pif|pps|pptx?|ps1|rtf|scr|sh|svg|swf|tiff?"
    r"|vbs|wsf|xls[bm]?|xml|zip"
)
_KEPT_ENDINGS = frozenset(one for endings in ENDINGS.values() for one in endings)


def kept_name(name: str, media_type: str) -> str:
    """The name a file came with, without what no system takes or what deceives its reader, with the ending of its kind.

    Folders in front of it are left out. An ending of another kind of file is replaced, so that no name promises what
    its content does not keep; anything else behind a dot is part of the name (“Công văn 12.UBND”).
    """
    last = re.split(r"[\\/]", name)[-1]
    text = _FORBIDDEN.sub("", _DECEIVING.sub("", unicodedata.normalize("NFC", last)))
    text = " ".join(text.split()).strip(". ")
    stem, dot, ending = text.rpartition(".")
    own = ENDINGS[media_type]
    if dot and ending.lower() in own:
        return f"{_cut(stem)}.{ending.lower()}"
    if dot and stem and (_OTHER_ENDINGS.fullmatch(ending.lower()) or ending.lower() in _KEPT_ENDINGS):
        text = stem
    return f"{_cut(text)}.{own[0]}"


def of_text(name: str) -> str:
    """Which kind a text is that came with a name: a table with commas, or just text. Its content can't tell."""
    return CSV if name.lower().endswith(".csv") else TEXT


def _cut(stem: str) -> str:
    return stem[:LONGEST].strip(". ") or NAMELESS
