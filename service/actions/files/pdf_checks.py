"""Whether a PDF does anything by itself: runs a script or program, or brings other files along. Such a one is refused.

It is not rewritten: that would break the electronic signatures of those that are signed. What a viewer may take for an
object is looked at, wherever it stands; the file's own index is not believed, because programs repair a broken one each
in its own way. Names may be written with ``#4A`` for letters, and objects may lie compressed in object streams, which
are unpacked here. Nothing is looked for in the streams of pictures and pages: what stands there is drawn, not done.

Source: ISO 32000-1, 7.3 (objects), 7.5.7 (object streams), 12.6.4 (actions).
"""

import re
import zlib

from service.actions.files.media_types import NotKept

MOST_UNPACKED = 64 << 20
"""Bytes of all object streams together."""
MOST_OF_A_DICTIONARY = 1 << 20
"""Bytes of the dictionary in front of a stream that are read."""


def _name(name: str) -> bytes:
    """The pattern of a name, each of its letters as it is or as ``#`` and two digits."""
    return b"/" + b"".join(b"(?:%c|#%s)" % (ord(one), _digits(one)) for one in name)


def _digits(letter: str) -> bytes:
    return b"".join(
        b"[%c%c]" % (ord(digit), ord(digit.lower())) if digit.isalpha() else digit.encode()
        for digit in f"{ord(letter):02X}"
    )


_END = rb"(?![A-Za-z0-9_.\-#])"
_ACTS = ("JavaScript", "Launch", "RichMedia", "Rendition", "GoToE", "GoToR", "ImportData", "SubmitForm", "XFA")
_BRINGS = ("EmbeddedFile", "EmbeddedFiles")
_SHORT_ACTS, _SHORT_BRINGS = ("JS", "AA", "Movie", "Sound"), ("EF", "AF")
"""Names that pictures may contain by chance: they are looked for in objects only."""


