"""Pictures in a .docx file: seating plans and charts, as the .pdf draws them."""

import struct
from dataclasses import dataclass

from service.documents.docx_text import attribute

EMU_OF_MM = 36_000
_DOTS_OF_MM = 200 / 25.4
"""Pictures are drawn for 200 dots an inch; larger ones are fitted to the text."""
_HEAD = struct.Struct(">8s8xII")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, its size on paper in millimetres, and what it shows in words. ``number`` counts from 1 in its file."""

    number: int
    content: bytes
    width: float
    height: float
    words: str

    @classmethod
    def fitted(cls, number: int, content: bytes, room: tuple[float, float], words: str) -> "Picture":
        """A picture at its own size, or made smaller to a width and a height in millimetres.

        Raises:
            ValueError: it is no PNG.
        """
        signature, across, down = _HEAD.unpack_from(content)
        if signature != _SIGNATURE or not across or not down:
            raise ValueError("a picture is to be a PNG")
        width = min(room[0], room[1] * across / down, across / _DOTS_OF_MM)
        return cls(number, content, width, width * down / across, words)

    @property
    def name(self) -> str:
        """Of its part."""
        return f"word/media/image{self.number}.png"

    @property
    def relation(self) -> str:
        """The id of the relation that leads to it."""
        return f"rPicture{self.number}"


def drawing(picture: Picture) -> str:
    """The run with a picture, its words as alternative text."""
    wide, high = round(picture.width * EMU_OF_MM), round(picture.height * EMU_OF_MM)
    name = f"Picture {picture.number}"
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>'
        f'<wp:docPr id="{picture.number}" name="{name}" descr="{attribute(picture.words)}"/><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{picture.number}" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{picture.relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )
