"""The page of an estimate: entered, reckoned, saved, submitted, approved, paid, settled; refused and explained."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from models.accounts import User
from models.database import Database
from models.estimates import Estimate
from models.events import Event
from models.i18n import NP_, translate
from models.vocabulary import Currency, Language, Role
from service.actions.ledger.estimate_steps import WROTE_IT
from service.web.estimates.page import UNPROVEN
from tests import factories
from tests.service.web.estimates.conftest import CLASS_B, EstimatePage, SignedIn, add_visit
from tests.service.web.test_pages import count_queries, read, told, untranslated, words
from tests.service.web.test_placement_pages import fields as controls

FORMULAS = (
    "1 người × 3 đêm × 7.700.000 VND", "12 người × 3 đêm × 4.800.000 VND", "14 người × 3,5 ngày × 2.000.000 VND",
    "24 người × 2.000.000 VND", "24 người × 2 nửa ngày × 160.000 VND", "1 người × 12 giờ × 750.000 VND",
    "2 chuyến × 9.000.000 VND",
)  # fmt: skip


def stored(database: Database, event_id: str) -> Estimate | None:
    with database.transaction(write=False) as session:
        return session.get(Estimate, event_id)


@pytest.mark.both_databases("what is read again after a step was undone")
def test_an_officer_reckons_looks_it_over_and_saves(officer: EstimatePage, database: Database) -> None:
    first = officer.get()
    assert told("Fill in the form below, reckon, look the lines over, and save.", "vi") in words(first)
    read(first)
    reckoned = officer.entered("reckon")
    assert reckoned.status_code == 200, reckoned.text
    read(reckoned)
    shown = words(reckoned)
    for part in FORMULAS:
        assert part in shown, part
    assert stored(database, officer.event_id) is None
    form = controls(reckoned.text)
    assert {name: form[name] for name in ("guest_class", "banquet_hosts", "sessions.0.half_days")} == {
        name: CLASS_B[name] for name in ("guest_class", "banquet_hosts", "sessions.0.half_days")
    }
    saved = officer.send("save", form)
    assert (saved.status_code, saved.headers["Location"]) == (303, f"{officer.path}?done=save")
    after = officer.get("?done=save")
    read(after)
    assert told("The estimate was saved.", "vi") in words(after)
    for part in FORMULAS:
        assert part in words(after), part
    row = stored(database, officer.event_id)
    assert row is not None
    assert row.inputs is not None
    assert row.inputs["people"] == {"heads": None, "deputies": None, "members": None}, "they follow the visit"


def amounts(text: str) -> list[int]:
    """The planned amounts of the lines and then of the total, in đồng."""
    cells = re.findall(r'<td class="amount"><span class="label">Dự toán</span>([\d.]+) VND</td>', text)
    return [int(cell.replace(".", "")) for cell in cells]


def test_the_total_is_the_sum_of_the_lines(officer: EstimatePage) -> None:
    officer.entered()
    *lines, total = amounts(officer.get().text)
    assert total == sum(lines)
    hand = [3 * 7_700_000] * 2 + [12 * 3 * 4_800_000, 14 * 7_000_000, 48_000_000, 2 * 24 * 160_000, 9_000_000]
    assert sorted(lines) == sorted([*hand, 1_000_000, 1_800_000, 18_000_000])


def badge(page: EstimatePage) -> str:
    found = re.search(r'<span class="tag">([^<]*)</span>', page.get().text)
    assert found is not None
    return found[1]


def event_page(page: EstimatePage) -> Any:
    return page.browser.get(f"/events/{page.event_id}")


def test_a_plan_above_what_was_approved_is_named_on_both_pages(officer: EstimatePage, approver: EstimatePage) -> None:
    officer.entered()
    officer.send("submit")
    approver.send("approve")
    officer.send("save", banquet_hosts="20")
    assert badge(officer) == "Cần duyệt lại"
    assert "Cần duyệt lại" in words(event_page(officer))
    officer.send("submit")
    approver.send("return", reason="Giảm khách chiêu đãi")
    assert badge(officer) == "Bị trả lại"
    assert "Giảm khách chiêu đãi" in words(officer.browser.get("/"))
    officer.send("save", banquet_hosts="10")
    assert badge(officer) == "Đã duyệt"
    assert "Giảm khách chiêu đãi" not in words(officer.browser.get("/")), "lowered again, it is as approved"


def test_before_the_first_saving_the_page_says_which_budget_is_replaced(
    officer: EstimatePage, database: Database
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, officer.event_id)
        event.budget_amount, event.budget_currency = 500_000_000, Currency.VND
    assert "500.000.000 VND" in words(officer.get())
    officer.entered()
    assert "500.000.000 VND" not in words(officer.get("?edit=yes"))


def test_what_was_left_out_is_named_with_why(officer: EstimatePage) -> None:
    officer.entered(who_pays="guests_all")
    (left,) = re.findall(r"Trong số đã nhập, không tính – ([^<]*)", officer.get().text)
    names, _colon, why = left.partition(": ")
    assert {"Chiêu đãi", "Tặng hoa"} <= set(names.split(", "))
    assert why == "Khách tự chi trả khoản này nên không đưa vào dự toán."


def over(database: Database, event_id: str) -> None:
    """Let the visit's days lie in the past."""
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        for name in ("first_day", "last_day", "arrives_on", "departs_on"):
            if getattr(event, name) is not None:
                setattr(event, name, getattr(event, name) - timedelta(days=60))


