"""Pages of a visit's papers: made, lacking with the way out, for a purpose, kept, without script and in words."""

import re
from collections.abc import Callable
from datetime import time
from io import BytesIO

import pytest
from sqlmodel import Session, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from calendars.documents.kinds import EVENT_KINDS
from models.accounts import Audit
from models.database import Database
from models.documents import KeptDocument
from models.event_parts import ProgrammeItem
from models.events import Event
from models.files import File
from models.places import Organisation, Person
from models.reminders import Reminder
from models.vocabulary import (
    DocumentFormat,
    DocumentKind,
    EventStatus,
    Language,
    MemberRole,
    ReminderPurpose,
    Role,
    Side,
)
from service.actions.documents import access
from service.web.documents import kind_texts
from service.web.labels import PAPER_FORMATS, PAPER_LANGUAGES
from tests import factories
from tests.service.files import samples
from tests.service.web.test_pages import Browser, browser, count_queries, read, signed_in, words

__all__ = ["browser", "signed_in"]

SignedIn = Callable[..., Browser]

pytestmark = pytest.mark.both_databases("reads what can be chosen and who was mailed, and writes kept papers")


@pytest.fixture
def visit(database: Database) -> str:
    """A visit with a programme in Vietnamese alone and a head without a Lao name; its id."""
    with database.transaction() as session:
        event = factories.make_event(session, title={"vi": "Đoàn tỉnh Viêng Chăn", "lo": "ຄະນະແຂວງວຽງຈັນ"})
        _furnish(session, event)
        return event.id


def _furnish(session: Session, event: Event) -> None:
    body = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ"})
    event.organisation_id = body.id
    head = factories.make_person(session, name="Trần Văn Chung", position={"vi": "Giám đốc"}, organisation_id=body.id)
    factories.make_member(session, event, head, role=MemberRole.HEAD)
    session.add(
        ProgrammeItem(event_id=event.id, day=event.first_day, start_time=time(8), title={"vi": "Đón đoàn tại sân bay"})
    )


def only(database: Database) -> KeptDocument:
    with database.transaction(write=False) as session:
        return session.exec(select(KeptDocument)).one()


def multipart(form: dict[str, str], content: bytes, name: str) -> tuple[bytes, str]:
    """A form with a file, and its content type."""
    file = FileStorage(BytesIO(content), name, "file")
    boundary, body = encode_multipart({**form, "file": file})
    return body, f"multipart/form-data; boundary={boundary}"


def links(page: TestResponse, kind: str) -> dict[str, str]:
    """The addresses at which a kind of paper is made, by format."""
    found = re.findall(rf'href="([^"]*/papers/{kind}\.(\w+)\?[^"]*)"', page.text)
    return {file_format: address.replace("&amp;", "&") for address, file_format in found}


def test_every_kind_has_its_words_and_its_place() -> None:
    grouped = [kind for kinds in kind_texts.GROUPS.values() for kind in kinds]
    assert len(grouped) == len(set(grouped))
    assert set(EVENT_KINDS) <= set(grouped)
    assert set(grouped) == set(kind_texts.PURPOSES)
    assert set(PAPER_FORMATS) == set(DocumentFormat)
    assert set(PAPER_LANGUAGES) == set(access.LANGUAGES)


