"""Where a line of Lao may end: between words, which Lao writes without blanks.

ICU has a dictionary of Lao. The breaks of Typst alone come from a model that parts syllables, too: measured on the
texts of the Lao catalogue, half of its words had a break that ICU does not have.
"""

import re
from itertools import pairwise

from icu4py.breakers import LineBreaker

LONGEST = 60
"""Clusters of a word that stays whole; a longer one is no word, and is broken so that it stays on the paper."""

_LAO = re.compile("[\u0e80-\u0eff]")
_CLUSTERS = re.compile("[^\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece][\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece]*|.", re.DOTALL)
_PLACES = """
    ກວາງຈິ ກວາງນາມ ກວາງນິງ ກວາງບິ່ງ ກວາງຫງາຍ ກອນຕູມ ກາວບັ່ງ ກຽນຢາງ ກ່າເມົາ ຄ້ານຮວ່າ ຈ່າວິງ ຊອກຈັງ ດັກນົງ ດັກລັກ
    ດົ່ງທາບ ດົ່ງນາຍ ດ່ານັ້ງ ດ້ຽນບຽນ ຕວຽນກວາງ ຕ່ຽນຢາງ ທຸລະຄົມ ທ້າຍງວຽນ ທ້າຍບິ່ງ ນາມຊາດ ນາມດິ້ງ ນິງບິ່ງ ບັກກ້ານ
    ບັກນິງ ບັກຢາງ ບາກລຽວ ບິ່ງດິ້ງ ບິ່ງເຟື້ອກ ບ່າເຣຍ ຟູ້ອຽນ ຟູ້ເຖາະ ຢາລາຍ ລອງອານ ລາງເຊີນ ລາຍເຈົາ ລາວກາຍ ວິ້ງຟຸກ
    ວິ້ງລອງ ຫວຸງເຕົ່າ ຫາຍຟ່ອງ ຫາຍເຢືອງ ຫຼວງນ້ຳທາ ອານຢາງ ອຽນບ໋າຍ ຮວ່າບິ່ງ ຮາໂນຍ ຮຶງອຽນ ຮ່າຕິ້ງ ຮ່ານາມ ຮ່າຢາງ
    ຮ່າໂນ້ຍ ເກິ່ນເທີ ເງ້ອານ ເຊີນລາ ເຕິນິງ ເບ໊ນແຈ ເລິມດົ່ງ ເຮົ້າຢາງ ແທງຮວາ ໂຮ່ຈິມິນ ໄຊສົມບູນ ໄຮຟອງ
""".split()  # noqa: SIM905 - a list of them one below the other says less
"""Names of provinces and towns that no dictionary of Lao has: ICU would part even their syllables."""
_WHOLE = re.compile("|".join(sorted(_PLACES, key=len, reverse=True)))
_SHORT = re.compile("(?<![\u0e80-\u0eff])[\u0e80-\u0eff]{2,10}(?![\u0e80-\u0eff])")
"""Between blanks: a name of a person, or a word or two; nothing is gained by parting it."""
_LONE = re.compile("(?<=[\u0e80-\u0eff])[\u0e81-\u0eae](?=[\u0e80-\u0eff]|$)")
"""A bare consonant is no word: ICU leaves it over where it does not know the syllable."""


def has_lao(text: str) -> bool:
    """Whether a text has Lao letters."""
    return _LAO.search(text) is not None


def pieces(text: str) -> list[str | list[str]]:
    """A text in pieces: words with Lao letters, each in a list of its own, stay on one line; between and in the others
    a line may end as in any text. Joined they are the text."""
    found: list[str | list[str]] = []
    for word in _words(text):
        bare = word.rstrip()
        if has_lao(bare):
            found += [[part] for part in _bounded(bare)]
        elif bare:
            _append(found, bare)
        if blanks := word[len(bare) :]:
            _append(found, blanks)
    return found


def _append(found: list[str | list[str]], text: str) -> None:
    if found and isinstance(found[-1], str):
        found[-1] += text
    else:
        found.append(text)


def _words(text: str) -> list[str]:
    # ICU counts as Python does, in characters.
    ends = {end for _start, end in LineBreaker(text, "lo").segments()}
    for whole in (*_WHOLE.finditer(text), *_SHORT.finditer(text)):
        ends -= set(range(whole.start() + 1, whole.end()))
    for lone in _LONE.finditer(text):
        if lone.start() in ends and (lone.end() in ends or lone.end() == len(text)):
            ends -= {lone.start(), lone.end()}
    places = [0, *sorted(ends - {0, len(text)}), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def _bounded(word: str) -> list[str]:
    if len(word) <= LONGEST:
        return [word]
    clusters = _CLUSTERS.findall(word)
    return ["".join(clusters[place : place + LONGEST]) for place in range(0, len(clusters), LONGEST)]
