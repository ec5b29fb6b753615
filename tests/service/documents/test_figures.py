"""Figures as pictures: the drawing of the PDF, nothing that acts, the same bytes each time."""

from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

from calendars.documents.value import Bar, Chart, Seat, SeatingPlan, Text
from models.errors import TooLarge
from models.vocabulary import Language
from service.documents import figures, pdf_data, pdf_writer
from tests.service.documents.papers import FIGURES, both, seats, vi, with_blocks
from tests.service.documents.pdf_reading import pages, squeezed

SHAPES = {"svg", "g", "path", "use", "symbol", "defs", "clipPath", "rect", "circle", "line"}
"""Elements that only draw."""


@pytest.mark.parametrize("name", list(FIGURES))
def test_a_picture_is_as_wide_as_asked(name: str) -> None:
    picture = Image.open(BytesIO(figures.png(FIGURES[name])))
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(figures.WIDTH * 200 / 72, abs=2)
    dark = sum(picture.convert("L").histogram()[:128])
    assert dark > 2000
    narrow = Image.open(BytesIO(figures.png(FIGURES[name], width=300)))
    assert narrow.width == pytest.approx(300 * 200 / 72, abs=2)


@pytest.mark.parametrize("name", list(FIGURES))
def test_a_drawing_only_draws(name: str) -> None:
    drawing = figures.svg(FIGURES[name])
    root = etree.fromstring(drawing.encode())
    for element in root.iter():
        assert element.tag.partition("}")[2] in SHAPES
        for attribute, value in element.attrib.items():
            short = attribute.rpartition("}")[2]
            assert not short.startswith("on")
            assert short not in ("style", "class")
            assert short != "href" or value.startswith("#")
            assert "url(" not in value or "url(#" in value
    assert root.get("role") == "img"
    assert root.get("aria-label") == " ".join("".join(run.text for run in line) for line in FIGURES[name].title)


def test_a_title_of_a_drawing_is_text() -> None:
    plan = SeatingPlan(vi("\"><script>alert('1')</script>"), seats(2), seats(2, 3))
    root = etree.fromstring(figures.svg(plan).encode())
    assert root.get("aria-label") == "\"><script>alert('1')</script>"
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    bare = etree.fromstring(figures.svg(SeatingPlan((), seats(2))).encode())
    assert bare.get("aria-hidden") == "true"


@pytest.mark.parametrize("name", list(FIGURES))
def test_equal_figures_have_equal_bytes(name: str) -> None:
    assert figures.png(FIGURES[name]) == figures.png(FIGURES[name])
    assert figures.svg(FIGURES[name]) == figures.svg(FIGURES[name])


def names_of(plan: SeatingPlan) -> list[str]:
    """Who sits, in the order of the value: the far side first."""
    return [squeezed("".join(run.text for run in line)) for seat in (*plan.far, *plan.near) for line in seat.name]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 7, 10, 12, 16, 20, 30])
@pytest.mark.parametrize("is_round", [False, True])
def test_every_seat_is_drawn_on_the_paper_with_its_name(count: int, is_round: bool) -> None:
    plan = SeatingPlan(vi("Bàn"), seats(count), () if is_round else seats(count, count + 1), round=is_round)
    found = pages(pdf_writer.write(with_blocks(plan)))
    words = [word for page in found for word in page.words]
    assert all(word.left >= 29 and word.right <= 196 for word in words)
    drawn = squeezed("".join(word.text for word in words))
    letters = sorted(drawn)
    expected = "".join(names_of(plan))
    for letter in set(expected):
        assert letters.count(letter) >= expected.count(letter)


@pytest.mark.parametrize("count", [2, 4, 6, 8, 10, 12, 14, 18, 22])
def test_seats_of_a_round_table_do_not_touch(count: int) -> None:
    plan = SeatingPlan(
        (), tuple(Seat(place, both(f"Tên{place}", f"ຊື່{place}")) for place in range(1, count + 1)), round=True
    )
    (page, *_others) = pages(pdf_writer.write(with_blocks(plan)))
    boxes = []
    for place in range(1, count + 1):
        line = page.line_of(f"Tên{place}ຊື່{place}") if f"Tên{place}ຊື່{place}" in squeezed(page.text) else []
        boxes.append((line[0].left, line[0].top, line[-1].right, line[-1].bottom) if line else None)
    known = [box for box in boxes if box]
    assert len(known) >= count - 2
    for number, one in enumerate(known):
        for other in known[number + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 1 or other[3] <= one[1] + 1


def test_both_long_sides_are_read_by_who_looks_at_the_picture() -> None:
    plan = SeatingPlan(
        vi("Bàn"),
        tuple(Seat(place, vi(f"Gần {place}")) for place in range(1, 6)),
        tuple(Seat(place, vi(f"Xa {place}")) for place in range(6, 11)),
    )
    (page,) = pages(pdf_writer.write(with_blocks(plan)))
    near = [page.line_of(f"Gần {place}")[0] for place in range(1, 6)]
    far = [page.line_of(f"Xa {place}")[0] for place in range(6, 11)]
    assert [word.left for word in near] == sorted(word.left for word in near)
    assert [word.left for word in far] == sorted(word.left for word in far)
    assert max(word.bottom for word in far) < min(word.top for word in near)


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (3, Language.VI, "3"),
        (3.0, Language.LO, "3"),
        (1234.5, Language.VI, "1.234,5"),
        (1234.5, Language.LO, "1.234,5"),
        (1234.5, Language.EN, "1,234.5"),
        (0.004, Language.EN, "0"),
        (100, Language.EN, "100"),
        (-2.25, Language.VI, "-2,25"),
    ],
)
def test_numbers_of_a_chart_are_written_as_people_do(value: float, language: Language, text: str) -> None:
    assert pdf_data.written_number(value, language) == text


def test_bars_are_as_long_as_their_numbers_say() -> None:
    chart = Chart(vi("Số"), (vi("a"),), (Bar(vi("Một"), (10,)), Bar(vi("Hai"), (5,)), Bar(vi("Ba"), (0,))))
    (page,) = pages(pdf_writer.write(with_blocks(chart)))
    ends = [page.line_of(words)[len(words.rstrip("0125"))].left for words in ("Một10", "Hai5", "Ba0")]
    start = ends[2]
    assert (ends[0] - start) == pytest.approx(2 * (ends[1] - start), abs=0.5)


def long(text: Text) -> tuple[SeatingPlan, Chart]:
    """Figures with this text everywhere."""
    return (
        SeatingPlan(text, tuple(Seat(place, text) for place in range(1, 9))),
        Chart(text, (text,), (Bar(text, (1.0,)),)),
    )


@pytest.mark.parametrize("words", ["w" * 10_000, "#panic() $x$ *a*", "\u202e\x00\x1b", "ກ" * 3000])
def test_any_text_is_drawn(words: str) -> None:
    for figure in long(vi(words)):
        assert figures.png(figure).startswith(b"\x89PNG")


def test_more_than_a_figure_can_have_is_refused() -> None:
    with pytest.raises(TooLarge, match="too long"):
        figures.png(SeatingPlan((), tuple(Seat(place, vi("x")) for place in range(150_000))))
    with pytest.raises(TooLarge, match="too long"):
        figures.png(Chart(vi("w" * 3_000_000), (), ()))
