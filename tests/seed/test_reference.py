"""Reference data: Viet Nam's and Laos' provinces, added where they are missing, and nothing else touched."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, select

from models.accounts import Audit
from models.database import Database
from models.norms import Norm
from models.places import Locality
from models.vocabulary import GuestClass, LocalityLevel, NormItem, NormRole, NormUnit
from seed.loader import LoadReport, load_files, packaged_files
from seed.reference import add_reference, holds_only_reference
from service.actions.context import ActionContext
from service.actions.ledger import norms
from service.actions.locality_index import LocalityIndex
from tests import factories
from tests.factories import NOW, OFFICE

PROVINCES = {LocalityLevel.PROVINCE, LocalityLevel.CITY, LocalityLevel.CAPITAL}
ACT = ActionContext(None, NOW, OFFICE)
MERGED = {
    "tuyen-quang": ["ha-giang"], "lao-cai": ["yen-bai"], "thai-nguyen": ["bac-kan"],
    "phu-tho": ["vinh-phuc", "hoa-binh"], "bac-ninh": ["bac-giang"], "hung-yen": ["thai-binh"],
    "hai-phong": ["hai-duong"], "ninh-binh": ["ha-nam", "nam-dinh"], "quang-tri": ["quang-binh"],
    "da-nang": ["quang-nam"], "quang-ngai": ["kon-tum"], "gia-lai": ["binh-dinh"], "khanh-hoa": ["ninh-thuan"],
    "lam-dong": ["dak-nong", "binh-thuan"], "dak-lak": ["phu-yen"],
    "ho-chi-minh": ["binh-duong", "ba-ria-vung-tau"], "dong-nai": ["binh-phuoc"], "tay-ninh": ["long-an"],
    "can-tho": ["soc-trang", "hau-giang"], "vinh-long": ["ben-tre", "tra-vinh"], "dong-thap": ["tien-giang"],
    "ca-mau": ["bac-lieu"], "an-giang": ["kien-giang"],
}  # fmt: skip
"""Resolution 202/2025/QH15: what each of the 23 was made of besides itself."""

NORMS = 40
"""Rows of the table of Circular 35/2026."""

UNCHANGED = {
    "ha-noi", "hue", "lai-chau", "dien-bien", "son-la", "lang-son", "quang-ninh", "thanh-hoa", "nghe-an", "ha-tinh",
    "cao-bang",
}  # fmt: skip


def provinces(session: Session, country: str, day: date) -> set[str]:
    """The codes of what exists right below the country on a day."""
    index = LocalityIndex.load(session)
    return {
        place.code
        for place in session.exec(select(Locality).where(Locality.country == country))
        if place.level in PROVINCES and index.carrier(place.code, day) == place.code
    }


@pytest.mark.both_databases("an advisory lock on PostgreSQL")
def test_viet_nam_has_63_provinces_and_then_34(database: Database) -> None:
    with database.transaction() as session:
        add_reference(session, ACT)
        assert len(provinces(session, "VN", date(2025, 6, 30))) == 63
        assert provinces(session, "VN", date(2025, 7, 1)) == UNCHANGED | MERGED.keys()
        index = LocalityIndex.load(session)
        assert {new: sorted(index.line(new) - {new, "nam-sach"}) for new in MERGED} == {
            new: sorted(old) for new, old in MERGED.items()
        }
        assert all(index.line(code) == {code} for code in UNCHANGED)


def test_laos_has_17_provinces_and_its_capital(database: Database) -> None:
    with database.transaction() as session:
        add_reference(session, ACT)
        found = provinces(session, "LA", date(2026, 11, 30))
        assert len(found) == 18
        capitals = select(Locality.code).where(Locality.country == "LA", Locality.level == LocalityLevel.CAPITAL)
        assert list(session.exec(capitals)) == ["vientiane-capital"]
        assert {one.parent for one in session.exec(select(Locality)) if one.code in found} <= {"laos", None}


def test_each_has_its_names_in_three_languages_and_none_means_two(database: Database) -> None:
    with database.transaction() as session:
        add_reference(session, ACT)
        places = session.exec(select(Locality)).all()
    assert {frozenset(place.name) for place in places} == {frozenset({"vi", "lo", "en"})}
    for language in ("vi", "lo", "en"):
        names = [place.name[language] for place in places]
        assert len(names) == len(set(names)), language


def test_again_nothing_is_added_or_changed(database: Database) -> None:
    with database.transaction() as session:
        assert add_reference(session, ACT).created == 85 + NORMS
    with database.transaction() as session:
        trail = len(session.exec(select(Audit.id)).all())
        assert add_reference(session, ACT) == LoadReport()
        assert len(session.exec(select(Audit.id)).all()) == trail


def test_what_an_office_has_by_code_or_name_is_left_and_nothing_hangs_on_it(database: Database) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "hue", name={"vi": "Cố đô Huế"}, aliases=["Huế xưa"])
        factories.make_locality(session, "tq", name={"vi": "Tuyen Quang"}, aliases=["tỉnh tuyên quang"])
        session.flush()
        kept = {code: session.get_one(Locality, code).model_dump() for code in ("hue", "tq")}
        add_reference(session, ACT)
        session.expire_all()
        assert {code: session.get_one(Locality, code).model_dump() for code in kept} == kept
        assert session.get(Locality, "tuyen-quang") is None
        assert session.get(Locality, "ha-giang") is None, "it was part of what has another code here"
        assert session.get(Locality, "lao-cai") is not None


def test_the_programme_after_it_finds_its_localities(database: Database) -> None:
    with database.transaction() as session:
        assert holds_only_reference(session)
        add_reference(session, ACT)
        assert holds_only_reference(session)
        report = load_files(session, ACT, packaged_files())
        assert (report.changed, report.unchanged, report.kept) == (0, 9, ())
        assert not holds_only_reference(session)


def test_the_norms_of_the_circular_are_there_with_their_source(database: Database) -> None:
    with database.transaction() as session:
        add_reference(session, ACT)
        found = session.exec(select(Norm)).all()
    assert len(found) == NORMS
    assert {(one.act, one.valid_from, one.valid_to, one.locality, one.currency.value) for one in found} == {
        ("Thông tư 35/2026/TT-BTC", date(2026, 5, 18), None, None, "VND")
    }
    assert all(one.article for one in found)
    assert not any(one.verified for one in found), "nobody has compared them with the act's own text"
    assert {one.item for one in found if one.amount is None} == {NormItem.CAR, NormItem.LOUNGE}
    heads = {one.guest_class: one.amount for one in found if (one.item, one.role) == (NormItem.LODGING, NormRole.HEAD)}
    assert heads == {GuestClass.A: 9_400_000, GuestClass.B: 7_700_000, GuestClass.C: 4_300_000}


def test_norms_that_people_changed_deleted_or_had_before_stay_as_they_are(database: Database) -> None:
    own = {
        "act": "Nghị quyết", "item": NormItem.DRINKS, "unit": NormUnit.PERSON_HALF_DAY, "valid_from": date(2026, 1, 1),
        "money": {"amount": "50000", "currency": "VND"},
    }  # fmt: skip
    with database.transaction() as session:
        norms.create_norm(session, ACT, own)
        assert add_reference(session, ACT).created == 85 + NORMS - 1
        booth = session.exec(select(Norm).where(Norm.item == NormItem.BOOTH_INTERPRETING)).one()
        norms.change_norm(session, ACT, booth, {"verified": True})
        norms.delete_norm(session, ACT, session.exec(select(Norm).where(Norm.item == NormItem.CAR)).one())
    with database.transaction() as session:
        assert add_reference(session, ACT) == LoadReport()
        assert session.exec(select(Norm).where(Norm.item == NormItem.BOOTH_INTERPRETING)).one().verified
        assert session.exec(select(Norm).where(Norm.item == NormItem.CAR)).all() == []
        assert session.exec(select(Norm.amount).where(Norm.item == NormItem.DRINKS)).all() == [50_000]


def test_an_office_in_laos_gets_no_vietnamese_norms(database: Database) -> None:
    act = replace(ACT, office=replace(OFFICE, locality="vientiane-province"))
    with database.transaction() as session:
        assert add_reference(session, act).created == 85
        assert session.exec(select(Norm)).all() == []
