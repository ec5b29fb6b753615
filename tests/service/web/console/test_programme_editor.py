"""The programme editor in a browser: typed with real keys and counted, pasted from Word and Excel, saved by two people.

A keystroke is every key that is pressed besides the letters of the texts themselves; hours count with each digit.
"""

import json
from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from models.database import Database
from models.event_parts import ProgrammeItem
from models.i18n import translate
from models.queries.event_parts import programme_of
from models.resources import Resource
from models.vocabulary import ResourceType, Role
from service.web.rendering import STATIC
from tests import factories
from tests.calendars.programmes.test_hours import TABLE
from tests.calendars.programmes.test_pasting import WORD
from tests.service.web.console.conftest import Visit, barriers, is_wider_than_the_screen, picture

MOST_KEYS = 700
MOST_KEYS_PASTED = 30
KEYS_IN_THE_EDITOR = 240
"""What the test below counts, clicks included."""
FIRST = date(2026, 12, 2)

Item = tuple[str, str, str, str, str, str]
"""Begin, end, title and place in both languages."""

ITEMS: list[list[Item]] = [
    [
        ("8:00", "8:30", "Đón đoàn tại sân bay Nội Bài", "ຕ້ອນຮັບຄະນະທີ່ສະໜາມບິນ", "Sân bay Nội Bài", "ສະໜາມບິນ"),
        ("8:30", "10:30", "Di chuyển về khách sạn", "ເດີນທາງໄປໂຮງແຮມ", "Khách sạn Nam Cường", "ໂຮງແຮມ"),
        ("10:30", "11:30", "Chào xã giao lãnh đạo tỉnh", "ຢ້ຽມຂ່ຳນັບການນຳແຂວງ", "Hội trường lớn", "ຫ້ອງໃຫຍ່"),
        ("11:30", "13:00", "Ăn trưa", "ອາຫານທ່ຽງ", "Nhà khách", "ເຮືອນຮັບແຂກ"),
        ("14:00", "16:00", "Hội đàm", "ພົບປະ", "Hội trường lớn", "ຫ້ອງໃຫຍ່"),
        ("16:00", "16:30", "Ký biên bản ghi nhớ", "ເຊັນບົດບັນທຶກ", "Hội trường lớn", "ຫ້ອງໃຫຍ່"),
        ("18:00", "20:00", "Chiêu đãi", "ງານລ້ຽງ", "Nhà khách", "ເຮືອນຮັບແຂກ"),
    ],
    [
        ("7:30", "9:00", "Viếng nghĩa trang", "ວາງພວງມາລາ", "Nghĩa trang", "ສຸສານ"),
        ("9:00", "10:00", "Thăm trường học", "ຢ້ຽມຢາມໂຮງຮຽນ", "Trường Nguyễn Trãi", "ໂຮງຮຽນ"),
        ("10:00", "11:30", "Thăm bệnh viện", "ຢ້ຽມຢາມໂຮງໝໍ", "Bệnh viện tỉnh", "ໂຮງໝໍ"),
        ("11:30", "13:00", "Ăn trưa", "ອາຫານທ່ຽງ", "Nhà khách", "ເຮືອນຮັບແຂກ"),
        ("14:00", "15:30", "Thăm khu công nghiệp", "ຢ້ຽມຢາມເຂດອຸດສາຫະກຳ", "Khu công nghiệp", "ເຂດອຸດສາຫະກຳ"),
        ("15:30", "17:00", "Gặp doanh nghiệp", "ພົບປະວິສາຫະກິດ", "Khu công nghiệp", "ເຂດອຸດສາຫະກຳ"),
        ("18:00", "20:00", "Giao lưu văn nghệ", "ແລກປ່ຽນສິລະປະ", "Nhà hát", "ໂຮງລະຄອນ"),
    ],
    [
        ("8:00", "9:00", "Tham quan bảo tàng", "ທ່ຽວຊົມຫໍພິພິທະພັນ", "Bảo tàng", "ຫໍພິພິທະພັນ"),
        ("9:00", "10:00", "Thăm làng nghề", "ຢ້ຽມຢາມບ້ານຫັດຖະກຳ", "Làng gốm", "ບ້ານດິນເຜົາ"),
        ("10:00", "11:00", "Họp tổng kết", "ປະຊຸມສະຫຼຸບ", "Hội trường lớn", "ຫ້ອງໃຫຍ່"),
        ("11:00", "12:30", "Ăn trưa", "ອາຫານທ່ຽງ", "Nhà khách", "ເຮືອນຮັບແຂກ"),
        ("13:00", "14:30", "Di chuyển ra sân bay", "ເດີນທາງໄປສະໜາມບິນ", "Sân bay Nội Bài", "ສະໜາມບິນ"),
        ("14:30", "15:00", "Tiễn đoàn", "ສົ່ງຄະນະ", "Sân bay Nội Bài", "ສະໜາມບິນ"),
    ],
]
DAYS = [date(2026, 12, day) for day in (2, 3, 4)]