@pytest.mark.both_databases("what is read again after a step was undone")
def test_from_draft_to_settled(officer: EstimatePage, approver: EstimatePage, database: Database) -> None:
    officer.entered()
    assert 'value="approve"' not in approver.get().text
    assert told("Payments can be entered once it is approved.", "vi") in words(officer.get())
    assert officer.send("submit").headers["Location"].endswith("done=submit")
    waits = words(officer.get())
    assert told("It waits for an approver.", "vi") in waits
    assert 'value="approve"' not in officer.get().text
    answer = approver.get()
    read(answer)
    assert "Trần Lan" in words(answer)
    assert approver.send("return", reason="").status_code == 422
    assert approver.send("return", reason="Thiếu báo giá xe").status_code == 303
    assert "Thiếu báo giá xe" in words(officer.get())
    assert badge(officer) == "Bị trả lại"
    assert f"{told(NP_('of money', 'Estimate'), 'vi')}: Bị trả lại" in words(event_page(officer))
    assert "Thiếu báo giá xe" in words(officer.browser.get("/")), "who submitted it reads it first"
    assert "Thiếu báo giá xe" not in words(approver.browser.get("/"))
    officer.send("submit")
    assert "Thiếu báo giá xe" not in words(officer.browser.get("/"))
    assert badge(officer) == "Đã trình, chờ duyệt"
    assert approver.send("approve").status_code == 303
    assert badge(officer) == "Đã duyệt"
    for kind in ("estimate", "settlement"):
        for ending in ("docx", "pdf", "xlsx"):
            address = f"/events/{officer.event_id}/papers/{kind}.{ending}"
            assert f'href="{address}"' in officer.get().text, address
    line = officer.payable()[0]
    opened = officer.get(f"?pay={line}")
    read(opened)
    form = controls(opened.text)
    pay = {name: form[name] for name in ("csrf", "token", "line_id", "amount", "paid_on")}
    assert pay["line_id"] == line
    sent = {**pay, "voucher": "HĐ 0012", "file": (BytesIO(PDF), "hoa don.pdf")}
    answers = [officer.browser.post(f"{officer.path}/payments", dict(sent) | {"file": (BytesIO(PDF), "hoa don.pdf")})
               for _ in range(2)]  # fmt: skip
    assert [one.status_code for one in answers] == [303, 303], answers[0].text
    paid = officer.get()
    read(paid)
    assert words(paid).count("Chứng từ: HĐ 0012") == 1, "sent twice, entered once"
    assert re.search(r'<a href="/files/[^"]+">Chứng từ: HĐ 0012</a>', paid.text), "its file"
    assert 'value="settle"' not in paid.text, "the visit is not over"
    assert officer.send("settle").status_code == 409
    over(database, officer.event_id)
    asked = officer.send("settle")
    assert asked.status_code == 409
    read(asked)
    assert "Ăn hằng ngày" in words(asked), "the lines of which nothing is paid are named"
    assert "unpaid" not in controls(officer.get().text)
    agreed = controls(asked.text)
    assert officer.browser.post(officer.path, agreed | {"unpaid": "other", "do": "settle"}).status_code == 409
    assert officer.browser.post(officer.path, agreed | {"do": "settle"}).status_code == 303
    assert "Trần Lan" in words(officer.get()).split("Đã quyết toán", 1)[1]
    assert told(
        "It is settled and can’t be changed. Only an approver can open it again, with a reason.", "vi"
    ) in words(officer.get())
    form = {name: value for name, value in controls(approver.get().text).items() if name != "csrf"}
    form |= {"csrf": officer.browser.csrf(officer.path), "who_pays": "host_all"} | CLASS_B
    for do in ("save", "submit", "approve", "settle"):
        assert officer.browser.post(officer.path, form | {"do": do}).status_code in {403, 409}, do
    assert approver.send("reverse", reason="Chi nhầm").status_code == 303
    assert told("Approvals", "vi") in words(officer.get())


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n"
    b"%%EOF"
)


