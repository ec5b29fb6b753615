"""What a part of an office document does when it is opened, judged by what its XML says and not by how it is spelled.

The parts are parsed, so references to characters, encodings and prefixes of namespaces hide nothing; document types,
which define entities, are refused. Everything is seen once, as it is unpacked.
"""

import re
from collections.abc import Mapping
from xml.parsers import expat

from service.actions.files.media_types import NotKept
from service.documents.office_addresses import can_fetch, fetches

MOST_OF_A_FIELD = 1 << 16
"""Characters of a field's instruction."""

_RUNS = re.compile(r"macroenabled|vba|ms-excel\.(?:intl)?macrosheet|dialogsheet", re.IGNORECASE)
_ACTIVE_TYPES = re.compile(r"activex|/x-msdownload|javascript|text/html|xhtml|message/rfc822", re.IGNORECASE)
_OBJECT_TYPES = re.compile(r"oleobject|/msword$|/vnd\.ms-excel$", re.IGNORECASE)
_REASONS_OF_TYPES = ((_RUNS, "macros"), (_ACTIVE_TYPES, "active"), (_OBJECT_TYPES, "embedded"))
_RELATIONS: Mapping[str, str] = {
    "vbaproject": "macros",
    "wordvbadata": "macros",
    "xlmacrosheet": "macros",
    "xlintlmacrosheet": "macros",
    "dialogsheet": "macros",
    "control": "active",
    "activexcontrolbinary": "active",
    "afchunk": "active",
    "oleobject": "embedded",
    "package": "embedded",
}
"""The end of a relation's type, in small letters → why it is refused wherever it leads."""

_SCRIPT = "urn:oasis:names:tc:opendocument:xmlns:script:1.0"
_HREF = "http://www.w3.org/1999/xlink href"
_ELEMENTS: Mapping[str, str] = {
    "script": "macros",
    "event-listener": "macros",
    "event-listeners": "macros",
    "object-ole": "embedded",
    "applet": "active",
    "plugin": "active",
    "floating-frame": "active",
    "ddelink": "active",
    "olelink": "active",
    "altchunk": "active",
    "encryption-data": "encrypted",
}
_TABLE_FORMULA = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 formula"
_LINKS = ("urn:oasis:names:tc:opendocument:xmlns:text:1.0 a", "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 a")
_INSIDE = re.compile(r"(?![/\\]|(?:[^#]*/)?\.\./)[^:\\]*|#.*|data:image/.*", re.DOTALL)
_RUNNING = re.compile(
    r"[\s\x00-\x1f]*(?:macro|javascript|vbscript|data|vnd\.sun\.star[^:]*|service|slot)\s*:", re.IGNORECASE
)
_FETCHING = re.compile(
    r"(?<![a-z])DDE(?:AUTO)?(?![a-z])|^\s*(?:INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT)(?![a-z])", re.IGNORECASE
)
_FORMULA = re.compile(r"(?<![a-z])(?:DDE|WEBSERVICE)\s*\(", re.IGNORECASE)
_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")


def is_xml(name: str, head: bytes) -> bool:
    """Whether a part is XML, by its name or by how it begins."""
    return name.lower().endswith((".xml", ".rels", ".vml", ".rdf", ".svg")) or head.lstrip().startswith(_STARTS)


def content_types(content: bytes) -> set[str]:
    """The types that the list of a document's parts names.

    Raises:
        NotKept: one of them is not safe, or the list can't be read.
    """
    check = Check()
    check.feed(content)
    check.end()
    return check.types


class Check:
    """The parsing of one part; methods raise :class:`NotKept` where something is not safe, or it is no XML."""

    def __init__(self) -> None:
        self.types: set[str] = set()
        self._field: list[str] = []
        self._length = 0
        self._plain: set[str] = set()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        self._parse(chunk, False)

    def end(self) -> None:
        """Look at what is left."""
        self._parse(b"", True)
        self._check_field()

    def _parse(self, chunk: bytes, is_last: bool) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except (expat.ExpatError, LookupError, ValueError):
            raise NotKept("damaged") from None

    def _doctype(self, *_told: object) -> None:
        raise NotKept("damaged")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name not in self._plain:  # as almost all of a large table are
            self._check_element(name, attributes)
            self._check_fetched(name, attributes)
        if _HREF in attributes:
            href = attributes[_HREF]
            if _RUNNING.match(href) if name in _LINKS else not _INSIDE.fullmatch(href):
                raise NotKept("active")
        if _TABLE_FORMULA in attributes and _FORMULA.search(attributes[_TABLE_FORMULA]):
            raise NotKept("active")

    def _check_element(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        local = local.lower()
        if space == _SCRIPT:
            raise NotKept("macros")
        if reason := _ELEMENTS.get(local):
            raise NotKept(reason)
        if local.startswith("dde-"):
            raise NotKept("active")
        own = {key.rpartition(" ")[2].lower(): value for key, value in attributes.items()}
        if local == "relationship":
            _check_relation(own)
        elif local in ("override", "default"):
            self._check_type(own.get("contenttype", ""))
        elif local == "fldsimple":
            if _FETCHING.search(own.get("instr", "")):
                raise NotKept("active")
        elif local == "fldchar":
            if own.get("fldchartype") == "begin":
                self._check_field()
        elif local == "instrtext":
            self._parser.CharacterDataHandler = self._text
            self._parser.EndElementHandler = self._end
        else:
            self._plain.add(name)

    def _check_fetched(self, name: str, attributes: dict[str, str]) -> None:
        """Look at addresses of VML and of libraries of schemas."""
        space, _, local = name.rpartition(" ")
        if not can_fetch(space):
            return
        self._plain.discard(name)
        for key, value in attributes.items():
            attribute = key.rpartition(" ")[2]
            if _RUNNING.match(value) if not fetches(space, local, attribute) else not _INSIDE.fullmatch(value):
                raise NotKept("active")

    def _end(self, _name: str) -> None:
        self._parser.CharacterDataHandler = None
        self._parser.EndElementHandler = None

    def _check_type(self, found: str) -> None:
        for pattern, reason in _REASONS_OF_TYPES:
            if pattern.search(found):
                raise NotKept(reason)
        self.types.add(found.strip())

    def _text(self, text: str) -> None:
        self._field.append(text)
        self._length += len(text)
        if self._length > MOST_OF_A_FIELD:
            raise NotKept("damaged")

    def _check_field(self) -> None:
        if _FETCHING.search("".join(self._field)):
            raise NotKept("active")
        self._field, self._length = [], 0


def _check_relation(told: dict[str, str]) -> None:
    kind = told.get("type", "").strip().rpartition("/")[2].lower()
    if reason := _RELATIONS.get(kind):
        raise NotKept(reason)
    if told.get("targetmode", "").strip().lower() == "external" and kind != "hyperlink":
        raise NotKept("active")
    if _RUNNING.match(told.get("target", "")):
        raise NotKept("active")