_LISTEN = """() => {
  const isText = (one) => one.matches?.('input:not([type=time]):not([type=date]):not([name=begins]):not([name=ends])'
    + ':not([name=start_time]):not([name=end_time]), textarea');
  window.addEventListener('keydown', (event) => {
    const letter = event.key.length === 1 && !event.ctrlKey && !event.altKey && isText(event.target);
    const modifier = ['Control', 'Alt', 'Shift', 'Meta'].includes(event.key);
    const told = letter ? 'letter' : modifier ? 'modifier' : 'key';
    const count = JSON.parse(sessionStorage.keys || '{}');
    count[told] = (count[told] || 0) + 1;
    if (event.key === 'Backspace' || (event.key === 'Tab' && event.shiftKey)) count.back = (count.back || 0) + 1;
    sessionStorage.keys = JSON.stringify(count);
  }, true);
  window.addEventListener('mousedown', () => {
    const count = JSON.parse(sessionStorage.keys || '{}');
    count.click = (count.click || 0) + 1;
    sessionStorage.keys = JSON.stringify(count);
  }, true);
}"""


def counted(page: Page) -> dict[str, int]:
    found: dict[str, int] = json.loads(page.evaluate("sessionStorage.keys || '{}'"))
    return found


@pytest.fixture
def event_id(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_event(session, title={"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ"}).id


@pytest.fixture
def saved(database: Database, event_id: str) -> Callable[[], list[ProgrammeItem]]:
    def read() -> list[ProgrammeItem]:
        with database.transaction(write=False) as session:
            return list(programme_of(session, event_id))

    return read


def as_typed(items: list[ProgrammeItem]) -> list[list[Any]]:
    return [
        [one.day, f"{one.start_time:%-H:%M}", f"{one.end_time:%-H:%M}", one.title["vi"], one.title["lo"],
         (one.place or {}).get("vi"), (one.place or {}).get("lo")]
        for one in items
    ]  # fmt: skip


WANTED = [[day, *item] for day, items in zip(DAYS, ITEMS, strict=True) for item in items]


def opened(visit: Visit, event_id: str, language: str = "vi", size: str = "laptop", **values: Any) -> Page:
    page = visit(Role.OFFICER, language, size, **values)
    page.goto(f"/events/{event_id}/programme/edit")
    return page


def first_cell(page: Page, day: date) -> Any:
    return page.locator(f'[data-day="{day}"] tr.item').last.locator('[name="begins"]')


def hours(item: Item) -> str:
    """As somebody types them: 8-8h30."""
    return "-".join(one.removesuffix(":00").replace(":", "h") for one in item[:2])


@pytest.mark.timeout(900)
def test_twenty_items_are_typed(
    visit: Visit, event_id: str, saved: Callable[[], list[ProgrammeItem]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Three days, 20 items, both languages: typed straight through, without a step back."""
    page = visit(Role.OFFICER, "vi")
    page.add_init_script(f"({_LISTEN})()")
    page.goto(f"/events/{event_id}/programme/edit")
    first_cell(page, FIRST).click()
    known: dict[str, str] = {}
    for number, items in enumerate(ITEMS):
        for row, item in enumerate(items):
            page.keyboard.type(hours(item))
            page.keyboard.press("Tab")
            page.keyboard.type(item[2])
            page.keyboard.press("Tab")
            page.keyboard.type(item[3])
            page.keyboard.press("Tab")
            if row and items[row - 1][4] == item[4]:
                page.keyboard.press("ArrowRight")
            else:
                page.keyboard.type(item[4])
                page.keyboard.press("Tab")
                page.keyboard.type(item[5])
            known[item[4]] = item[5]
            page.keyboard.press("Enter")
        if number + 1 < len(ITEMS):
            page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+s")
    expect(page.locator("main")).to_contain_text(translate("The programme was saved.", "vi"))
    count = counted(page)
    picture(page, "programme-editor-vi-laptop")
    assert as_typed(saved()) == WANTED
    with capsys.disabled():
        print(f"\nprogramme editor, 20 items: {count}")
    assert count["key"] + count["click"] <= MOST_KEYS
    assert "back" not in count


@pytest.mark.timeout(900)
def test_twenty_items_in_the_form_of_one_item(
    visit: Visit, event_id: str, saved: Callable[[], list[ProgrammeItem]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same by the form that was there before, item by item: what the editor is measured against."""
    page = visit(Role.OFFICER, "vi")
    page.add_init_script(f"({_LISTEN})()")
    page.goto(f"/events/{event_id}")
    for day, items in zip(DAYS, ITEMS, strict=True):
        for item in items:
            page.get_by_role("link", name=translate("Add to the programme", "vi"), exact=True).click()
            page.locator('[id="f-title-vi"]').click()
            page.keyboard.type(item[2])
            page.keyboard.press("Tab")
            page.keyboard.type(item[3])
            page.keyboard.press("Tab")  # English
            page.keyboard.press("Tab")
            for part in (f"{day:%m}", f"{day:%d}", f"{day:%Y}"):  # the headless browser writes dates as in English
                page.keyboard.type(part)
            page.keyboard.press("Tab")
            for name, hour in zip(("start_time", "end_time"), item[:2], strict=True):
                at = time.fromisoformat(hour.zfill(5))
                page.locator(f'[name="{name}"]').focus()
                if page.locator(f'[name="{name}"]').get_attribute("type") == "time":
                    page.keyboard.type(f"{at:%I%M%p}")
                else:
                    page.keyboard.type(f"{at:%H:%M}")
                page.keyboard.press("Tab")
            page.locator(".editor summary").first.click()
            page.locator('[id="f-place-vi"]').click()
            page.keyboard.type(item[4])
            page.keyboard.press("Tab")
            page.keyboard.type(item[5])
            page.keyboard.press("Enter")
            expect(page.locator("main")).to_contain_text(
                translate("The item is in the programme. It is not published yet.", "vi")
            )
    count = counted(page)
    assert as_typed(saved()) == WANTED
    with capsys.disabled():
        print(f"\nform of one item, 20 items: {count}")
    assert count["key"] + count["click"] > 2 * KEYS_IN_THE_EDITOR


_PASTE = """([text, html]) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  if (html) data.setData('text/html', html);
  const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
  return document.activeElement.dispatchEvent(paste);
}"""


def word_table(days: list[date], items: list[list[Item]]) -> str:
    """A table as Word copies it: the frame and the markup of cells as in a real one."""
    head, tail = WORD.partition("<table")[0], "<!--EndFragment--></body></html>"
    cell = "<td width=104 valign=top style='width:77.9pt;mso-border-alt:solid windowtext .5pt'>{}</td>"
    line = "<p class=MsoNormal style='mso-margin-top-alt:auto'><span lang=VI>{}<o:p></o:p></span></p>"
    rows = [("Thời gian", "Nội dung", "ເນື້ອໃນ", "Địa điểm", "ສະຖານທີ່")]
    for day, listed in zip(days, items, strict=True):
        rows.append((f"Ngày {day:%-d/%-m/%Y}",))
        rows += [(f"{one[0].replace(':', 'h')} – {one[1].replace(':', 'h')}", *one[2:]) for one in listed]
    lines = ("".join(cell.format(line.format(text)) for text in row) for row in rows)
    body = "".join(f"<tr style='mso-yfti-irow:1'>{one}</tr>" for one in lines)
    return f"{head}<table class=MsoTableGrid border=1 style='mso-yfti-tbllook:1184'>{body}</table>{tail}"


@pytest.mark.parametrize("source", ["word", "excel"])
def test_twenty_items_are_pasted(
    visit: Visit, event_id: str, saved: Callable[[], list[ProgrammeItem]], source: str
) -> None:
    page = visit(Role.OFFICER, "vi")
    page.add_init_script(f"({_LISTEN})()")
    page.goto(f"/events/{event_id}/programme/edit")
    first_cell(page, FIRST).click()
    pasted = 0
    if source == "word":
        page.evaluate(_PASTE, ["Thời gian\tNội dung", word_table(DAYS, ITEMS)])
        pasted = 1
        expect(page.locator("#said")).to_contain_text("20")
    else:
        for day, items in zip(DAYS, ITEMS, strict=True):
            first_cell(page, day).click()
            page.evaluate(_PASTE, ["".join("\t".join(item) + "\n" for item in items), ""])
            pasted += 1
    page.keyboard.press("Control+s")
    expect(page.locator("main")).to_contain_text(translate("The programme was saved.", "vi"))
    assert as_typed(saved()) == WANTED
    count = counted(page)
    assert count["key"] + count["click"] + pasted <= MOST_KEYS_PASTED


def test_one_text_is_pasted_into_its_cell_and_no_markup_runs(visit: Visit, event_id: str) -> None:
    page = opened(visit, event_id)
    page.evaluate("window.ran = false")
    cell = page.locator('[name="title.vi"]').first
    cell.click()
    evil = (
        "<table><tr><td><img src=x onerror='window.ran = true'>Một<script>window.ran = true</script></td>"
        "<td>&lt;b&gt;</td></tr></table>"
    )
    page.evaluate(_PASTE, ["Một\t<b>", evil])
    expect(cell).to_have_value("Một")
    expect(page.locator('[name="place.vi"]').first).to_have_value("<b>")
    assert page.evaluate("window.ran") is False
    assert page.evaluate(_PASTE, ["Hai", ""])  # left to the browser


def test_items_are_moved_copied_and_put_back(
    visit: Visit, event_id: str, saved: Callable[[], list[ProgrammeItem]]
) -> None:
    page = opened(visit, event_id)
    first_cell(page, FIRST).click()
    for text in ("8-9", "Một", "ໜຶ່ງ"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("placeholder", "09:00")
    for text in ("", "Hai"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
        if not text:
            page.keyboard.press("Tab")
    titles = page.locator(f'[data-day="{FIRST}"] [name="title.vi"]')
    page.keyboard.press("Alt+ArrowUp")
    expect(titles.first).to_have_value("Hai")
    page.keyboard.press("Alt+z")
    expect(titles.first).to_have_value("Một")
    expect(page.locator("tr.item:focus-within [name='title.vi']")).to_have_value("Hai")
    page.keyboard.press("Control+d")
    expect(titles.nth(2)).to_have_value("Hai")
    page.keyboard.press("Alt+Delete")
    expect(page.locator("#said")).to_contain_text("Hai")
    expect(titles.nth(2)).to_have_value("")
    page.locator("#tool-day").select_option("2026-12-04")
    page.locator('[data-tool="copy-day"]').click()
    titles.nth(1).click()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("F1")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    expect(page.locator("main")).to_contain_text(translate("The programme was saved.", "vi"))
    assert [(one.day.day, one.start_time, one.title["vi"]) for one in saved()] == [
        (2, time(8), "Một"), (3, time(9), "Hai"), (4, time(8), "Một"), (4, time(9), "Hai"),
    ]  # fmt: skip


def test_an_item_goes_where_its_hour_belongs_on_another_day(visit: Visit, event_id: str) -> None:
    page = opened(visit, event_id)
    first_cell(page, DAYS[1]).click()
    page.evaluate(_PASTE, ["07:00\tMột\n18:00\tHai\nkhoảng 20h\tBa\n", ""])
    expect(page.locator("#said")).to_contain_text("3")
    expect(page.locator("#said")).to_contain_text(
        translate("Hours among them that can not be read, marked red: {count}", "vi").format(count=1)
    )
    first_cell(page, FIRST).click()
    page.evaluate(_PASTE, ["14:00\tHội đàm\n", ""])
    page.locator("#tool-day").select_option(DAYS[1].isoformat())
    page.locator('[data-tool="move"]').click()
    titles = page.locator(f'[data-day="{DAYS[1]}"] [name="title.vi"]')
    expect(titles.nth(1)).to_have_value("Hội đàm")
    expect(titles.nth(2)).to_have_value("Hai")


def test_warnings_come_while_one_types_and_a_hall_is_booked(
    visit: Visit, event_id: str, database: Database, saved: Callable[[], list[ProgrammeItem]]
) -> None:
    with database.transaction() as session:
        name = {"vi": "Hội trường Côn Sơn thử", "lo": "ຫ້ອງໃຫຍ່ທົດລອງ"}
        session.add(Resource(name=name, type=ResourceType.ROOM, locality="hai-duong"))
    page = opened(visit, event_id)
    first_cell(page, FIRST).click()
    page.keyboard.type("8-9h30")
    page.keyboard.press("Tab")
    page.keyboard.type("Hội đàm")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Hội trường Côn Sơn thử")
    page.keyboard.press("Tab")
    expect(page.locator('[name="place.lo"]').first).to_have_value("ຫ້ອງໃຫຍ່ທົດລອງ")
    page.locator(".told [name=book]").check()
    first_cell(page, FIRST).click()
    page.keyboard.type("9-10")
    page.keyboard.press("Tab")
    page.keyboard.type("Tham quan")
    expect(page.locator(".told")).to_have_count(2)
    expect(page.locator("[data-lacks=lo] strong")).to_have_text("2")
    assert barriers(page) == []
    page.keyboard.press("Control+s")
    expect(page.locator("main")).to_contain_text(translate("The programme was saved.", "vi"))
    page.goto(f"/events/{event_id}")
    expect(page.locator("section", has=page.locator("#bookings"))).to_contain_text("Côn Sơn thử")


def test_leaving_with_something_unsaved_asks(visit: Visit, event_id: str) -> None:
    page = opened(visit, event_id)
    first_cell(page, FIRST).click()
    page.keyboard.type("8-9")
    page.keyboard.press("Tab")
    page.keyboard.type("Hội đàm")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("h1 ~ form, main > p a").first.evaluate("() => location.assign('/')")
    expect(page.locator('[name="title.vi"]').first).to_have_value("Hội đàm")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("language", ["vi", "lo", "en"])
@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_nobody_is_kept_out(visit: Visit, event_id: str, database: Database, language: str, size: str) -> None:
    page = opened(visit, event_id, language, size)
    page.locator('[name="title.vi"]').first.click()
    page.keyboard.type("Hội đàm")
    first_cell(page, FIRST).click()
    page.keyboard.type("sáng")
    page.keyboard.press("Tab")
    picture(page, f"programme-editor-{language}-{size}")
    assert barriers(page) == []
    assert not is_wider_than_the_screen(page)


def test_hours_are_read_as_the_server_reads_them(visit: Visit) -> None:
    page = visit(None)
    page.add_script_tag(content=(STATIC / "programme_hours.js").read_text())
    texts = [row[0] for row in TABLE]
    told = page.evaluate("(texts) => texts.map((text) => readHours(text))", texts)
    assert told == [None if row[1] is None else row[1:] for row in TABLE]