def test_a_payment_without_a_voucher_is_told_and_gets_one_later(officer: EstimatePage, approver: EstimatePage) -> None:
    officer.entered()
    officer.send("submit")
    approver.send("approve")
    form = controls(officer.get(f"?pay={officer.payable()[0]}").text)
    pay = {name: form[name] for name in ("csrf", "token", "line_id", "amount", "paid_on")}
    saved = officer.browser.post(f"{officer.path}/payments", pay)
    assert "done=pay_unproven" in saved.headers["Location"]
    warned = officer.get("?done=pay_unproven")
    read(warned)
    assert told(UNPROVEN, "vi") in words(warned)
    form = controls(warned.text)
    assert officer.browser.post(officer.path, form | {"do": "set_voucher", "voucher": " "}).status_code == 422
    assert officer.browser.post(officer.path, form | {"do": "set_voucher", "voucher": "PC-7"}).status_code == 303
    proven = officer.get()
    assert "PC-7" in words(proven)
    assert 'value="set_voucher"' not in proven.text


def test_refused_entries_stay_and_are_told_at_their_fields(officer: EstimatePage, database: Database) -> None:
    refused = officer.entered("save", class_decided_by="", **{"lines.0.unit_amount.amount": ""})
    assert refused.status_code == 422
    read(refused)
    form = controls(refused.text)
    assert form["banquet_hosts"] == "10"
    assert form["lines.0.description"] == "Xe 7 chỗ"
    for anchor in ("#f-class_decided_by", "#f-lines-0-unit_amount"):
        assert f'href="{anchor}"' in refused.text, anchor
    assert stored(database, officer.event_id) is None
    assert officer.send("save", form, class_decided_by="Chủ tịch", lines__0__unit_amount__amount="5").status_code == 303


def test_of_two_officers_the_second_is_told_and_loses_nothing(officer: EstimatePage) -> None:
    officer.entered()
    mine = controls(officer.get("?edit=yes").text)
    officer.send("save", flowers="0")
    stale = officer.send("save", mine, members="20")
    assert stale.status_code == 412
    assert controls(stale.text)["members"] == "20"
    assert told("Show what was saved in the meantime", "vi") in words(stale)
    assert officer.send("submit", mine).status_code == 412


def test_an_approver_who_wrote_it_is_told_why_and_has_no_button(officer: EstimatePage, approver: EstimatePage) -> None:
    officer.entered()
    approver.send("save", flowers="0")
    officer.send("submit")
    page = approver.get()
    assert 'value="approve"' not in page.text
    assert translate(WROTE_IT, "vi") in words(page)
    assert approver.send("approve").status_code == 403


def test_above_the_norm_is_said_in_words(officer: EstimatePage) -> None:
    officer.entered()
    assert officer.send("save", **{"price.meals": "2.100.000"}).status_code == 303
    shown = words(officer.get())
    assert told("Above the norm by {amount}", "vi", amount="4.900.000 VND") in shown
    assert controls(officer.get("?edit=yes").text)["price.meals"] == "2100000"
    assert officer.send("save", **{"price.meals": ""}).status_code == 303
    assert told("Above the norm by {amount}", "vi", amount="4.900.000 VND") not in words(officer.get())


def test_who_does_not_read_money_finds_no_page(
    signed_in: SignedIn, officer: EstimatePage, database: Database, people: dict[str, User]
) -> None:
    officer.entered()
    with database.transaction() as session:
        body = factories.make_organisation(session, name={"vi": "Sở Y tế"})
        session.get_one(Event, officer.event_id).visibility = "public"
        session.flush()
        other = factories.make_user(session, Role.OFFICER, organisation_id=body.id)
    stranger = EstimatePage(signed_in(user=other), officer.event_id)
    assert stranger.get().status_code == 404
    page = stranger.browser.get(f"/events/{officer.event_id}")
    assert page.status_code == 200
    assert "/estimate" not in page.text
    assert "VND" not in words(page)
    csrf = stranger.browser.csrf(f"/events/{officer.event_id}")
    assert stranger.browser.post(stranger.path, {"csrf": csrf, "do": "submit"}).status_code == 404


