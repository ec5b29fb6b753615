"""Estimates by Circular 35/2026, each reckoned by hand; amounts in the table are thousands of đồng."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pytest

from calendars.estimates.formulas import RemarkReason, planned_lines, remarks
from calendars.estimates.inputs import EstimateInputs, Interpreting, PerDiem, Session, Translation, VisitFigures
from calendars.estimates.lines import planned_sums
from calendars.money.sums import Sums
from models.vocabulary import Currency, Direction, GuestClass, NormItem, NormUnit, WhoPays
from tests.calendars.estimates.circular import shipped_norms, visit

NORMS = shipped_norms()
A, B, C, OTHER, SPECIAL = GuestClass.A, GuestClass.B, GuestClass.C, GuestClass.OTHER, GuestClass.SPECIAL
LAST_OF_THE_ACT_BEFORE, FIRST_DAY = date(2026, 5, 17), date(2026, 5, 18)
AGENCY = "01KAAAAAAAAAAAAAAAAAAAAAAA"


def test_the_worked_example_to_the_dong() -> None:
    # Class B; 1 head, 1 deputy, 8 members; 4 days, 3 nights; 2 sessions and a banquet with 10 hosts; 12 hours.
    inputs = EstimateInputs(
        banquet_hosts=10,
        sessions=(Session(1, 10), Session(1, 10)),
        interpreting=(Interpreting(1200),),
        flowers=1,
        gifts_heads=1,
    )
    lines = planned_lines(inputs, visit(1, 1, 8), NORMS, B, WhoPays.HOST_ALL)
    assert [(line.rule, line.people, line.times, line.quantity, line.unit_amount, line.planned) for line in lines] == [
        ("lodging:head", 1, 300, 300, 7_700_000, 23_100_000),
        ("lodging:deputy", 1, 300, 300, 7_700_000, 23_100_000),
        ("lodging:member", 8, 300, 2400, 4_800_000, 115_200_000),
        ("meals", 10, 350, 3500, 2_000_000, 70_000_000),
        ("banquet", 20, 100, 2000, 2_000_000, 40_000_000),
        ("session:1", 20, 100, 2000, 160_000, 3_200_000),
        ("session:2", 20, 100, 2000, 160_000, 3_200_000),
        ("interpreting:1", 1, 1200, 1200, 750_000, 9_000_000),
        ("flowers", None, 100, 100, 1_000_000, 1_000_000),
        ("gift:head", None, 100, 100, 1_800_000, 1_800_000),
    ]
    assert planned_sums(lines) == Sums({Currency.VND: 289_600_000})
    assert all(line.norm_limit == line.planned and line.over_norm is None and line.norm_id for line in lines)
    assert remarks(inputs, visit(1, 1, 8), NORMS, B, WhoPays.HOST_ALL) == ()


@dataclass(frozen=True)
class Row:
    """A visit and what each rule must come to, in thousands of đồng; what is not named must not be there."""

    why: str
    figures: VisitFigures
    guest_class: GuestClass | None
    inputs: EstimateInputs
    planned: Mapping[str, int]
    who_pays: WhoPays = WhoPays.HOST_ALL


NOTHING = EstimateInputs()
TABLE = [
    # 7: 2 × (9,400 + 7,700 + 3 × 6,000) = 18,800 + 15,400 + 36,000; 8: 5 × 3 × 3,000
    Row("class A", visit(1, 1, 3, nights=2), A, NOTHING,
        {"lodging:head": 18_800, "lodging:deputy": 15_400, "lodging:member": 36_000, "meals": 45_000}),
    # 7: 1 × 7,700 each; members 2 × 4,800; 8: 4 × 2 × 2,000
    Row("class B", visit(1, 1, 2, nights=1), B, NOTHING,
        {"lodging:head": 7_700, "lodging:deputy": 7_700, "lodging:member": 9_600, "meals": 16_000}),
    # 7: head 2 × 4,300; a deputy of class C as a member, 2 × 3,000; members 4 × 2 × 3,000; 8: 6 × 3 × 1,600
    Row("class C, the deputy as a member", visit(1, 1, 4, nights=2), C, NOTHING,
        {"lodging:head": 8_600, "lodging:deputy": 6_000, "lodging:member": 24_000, "meals": 28_800}),
    # 7: other guests have one rate: 2 × 1,600, 2 × 1,600, 3 × 2 × 1,600; 8: 5 × 3 × 1,200
    Row("other guests, one rate for all", visit(1, 1, 3, nights=2), OTHER, NOTHING,
        {"lodging:head": 3_200, "lodging:deputy": 3_200, "lodging:member": 9_600, "meals": 18_000}),
    # 7: 3 × 7,700; 8: 1 × 4 × 2,000
    Row("one person", visit(), B, NOTHING, {"lodging:head": 23_100, "meals": 8_000}),
    # head-count not known: nobody, and nothing that depends on it
    Row("nobody yet", visit(0), B, NOTHING, {}),
    # 10: hosts alone are known: 10 × 160
    Row("nobody yet, a session", visit(0), B, EstimateInputs(sessions=(Session(1, 10),)), {"session:1": 1_600}),
    # no night; 8: 10 × 1 × 2,000
    Row("there and back in a day", visit(1, 0, 9, nights=0), B, NOTHING, {"meals": 20_000}),
    # 9.6: on the one day the other meal is half: 10 × 0.5 × 2,000; 9: (10 + 5) × 2,000
    Row("a day with a banquet", visit(1, 0, 9, nights=0), B, EstimateInputs(banquet_hosts=5),
        {"banquet": 30_000, "meals": 10_000}),
    # 9: (2 + 0) × 3,000; 9.6: 2 × 1.5 × 3,000; 7: 9,400 + 6,000
    Row("a banquet without hosts", visit(1, 0, 1, nights=1), A, EstimateInputs(banquet_hosts=0),
        {"lodging:head": 9_400, "lodging:member": 6_000, "banquet": 6_000, "meals": 9_000}),
    # 9 class C: (6 + 4) × 1,600; 9.6: 6 × 2.5 × 1,600; 7: 2 × 4,300 + 5 × 2 × 3,000
    Row("a banquet of class C", visit(1, 0, 5, nights=2), C, EstimateInputs(banquet_hosts=4),
        {"lodging:head": 8_600, "lodging:member": 30_000, "banquet": 16_000, "meals": 24_000}),
    # 9 other: (3 + 2) × 1,200; 9.6: 3 × 0.5 × 1,200
    Row("a banquet of other guests", visit(1, 0, 2, nights=0), OTHER, EstimateInputs(banquet_hosts=2),
        {"banquet": 6_000, "meals": 1_800}),
    # 8: entered 2.5 days of meals: 4 × 2.5 × 2,000; 7: 2 × (7,700 + 3 × 4,800)
    Row("meal days entered", visit(1, 0, 3, nights=2), B, EstimateInputs(meal_days=250),
        {"lodging:head": 15_400, "lodging:member": 28_800, "meals": 20_000}),
    # 9.6: of 2.5 days entered the banquet's half: 4 × 2 × 2,000; 9: 4 × 2,000
    Row("meal days entered, with a banquet", visit(1, 0, 3, nights=0), B,
        EstimateInputs(meal_days=250, banquet_hosts=0), {"banquet": 8_000, "meals": 16_000}),
    # the banquet is the only meal of an evening: nothing is left, and nothing becomes negative; 9: 4 × 2,000
    Row("the banquet is the only meal", visit(1, 0, 3, nights=0), B, EstimateInputs(meal_days=50, banquet_hosts=0),
        {"banquet": 8_000}),
    # 7: entered 1 night of 3: 7,700; 8: 1 × 4 × 2,000
    Row("nights entered", visit(), B, EstimateInputs(nights=1), {"lodging:head": 7_700, "meals": 8_000}),
    # 7: entered 2 heads of joint leaders: 2 × 7,700, no deputies, 5 × 4,800; 8: 7 × 2 × 2,000
    Row("people entered instead of the list", visit(1, 2, 9, nights=1), B,
        EstimateInputs(heads=2, deputies=0, members=5),
        {"lodging:head": 15_400, "lodging:member": 24_000, "meals": 28_000}),
    # 7.6: breakfast 2 × 3 × 200 of the lodging's 3 × (7,700 + 4,800), rooms 3 × 7,500 and 3 × 4,600; 8: 2 × 4 × 2,000
    Row("breakfast apart, within lodging", visit(1, 0, 1), B, EstimateInputs(breakfast=True),
        {"lodging:head": 22_500, "lodging:member": 13_800, "breakfast": 1_200, "meals": 16_000}),
    # 10: (10 + 8) × 2 half days × 300
    Row("a session of a whole day, class A", visit(1, 0, 9, nights=0), A,
        EstimateInputs(meal_days=0, sessions=(Session(2, 8),)), {"session:1": 10_800}),
    # 10: (10 + 8) × 120; 10 × 3 × 120
    Row("two sessions of class C", visit(1, 0, 9, nights=0), C,
        EstimateInputs(meal_days=0, sessions=(Session(1, 8), Session(3))), {"session:1": 2_160, "session:2": 3_600}),
    # 10: 4 × 120
    Row("a session of other guests", visit(1, 0, 2, nights=0), OTHER,
        EstimateInputs(meal_days=0, sessions=(Session(1, 1),)), {"session:1": 480}),
    # 11: 2.25 hours are 3 begun ones: 3 × 750
    Row("a begun hour counts whole", visit(0), B, EstimateInputs(interpreting=(Interpreting(225),)),
        {"interpreting:1": 2_250}),
    # 11: a hundredth of an hour more than 2 is 3
    Row("hardly begun", visit(0), B, EstimateInputs(interpreting=(Interpreting(201),)), {"interpreting:1": 2_250}),
    # 11: 2 × 2 × 750
    Row("whole hours stay", visit(0), B, EstimateInputs(interpreting=(Interpreting(200, people=2),)),
        {"interpreting:1": 3_000}),
    # 11: own staff half: 2 × 4 × 375
    Row("own staff", visit(0), C, EstimateInputs(interpreting=(Interpreting(400, people=2, own_staff=True),)),
        {"interpreting:1": 3_000}),
    # 11: the booth 2 × 3 × 1,500, and own staff in it 1 × 3 × 750
    Row("booth", visit(0), A,
        EstimateInputs(interpreting=(Interpreting(300, 2, is_booth=True), Interpreting(250, 1, True, True))),
        {"interpreting:1": 9_000, "interpreting:2": 2_250}),
    # 11: 10 × 300; 7.5 × 360; Lao at 30 % more: 10 × 390
    Row("translations", visit(0), B,
        EstimateInputs(translations=(Translation(1000), Translation(750, False), Translation(1000, True, 30))),
        {"translation:1": 3_000, "translation:2": 2_700, "translation:3": 3_900}),
    # 11: 15 % on top from Vietnamese: 2 × 414
    Row("half of the extra", visit(0), B, EstimateInputs(translations=(Translation(200, False, 15),)),
        {"translation:1": 828}),
    # 5, 12 class A: flowers 1,000; 2,600 + 2,600; members 2 × 1,000
    Row("gifts of class A", visit(0), A,
        EstimateInputs(flowers=1, gifts_heads=1, gifts_spouses=1, gifts_members=2),
        {"flowers": 1_000, "gift:head": 2_600, "gift:spouse": 2_600, "gift:member": 2_000}),
    # 12 class B: 1,800 + 1,800
    Row("gifts of class B", visit(0), B, EstimateInputs(gifts_heads=1, gifts_spouses=1),
        {"gift:head": 1_800, "gift:spouse": 1_800}),
    # 5, 12 class C: no flowers and no gift for the head; members in special cases 3 × 1,000
    Row("class C gets no flowers", visit(0), C,
        EstimateInputs(flowers=1, gifts_heads=1, gifts_spouses=1, gifts_members=3), {"gift:member": 3_000}),
    # the same for other guests: 1 × 1,000
    Row("other guests get no flowers", visit(0), OTHER, EstimateInputs(flowers=1, gifts_heads=1, gifts_members=1),
        {"gift:member": 1_000}),
    # 16: lodging and meals are the guests'; 9: (4 + 4) × 2,000; 10: (4 + 6) × 160; 11: 750; 5: 1,000; 12: 1,800
    Row("16: guests pay lodging and meals", visit(1, 0, 3), B,
        EstimateInputs(banquet_hosts=4, sessions=(Session(1, 6),), interpreting=(Interpreting(100),), flowers=1,
                       gifts_heads=1),
        {"banquet": 16_000, "session:1": 1_600, "interpreting:1": 750, "flowers": 1_000, "gift:head": 1_800},
        WhoPays.GUESTS_LODGING_AND_MEALS),
    # 16: no banquet in the plan: none is added
    Row("16: no banquet in the plan", visit(1, 0, 3), B, EstimateInputs(breakfast=True), {},
        WhoPays.GUESTS_LODGING_AND_MEALS),
    # 18: the session only: (4 + 6) × 160
    Row("18: guests pay all", visit(1, 0, 3), B,
        EstimateInputs(banquet_hosts=4, sessions=(Session(1, 6),), interpreting=(Interpreting(100),), flowers=1,
                       gifts_heads=1, translations=(Translation(100),)),
        {"session:1": 1_600}, WhoPays.GUESTS_ALL),
    # 30, 31: drinks (5 + 5) × 2 half days × 60; a meal (5 + 3) × 600; no class is needed
    Row("30, 31: domestic guests", visit(1, 0, 4, direction=Direction.DOMESTIC), None,
        EstimateInputs(banquet_hosts=3, sessions=(Session(2, 5),)), {"banquet": 4_800, "session:1": 1_200}),
    # the act is in force on the day of arrival: 3 × 7,700; 4 × 2,000
    Row("the first day of the act", visit(arrives_on=FIRST_DAY), B, NOTHING, {"lodging:head": 23_100, "meals": 8_000}),
    # abroad: 5 × 4 days × 100; no formula of the circular
    Row("a journey abroad", visit(1, 1, 3, direction=Direction.OUTGOING), B,
        EstimateInputs(flowers=1, sessions=(Session(1),), per_diems=(PerDiem(100_000, Currency.VND),)),
        {"per_diem:1": 2_000}),
    # abroad: lodging by nights 5 × 3 × 200; 2 people for 1.5 days: 2 × 1.5 × 50
    Row("rates abroad by night and as entered", visit(1, 1, 3, direction=Direction.OUTGOING), None,
        EstimateInputs(per_diems=(PerDiem(200_000, Currency.VND, NormItem.LODGING),
                                  PerDiem(50_000, Currency.VND, people=2, times=150))),
        {"per_diem:1": 3_000, "per_diem:2": 150}),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.why)
def test_by_hand(row: Row) -> None:
    lines = planned_lines(row.inputs, row.figures, NORMS, row.guest_class, row.who_pays)
    assert {line.rule: line.planned for line in lines} == {rule: k * 1000 for rule, k in row.planned.items()}
    assert all(line.is_priced for line in lines)


def test_there_are_enough_rows() -> None:
    assert len(TABLE) >= 30
    assert len({row.why for row in TABLE}) == len(TABLE)


def test_several_agencies_each_pay_for_their_own_session() -> None:
    # Article 15: the leading agency (no name) lodges and feeds; the other pays (3 + 4) × 160.
    inputs = EstimateInputs(sessions=(Session(1, 2), Session(1, 4, AGENCY)))
    lines = planned_lines(inputs, visit(1, 0, 2, nights=1), NORMS, B, WhoPays.HOST_ALL)
    assert {line.rule: (line.planned, line.payer_organisation_id) for line in lines} == {
        "lodging:head": (7_700_000, None),
        "lodging:member": (9_600_000, None),
        "meals": (12_000_000, None),
        "session:1": (800_000, None),
        "session:2": (1_120_000, AGENCY),
    }


@pytest.mark.parametrize(
    ("figures", "guest_class", "reasons"),
    [
        # Before 18 May 2026 Circular 71/2018 held, whose amounts the service does not have.
        (visit(arrives_on=LAST_OF_THE_ACT_BEFORE), B, dict.fromkeys(
            ["lodging:head", "banquet", "meals", "interpreting:1", "flowers", "gift:head"], RemarkReason.NO_NORM)),
        # What depends on no class is priced without one.
        (visit(), None, dict.fromkeys(
            ["lodging:head", "banquet", "meals", "flowers", "gift:head"], RemarkReason.CLASS_NOT_DECIDED)),
        # Heads of state: as decided, the act's table has no amount.
        (visit(), SPECIAL, dict.fromkeys(
            ["lodging:head", "banquet", "meals", "flowers", "gift:head"], RemarkReason.NO_NORM)),
        # Class C: left out and named, not priced at nothing.
        (visit(), C, dict.fromkeys(["flowers", "gift:head"], RemarkReason.NOT_FOR_CLASS)),
    ],
)  # fmt: skip
def test_what_has_no_price_is_named_not_guessed(
    figures: VisitFigures, guest_class: GuestClass | None, reasons: Mapping[str, RemarkReason]
) -> None:
    inputs = EstimateInputs(banquet_hosts=2, interpreting=(Interpreting(100),), flowers=1, gifts_heads=1)
    lines = planned_lines(inputs, figures, NORMS, guest_class, WhoPays.HOST_ALL)
    assert {one.rule: one.reason for one in remarks(inputs, figures, NORMS, guest_class, WhoPays.HOST_ALL)} == reasons
    unpriced = [line for line in lines if not line.is_priced]
    assert {line.rule for line in unpriced} == {rule for rule, why in reasons.items() if not why.leaves_out}
    assert all(line.quantity > 0 and line.norm_id is None and line.norm_limit is None for line in unpriced)


def test_nothing_priced_is_no_sum_of_zero() -> None:
    lines = planned_lines(NOTHING, visit(), NORMS, None, WhoPays.HOST_ALL)
    assert len(lines) == 2
    assert not planned_sums(lines)


def test_what_is_entered_in_vain_is_named() -> None:
    inputs = EstimateInputs(banquet_hosts=4, flowers=1)
    paid = remarks(inputs, visit(), NORMS, B, WhoPays.GUESTS_ALL)
    assert {(one.rule, one.reason) for one in paid} == {
        (rule, RemarkReason.GUESTS_PAY) for rule in ("lodging:head", "meals", "banquet", "flowers")
    }
    abroad = remarks(inputs, visit(direction=Direction.OUTGOING), NORMS, B, WhoPays.HOST_ALL)
    assert {(one.rule, one.reason) for one in abroad} == {
        (rule, RemarkReason.NOT_FOR_DIRECTION) for rule in ("banquet", "flowers")
    }


def test_units_are_those_of_the_norms() -> None:
    inputs = EstimateInputs(
        breakfast=True,
        banquet_hosts=1,
        sessions=(Session(1),),
        interpreting=(Interpreting(100), Interpreting(100, is_booth=True)),
        translations=(Translation(100), Translation(100, False)),
        flowers=1,
        gifts_heads=1,
        gifts_spouses=1,
        gifts_members=1,
    )
    norms = {norm.id: norm for norm in NORMS}
    lines = planned_lines(inputs, visit(1, 1, 1), NORMS, A, WhoPays.HOST_ALL)
    assert {line.unit for line in lines} == {
        NormUnit.PERSON_NIGHT, NormUnit.PERSON_DAY, NormUnit.PERSON, NormUnit.PERSON_HALF_DAY, NormUnit.HOUR,
        NormUnit.PAGE, NormUnit.PIECE,
    }  # fmt: skip
    for line in lines:
        assert line.norm_id is not None
        assert norms[line.norm_id].unit is line.unit, line.rule
