"""QR codes generated here: an address that must stay secret is given to no other service."""

import io

import segno
from markupsafe import Markup


def qr_picture(text: str) -> Markup:
    """The QR code of a text as SVG, scaled by its style sheet; four modules of margin, as ISO/IEC 18004 requires.

    A quarter of it may be dirty or folded (error correction Q), as it is also printed and passed on.
    """
    out = io.BytesIO()
    segno.make(text, error="q", micro=False, boost_error=False).save(
        out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, nl=False, svgclass=None, lineclass=None
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - digits and names of elements, made of the matrix
