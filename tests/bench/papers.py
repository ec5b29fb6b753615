"""How fast papers are set, what they cost, and who waits meanwhile: ``python -m tests.bench.papers``.

Prints a table; nothing is asserted. The paper is a programme of 60 people and seven days in two languages.
"""

import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from calendars.documents.value import Document, Row, Table
from service.documents import docx_writer, pdf_writer
from service.documents.pdf_process import processes
from tests.service.documents.papers import PROGRAMME, both, lo, vi

DAYS, ITEMS, PEOPLE = 7, 10, 60
TIMES = 15


def programme(number: int = 0) -> Document:
    """A programme of seven days with ten items each, and the list of 60 people; ``number`` makes it another one."""
    _paragraph, table = PROGRAMME.blocks
    assert isinstance(table, Table)
    rows: list[Row] = []
    for day in range(7, 7 + DAYS):
        rows.append(Row((both(f"Thứ Năm, ngày {day:02}/3/2024", f"ວັນພະຫັດ, ວັນທີ {day}/3/2024", bold=True),), group=True))
        rows += [
            Row(
                (
                    vi(f"{hour}:00 – {hour + 1}:00"),
                    vi(f"Hội đàm {number}.{day}.{hour} giữa lãnh đạo thành phố và Đoàn đại biểu cấp cao Viêng Chăn"),
                    lo(f"ການພົບປະ {number}.{day}.{hour} ລະຫວ່າງການນຳນະຄອນໄຮຟອງ ແລະ ຄະນະຜູ້ແທນຂັ້ນສູງແຂວງວຽງຈັນ"),
                    both("Trụ sở UBND thành phố", "ສຳນັກງານຄະນະກຳມະການປະຊາຊົນ"),
                    both("Ông Nguyễn Văn Ánh", "ທ່ານ ຫງວຽນ ວັນ ອານ"),
                    both("Lãnh đạo các sở", "ການນຳພະແນກການ"),
                )
            )
            for hour in range(7, 7 + ITEMS)
        ]
    rows += [
        Row(
            (
                vi(str(place)),
                vi(f"Ông Bounthavy Sisouphanthong {number}.{place}"),
                lo("ທ່ານ ບຸນທະວີ ສີສຸພັນທອງ"),
                both("Phó Tỉnh trưởng", "ຮອງເຈົ້າແຂວງ"),
                both("Tỉnh Viêng Chăn", "ແຂວງວຽງຈັນ"),
                vi(""),
            )
        )
        for place in range(1, PEOPLE + 1)
    ]
    return replace(PROGRAMME, blocks=(_paragraph, replace(table, rows=tuple(rows))))


def median_ms(make: Callable[[Document], bytes]) -> tuple[float, float, int]:
    """Median and worst of several papers, each another one, in milliseconds; and the size of the last in KiB."""
    took, size = [], 0
    for number in range(TIMES):
        paper = programme(number)
        before = time.perf_counter()
        size = len(make(paper))
        took.append((time.perf_counter() - before) * 1000)
    return statistics.median(took), max(took), size // 1024


def resident(pid: str) -> int:
    """MiB in memory."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def longest_pause(work: Callable[[], object]) -> float:
    """The longest that another thread waited for its turn meanwhile, in milliseconds."""
    stop, pauses = threading.Event(), [0.0]

    def tick() -> None:
        last = time.perf_counter()
        while not stop.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            pauses.append(now - last)
            last = now

    thread = threading.Thread(target=tick)
    thread.start()
    work()
    stop.set()
    thread.join()
    return max(pauses) * 1000


def say(what: str, figure: str) -> None:
    """A row of the table."""
    sys.stdout.write(f"{what:<70} {figure}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    before = time.perf_counter()
    pdf_writer.write(programme(1000))
    say("the first PDF, a process started for it", f"{(time.perf_counter() - before) * 1000:.0f} ms")
    median, worst, size = median_ms(pdf_writer.write)
    say(f"{PEOPLE} people, {DAYS} days, two languages: PDF", f"{median:.0f} ms, worst {worst:.0f}; {size} KiB")
    try:
        median, worst, size = median_ms(docx_writer.write)
        say("the same: .docx", f"{median:.0f} ms, worst {worst:.0f}; {size} KiB")
    except NotImplementedError:
        pass
    (process,) = processes._free
    memory = []
    for number in range(100):
        pdf_writer.write(programme(2000 + number))
        if number % 20 == 19:
            memory.append((resident(str(process.pid)) if process.is_alive else 0, resident("self")))
    say("100 in a row: MiB of the setting process", ", ".join(str(one) for one, _own in memory))
    say("100 in a row: MiB of the service's", ", ".join(str(own) for _one, own in memory))
    long = replace(programme(3000), blocks=programme(3000).blocks * 10)
    before = time.perf_counter()
    pause = longest_pause(lambda: pdf_writer.write(long))
    took = time.perf_counter() - before
    say("longest pause of another thread while ten times as much is set", f"{pause:.0f} ms of {took * 1000:.0f}")
    rows = tuple(Row(tuple(vi(f"{number}.{column}") for column in range(6))) for number in range(5000))
    _paragraph, table = PROGRAMME.blocks
    assert isinstance(table, Table)
    before = time.perf_counter()
    pdf_writer.write(replace(PROGRAMME, blocks=(replace(table, rows=rows),)))
    say("5,000 rows", f"{(time.perf_counter() - before) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
