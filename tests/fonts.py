"""Makes the shipped fonts of papers (service/documents/fonts) from those of Debian: ``python -m tests.fonts``.

What papers need of Tinos and Noto Serif Lao is kept, hinting for screens is left out. "Missing" is made here: a frame
for every character, so that a letter of a script that neither has is seen as something and copied as what it is. The
same input gives the same bytes; the sources are named in the fonts' README.md.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

SOURCES = Path("/usr/share/fonts/truetype")
TARGET = Path(__file__).parents[1] / "service" / "documents" / "fonts"

LATIN = [
    *range(0x20, 0x530),  # Latin, phonetic letters, marks, Greek, Cyrillic
    *range(0x1E00, 0x1F00),  # Vietnamese
    *range(0x2000, 0x2030),
    *range(0x2030, 0x2070),
    *range(0x2070, 0x2200),  # superscripts, currencies, letter-like signs, fractions, arrows
    *range(0x2200, 0x2300),  # mathematics
    *range(0x25A0, 0x2600),  # shapes
    *range(0xFB00, 0xFB07),
    0xFFFC,
    0xFFFD,
]
LAO = [0x20, 0x200B, 0x25CC, *range(0xE80, 0xF00)]
FACES = {
    "Tinos-Regular.ttf": ("croscore", LATIN),
    "Tinos-Bold.ttf": ("croscore", LATIN),
    "Tinos-Italic.ttf": ("croscore", LATIN),
    "Tinos-BoldItalic.ttf": ("croscore", LATIN),
    "NotoSerifLao-Regular.ttf": ("noto", LAO),
    "NotoSerifLao-Bold.ttf": ("noto", LAO),
}
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]
MISSING = "Missing"
EM = 1000
ROW = 1024
MARK_TO_MARK = 6
HAIR = 20


def kept(source: Path, unicodes: list[int]) -> TTFont:
    """A font with these characters only."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.recalc_timestamp = False
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    return font


def level(font: TTFont) -> None:
    """Let a tone stand over a vowel without being moved up or down by a hair (at most two hundredths of the size).

    Typst sets what is moved apart from its letter, and then readers of the PDF copy and search the letter twice.
    """
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable if lookup.LookupType == MARK_TO_MARK else ():
            for below in table.Mark2Array.Mark2Record:
                for number, anchor in enumerate(below.Mark2Anchor):
                    moved = {
                        anchor.YCoordinate - above.MarkAnchor.YCoordinate
                        for above in table.Mark1Array.MarkRecord
                        if anchor and above.Class == number
                    }
                    slightly = [by for by in moved if 0 < abs(by) <= HAIR]
                    if len(slightly) == 1:
                        anchor.YCoordinate -= slightly[0]


def missing() -> TTFont:
    """A font that shows a frame for every character.

    A character map of many characters to one glyph (format 13) is not read by Typst, so blocks of characters share a
    row of glyphs that all look the same.
    """
    builder = FontBuilder(EM, isTTF=True)
    row = [f"frame{place}" for place in range(ROW)]
    builder.setupGlyphOrder([".notdef", "space", "drawn", *row])
    builder.setupCharacterMap({0x20: "space"})
    pen = TTGlyphPen(None)
    for left, bottom, right, top, is_outer in ((60, 0, 640, 700, True), (110, 50, 590, 650, False)):
        corners = [(left, bottom), (left, top), (right, top), (right, bottom)]
        first, *others = corners if is_outer else corners[::-1]
        pen.moveTo(first)
        for corner in others:
            pen.lineTo(corner)
        pen.closePath()
    drawn = pen.glyph()
    glyphs = {".notdef": drawn, "space": TTGlyphPen(None).glyph(), "drawn": drawn}
    for name in row:
        copy = TTGlyphPen({"drawn": drawn})
        copy.addComponent("drawn", (1, 0, 0, 1, 0, 0))
        glyphs[name] = copy.glyph()
    builder.setupGlyf(glyphs)
    widths = dict.fromkeys(builder.font.getGlyphOrder(), (700, 60))
    builder.setupHorizontalMetrics({**widths, "space": (250, 0)})
    builder.setupHorizontalHeader(ascent=891, descent=-216)
    names = {"familyName": MISSING, "styleName": "Regular", "fullName": MISSING, "psName": MISSING}
    builder.setupNameTable(names | {"uniqueFontIdentifier": MISSING, "version": "Version 1.0"})
    builder.setupOS2(sTypoAscender=891, sTypoDescender=-216, usWinAscent=891, usWinDescent=216, fsType=0)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0
    # Every character of Unicode, but for controls, surrogates and what is no character.
    whole = (one for one in range(0xA0, 0x110000) if not 0xD800 <= one < 0xE000 and one & 0xFFFE != 0xFFFE)
    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.cmap = {0x20: "space", **{one: row[one % ROW] for one in whole}}
    builder.font["cmap"].tables = [table]
    return builder.font


def main() -> None:
    """Write the fonts."""
    TARGET.mkdir(exist_ok=True)
    for name, (folder, unicodes) in FACES.items():
        font = kept(SOURCES / folder / name, unicodes)
        if unicodes is LAO:
            level(font)
        font.save(TARGET / name)
    missing().save(TARGET / f"{MISSING}.ttf")
    for path in sorted(TARGET.glob("*.ttf")):
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
