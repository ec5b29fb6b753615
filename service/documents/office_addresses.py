"""Which values in the XML of an office file are addresses outside of it: the same for templates and for uploads.

Imports nothing of the service: processes that look into files import it.
"""

import re

_ADDRESS = re.compile(r"[/\\]{2}|^\s*[a-z][a-z0-9+.-]*:(?!\s|$)", re.IGNORECASE)
_STYLE = re.compile(r"[/\\]{2}|(?:url|expression)\s*\(|@import|behaviou?r\s*:", re.IGNORECASE)
_NAMESPACE = re.compile(
    r"http://schemas\.(?:openxmlformats\.org|microsoft\.com|libreoffice\.org)/"
    r"|http://purl\.org/dc/|http://www\.w3\.org/(?:XML/1998/namespace|2000/svg|1999/xlink|2001/XMLSchema)"
    r"|http://www\.wps\.cn/officeDocument/|http://customooxmlschemas\.google\.com/"
    r"|urn:schemas-microsoft-com:"
)
FETCHED = ("src", "althref", "manifestlocation", "schemalocation")
"""Attributes, in small letters, whose address a program fetches itself: of VML's pictures and of schemas."""
_CARRIERS = ("urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:office")
_SCHEMAS = "http://schemas.openxmlformats.org/schemaLibrary/2006/main"
_PICTURES = ("imagedata", "fill", "stroke", "image", "background")


def is_address(value: str) -> bool:
    """Whether a value leads out of its file: a scheme at its beginning, or two strokes in a row anywhere."""
    return _ADDRESS.search(value) is not None


def is_fetching_style(value: str) -> bool:
    """Whether declarations like ``position:absolute`` name an address."""
    return _STYLE.search(value) is not None


def is_known_namespace(value: str) -> bool:
    """Whether a name is one of those that office programs give to what they write; nothing is fetched from there."""
    return _NAMESPACE.match(value) is not None


def can_fetch(space: str) -> bool:
    """Whether a namespace has elements of which :func:`fetches` may be true."""
    return space == _SCHEMAS or space in _CARRIERS


def fetches(space: str, element: str, attribute: str) -> bool:
    """Whether a program fetches what an attribute (its local name) of VML or of a library of schemas leads to.

    The ``href`` of a shape is a link, which somebody must choose; that of a picture is fetched.
    """
    if space == _SCHEMAS:
        return attribute.lower() in FETCHED
    if not can_fetch(space):
        return False
    return attribute.lower() in FETCHED or (attribute.lower() == "href" and element.lower() in _PICTURES)