@pytest.mark.parametrize("language", ["vi", "lo", "en", "vi,lo"])
def test_papers_are_made_from_links(signed_in: SignedIn, visit: str, language: str) -> None:
    reader = signed_in(locale=Language.EN)
    page = reader.get(f"/events/{visit}/papers?language={language}")
    assert page.status_code == 200
    made = links(page, "programme")
    assert set(made) == {one.value for one in EVENT_KINDS[DocumentKind.PROGRAMME].formats}
    answer = reader.get(made["docx"])
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert language.replace(",", "-") in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_what_a_paper_lacks_leads_to_where_it_is_entered(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    vietnamese = reader.get(f"/events/{visit}/papers?language=vi")
    assert "Items of the programme: what happens." not in words(vietnamese)
    lao = reader.get(f"/events/{visit}/papers?language=lo")
    assert "Items of the programme: what happens." in words(lao)
    ways = re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', lao.text.partition('aria-labelledby="lacking"')[2])
    assert any("?edit=item" in address for address, _told in ways), "the item that lacks it opens"
    for address, told in ways:
        shown = reader.get(address.partition("#")[0] or f"/events/{visit}/papers")
        assert shown.status_code == 200, told
        anchor = address.partition("#")[2]
        assert not anchor or f'id="{anchor}"' in shown.text, (told, address)


def test_everything_lacking_is_shown_however_much_it_is(signed_in: SignedIn, visit: str, database: Database) -> None:
    names = [f"Người Khách {chr(65 + place)}" for place in range(26)] + [
        f"Khách Mời {chr(65 + one)}" for one in range(20)
    ]
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        for name in names:
            factories.make_member(session, event, factories.make_person(session, name=name))
    shown = signed_in(locale=Language.EN).get(f"/events/{visit}/papers?language=lo")
    for name in names:
        assert words(shown).count(f"The name of {name} in Lao script.") == 1, "once above all papers"
    top, _line, papers = shown.text.partition('<ul class="plain papers">')
    assert "in Lao script" in top
    assert "in Lao script" not in papers
    assert "Of what several papers lack" in papers


def test_before_sending_it_is_said_that_a_paper_is_outdated_and_people_stand_in_the_visits_order(
    signed_in: SignedIn, visit: str, database: Database
) -> None:
    reader = signed_in(locale=Language.EN)
    path = reader.send(f"/events/{visit}/papers", do="keep", kind="programme", language="vi").headers["Location"]
    warning = "The visit has changed since this paper was kept"

    def sending() -> str:
        return reader.get(path.partition("?")[0]).text.partition('id="send"')[2]

    assert warning not in sending()
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        # By precedence alone the interpreter would come first.
        first = factories.make_person(session, name="An Thông Dịch", precedence=1)
        factories.make_member(session, event, first, role=MemberRole.INTERPRETER)
    shown = sending()
    assert warning in shown
    assert shown.index("Trần Văn Chung") < shown.index("An Thông Dịch")


def test_who_may_only_read_sees_downloads_only(signed_in: SignedIn, visit: str) -> None:
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    page = reader.get(f"/events/{visit}/papers")
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2]
    assert links(page, "programme")
    assert reader.get(links(page, "programme")["docx"]).status_code == 200
    form = {"csrf": reader.csrf("/account"), "do": "keep", "kind": "programme", "language": "vi"}
    assert reader.post(f"/events/{visit}/papers", form).status_code == 403


def test_a_paper_with_particulars_is_made_for_a_purpose_only(
    signed_in: SignedIn, visit: str, database: Database
) -> None:
    reader, papers = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    path = f"{papers}/name-plates/make"
    assert links(reader.get(papers), "name-plates") == {}
    assert f'action="{path}"' in reader.get(papers).text
    assert 'name="reason" maxlength="500" required value="Name plates"' in reader.get(papers).text
    form = {"csrf": reader.csrf(papers), "format": "docx", "language": "vi,lo"}
    refused = reader.post(path, form | {"reason": "  "})
    assert refused.status_code == 422
    assert 'id="reason-name-plates-wrong"' in refused.text
    assert told(database) == []
    reader.post(f"{papers}/programme/make", form | {"reason": "in"})
    assert told(database) == [], "it holds no particulars"
    made = reader.post(path, form | {"reason": "Biển tên cho buổi hội đàm"})
    assert made.status_code == 200
    assert made.headers["Content-Disposition"].startswith("attachment")
    assert "lo" in made.headers["Content-Disposition"]
    assert told(database) == ["Biển tên cho buổi hội đàm"]
    assert reader.get(f"{papers}/name-plates.docx").status_code == 422
    assert reader.send(papers, do="keep", kind="name-plates", language="vi").status_code == 422
    viewer = signed_in(Role.VIEWER, locale=Language.EN)
    assert "name-plates" not in viewer.get(papers).text
    assert viewer.post(path, form | {"csrf": viewer.csrf("/account"), "reason": "in"}).status_code == 403
    with database.transaction(write=False) as session:
        assert session.exec(select(KeptDocument)).all() == []


def test_a_refused_purpose_stays_typed(signed_in: SignedIn, visit: str) -> None:
    reader, papers = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    form = {"csrf": reader.csrf(papers), "format": "xlsx", "language": "lo", "reason": "Biển tên"}
    refused = reader.post(f"{papers}/name-plates/make", form)
    assert refused.status_code == 404
    assert 'value="Biển tên"' in refused.text
    assert re.search(r'aria-current="true"><span lang="lo">', refused.text), "in the language that was asked for"


