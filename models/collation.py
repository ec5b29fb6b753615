"""The one order of all lists: Vietnamese as in its dictionaries, Lao after Latin, whatever database and reader.

A key is bytes that every database and Python compare alike. Its rules are those of the Unicode Collation Algorithm
(UTS #10) with CLDR's root order, its tailoring for Vietnamese, and for Lao the vowels that are written before their
consonant and sorted after it. Change :data:`models.text_keys.RULES` with any rule here: stored keys are then computed
anew.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from models.look_alikes import plain
from models.text import localized
from models.vocabulary import Language

# First differences, from low to high, as in CLDR's root order (allkeys_CLDR.txt).
_SIGNS = "_-,;:!¡?¿.·'‹›\"()[]{}《》§¶@*/\\&#%‰†‡•※^°©®+±÷×<=>¬|¦~¤¢$£¥₫€₭\u0ec6"
_DIGITS = "0123456789"
_LATIN = "aăâbƀɓcƈdđɗeêǝəɛfƒgɣhƕiıɨjȷkƙlƚmnŋoôơɔpƥqĸrsʃtŧƭuưʊvwxyƴzƶʒþƿ"
_LAO = "ໞກຂຄຆງຈຉສຊຌຎໟຍຏຐຑຒຓດຕຖທຘນບປຜຝພຟຠມຢຣລວຨຩຫຬອຮຯະັາຳິີຶື຺ຸູົຼຽເແໂໃໄ"
_LAO_CONSONANTS = frozenset(_LAO[: _LAO.index("ຯ")])
_LAO_BEFORE = frozenset("ເແໂໃໄ")
_LIGATURES = {"ໜ": "ຫນ", "ໝ": "ຫມ", "æ": "ae", "œ": "oe", "ß": "ss"}
_STROKED = {"ø": "o", "ł": "l", "ħ": "h"}
# Second differences: marks. The five tones in Vietnam's order, then the other marks of Latin, then those of Lao.
_MARKS = (
    "\u0300\u0309\u0303\u0301\u0323"
    "\u0306\u0302\u030c\u030a\u0308\u030b\u0307\u0338\u0327\u0328\u0304\u031b"
    "\u0ec8\u0ec9\u0eca\u0ecb\u0ecc\u0ecd"
)
_OWN_LETTERS = {
    "a": {"\u0306": "ă", "\u0302": "â"},
    "e": {"\u0302": "ê"},
    "o": {"\u0302": "ô", "\u031b": "ơ"},
    "u": {"\u031b": "ư"},
}

_NEXT_LEVEL = b"\x00"
_SPACE = 0x02
_COMMON = 0x05  # below every mark, and what a small letter without marks has
_UNKNOWN_MARK = 0x60
_UNKNOWN_SIGN = 0x5F
_OTHER_LETTER = 0xF0

_FIRST = {
    letter: bytes([weight])
    for letters, lowest in ((_SIGNS, 0x03), (_DIGITS, 0x60), (_LATIN, 0x6A), (_LAO, 0xA8))
    for weight, letter in enumerate(letters, lowest)
}
_FIRST[" "] = bytes([_SPACE])
_SECOND = {mark: bytes([weight]) for weight, mark in enumerate(_MARKS, _COMMON + 1)}
_STROKE = _SECOND["\u0338"]
_LIGATURE = bytes([_UNKNOWN_MARK])


def _number(letter: str) -> bytes:
    """Three bytes in the order of code points, none of them zero."""
    code = ord(letter)
    return bytes([1 + (code >> 14), 1 + (code >> 7 & 127), 1 + (code & 127)])


def _elements(text: str) -> Iterator[tuple[str, bytes, bool]]:
    """The parts of a text that decide its place: a letter (or none), its mark (or none), whether it is a capital."""
    letters = unicodedata.normalize("NFD", plain(text))
    place, end = 0, len(letters)
    while place < end:
        letter = letters[place]
        place += 1
        if letter in _LAO_BEFORE and place < end and (letters[place] in _LAO_CONSONANTS or letters[place] in "ໜໝ"):
            yield from _letter(letters[place])
            place += 1
            yield letter, b"", False
            continue
        own = _OWN_LETTERS.get(letter.lower())
        if own:
            # Whatever stands between: the mark below (class 220) is stored before the hat above (class 230).
            offset, above = place, 0
            while offset < end and (kind := unicodedata.combining(letters[offset])):
                if letters[offset] in own and above != kind:
                    yield own[letters[offset]], b"", letter.isupper()
                    letters = letters[:offset] + letters[offset + 1 :]
                    end -= 1
                    break
                above, offset = kind, offset + 1
            else:
                yield letter.lower(), b"", letter.isupper()
            continue
        yield from _letter(letter)


def _letter(letter: str) -> Iterator[tuple[str, bytes, bool]]:
    if letter in _SECOND or (unicodedata.combining(letter) and letter not in _FIRST):
        yield "", _SECOND.get(letter) or bytes([_UNKNOWN_MARK]) + _number(letter), False
        return
    small = letter.lower()
    if small in _FIRST:
        yield small, b"", small != letter
    elif small in _LIGATURES:
        before, after = _LIGATURES[small][0], _LIGATURES[small][1]
        yield before, b"", small != letter or before in _LAO
        if before not in _LAO:
            yield "", _LIGATURE, False
        yield after, b"", small != letter or before in _LAO
    elif small in _STROKED:
        yield _STROKED[small], b"", small != letter
        yield "", _STROKE, False
    elif letter.isspace():
        yield " ", b"", False
    elif (digit := unicodedata.decimal(letter, None)) is not None:
        yield _DIGITS[digit], b"", False
    elif (compatible := unicodedata.normalize("NFKD", letter)) != letter and letter not in _LAO:
        for part in compatible:
            yield from _letter(part)
    elif unicodedata.category(letter)[0] not in "CM":
        yield letter, b"", False


def sort_key(text: str) -> bytes:
    """The key of a text: letters decide first, then tones and other marks, then capitals (after small letters).

    Texts that differ in nothing one can see have equal keys. A key holds no two zero bytes in a row within a level, so
    keys of equally many texts can be joined.
    """
    first, second, third = bytearray(), bytearray(), bytearray()
    for letter, mark, is_capital in _elements(" ".join(text.split())):
        if letter:
            weight = _FIRST.get(letter)
            if weight is None:
                is_letter = unicodedata.category(letter)[0] == "L"
                weight = bytes([_OTHER_LETTER if is_letter else _UNKNOWN_SIGN]) + _number(letter)
            first += weight
        second += mark or bytes([_COMMON])
        third.append(_COMMON + is_capital)
    # Without the common weights at the end a shorter level still comes first: they are the lowest.
    common = bytes([_COMMON])
    return bytes(first) + _NEXT_LEVEL + second.rstrip(common) + _NEXT_LEVEL + third.rstrip(common)


def localized_key(text: Mapping[str, str]) -> bytes:
    """The key of a text in several languages: of the Vietnamese one, or what stands for it, whoever reads."""
    return sort_key(localized(text, Language.VI))


@lru_cache(maxsize=4096)
def person_key(name: str) -> bytes:
    """The key of a person's name: of a Vietnamese name the last word, then the rest; of any other all of it."""
    given, rest = _given_first(name)
    return sort_key(given) + _NEXT_LEVEL + sort_key(rest) if rest else sort_key(given)


