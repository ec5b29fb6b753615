"""Gzip in segments: compress each segment once and join segments into valid files any number of times.

A segment is a raw deflate stream that ends on a byte boundary and never refers to data before it, so that any sequence
of segments is a deflate stream too. The checksum of the whole is computed from the checksums of the parts. Source: RFC
1951 section 3.2, RFC 1952 section 2.3.1; the polynomial arithmetic of CRC-32.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

LEVEL = 6

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_EMPTY_LAST_BLOCK = b"\x03\x00"
_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


@dataclass(frozen=True, slots=True)
class Segment:
    """A compressed segment; ``crc`` and ``length`` (bytes) are those of the uncompressed data."""

    crc: int
    length: int
    deflated: bytes | memoryview


def deflated(body: bytes) -> Segment:
    """Compress data as a segment of its own."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH)
    return Segment(zlib.crc32(body), len(body), packed)


def gzipped(segments: Iterable[Segment]) -> bytes:
    """Join the segments into one gzip file without name and time: the same segments give the same bytes."""
    crc = length = 0
    parts: list[bytes | memoryview] = [_HEADER]
    for segment in segments:
        crc = _multiplied(_shift(segment.length), crc) ^ segment.crc
        length += segment.length
        parts.append(segment.deflated)
    parts += [_EMPTY_LAST_BLOCK, struct.pack("<II", crc, length & 0xFFFFFFFF)]
    return b"".join(parts)


def within(packed: bytes, segments: Iterable[Segment]) -> Iterator[Segment]:
    """The segments as views into the file that :func:`gzipped` made of them, so that their bytes are stored once."""
    view = memoryview(packed)
    begin = len(_HEADER)
    for segment in segments:
        end = begin + len(segment.deflated)
        yield Segment(segment.crc, segment.length, view[begin:end])
        begin = end


@lru_cache(maxsize=8192)
def _shift(length: int) -> int:
    """x to the power of the bits in ``length`` bytes, modulo the polynomial: the effect of these bytes on a CRC."""
    power = _ONE
    square = 1 << 23  # x⁸
    while length:
        if length & 1:
            power = _multiplied(square, power)
        square = _multiplied(square, square)
        length >>= 1
    return power


def _multiplied(left: int, right: int) -> int:
    """The product of two polynomials modulo CRC-32's, coefficients from the highest bit down."""
    product = 0
    bit = _ONE
    while left:
        if left & bit:
            product ^= right
            left ^= bit
        bit >>= 1
        right = right >> 1 ^ _POLYNOMIAL if right & 1 else right >> 1
    return product
