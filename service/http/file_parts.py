"""A part of a file as the body of a response, which the server in front sends by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class FilePart:
    """The bytes of a file from ``start`` to before ``stop``, as the body of a WSGI response."""

    path: Path
    start: int
    stop: int

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = self.stop - self.start
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk
