"""One spelling for characters that look the same: before texts are compared, searched or sorted.

What is invisible is left out; apostrophes, quotation marks and dashes of all kinds become the plain ones; letters of
another script become Latin where they can't be meant otherwise; the two ways to type one Lao vowel become one. Change
:data:`models.text_keys.RULES` with any rule here: stored keys are then computed anew.
"""

import re
import unicodedata

# Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties.txt): soft hyphen, zero-width spaces and joiners, marks
# of direction, variation selectors, the byte order mark, fillers.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{_IGNORABLE}]")
_VISIBLE = re.compile(rf"[^\s\u2800{_IGNORABLE}]")
"""Neither a blank (Braille has one of its own) nor invisible."""
_APOSTROPHES = (
    "`´\u0384\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u05f3\u1fbd\u1fbf\u1fef\u1ffd\u1ffe"
    "‘’‚‛′‵\ua78c\uff07\uff40"
)
_QUOTATION_MARKS = "\u02ba\u02dd\u02ee\u05f4“”„‟″‶〃«»\uff02"
_DASHES = "\u058a‐‑‒–—―\u2043\u02d7−\u2212\u2500\ufe31\ufe32\ufe58\ufe63\uff0d"
# Đ has two doubles: Ð is the Icelandic eth, Ɖ the Ewe d; ð and ɖ are their small letters.
_SAME = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_QUOTATION_MARKS, '"'),
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys("\u0387\u2022\u2024\u2027\u2219\u22c5\u30fb\uff65", "·"),
        **dict.fromkeys("\u2044\u2215", "/"),
        "Ð": "Đ",
        "Ɖ": "Đ",
        "ð": "đ",
        "ɖ": "đ",
    }
)
_ANY_OF_THEM = re.compile(f"[{''.join(map(chr, _SAME))}]")  # nothing in it means anything within brackets
_STROKED_D = re.compile("([Dd])[\u0335\u0336]")

# Source: confusables.txt of UTS #39, where a letter is as good as identical in the usual fonts. A small letter stands
# here only where its capital does too.
_LATIN = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХЗԌԚԜҺа" + "еѕіјкорсухԛԝһ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "αικνορυχ" + "ϹϲϳͿ",
        "ABESIJKMHOPCTYX3GQWha" + "esijkopcyxqwh" + "ABEZHIKMNOPTYX" + "aikvopux" + "CcjJ",
        strict=True,
    )
)
del _LATIN["З"]  # a digit three is no letter
_OTHER_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")

# The vowel am and the vowel ae have each a letter of their own, and are also typed of two; a tone may stand between.
_LAO_AM = re.compile("([\u0ec8-\u0ecb]?)\u0ecd([\u0ec8-\u0ecb]?)\u0eb2")
_LAO = re.compile("[\u0e80-\u0eff]")


def visible(text: str) -> str:
    """A text without its invisible characters."""
    return _INVISIBLE.sub("", text)


def is_visible(text: str) -> bool:
    """Whether anything of a text can be seen."""
    return _VISIBLE.search(text) is not None


def same_signs(text: str) -> str:
    """A text with one kind of apostrophe, quotation mark, dash and dot, and with Đ for its doubles."""
    return text.translate(_SAME) if _ANY_OF_THEM.search(text) else text


def in_one_script(text: str) -> str:
    """A text whose Greek and Cyrillic letters are Latin where they can't be meant otherwise.

    A word is Greek or Cyrillic if it has letters that only those scripts have and none of Latin; it stays as it is. It
    is judged by its small letters, so that case makes no difference to words of those scripts.
    """
    return _WORD.sub(_of_one_script, text) if _OTHER_SCRIPT.search(text) else text


def _of_one_script(found: re.Match[str]) -> str:
    word = found[0]
    others = _OTHER_SCRIPT.findall(word)
    if not others or (_LATIN_LETTER.search(word) is None and any(letter.lower() not in _LATIN for letter in others)):
        return word
    return "".join([_LATIN.get(letter, letter) for letter in word])


def lao_vowels(text: str) -> str:
    """A text with the one letter for a Lao vowel that is also typed as two: ເເ is ແ, ໍ before າ is ຳ."""
    return _LAO_AM.sub("\\1\\2\u0eb3", text.replace("\u0ec0\u0ec0", "\u0ec1")) if _LAO.search(text) else text


def plain(text: str) -> str:
    """A text with all the above, composed (NFC); letters keep their case and marks."""
    if text.isascii():
        return text.replace("`", "'")
    text = same_signs(visible(text))
    text = in_one_script(_STROKED_D.sub(_stroked, unicodedata.normalize("NFC", text)))
    return lao_vowels(unicodedata.normalize("NFC", text))


def _stroked(found: re.Match[str]) -> str:
    return "Đ" if found[1] == "D" else "đ"
