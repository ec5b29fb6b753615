"""Gzip in pieces: whatever the pieces, the file is the one gzip would unpack to the same."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.ical.gzip_segments import Segment, deflated, gzipped, within


@given(st.lists(st.binary(max_size=2000), max_size=12))
def test_pieces_unpack_to_what_they_were_made_of(parts: list[bytes]) -> None:
    assert gzip.decompress(gzipped(map(deflated, parts))) == b"".join(parts)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8), st.data())
def test_a_piece_can_be_exchanged(parts: list[bytes], data: st.DataObject) -> None:
    segments = [deflated(part) for part in parts]
    packed = gzipped(segments)
    number = data.draw(st.integers(0, len(parts) - 1))
    parts[number] = data.draw(st.binary(max_size=300))
    views = list(within(packed, segments))
    assert [bytes(view.deflated) for view in views] == [segment.deflated for segment in segments]
    views[number] = deflated(parts[number])
    assert gzip.decompress(gzipped(views)) == b"".join(parts)


def test_same_pieces_give_the_same_bytes() -> None:
    parts = [b"BEGIN:VEVENT\r\n" * 40, b"", "Viêng Chăn".encode() * 9]
    assert gzipped(map(deflated, parts)) == gzipped(map(deflated, parts))


@pytest.mark.parametrize("length", [0, 1, 255, 65_536, 1_000_003, 20_000_000])
def test_checksum_holds_over_long_pieces(length: int) -> None:
    body = bytes(length)
    assert gzip.decompress(gzipped([deflated(b"head"), deflated(body), deflated(b"tail")])) == b"head" + body + b"tail"


def test_wrong_checksum_is_seen() -> None:
    """The negative control: gzip looks at what the parts add up to."""
    good = deflated(b"a" * 500)
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(gzipped([good, Segment(zlib.crc32(b"b" * 500), 500, good.deflated)]))