def told(database: Database) -> list[str | None]:
    """The purposes of papers in the trail."""
    with database.transaction(write=False) as session:
        return list(session.exec(select(Audit.reason).where(Audit.entity == "document", Audit.action == "make")))


def test_a_paper_is_kept_numbered_signed_and_deleted(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader, papers = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    done = reader.send(papers, do="keep", kind="programme", language="vi,lo")
    row = only(database)
    path = f"/papers/{row.id}"
    assert (done.status_code, done.headers["Location"]) == (303, f"{path}?done=keep")
    assert "The paper is kept." in words(reader.get(done.headers["Location"]))
    assert f'href="{path}"' in reader.get(papers).text
    for file_format in EVENT_KINDS[DocumentKind.PROGRAMME].formats:
        content = reader.get(f"{path}/content.{file_format}")
        assert content.status_code == 200
        assert content.headers["Content-Disposition"].startswith("attachment")

    body, kind = multipart({"csrf": reader.csrf(path), "version": str(row.version)}, samples.picture(), "scan.jpg")
    answer = reader.post(f"{path}/signed", body, Content_Type=kind)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=signed")
    shown = reader.get(path)
    assert "The signed copy" in words(shown)
    with database.transaction(write=False) as session:
        file = session.exec(select(File)).one()
    assert file.event_id == visit
    assert f'href="/files/{file.id}"' in shown.text
    assert "with the signed copy" in words(reader.get(papers))

    version = only(database).version
    assert reader.send(path, do="change", version="1", signed_file_id="").status_code == 412
    assert only(database).signed_file_id == file.id
    assert reader.send(path, do="change", version=str(version), signed_file_id="").status_code == 303
    assert only(database).signed_file_id is None
    assert reader.send(path, do="burn").status_code == 409
    gone = reader.send(path, do="delete", version=str(only(database).version))
    assert gone.headers["Location"] == f"{papers}?done=delete"
    assert "The paper was deleted." in words(reader.get(gone.headers["Location"]))
    assert reader.get(path).status_code == 404


def test_a_paper_is_sent_to_who_is_ticked(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        chosen = factories.make_person(session, name="Lê Thị Hoa", email="hoa@example.org")
        factories.make_member(session, event, chosen)
        body = session.get_one(Organisation, event.organisation_id)
        body.email = "ngoaivu@example.org"
        without = session.exec(select(Person).where(Person.name == "Trần Văn Chung")).one()
    reader.send(f"/events/{visit}/papers", do="keep", kind="programme", language="vi")
    path = f"/papers/{only(database).id}"
    page = reader.get(path)
    assert f'value="{without.id}"' not in page.text
    assert f'href="/administration/people/{without.id}"' in page.text
    assert "no mail address" in words(page)
    refused = reader.send(path, do="send")
    assert refused.status_code == 422
    assert sent(database) == set()
    answer = reader.send(path, do="send", to=[chosen.id, body.id])
    assert answer.status_code == 303
    assert sent(database) == {"hoa@example.org", "ngoaivu@example.org"}
    shown = words(reader.get(answer.headers["Location"]))
    assert "On its way: 2." in shown
    assert "hoa@example.org" in shown
    again = reader.send(path, do="send", to=[chosen.id])
    assert "Had it already, and is not sent it again: 1." in words(reader.get(again.headers["Location"]))
    with database.transaction() as session:
        session.get_one(Event, visit).status = EventStatus.POSTPONED
    assert reader.send(path, do="send", to=[chosen.id]).status_code == 409


def sent(database: Database) -> set[str]:
    """The addresses to which papers go."""
    with database.transaction(write=False) as session:
        return set(session.exec(select(Reminder.recipient).where(Reminder.purpose == ReminderPurpose.DOCUMENT)))


def test_number_and_day_are_the_clerk_s(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    reader.send(f"/events/{visit}/papers", do="keep", kind="reception-plan", language="vi")
    path = f"/papers/{only(database).id}"
    assert "without a number" in words(reader.get(path))
    form = {"do": "change", "version": "1", "number": "", "issued_on": "2026-11-20"}
    refused = reader.send(path, **form)
    assert refused.status_code == 422
    assert 'id="paper-issued_on-wrong"' in refused.text
    assert 'value="2026-11-20"' in refused.text
    assert reader.send(path, **form | {"number": "12/KH-UBND"}).status_code == 303
    shown = reader.get(path)
    assert "No. 12/KH-UBND, 20 November 2026" in words(shown)
    assert 'value="delete"' not in shown.text, "what was issued stays"
    assert reader.send(path, do="delete", version=str(only(database).version)).status_code == 409
    assert "No. 12/KH-UBND" in words(reader.get(f"/events/{visit}/papers"))
    reader.send(f"/events/{visit}/papers", do="keep", kind="programme", language="vi")
    listed = words(reader.get(f"/events/{visit}/papers")).partition("Kept papers")[2]
    assert "without a number" not in listed, "lists have none"


def test_letters_are_kept_one_by_one(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader, papers = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        bodies = [factories.make_organisation(session, name={"vi": name}) for name in ("Sở Y tế", "Báo Hải Phòng")]
        for body in bodies:
            factories.make_task(session, event, organisation_id=body.id, title={"vi": f"Việc của {body.name['vi']}"})
        first = bodies[0].id
    page = reader.get(papers)
    assert f'name="organisation_id" value="{first}"' in page.text
    of_one = [one for one in re.findall(r'href="([^"]+assignment-letters.docx[^"]+)"', page.text) if first in one]
    assert reader.get(of_one[0].replace("&amp;", "&")).status_code == 200
    answer = reader.send(papers, do="keep", kind="assignment-letters", language="vi", organisation_id=first)
    assert "Sở Y tế" in words(reader.get(answer.headers["Location"]))
    content = str(only(database).content)
    assert "Việc của Sở Y tế" in content
    assert "Việc của Báo Hải Phòng" not in content


def test_the_letters_listed_are_those_there_are(signed_in: SignedIn, visit: str, database: Database) -> None:
    """Of who has tasks or is asked to attend; not of the issuer, nor of who has done everything."""
    reader, address = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    with database.transaction() as session:
        event = session.get_one(Event, visit)
        tasked, invited, finished = (
            factories.make_organisation(session, name={"vi": name})
            for name in ("Sở Y tế", "Báo Hải Phòng", "Sở Du lịch")
        )
        factories.make_task(session, event, organisation_id=tasked.id, title={"vi": "Trực cấp cứu"})
        factories.make_task(session, event, organisation_id=finished.id, title={"vi": "Xong"}, done=True)
        editor = factories.make_person(session, name="Phạm Thị Lan", organisation_id=invited.id)
        factories.make_member(session, event, editor, side=Side.HOST)
        ids = {one.id: one in (tasked, invited) for one in (tasked, invited, finished)}
        issuer = event.organisation_id or ""
        assert issuer
        factories.make_task(session, event, organisation_id=issuer, title={"vi": "Việc của mình"})
    page = reader.get(address).text
    letters = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+assignment-letters.docx[^"]+)"', page)]
    listed = {one.partition("organisation_id=")[2].partition("&")[0] for one in letters} - {""}
    assert {one for one, gets_one in ids.items() if gets_one} <= listed
    assert not listed & {issuer, *(one for one, gets_one in ids.items() if not gets_one)}
    for body_id in (*ids, issuer):
        answer = reader.get(f"{letters[0].partition('?')[0]}?language=vi&organisation_id={body_id}")
        assert (answer.status_code == 200) is ids.get(body_id, False), body_id


def test_a_refused_scan_says_so_beside_its_field(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    reader.send(f"/events/{visit}/papers", do="keep", kind="programme", language="vi")
    path = f"/papers/{only(database).id}"
    for content, name, status in ((b"", "", 422), (samples.executable(), "a.pdf", 415), (b"a" * 26_000_000, "a", 413)):
        body, kind = multipart({"csrf": reader.csrf(path), "version": "1"}, content, name)
        answer = reader.post(f"{path}/signed", body, Content_Type=kind)
        assert answer.status_code == status
        read(answer)
    assert only(database).signed_file_id is None


def test_a_kept_paper_says_what_differs_and_is_kept_anew(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader, papers = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    reader.send(papers, do="keep", kind="programme", language="vi")
    first = only(database).id
    assert "The visit has changed since" not in words(reader.get(f"/papers/{first}"))
    with database.transaction() as session:
        session.exec(select(ProgrammeItem)).one().title = {"vi": "Đón đoàn tại nhà ga"}
    assert "The visit has changed since" in words(reader.get(papers))
    told = words(reader.get(f"/papers/{first}"))
    assert "nhà ga" in told
    answer = reader.send(f"/papers/{first}", do="anew")
    anew = answer.headers["Location"].removesuffix("?done=keep")
    assert anew != f"/papers/{first}"
    assert "The visit has changed since" not in words(reader.get(anew))
    assert "The visit has changed since" in words(reader.get(f"/papers/{first}"))


def test_issuer_and_signatory_are_those_of_the_paper_kept_last(
    signed_in: SignedIn, visit: str, database: Database
) -> None:
    reader, papers = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    with database.transaction(write=False) as session:
        signatory = session.exec(select(Person)).one()
        event = session.get_one(Event, visit)
        body = event.organisation_id
    assert f'<option value="{signatory.id}" selected>' not in reader.get(papers).text
    chosen = reader.get(f"{papers}?issued_by={body}&signed_by={signatory.id}")
    assert f'<option value="{signatory.id}" selected>' in chosen.text
    assert f"signed_by={signatory.id}" in links(chosen, "programme")["docx"]
    reader.send(papers, do="keep", kind="programme", language="vi", issued_by=body, signed_by=signatory.id)
    for shown in (reader.get(papers), signed_in(locale=Language.VI).get(papers)):
        assert f'<option value="{signatory.id}" selected>' in shown.text
        assert f'<option value="{body}" selected>' in shown.text
    assert f'<option value="{signatory.id}" selected>' not in reader.get(f"{papers}?signed_by=").text


def test_the_issuers_own_people_are_offered_first(signed_in: SignedIn, visit: str, database: Database) -> None:
    """Then those of the bodies below it, then others, however high their precedence."""
    with database.transaction() as session:
        issuer = session.get_one(Event, visit).organisation_id
        other = factories.make_organisation(session, name={"vi": "Ủy ban nhân dân"})
        below = factories.make_organisation(session, name={"vi": "Văn phòng Sở"}, parent_id=issuer)
        for name, body, precedence in (("Người Trên", other.id, 1), ("Người Dưới", below.id, 50)):
            position = {"vi": "Trưởng"}
            factories.make_person(session, name=name, organisation_id=body, position=position, precedence=precedence)
    page = signed_in(locale=Language.EN).get(f"/events/{visit}/papers").text
    offered = page[page.index('name="signed_by"') :]
    assert offered.index("Trần Văn Chung") < offered.index("Người Dưới") < offered.index("Người Trên")


def test_who_issues_and_signs_must_be_there(signed_in: SignedIn, visit: str) -> None:
    reader = signed_in(locale=Language.EN)
    page = reader.get(f"/events/{visit}/papers?signed_by=nobody")
    assert page.status_code == 422
    assert "nobody" in words(page)
    assert 'aria-invalid="true"' in page.text
    assert reader.send(f"/events/{visit}/papers", do="keep", kind="programme", signed_by="nobody").status_code == 422
    assert reader.send(f"/events/{visit}/papers", do="keep", kind="poem").status_code == 409


def test_hidden_papers_are_not_there(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    reader.send(f"/events/{visit}/papers", do="keep", kind="programme", language="vi")
    path = f"/papers/{only(database).id}"
    with database.transaction() as session:
        other = factories.make_organisation(session)
    stranger = signed_in(organisation_id=other.id)
    for address in (f"/events/{visit}/papers", path, f"{path}/content.docx", f"/events/{visit}/papers/programme.docx"):
        assert stranger.get(address).status_code == 404, address
    form = {"csrf": stranger.csrf("/account"), "do": "delete", "version": "1"}
    assert stranger.post(path, form).status_code == 404
    for address in (f"/events/{visit}/papers/poem.docx", f"/events/{visit}/papers/programme.odt"):
        answer = reader.get(address)
        assert answer.status_code == 404
        read(answer)


def test_pages_read_in_a_fixed_number_of_queries(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader, papers = signed_in(locale=Language.EN), f"/events/{visit}/papers"
    counts = []
    for number in range(3):
        reader.send(papers, do="keep", kind="programme", language="vi")
        with database.transaction() as session:
            event = session.get_one(Event, visit)
            person = factories.make_person(session, name=f"Nguyễn Thị {number}", position={"vi": "Cán bộ"})
            factories.make_member(session, event, person)
            factories.make_task(session, event, organisation_id=event.organisation_id)
        counts.append(count_queries(database, lambda: reader.get(papers)))
    assert counts[0] == counts[2], counts