def _names(names: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(b"(?:" + b"|".join(map(_name, names)) + b")" + _END)


_ANYWHERE = ((_names(("Encrypt",)), "encrypted"), (_names(_ACTS), "active"), (_names(_BRINGS), "embedded"))
_IN_OBJECTS = ((_names(_SHORT_ACTS), "active"), (_names(_SHORT_BRINGS), "embedded"))
_BLANK = rb"[\x00\t\n\x0b\x0c\r ]"
_SPECIAL = rb"\x00\t\n\x0b\x0c\r ()<>\[\]{}/%"
_OBJECT = re.compile(rb"(?<!end)obj|trailer")
_BARE = re.compile(rb"[0-9\x00\t\n\x0b\x0c\r ]obj")
_OBJECT_STREAM = _names(("First", "ObjStm"))
_PACKED = _names(("ObjStm",))
_FILTER = re.compile(_name("Filter") + _END + _BLANK + rb"*(\[" + _BLANK + rb"*)?")
_FLATE = re.compile(_name("FlateDecode") + _END + _BLANK + rb"*(\])?")
_PARAMETERS = re.compile(_name("DecodeParms") + _END + rb"(?!" + _BLANK + rb"*null)")
_EXTERNAL = _names(("F",))
_SKIPPED = re.compile(b"(?:" + _BLANK + rb"++|%[^\r\n]*+)*+")
_TOKEN = re.compile(rb"<<|>>|<[0-9A-Fa-f\x00\s]*+>|\(|%[^\r\n]*+|[^<>()%]++|.", re.DOTALL)
_IN_STRING = re.compile(rb"[^\\()]++|\\.|[()]", re.DOTALL)
_OPENS = re.compile(_name("OpenAction") + _END)
_REFERENCE = re.compile(rb"(\d{1,10})" + _BLANK + rb"++\d{1,5}" + _BLANK + rb"++R(?![A-Za-z0-9])")
_NUMBER = re.compile(rb"(\d{1,10})" + _BLANK + rb"++\d{1,5}" + _BLANK + rb"*+\Z")
_FIRST = re.compile(_name("First") + _END + _BLANK + rb"*+(\d{1,9})(?!" + _BLANK + rb"*+\d)")
_ANY_NAME = re.compile(rb"/[^" + _SPECIAL + rb"]*+")
_LEADS = frozenset(re.findall(rb"/\w+", b"/Type/Action/S/GoTo/D/SD/XYZ/Fit/FitH/FitV/FitR/FitB/FitBH/FitBV"))
"""The names in what a document may do when it is opened: show one of its own pages."""


def check_pdf(content: bytes) -> None:
    """See that a PDF only shows something.

    The time it takes is in proportion to the bytes: objects that lie in one another, which no program writes, are
    looked at only until as much has been read as there is.

    Raises:
        NotKept: ``encrypted`` (nothing can be seen), ``active``, ``embedded``, or ``damaged`` where it can't be told.
    """
    _check_names(content, _ANYWHERE)
    _Objects(content).check()


def _check_names(content: bytes, forbidden: tuple[tuple[re.Pattern[bytes], str], ...]) -> None:
    for pattern, reason in forbidden:
        if pattern.search(content):
            raise NotKept(reason)


class _Objects:
    """The objects of a PDF, wherever they stand."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._left = len(content) + MOST_OF_A_DICTIONARY
        self._unpacked = 0
        self._opened: set[bytes] = set()
        self._found: dict[bytes, list[bytes]] = {}
        self._is_unclear = False
        self._packed: set[int] = set()
        """Where the names stand that tell of packed objects which were looked at."""

    def check(self) -> None:
        content = self._content
        for found in _OBJECT.finditer(content):
            begin = self._skipped(found.end())
            number = _NUMBER.search(content, max(0, found.start() - 40), found.start())
            if content[begin : begin + 2] == b"<<":
                end = self._dictionary(begin)
            else:
                if not _BARE.match(content, max(0, found.start() - 1)):
                    continue  # in a picture, by chance
                last = min(len(content), begin + MOST_OF_A_DICTIONARY)
                end = content.find(b"endobj", begin, last)
                end = last if end < 0 else end
                self._spend(end - begin)
            told = content[begin:end]
            self._check_object(told, None if number is None else number[1])
        if any(found.start() not in self._packed for found in _PACKED.finditer(content)):
            raise NotKept("damaged")  # objects are packed where no dictionary was found
        for opened in self._opened:
            if self._is_unclear or opened not in self._found:
                raise NotKept("damaged")
            for told in self._found[opened]:
                _check_opening(told)

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise NotKept("damaged")

    def _check_object(self, told: bytes, number: bytes | None) -> None:
        _check_names(told, _IN_OBJECTS)
        for found in _OPENS.finditer(told):
            after = self._after(told, found.end())
            if reference := _REFERENCE.match(told, after):
                self._opened.add(_plain(reference[1]))
            elif told[after : after + 2] == b"<<":
                _check_opening(told[after : told.find(b">>", after) + 2])
            elif told[after : after + 1] != b"[":
                raise NotKept("active")
        if number is not None:
            self._found.setdefault(_plain(number), []).append(told)

    @staticmethod
    def _after(told: bytes, at: int) -> int:
        found = _SKIPPED.match(told, at)
        return found.end() if found else at

    def _skipped(self, at: int) -> int:
        """The next place that is neither blank nor in a comment."""
        after = self._after(self._content, at)
        self._spend(after - at)
        return after

    def _dictionary(self, begin: int) -> int:
        """Look at the stream whose dictionary begins here, if it is one's; returns the end of the dictionary."""
        content = self._content
        end, outer = self._dictionary_end(begin)
        after = self._skipped(end)
        if content[after : after + 6] != b"stream":
            return end
        if _EXTERNAL.search(outer):
            raise NotKept("active")  # its data are fetched from elsewhere
        dictionary = content[begin:end]
        if not _OBJECT_STREAM.search(dictionary):
            return end
        start = after + 6
        start += 2 if content[start : start + 2] == b"\r\n" else 1
        objects = content[start : self._stream_end(start)]
        if _is_flate(dictionary):
            objects = _inflated(content, start, MOST_UNPACKED - self._unpacked)
            self._unpacked += len(objects)
        self._check_packed(dictionary, objects)
        self._packed.update(begin + found.start() for found in _PACKED.finditer(dictionary))
        return end

    def _stream_end(self, start: int) -> int:
        end = self._content.find(b"endstream", start)
        end = len(self._content) if end < 0 else end
        self._spend(end - start)
        return end

    def _check_packed(self, dictionary: bytes, objects: bytes) -> None:
        _check_names(objects, _ANYWHERE)
        firsts = _FIRST.findall(dictionary)
        first = int(firsts[0]) if len(firsts) == 1 else -1
        head = objects[: max(first, 0)].replace(b"\0", b" ").split()
        if first < 0 or len(head) % 2 or not all(one.isdigit() and len(one) < 11 for one in head):
            self._is_unclear = True
            self._check_object(objects, None)
            return
        starts = sorted((first + int(offset), number) for number, offset in zip(head[::2], head[1::2], strict=True))
        ends = [*(start for start, _number in starts[1:]), len(objects)]
        for (start, number), end in zip(starts, ends, strict=True):
            self._check_object(objects[start:end], number)
        self._check_object(objects[:first], None)

    def _dictionary_end(self, begin: int) -> tuple[int, bytes]:
        """Behind the ``>>`` that closes the dictionary which begins here, and what of it lies in no other dictionary.

        Raises:
            NotKept: it has no end within reason.
        """
        content = self._content
        depth, at, outer = 0, begin, bytearray()
        last = min(len(content), begin + MOST_OF_A_DICTIONARY)
        while at < last:
            token = _TOKEN.match(content, at, last)
            if token is None:
                break
            before, at = at, token.end()
            match token[0]:
                case b"<<":
                    depth += 1
                case b">>":
                    depth -= 1
                    if depth == 0:
                        self._spend(at - before)
                        return at, bytes(outer)
                case b"(":
                    at = _string_end(content, at, last)
                case text if depth == 1 and text[:1] != b"%":
                    outer += text + b" "
            self._spend(at - before)
        raise NotKept("damaged")


def _plain(number: bytes) -> bytes:
    return number.lstrip(b"0") or b"0"


def _check_opening(told: bytes) -> None:
    """See that what happens when a document is opened is that a page of it is shown."""
    at = _Objects._after(told, 0)
    names = {
        re.sub(rb"#([0-9A-Fa-f]{2})", lambda digits: bytes([int(digits[1], 16)]), one)
        for one in _ANY_NAME.findall(told)
    }
    is_page = told[at : at + 1] == b"[" or (told[at : at + 2] == b"<<" and b"/GoTo" in names)
    if not is_page or not names <= _LEADS:
        raise NotKept("active")


def _is_flate(dictionary: bytes) -> bool:
    """Whether an object stream is packed.

    Raises:
        NotKept: it is packed in a way that no usual program writes.
    """
    filters = list(_FILTER.finditer(dictionary))
    if not filters:
        return False
    flate = _FLATE.match(dictionary, filters[0].end())
    is_usual = flate is not None and bool(filters[0][1]) == bool(flate[1])
    if len(filters) > 1 or not is_usual or _PARAMETERS.search(dictionary):
        raise NotKept("damaged")
    return True


def _string_end(content: bytes, at: int, last: int) -> int:
    depth = 1
    while at < last and depth:
        token = _IN_STRING.match(content, at, last)
        if token is None:
            return last
        at = token.end()
        depth += {b"(": 1, b")": -1}.get(token[0], 0)
    return at


def _inflated(content: bytes, start: int, most: int) -> bytes:
    """The bytes packed from here on.

    Raises:
        NotKept: there are too many, or they are no such bytes.
    """
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(memoryview(content)[start:], most)
    except zlib.error:
        raise NotKept("damaged") from None
    if not unpacker.eof and unpacker.unconsumed_tail:
        raise NotKept("bomb")
    return found