def _given_first(name: str) -> tuple[str, str]:
    name = plain(" ".join(name.split()))
    called, _bracket, _added = name.partition("(")
    words = called.rstrip(" ,;").split()
    if len(words) < 2 or not _is_vietnamese(words):
        return name, ""
    return words[-1], " ".join([*words[:-1], name[len(called) :]]).rstrip()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The family names of Vietnam's peoples, with those common among the Tày, Nùng, Thái, Mường, Hmong and Dao.
_FAMILY_NAMES = _words(
    """
    an ân âu bàn bành bạch bế bồ bùi cao cà cái cầm châu chu chung chử cung cù cư cứ danh diệp doãn dư dương đan đàm
    đào đầu đậu đặng đèo điêu điền đinh đoàn đồng đỗ đổng đới đường giang giàng giáp hà hàn hàng hầu hạ hạng hình
    hoa hoàn hoàng hồ hồng huỳnh hứa kha khiếu khổng khuất khúc khương kiều kim kỷ la lâm lã lại lê liêu liễu lò lỗ
    lộc luân lương lường lưu lữ lục ly lý ma mai mâu mẫn mã mạc mạch mạnh mùa mục ngân ngạc nghiêm ngô ngọ nguyễn
    nguỵ ngụy nhan nhâm nhữ ninh nông ông phan phàn phạm phí phó phù phùng phương quan quàng quách quản sái sầm sần
    sùng sử tán tất tẩn tăng tạ thang thào thái thân thẩm thạch thiều thòng tiêu tiết tòng tô tôn tống trà trác trần
    triệu trình trịnh trương tường tướng tưởng từ ty ung uông ứng vàng văn vạn vi viên vòng võ vũ vương vừ xa xồng
    yên
    """
)


def _unmarked(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower())
    return re.sub("[\u0300-\u036f]", "", decomposed).replace("đ", "d")


_UNMARKED_FAMILY_NAMES = frozenset(map(_unmarked, _FAMILY_NAMES))
_INITIALS = "b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|qu|r|s|t|th|tr|v|x"
_RHYMES = _words(
    """
    a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien ieng iep iet
    ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem oen oeo oet oi om on ong
    ooc oong op ot u ua uac uan uang uanh uat uay uc ue uech uen uenh uet ui uya uych uyen uyet uynh uyt uyu uy um
    un ung uo uoc uoi uom uon uong uop uot uou up ut uu y yem yen yeng yet yeu
    """
)
_SYLLABLE = re.compile(f"(?:{_INITIALS})?(?:{'|'.join(_RHYMES)})|[a-z]")


def _is_vietnamese(words: list[str]) -> bool:
    """Whether a name begins with a family name of Vietnam and every word could be a Vietnamese syllable.

    Lao and English names are told apart by their words (Khamphan, Smith), by hyphens, or by how they begin.
    """
    family = words[0].lower()
    family = unicodedata.normalize("NFC", family)
    unmarked = _unmarked(family)
    known = family in _FAMILY_NAMES or (family == unmarked and unmarked in _UNMARKED_FAMILY_NAMES)
    return known and all(_SYLLABLE.fullmatch(_unmarked(word.rstrip("."))) for word in words)