def test_the_events_facts_show_planned_approved_and_paid(officer: EstimatePage, approver: EstimatePage) -> None:
    page = f"/events/{officer.event_id}"
    officer.entered()
    *_, total = amounts(officer.get().text)
    amount = f"{total:,} VND".replace(",", ".")
    approved = translate(NP_("of money", "Approved"), "vi")
    shown = words(officer.browser.get(page))
    assert f"Dự toán {amount}" in shown
    assert f"{approved} {amount}" not in shown
    officer.send("submit")
    approver.send("approve")
    assert f"{approved} {amount}" in words(officer.browser.get(page))


def test_approvers_find_it_on_their_first_page(
    officer: EstimatePage, approver: EstimatePage, database: Database, people: dict[str, User]
) -> None:
    officer.entered()
    assert f"/events/{officer.event_id}/estimate" not in approver.browser.get("/").text
    officer.send("submit")
    page = approver.browser.get("/")
    read(page)
    assert f'href="/events/{officer.event_id}/estimate"' in page.text
    assert "Trần Lan" in words(page)
    assert f'href="/events/{officer.event_id}/estimate"' not in officer.browser.get("/").text
    few = count_queries(database, lambda: approver.browser.get("/"))
    for _ in range(2):
        with database.transaction() as session:
            other = add_visit(session, people["officer"], members=1)
        again = EstimatePage(officer.browser, other)
        again.entered()
        again.send("submit")
    assert count_queries(database, lambda: approver.browser.get("/")) == few


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_a_fixed_number_of_queries(
    officer: EstimatePage, approver: EstimatePage, database: Database, rows: int
) -> None:
    more = {f"lines.{number}.{name}": value for number in range(1, rows) for name, value in (
        ("item", "other"), ("description", f"Khoản {number}"), ("unit_amount.amount", "1000000"))}  # fmt: skip
    officer.entered(**more)
    assert count_queries(database, lambda: officer.get()) <= 24
    assert count_queries(database, lambda: officer.get("?edit=yes")) <= 30


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_the_page_is_in_the_readers_language(
    signed_in: SignedIn, officer: EstimatePage, approver: EstimatePage, database: Database, language: Language
) -> None:
    officer.entered("save", lines__0__description="")
    reader = EstimatePage(signed_in(locale=language), officer.event_id)
    own: Any = re.compile(r"Chủ tịch UBND tỉnh, văn bản 12/UBND|VND|LAK|USD|Thông tư [\w/-]+|Trần Lan|Lê Hùng")
    for do in ("", "submit", "approve"):
        if do:
            (approver if do == "approve" else officer).send(do)
        for more in ("", "?edit=yes", f"?pay={(officer.payable() or ['x'])[0]}"):
            assert untranslated(own.sub("", words(reader.get(more)))) == [], (do, more)


def test_other_days_say_what_the_estimate_becomes_before_they_are_saved(
    officer: EstimatePage, approver: EstimatePage, database: Database
) -> None:
    officer.entered()
    officer.send("submit")
    approver.send("approve")
    path = f"/events/{officer.event_id}"
    form = controls(officer.browser.get(f"{path}?edit=days").text) | {"last_day": "2026-12-11", "departs_on": ""}
    looked = officer.browser.post(path, form | {"do": "look"})
    assert "Dự toán sẽ tăng từ" in words(looked)
    assert told("That is above what was approved, {approved}: it would have to be approved again.", "vi").split("{")[
        0
    ] in words(looked)
    asked = officer.browser.post(path, form | {"do": "days"})
    assert asked.status_code == 409
    assert "Dự toán sẽ tăng từ" in words(asked)
    with database.transaction(write=False) as session:
        assert session.get_one(Event, officer.event_id).last_day.day == 10
    again = controls(asked.text)
    assert again["last_day"] == "2026-12-11", "nothing typed is lost"
    assert officer.browser.post(path, again | {"do": "days"}).status_code == 303
    again_said = "The plan is no longer what was approved. Submit it again for approval, or set it back."
    assert told(again_said, "vi") in words(officer.get())


def test_a_changed_list_of_people_is_asked_about_once_it_was_submitted(
    officer: EstimatePage, database: Database
) -> None:
    officer.entered()
    path = f"/events/{officer.event_id}"
    with database.transaction() as session:
        for name in ("Noy", "Khamla"):
            factories.make_person(session, name=name)

    def add(name: str, form: dict[str, str] | None = None) -> Any:
        shown = controls(officer.browser.get(f"{path}?edit=person").text) if form is None else form
        return officer.browser.post(path, shown | {"person_id": name, "side": "guest", "do": "add_person"})

    assert add("Noy").status_code == 303, "while it is drawn up nothing is asked"
    officer.send("submit")
    asked = add("Khamla")
    assert asked.status_code == 409
    assert "Dự toán sẽ tăng từ" in words(asked)
    assert add("Khamla", controls(asked.text)).status_code == 303
