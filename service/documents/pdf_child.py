"""The process that sets papers: orders on standard input, files on standard output, one after the other.

Typst can't be interrupted, so what takes too long or too much is stopped by ending this process: it has limits on
memory and on the computing time of each paper. It imports nothing of the service, and ends when nobody needs it for a
while, when it has grown, or when its parent is gone.

An order is a line of JSON ``{"main", "format", "standards", "tagged", "size"}`` and ``size`` bytes of data for the
layout. The
answer is a line ``{"size"}`` and as many bytes, or ``{"refused"}`` with Typst's words.
"""

import json
import os
import resource
import select
import signal
import sys
from pathlib import Path
from typing import Any

import typst

LAYOUT = Path(__file__).with_name("layout")
FONTS = Path(__file__).with_name("fonts")
MAINS = ("paper.typ", "figure.typ")

CPU_SECONDS = 20
"""Of one paper, all threads together."""
MEMORY = 2_500_000_000
"""Bytes of address space; threads and mapped fonts take some 600 MB of it before anything is set."""
GROWN = 700_000
"""KiB in memory after which it makes room for a new one."""
IDLE_SECONDS = 90
MOST_ORDERS = 500
RESOLUTION = 200
"""Points per inch of a picture."""


class Setter:
    """Typst with our layout and fonts, and no others."""

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
        self._compilers = {
            main: typst.Compiler(str(LAYOUT / main), root=str(LAYOUT), font_paths=fonts) for main in MAINS
        }

    def make(self, order: dict[str, Any], data: str) -> bytes:
        """The file of one order.

        Raises:
            typst.TypstError: it can't be set.
        """
        made = self._compilers[order["main"]].compile(
            format=order["format"],
            sys_inputs={"data": data},
            pdf_standards=order["standards"],
            ppi=RESOLUTION,
            pdf_tags=order["tagged"],
        )
        if isinstance(made, list):
            made = made[0]
        if made is None:
            raise ValueError("an output was named")
        return made


def confine() -> None:
    """Limit this process: memory, and what it writes."""
    for what, bound in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _soft, hard = resource.getrlimit(what)
        lowest = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (lowest, lowest))
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def allow_time() -> None:
    """Give the next order its computing time; after it the process is ended by the system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, hard))


def resident() -> int:
    """KiB of memory that this process has now.

    Not ``ru_maxrss``: Linux counts in it what the process had that started this one.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def main() -> None:
    """Take orders until there are none."""
    confine()
    setter = Setter()
    orders, answers = open(0, "rb", closefd=False), sys.stdout.buffer  # noqa: SIM115 - open as long as the process
    for _number in range(MOST_ORDERS):
        # An order comes when the one before was answered, so nothing of it is in the buffer yet.
        if not select.select([orders], [], [], IDLE_SECONDS)[0] or not orders.peek(1):
            break
        order = json.loads(orders.readline())
        data = orders.read(order["size"]).decode()
        allow_time()
        made, answer = b"", dict[str, Any]()
        try:
            made = setter.make(order, data)
            answer["size"] = len(made)
        except typst.TypstError as problem:
            answer["refused"] = problem.message
        answers.write(json.dumps(answer).encode() + b"\n" + made)
        answers.flush()
        if resident() > GROWN:
            break
    os._exit(0)


if __name__ == "__main__":
    main()
