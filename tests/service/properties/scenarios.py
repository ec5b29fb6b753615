"""Attacks as short sequences of requests, each through the same observers as the state machine.

A scenario plays on a fresh desk and raises :class:`~tests.service.properties.traces.Leak` when something hidden is
read, sent or changed. Those of findings carry their number. :mod:`tests.service.properties.guards` switches the guards
off under them.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import select

from models.accounts import User
from models.event_parts import Member
from models.events import Event
from models.reminders import ReminderRule
from models.vocabulary import Role
from tests import factories
from tests.service.properties import observers
from tests.service.properties.desk import GIFT, GONE, HERE, SPIES, THERE, Desk, Side
from tests.service.properties.operations import form as form_with
from tests.service.properties.traces import STEM, Leak, Secret, mail_text, plain

Scenario = Callable[[Desk], None]
SCENARIOS: dict[str, Scenario] = {}

SPY = SPIES[0]
RULE: dict[str, Any] = {"name": {"vi": "Nhắc"}, "anchor": "arrival", "offset": "-P200D", "catch_up": True}
VISIT: dict[str, Any] = {
    "title": {"vi": "Việc của họ"}, "host": HERE, "guest": THERE, "first_day": "2026-12-02", "last_day": "2026-12-04",
}  # fmt: skip


def scenario(play: Scenario) -> Scenario:
    SCENARIOS[play.__name__] = play
    return play


def everybody_looks(desk: Desk) -> None:
    """A short look by every outsider, all of them together at each list."""
    for number, who in enumerate(desk.layout.outsiders):
        for more in range(2):
            observers.look(desk, who, 2 * number + more)


def days_pass(desk: Desk, days: int = 14) -> None:
    """What falls due leaves, each at its time; the fixed jobs run every few days."""
    until = desk.clock.now + timedelta(days=days)
    while desk.clock.now < until:
        desk.run_worker(min(desk.next_due() or until, desk.clock.now + timedelta(days=4), until))


def draft_with(desk: Desk, person: str, *, status: str = "planned", who: str = "b officer") -> str:
    """A visit of an outsider's own with somebody among its people."""
    attacker = desk.layout.of(who)
    made = desk.attack(attacker, "POST", "/delegations", VISIT).json
    assert made is not None
    event: str = made["id"]
    desk.attack(attacker, "POST", f"/events/{event}/members", {"person_id": person, "role": "member"})
    if status == "planned":
        desk.attack(attacker, "POST", f"/events/{event}/transitions", {"to": "planned"})
    return event


def hidden_event(desk: Desk, who: str = "a officer", **values: Any) -> Secret:
    """One more planned event that is hidden, made by this account."""
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.B, Side.V})
    text = {"vi": f"Đoàn {secret.word}"}
    body = VISIT | {"title": text, "description": text, "headcount": secret.headcount} | values
    made = desk.made(desk.layout.of(who), "/delegations", body)
    secret.id, secret.uid = made["id"], made["uid"]
    desk.secrets.append(secret)
    done = desk.call(desk.layout.of(who), "POST", f"/events/{secret.id}/transitions", {"to": "planned"})
    assert done.status_code == 200, done.text
    return secret


@scenario
def learners_of_a_hidden_batch(desk: Desk) -> None:
    """Their list, the list over all batches, a rule about permits, and the person's page of who learns there."""
    secret = Secret(len(desk.secrets), "training-batches", hidden_from={Side.B, Side.V})
    text, owner = {"vi": f"Khóa {secret.word}"}, desk.layout.of("a officer")
    made = desk.made(owner, "/training-batches", VISIT | {"title": text, "headcount": secret.headcount})
    secret.id, secret.uid = made["id"], made["uid"]
    desk.secrets.append(secret)
    permit = {"stage": "language", "note": secret.word, "permit_expires_on": "2027-01-20"}
    path = f"/training-batches/{secret.id}/learners"
    person = desk.layout.people["guest"]
    learner = desk.made(owner, path, permit | {"person_id": person})
    desk.made(owner, path, permit | {"name": secret.word})
    rule = {"name": "Thẻ", "anchor": "expiry", "offset": "-P60D", "audience": ["role:officer", "role:viewer"]}
    for who in ("b officer", "v officer"):
        spy = desk.layout.of(who)
        for asked in (path, f"{path}/{learner['id']}", "/learners", f"/learners?person_id={person}"):
            desk.attack(spy, "GET", asked)
        desk.attack(spy, "POST", path, {"name": "Ai đó", "stage": "language"})
        desk.attack(spy, "POST", "/reminder-rules", rule)
        desk.attack(spy, "GET", f"/reminders?about_type=learner&about_id={learner['id']}")
    days_pass(desk, 14)
    everybody_looks(desk)


@scenario
def files_of_a_hidden_event(desk: Desk) -> None:
    """Their ids are known; nothing of them is read, not even their size, nor changed."""
    secret = desk.secrets[0]
    body, media = form_with(secret.word, {"title": secret.word, "kind": "signed", "visibility": "shared"})
    made = desk.call(desk.layout.of("office officer"), "POST", f"/events/{secret.id}/files", body, media=media)
    assert made.status_code == 201, made.text
    file = f"/files/{made.json['id']}"  # type: ignore[index]
    for who in desk.layout.outsiders:
        for path in (file, f"{file}/content", f"/events/{secret.id}/files"):
            desk.attack(who, "GET", path)
        desk.attack(who, "GET", f"{file}/content", Range="bytes=0-3")
        desk.attack(who, "GET", f"{file}/content", If_None_Match=f'"{made.json["sha256"]}"')  # type: ignore[index]
        desk.attack(who, "PATCH", file, {"title": "khác"})
        desk.attack(who, "DELETE", file)
        body, media = form_with("của họ", {"title": "của họ", "kind": "other"})
        desk.attack(who, "POST", f"/events/{secret.id}/files", body, media=media)
    everybody_looks(desk)


@scenario
def papers_of_a_hidden_event(desk: Desk) -> None:
    """Kept ones are neither read, changed nor sent, and none is made anew; nor does one that is sent reach a spy."""
    secret, office = desk.secrets[0], desk.layout.of("office officer")
    item = {"day": "2026-12-02", "title": {"vi": secret.word}}
    programme = f"/events/{secret.id}/programme"
    assert desk.call(office, "PUT", programme, {"items": [item]}).status_code == 200
    paper = f"/documents/{desk.made(office, f'/events/{secret.id}/documents', {'kind': 'programme'})['id']}"
    spies = [who.id for who in desk.layout.outsiders]
    for who in desk.layout.outsiders:
        for path in (paper, f"{paper}/content", f"{paper}/content?format=pdf", f"/events/{secret.id}/documents"):
            desk.attack(who, "GET", path)
        for name in ("programme.docx", "members.xlsx", "reception-plan.pdf", "residence.xlsx?reason=x"):
            desk.attack(who, "GET", f"/events/{secret.id}/documents/{name}")
        desk.attack(who, "POST", f"/events/{secret.id}/documents", {"kind": "programme"})
        desk.attack(who, "PATCH", paper, {"number": "1"})
        desk.attack(who, "POST", f"{paper}/send", {"to": spies})
        desk.attack(who, "DELETE", paper)
    for spy in spies:
        desk.call(desk.layout.of("a officer"), "POST", f"{paper}/send", {"to": [spy]})
    everybody_looks(desk)
    days_pass(desk, 1)


@scenario
def papers_hold_what_their_reader_sees(desk: Desk) -> None:
    """V takes part by a member: its papers hold what was published, and nothing of the host's own."""
    a, v, office = (desk.layout.of(one) for one in ("a officer", "v officer", "office officer"))
    made = desk.made(a, "/delegations", VISIT | {"visibility": "internal"})
    event = f"/events/{made['id']}"
    desk.made(office, f"{event}/members", {"person_id": desk.layout.people["v person"], "role": "member"})
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.V})
    desk.secrets.append(secret)
    item = {"day": "2026-12-02", "title": {"vi": secret.word}, "place": {"vi": secret.word}}
    assert desk.call(a, "PUT", f"{event}/programme", {"items": [item]}).status_code == 200
    desk.made(a, f"{event}/tasks", {"title": {"vi": secret.word}})
    note = {"event_id": made["id"], "resource_id": desk.layout.resources[0], "note": secret.word, "from": "2026-12-02"}
    desk.call(a, "POST", "/bookings", note)
    kept = desk.made(a, f"{event}/documents", {"kind": "programme"})
    assert desk.call(v, "GET", event).status_code == 200
    for name in ("programme", "programme-pocket", "members", "hosts", "badges"):
        for form in ("docx", "pdf"):
            answer = desk.call(v, "GET", f"{event}/documents/{name}.{form}")
            assert answer.status_code == 200, answer.text
            desk.check(Side.V, answer)
    for path in (f"{event}/documents", f"/documents/{kept['id']}", f"/documents/{kept['id']}/content"):
        desk.check(Side.V, desk.call(v, "GET", path))
    assert desk.call(v, "GET", f"/documents/{kept['id']}").status_code == 404


@scenario
def results_are_read_and_found_with_sight_of_the_whole(desk: Desk) -> None:
    """V takes part by a member: what came of the visit is the host's own, and so is that words of it find the visit."""
    a, v, office = (desk.layout.of(one) for one in ("a officer", "v officer", "office officer"))
    made = desk.made(a, "/delegations", VISIT | {"visibility": "internal"})
    event = f"/delegations/{made['id']}"
    desk.made(office, f"/events/{made['id']}/members", {"person_id": desk.layout.people["v person"], "role": "member"})
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.V})
    desk.secrets.append(secret)
    assert desk.call(a, "PATCH", event, {"results": f"Kết quả {secret.word}"}, If_Match="*").status_code == 200
    for path in (event, f"/events/{made['id']}", "/events", f"/events/{made['id']}/history", "/delegations"):
        desk.check(Side.V, desk.call(v, "GET", path))
    for words in (secret.word, secret.word.upper(), f"ket qua {secret.word}"):
        answer = desk.call(v, "GET", f"/events?q={words}")
        if answer.json:
            raise Leak(f"words of the results find the visit: {words}")


@scenario
def papers_of_the_office(desk: Desk) -> None:
    """The week, the year's plan and the report on an agreement have hidden events neither in words nor in figures."""
    secret = hidden_event(desk, funded_by=HERE, commitment_id=desk.layout.commitment)
    item = {"day": "2026-12-02", "title": {"vi": secret.word}, "place": {"vi": secret.word}}
    owner = desk.layout.of("a officer")
    assert desk.call(owner, "PUT", f"/events/{secret.id}/programme", {"items": [item]}).status_code == 200
    desk.made(owner, f"/events/{secret.id}/programme/revisions", {})
    reports = [f"/agreements/{one}/documents/report" for one in desk.ids('"agreement"', "id")]
    for path in ("/weeks/2026-W49/schedule", "/plans/2026/delegations", *reports):
        told = desk.call(owner, "GET", f"{path}.xlsx?language=vi")
        assert told.status_code == 200, told.text
        for who in desk.layout.outsiders:
            for form in ("docx", "xlsx"):
                assert desk.attack(who, "GET", f"{path}.{form}").status_code == 200


@scenario
def placements_of_a_hidden_event(desk: Desk) -> None:
    """Who is in which car, room and seat is neither read, changed nor proposed by others, nor found on the pages."""
    secret, office = desk.secrets[0], desk.layout.of("office officer")
    person = desk.layout.people["a leader"]
    desk.call(office, "POST", f"/events/{secret.id}/members", {"person_id": person, "role": "member"})
    table = {"for": None, "name": secret.word, "form": "round", "seats": [None]}
    path = f"/events/{secret.id}/placements"
    assert desk.call(office, "PUT", path, {"tables": [table]}).status_code == 200
    own = desk.made(desk.layout.of("b officer"), "/delegations", VISIT)
    for who in desk.layout.outsiders:
        desk.attack(who, "GET", path)
        desk.attack(who, "PUT", path, {"tables": []})
        desk.attack(who, "POST", f"{path}/proposal", {})
        for name in ("vehicles.docx", "rooms.xlsx", "seating.pdf"):
            desk.attack(who, "GET", f"/events/{secret.id}/documents/{name}")
        desk.attack(
            who, "PUT", f"/events/{own['id']}/placements", {"tables": [table | {"name": "1", "for": secret.id}]}
        )
    everybody_looks(desk)


@scenario
def the_other_side_reads_no_placements(desk: Desk) -> None:
    """V takes part by a member: it reads the event and who comes, not in which room somebody sleeps."""
    a, v, office = (desk.layout.of(one) for one in ("a officer", "v officer", "office officer"))
    made = desk.made(a, "/delegations", VISIT | {"visibility": "internal"})
    event = f"/events/{made['id']}"
    desk.made(office, f"{event}/members", {"person_id": desk.layout.people["v person"], "role": "member"})
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.V})
    desk.secrets.append(secret)
    item = {"day": "2026-12-02", "title": {"vi": "Hội đàm"}}
    assert desk.call(a, "PUT", f"{event}/programme", {"items": [item]}).status_code == 200
    (item_id,) = [one["id"] for one in desk.call(a, "GET", f"{event}/programme").json["items"]]  # type: ignore[index]
    (member,) = [one["id"] for one in desk.call(a, "GET", f"{event}/members").json]  # type: ignore[union-attr]
    table = {"for": item_id, "name": secret.word, "seats": [member]}
    assert desk.call(a, "PUT", f"{event}/placements", {"tables": [table]}).status_code == 200
    assert desk.call(v, "GET", event).status_code == 200
    for path in (f"{event}/placements", f"{event}/history", *(f"{event}/documents/seating.{one}" for one in FORMS)):
        desk.check(Side.V, desk.call(v, "GET", path))
    assert desk.call(v, "GET", f"{event}/placements").status_code == 404
    for method, path in (("PUT", f"{event}/placements"), ("POST", f"{event}/placements/proposal")):
        answer = desk.call(v, method, path, {})
        assert answer.status_code == 404, answer.text
        desk.check(Side.V, answer)


FORMS = ("docx", "pdf", "xlsx")


@scenario
def gifts_of_a_hidden_event(desk: Desk) -> None:
    """What a hidden event gives is neither listed, read, searched, changed, taken to another event nor added to."""
    secret, office = desk.secrets[0], desk.layout.of("office officer")
    told = {"description": {"vi": secret.word}, "kept_by": secret.word, "receipt": secret.word, "unit": secret.word[:9]}
    gift = desk.made(office, "/gifts", GIFT | {"event_id": secret.id} | told)
    own = desk.made(desk.layout.of("b officer"), "/delegations", VISIT)
    for who in desk.layout.outsiders:
        for query in ("", f"?event_id={secret.id}", f"?q={secret.word}", "?given_by=hai-duong", "?format=csv"):
            desk.attack(who, "GET", f"/gifts{query}")
        path = f"/gifts/{gift['id']}"
        desk.attack(who, "GET", path)
        desk.attack(who, "PATCH", path, {"event_id": own["id"]})
        desk.attack(who, "DELETE", path)
        desk.attack(who, "POST", "/gifts", GIFT | {"event_id": secret.id})
    everybody_looks(desk)


@scenario
def gifts_of_a_public_event(desk: Desk) -> None:
    """B reads A's public event whole, its history too, and not what was given, nor to whom."""
    a, b = desk.layout.of("a officer"), desk.layout.of("b officer")
    event = desk.made(a, "/delegations", VISIT | {"visibility": "public"})
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.B, Side.V})
    desk.secrets.append(secret)
    gift = desk.made(a, "/gifts", GIFT | {"event_id": event["id"], "description": {"vi": secret.word}})
    assert desk.call(b, "GET", f"/events/{event['id']}/history").status_code == 200
    for path in (f"/events/{event['id']}/history", "/gifts", f"/gifts/{gift['id']}", f"/gifts?q={secret.word}"):
        desk.check(Side.B, desk.call(b, "GET", path))
    assert desk.call(b, "GET", f"/gifts/{gift['id']}").status_code == 404
    assert desk.call(b, "PATCH", f"/gifts/{gift['id']}", {"unit": "x"}).status_code == 404


@scenario
def the_estimate_of_a_public_event(desk: Desk) -> None:
    """B reads A's public event whole, its history, lists and files too, and nothing of what it costs; nor does V."""
    a, b, office = (desk.layout.of(one) for one in ("a officer", "b officer", "office officer"))
    event = desk.made(a, "/delegations", VISIT | {"visibility": "public"})["id"]
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.B, Side.V})
    desk.secrets.append(secret)
    path = f"/events/{event}/estimate"
    told, money = {"vi": secret.word, "en": secret.word}, {"amount": secret.budget, "currency": "VND"}
    cost = {"item": "car", "unit": "total", "description": told, "planned": money}
    wanted = {"guest_class": "B", "class_decided_by": secret.word, "lines": [cost]}
    before = desk.call(b, "GET", f"/events/{event}").headers["ETag"]
    made = desk.call(a, "PUT", path, wanted)
    assert made.status_code == 200, made.text
    assert desk.call(a, "GET", f"/events/{event}").json["budget"] == money  # type: ignore[index]
    assert desk.call(b, "GET", f"/events/{event}").headers["ETag"] == before
    assert desk.call(office, "POST", f"{path}/submit").status_code == 200
    assert desk.call(b, "GET", f"/events/{event}/history").status_code == 200
    for who in desk.layout.outsiders:
        for method, address, body in (
            ("GET", path, None),
            ("GET", f"{path}?headcount=3", None),
            ("PUT", path, wanted),
            ("POST", f"{path}/submit", None),
            ("POST", f"{path}/approve", None),
            ("POST", f"{path}/return", {"reason": "x"}),
            ("POST", f"{path}/settle", None),
            ("POST", f"{path}/reverse", {"reason": "x"}),
            ("POST", f"/events/{event}/payments", {"line_id": "x", "amount": money, "paid_on": "2026-11-01"}),
            ("PATCH", f"/delegations/{event}", {"budget": money}),
        ):
            answer = desk.call(who, method, address, body)
            assert answer.status_code in {403, 404}, (method, address)
            desk.check(who.side, answer)
        for address in (
            f"/events/{event}",
            f"/events/{event}/history",
            f"/events?q={secret.word}",
            "/events?format=csv",
        ):
            desk.check(who.side, desk.call(who, "GET", address))


@scenario
def everything_is_read(desk: Desk) -> None:
    """Nothing is done at all: each outsider reads every list, thing and page."""
    hidden_event(desk, funded_by=HERE, commitment_id=desk.layout.commitment)
    for side in ("b officer", "v officer"):
        answer = desk.attack(desk.layout.of(side), "POST", "/feeds", {"name": "Lịch", "tasks": True, "programme": True})
        assert answer.status_code == 201, answer.text
    observers.sweep(desk, desk.layout.of("b officer"))
    observers.sweep(desk, None)


@scenario
def history_without_days_is_hidden_too(desk: Desk) -> None:
    """No list of days has it; those that ask for it, search, and the years of an agreement ask who reads."""
    office, a = desk.layout.of("office officer"), desk.layout.of("a officer")
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.B, Side.V})
    text = {"vi": f"Đoàn {secret.word}"}
    history = VISIT | {"first_day": "2026", "last_day": "2026", "status": "completed"}
    more = {"title": text, "description": text, "organisation_id": a.organisation_id, "visibility": "internal"}
    more |= {"commitment_id": desk.layout.commitment, "headcount_actual": secret.headcount}
    made = desk.made(office, "/delegations", history | more)
    secret.id, secret.uid = made["id"], made["uid"]
    desk.secrets.append(secret)
    for who in ("b officer", "b approver", "v officer", "v admin"):
        if who not in desk.layout.accounts or desk.layout.of(who).is_entitled:
            continue
        attacker = desk.layout.of(who)
        for query in ("known_to=year", "known_to=day,month,year&page_size=500", f"known_to=year&q={STEM}"):
            for path in ("/events", "/delegations"):
                desk.attack(attacker, "GET", f"{path}?{query}&from=2026-01-01&to=2026-12-31")
        desk.attack(attacker, "POST", "/delegations", history)
        desk.attack(attacker, "PATCH", f"/delegations/{secret.id}", {"first_day": "2026-11", "last_day": "2026-11"})
        desk.attack(attacker, "DELETE", f"/delegations/{secret.id}")
        observers.sweep(desk, attacker)
    assert desk.call(office, "GET", f"/events/{secret.id}").json["known_to"] == "year"


@scenario
def r1_a_rule_names_any_address(desk: Desk) -> None:
    b = desk.layout.of("b officer")
    for audience in ([f"email:{SPY}"], ["owner", f"email:{SPY.upper()}"], ["role:officer"], [f"email:{b.email}"]):
        desk.attack(b, "POST", "/reminder-rules", RULE | {"audience": audience})
        desk.attack(b, "POST", "/reminder-rules/preview", RULE | {"audience": audience})
    days_pass(desk)


@scenario
def r1_a_person_of_ones_own_has_the_address(desk: Desk) -> None:
    b = desk.layout.of("b officer")
    person = {"name": "Của mình", "email": SPY, "organisation_id": b.organisation_id}
    desk.attack(b, "POST", "/people", person)
    desk.attack(b, "POST", "/reminder-rules", RULE | {"audience": [f"email:{SPY}"]})
    days_pass(desk)


@scenario
def r1_a_rule_of_an_older_version(desk: Desk) -> None:
    """It was made when anybody might name anything, and its mail is waiting."""
    b = desk.layout.of("b officer")
    with desk.database.transaction() as session:
        event = session.get_one(Event, desk.secrets[0].id)
        rule = factories.make_rule(session, anchor="arrival", offset="-P1D", audience=["role:officer"])
        due = desk.clock.now.replace(year=2026, month=11, day=30, hour=17, minute=0)
        factories.make_reminder(session, event, rule, recipient=b.email, due_at=due)
        assert session.get_one(ReminderRule, rule.id).active
    days_pass(desk)


@scenario
def r2_a_leader_becomes_ones_own(desk: Desk) -> None:
    for who in ("b officer", "v officer"):
        attacker = desk.layout.of(who)
        for person in desk.layout.people.values():
            own = {"organisation_id": attacker.organisation_id}
            desk.attack(attacker, "PATCH", f"/people/{person}", own)
    everybody_looks(desk)
    days_pass(desk)


@scenario
def r2_a_members_mail_is_turned_to_oneself(desk: Desk) -> None:
    b = desk.layout.of("b officer")
    for person in desk.layout.people.values():
        draft_with(desk, person)
        desk.attack(b, "PATCH", f"/people/{person}", {"email": SPY})
    days_pass(desk)


@scenario
def r2_an_organisations_mail_is_turned_to_oneself(desk: Desk) -> None:
    """Where notices of failures go."""
    secret = hidden_event(desk)
    body = {"person_id": desk.layout.people["gone"], "role": "member"}
    assert desk.call(desk.layout.of("a officer"), "POST", f"/events/{secret.id}/members", body).status_code == 201
    with desk.database.transaction() as session:
        session.get_one(User, desk.layout.of("a officer").id).active = False  # so that the organisation hears of it
    for who in ("b officer", "v officer"):
        for organisation in desk.layout.organisations.values():
            path = f"/organisations/{organisation}"
            desk.attack(desk.layout.of(who), "PATCH", path, {"email": SPY, "aliases": ["Sở Một"]})
    days_pass(desk)
    assert GONE not in desk.layout.addresses


@scenario
def r3_the_offices_rule_for_officers(desk: Desk) -> None:
    hidden_event(desk)
    hidden_event(desk, "office officer")
    days_pass(desk)


@scenario
def r4_a_passport_by_a_draft(desk: Desk) -> None:
    b = desk.layout.of("b officer")
    for person in desk.layout.people.values():
        event = draft_with(desk, person)
        answer = desk.attack(b, "POST", f"/people/{person}/passport/reveal", {"reason": "Visa"})
        if answer.status_code < 300:
            raise Leak(f"a passport was revealed: {answer.text}")
        desk.attack(b, "GET", f"/people/{person}/passport")
        desk.attack(b, "DELETE", f"/delegations/{event}")


@scenario
def particulars_by_a_draft(desk: Desk) -> None:
    """An addition by the reader opens nothing, and overwriting what one may not read is refused."""
    b = desk.layout.of("b officer")
    for name in ("a leader", "a deputy", "guest", "gone"):
        path = f"/people/{desk.layout.people[name]}/particulars"
        draft_with(desk, desk.layout.people[name])
        for method, body in (("GET", None), ("PUT", {"diet": "gì cũng được"})):
            answer = desk.attack(b, method, path, body)
            if answer.status_code < 300:
                raise Leak(f"{method} {path} answers {answer.status_code} {answer.text[:300]}")


@scenario
def a_position_begins_tomorrow(desk: Desk) -> None:
    """A term in one's own body, given to guests before the office adds them to an event."""
    b = desk.layout.of("b officer")
    guest = desk.layout.people["guest"]
    draft_with(desk, guest)
    tomorrow = (desk.clock.now + timedelta(days=1)).date().isoformat()
    own = {"organisation_id": b.organisation_id, "precedence": 1, "starts_on": tomorrow}
    stays = {"organisation_id": desk.layout.organisations["guests"], "precedence": 100}
    for body in ({"positions": [stays, own]}, {"organisation_id": b.organisation_id, "as_of": tomorrow}):
        desk.attack(b, "PATCH", f"/people/{guest}", body)
    days_pass(desk, 2)
    secret = hidden_event(desk)
    added = {"person_id": guest, "role": "member"}
    assert desk.call(desk.layout.of("a officer"), "POST", f"/events/{secret.id}/members", added).status_code == 201
    secret.addresses.add(desk.layout.addresses["guest"])
    everybody_looks(desk)
    days_pass(desk)


@scenario
def r5_the_offices_rules_are_changed(desk: Desk) -> None:
    b = desk.layout.of("b officer")
    for rule in desk.layout.rules.values():
        for change in ({"active": False}, {"offset": "-P200D"}, {"audience": ["role:viewer"]}):
            answer = desk.attack(b, "PATCH", f"/reminder-rules/{rule}", change)
            if answer.status_code < 300:
                raise Leak(f"an outsider changed a rule of the office: {change}")
        if desk.attack(b, "DELETE", f"/reminder-rules/{rule}").status_code < 300:
            raise Leak("an outsider deleted a rule of the office")


@scenario
def r7_the_guests_side_reads_the_hosts_own(desk: Desk) -> None:
    """A member of V lets V read the visit, not the tasks, addresses and history of its host."""
    secret = hidden_event(desk)
    office, event = desk.layout.of("office officer"), f"/events/{secret.id}"
    inner = Secret(90, "tasks", hidden_from={Side.V})
    body = {"title": {"vi": f"Riêng {inner.word}"}, "due_on": "2026-12-01"}
    assert desk.call(office, "POST", f"{event}/tasks", body).status_code == 201
    secret.hidden_from = {Side.B}
    guest = {"person_id": desk.layout.people["v person"], "role": "member"}
    assert desk.call(office, "POST", f"{event}/members", guest).status_code == 201
    desk.secrets.append(inner)
    viewer = desk.layout.of("v viewer")
    assert desk.call(viewer, "GET", event).status_code == 200
    for path in (f"{event}/tasks", "/tasks", f"{event}/history", f"{event}/reminders", "/reminders"):
        answer = desk.call(viewer, "GET", path)
        desk.check(Side.V, answer)
        if "@example.org" in answer.text.replace(viewer.email, "") and "reminders" in path:
            raise Leak(f"{path} tells the guests' side whom the host reminds")


@scenario
def r8_a_disabled_account_is_told_of_nothing(desk: Desk) -> None:
    """It read the visit once, and was reminded of it."""
    secret = hidden_event(desk, first_day="2026-12-08", last_day="2026-12-09")
    b, office = desk.layout.of("b officer"), desk.layout.of("office approver")
    task = {"title": {"vi": "Xe"}, "organisation_id": b.organisation_id}
    secret.hidden_from = {Side.V}
    assert desk.call(office, "POST", f"/events/{secret.id}/tasks", task).status_code == 201
    days_pass(desk, 12)
    assert b.email in desk.told(secret)
    admin = desk.layout.of("a admin")
    assert desk.call(admin, "PATCH", f"/users/{b.id}", {"active": False}).status_code == 200
    desk.kept.clear()
    body = {"to": "cancelled", "reason": secret.word}
    assert desk.call(office, "POST", f"/events/{secret.id}/transitions", body).status_code == 200
    days_pass(desk, 2)
    if b.email in desk.told(secret):
        raise Leak("a disabled account was told that a visit is cancelled")
    assert desk.told(secret), "nobody was told"


@scenario
def r10_an_event_of_no_organisation(desk: Desk) -> None:
    """Somebody of the protocol office makes it, who belongs to no organisation."""
    account = desk.layout.of("office officer")
    with desk.database.transaction() as session:
        session.get_one(User, account.id).organisation_id = None
    secret = hidden_event(desk, "office officer")
    with desk.database.transaction(write=False) as session:
        assert session.get_one(Event, secret.id).organisation_id is None
    everybody_looks(desk)
    for who in ("b officer", "v officer"):
        desk.attack(desk.layout.of(who), "POST", "/feeds", {"name": "Lịch"})
        change = {"headcount": 5}
        desk.attack(desk.layout.of(who), "PATCH", f"/delegations/{secret.id}", change)
    days_pass(desk)
    observers.sweep(desk, desk.layout.of("b officer"), pages=False)


@scenario
def r11_a_member_list_names_a_leader(desk: Desk) -> None:
    """The leader has no address: the list would fill it in, or move them."""
    bare = desk.layout.people["bare"]
    with desk.database.transaction() as session:
        act = factories.make_member(session, session.get_one(Event, desk.secrets[0].id), None)
        act.person_id = bare
    b = desk.layout.of("b officer")
    event = draft_with(desk, desk.layout.people["b person"])
    for unit in ("", "Sở Hai"):
        lines = f"name,email,organisation\nNgười Bare,{SPY},{unit}\nNgười Nobody'S,{SPIES[1]},{unit}\n".encode()
        desk.attack(b, "POST", f"/events/{event}/members/import", lines, media="text/csv")
    rule = {"name": {"vi": "Nhắc"}, "anchor": "start", "offset": "-P2D", "audience": ["members"]}
    desk.made(desk.layout.of("office officer"), "/reminder-rules", rule)
    everybody_looks(desk)
    days_pass(desk)


@scenario
def a_namesake_waits_in_anothers_organisation(desk: Desk) -> None:
    """A's own list then names them, and finds the address of the spy."""
    a, b = desk.layout.of("a officer"), desk.layout.of("b officer")
    there, own = {"organisation_id": a.organisation_id}, {"organisation_id": b.organisation_id}
    desk.attack(b, "POST", "/people", {"name": "Người Sắp Đến", "email": SPY} | there)
    made = desk.attack(b, "POST", "/people", {"name": "Người Đến Sau", "email": SPIES[1]} | own).json
    assert made is not None
    desk.attack(b, "PATCH", f"/people/{made['id']}", there)
    secret = hidden_event(desk)
    for name in ("Người Sắp Đến", "Người Đến Sau"):
        lines = f"name,organisation\n{name},Sở Một\n".encode()
        path = f"/events/{secret.id}/members/import"
        assert desk.call(a, "POST", path, lines, media="text/csv").status_code in {200, 422}
    days_pass(desk)


@scenario
def an_outsider_changes_what_it_reads(desk: Desk) -> None:
    """A public event of A, with If-Match: *."""
    public = desk.layout.events["public"]
    for who in ("b officer", "v officer"):
        attacker = desk.layout.of(who)
        desk.attack(attacker, "PATCH", f"/delegations/{public}", {"headcount": 9})
        desk.attack(attacker, "POST", f"/events/{public}/tasks", {"title": {"vi": "việc"}})
        desk.attack(attacker, "POST", f"/events/{public}/transitions", {"to": "cancelled", "reason": "mưa"})
        desk.attack(attacker, "PUT", f"/events/{public}/programme", {"items": []})
    for who in ("b officer", "v officer"):
        attacker = desk.layout.of(who)
        for secret in desk.secrets:
            desk.attack(attacker, "PATCH", f"/delegations/{secret.id}", {"visibility": "public"})
            desk.attack(attacker, "POST", f"/events/{secret.id}/members", {"person_id": desk.layout.people["b person"]})
            task = {"title": {"vi": "việc"}, "organisation_id": attacker.organisation_id}
            desk.attack(attacker, "POST", f"/events/{secret.id}/tasks", task)


@scenario
def what_was_public_is_hidden_again(desk: Desk) -> None:
    """Whoever was reminded of it while it was everybody's gets neither its new words nor its cancellation."""
    a, event = desk.layout.of("a officer"), desk.layout.events["public"]
    rule = RULE | {"audience": ["role:officer", f"email:{desk.layout.of('b viewer').email}"]}
    desk.made(desk.layout.of("office officer"), "/reminder-rules", rule)
    desk.run_worker(desk.clock.now + timedelta(days=1))
    told = {one.recipient for one in desk.mails.received} | {desk.layout.of("b officer").email}
    assert told
    secret = Secret(len(desk.secrets), "delegations", event, "", {Side.B, Side.V})
    words = {"visibility": "internal", "title": {"vi": f"Đoàn {secret.word}"}}
    assert desk.call(a, "PATCH", f"/delegations/{event}", words).status_code == 200
    desk.secrets.append(secret)
    secret_id, secret.id = secret.id, ""  # they know the id from then
    days_pass(desk, 2)
    step = {"to": "cancelled", "reason": secret.word}
    assert desk.call(a, "POST", f"/events/{secret_id}/transitions", step).status_code == 200
    days_pass(desk, 2)
    secret.id = secret_id
    everybody_looks(desk)


@scenario
def the_offices_own_mails(desk: Desk) -> None:
    """The weekly schedule and the daily digest, which everybody has asked for."""
    hidden_event(desk)
    for _day in range(10):
        desk.run_worker(desk.clock.now + timedelta(days=1))


@scenario
def a_mail_that_failed_is_in_no_others_digest(desk: Desk) -> None:
    """Nor are overdue tasks: B's officer has asked for the daily digest."""
    secret, office = hidden_event(desk, first_day="2026-11-25"), desk.layout.of("office officer")
    gone = {"person_id": desk.layout.people["gone"], "role": "member"}
    assert desk.call(office, "POST", f"/events/{secret.id}/members", gone).status_code == 201
    task = {"title": {"vi": secret.word}, "due_on": "2026-11-23"}
    assert desk.call(office, "POST", f"/events/{secret.id}/tasks", task).status_code == 201
    for _day in range(5):
        desk.run_worker(desk.clock.now + timedelta(days=1))
    assert any("550 no such mailbox" in mail_text(one.content) for one in desk.kept)


@scenario
def a_clash_names_nothing(desk: Desk) -> None:
    """B wants the room, the people and the days of a hidden visit."""
    a, room = desk.layout.of("a officer"), desk.layout.resources[0]
    secret = hidden_event(desk)
    body = {"event_id": secret.id, "resource_id": room, "note": secret.word}
    assert desk.call(a, "POST", "/bookings", body).status_code == 201
    person = {"person_id": desk.layout.people["a leader"], "role": "member"}
    assert desk.call(a, "POST", f"/events/{secret.id}/members", person).status_code == 201
    for who in ("b officer", "v officer"):
        attacker = desk.layout.of(who)
        event = draft_with(desk, desk.layout.people["a leader"], who=who)
        clash = desk.attack(attacker, "POST", "/bookings", {"event_id": event, "resource_id": room})
        assert clash.status_code == 409 or who == "v officer", clash.text  # whose office may have rooms of its own
        desk.attack(attacker, "GET", f"/events/{event}")
        desk.attack(attacker, "GET", f"/bookings?resource_id={room}")
        desk.attack(attacker, "GET", "/conflicts")
        openings = f"/openings?days=1&from=2026-12-01&to=2026-12-20&host={HERE}&resource={room}"
        desk.attack(attacker, "GET", f"{openings}&person={desk.layout.people['a leader']}")


@scenario
def a_rule_is_previewed(desk: Desk) -> None:
    b = desk.layout.of("b officer")
    for audience in ("owner", "members", "organisation", "role:officer", "role:admin"):
        body = RULE | {"audience": [audience]}
        desk.attack(b, "POST", "/reminder-rules/preview", body)
        desk.attack(b, "POST", "/reminder-rules/preview", body | {"event_id": desk.secrets[0].id})
    for rule in desk.layout.rules.values():
        desk.attack(b, "GET", f"/reminder-rules/{rule}/preview")
        desk.attack(b, "GET", f"/reminder-rules/{rule}/preview?event_id={desk.secrets[0].id}")


@scenario
def a_key_is_used_by_another(desk: Desk) -> None:
    """B repeats A's request with A's Idempotency-Key: it is B's own request, and makes B's own event."""
    secret = Secret(len(desk.secrets), "delegations", hidden_from={Side.B, Side.V})
    body = VISIT | {"title": {"vi": "Cùng một lời"}}
    answer = desk.call(desk.layout.of("a officer"), "POST", "/delegations", body, Idempotency_Key="shared")
    assert answer.status_code == 201
    assert answer.json is not None
    secret.id, secret.uid = answer.json["id"], answer.json["uid"]
    desk.secrets.append(secret)
    desk.attack(desk.layout.of("b officer"), "POST", "/delegations", body, Idempotency_Key="shared")


@scenario
def one_calls_oneself_the_protocol_office(desk: Desk) -> None:
    for who in ("b officer", "v officer"):
        attacker = desk.layout.of(who)
        path = f"/organisations/{attacker.organisation_id}"
        desk.attack(attacker, "PATCH", path, {"protocol_office": True})
        new = {"name": {"vi": f"Văn phòng {who}"}, "locality": HERE, "protocol_office": True}
        desk.attack(attacker, "POST", "/organisations", new)
    everybody_looks(desk)


@scenario
def progress_counts_nothing_hidden(desk: Desk) -> None:
    """What an agreement has reached is the same with and without a hidden visit that counts for it."""
    agreement = desk.layout.agreement
    readers = [desk.layout.of("b officer"), desk.layout.of("v viewer")]
    paths = ("/progress", f"/agreements/{agreement}/progress", f"/agreements/{agreement}/progress?as_of=2027-01-01")
    before = [desk.call(who, "GET", path).json for who in readers for path in paths]
    hidden_event(desk, commitment_id=desk.layout.commitment, funded_by=HERE, budget={"amount": "7", "currency": "VND"})
    if [desk.call(who, "GET", path).json for who in readers for path in paths] != before:
        raise Leak("progress counts a hidden visit")


@scenario
def a_plan_tells_of_nothing_hidden(desk: Desk) -> None:
    """What is still owed is the same with and without a hidden visit; its days may be busy."""

    def owed() -> list[str]:
        body = desk.attack(desk.layout.of("b officer"), "POST", f"/agreements/{desk.layout.agreement}/plan", dry).json
        assert body is not None
        return sorted(one["commitment_id"] for name in ("created", "unplaced") for one in body[name])

    dry = {"dry_run": True}
    before = owed()
    hidden_event(desk, commitment_id=desk.layout.commitment)
    if owed() != before:
        raise Leak("a plan tells of a hidden visit")


@scenario
def a_memorandum_names_bodies_and_signatories(desk: Desk) -> None:
    """Who is named in a paper, by whomever, reads and hears no more of what is hidden, though it fulfils the paper."""
    layout = desk.layout
    memoranda: list[str] = []
    for who in ("b officer", "v officer"):
        body: dict[str, Any] = {
            "title": {"vi": "Biên bản ghi nhớ"}, "kind": "memorandum", "parent_id": layout.agreement,
            "parties": [HERE, THERE], "starts_on": "2026-01-01", "ends_on": "2030-12-31",
            "bodies": [*layout.organisations.values()],
            "signatories": [{"party": HERE, "person_id": person} for person in layout.people.values()],
        }  # fmt: skip
        made = desk.attack(layout.of(who), "POST", "/agreements", body).json
        assert made is not None
        promise = {"article": "1", "field": "Y tế", "title": {"vi": "Trao đổi"}, "activity": "delegation"}
        commitment = desk.attack(layout.of(who), "POST", f"/agreements/{made['id']}/commitments", promise).json
        assert commitment is not None
        hidden_event(desk, commitment_id=commitment["id"])
        memoranda.append(made["id"])
    for reader in layout.outsiders:
        for path in ("/agreements?kind=memorandum", *(f"/agreements/{one}/progress" for one in memoranda)):
            desk.attack(reader, "GET", path)
    everybody_looks(desk)
    days_pass(desk)


@scenario
def what_is_deleted_leaves_no_trace(desk: Desk) -> None:
    """In calendars that show what was called off."""
    b, a = desk.layout.of("b officer"), desk.layout.of("a officer")
    body = {"name": "Lịch", "filter": {"statuses": ["draft", "planned", "cancelled"]}}
    assert desk.attack(b, "POST", "/feeds", body).status_code == 201
    secret = hidden_event(desk)
    for step in ("cancelled", "delete"):
        if step == "delete":
            days_pass(desk, 2)
            assert desk.call(a, "DELETE", f"/delegations/{secret.id}").status_code == 204
        else:
            reason = {"to": step, "reason": "mưa"}
            assert desk.call(a, "POST", f"/events/{secret.id}/transitions", reason).status_code == 200
        for path in desk.feeds[Side.B]:
            for form in (path, path.replace(".ics", ".ifb")):
                desk.check(Side.B, desk.client.get(form))
        desk.clock.move(seconds=2)


@scenario
def a_uid_is_taken_over(desk: Desk) -> None:
    """That of a visit everybody could read until A deleted it: A's calendar goes on telling that it is called off."""
    a, b, event = desk.layout.of("a officer"), desk.layout.of("b officer"), desk.layout.events["public"]
    feed = {"name": "Lịch", "filter": {"statuses": ["planned", "cancelled"]}}
    url: str = desk.made(a, "/feeds", feed)["url"]
    path = url[url.index("/feeds/") :]
    shown = desk.call(a, "GET", f"/delegations/{event}").json
    assert shown is not None
    step = {"to": "cancelled", "reason": "mưa"}
    assert desk.call(a, "POST", f"/events/{event}/transitions", step).status_code == 200
    days_pass(desk, 2)
    assert desk.call(a, "DELETE", f"/delegations/{event}").status_code == 204
    desk.clock.move(seconds=5)
    assert shown["uid"] in desk.client.get(path).text
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "BEGIN:VEVENT", f"UID:{shown['uid']}",
        "DTSTAMP:20300101T000000Z", "DTSTART;VALUE=DATE:20261202", "SUMMARY:Của họ", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    desk.attack(b, "POST", "/events/import", "\r\n".join(lines).encode(), media="text/calendar")
    desk.clock.move(seconds=5)
    if "STATUS:CANCELLED" not in desk.client.get(path).text:
        raise Leak("an outsider took an entry out of A's calendar")


@scenario
def a_template_gives_oneself_a_task(desk: Desk) -> None:
    """An organisation that has a task in a visit reads it."""
    for who in desk.layout.outsiders:
        for owner in (
            {"organisation_id": who.organisation_id},
            {"person_id": desk.layout.people[f"{who.side} person"]},
        ):
            template = {"kind": "delegation", "title": {"vi": "Xe"}, "offset": "-P3D"} | owner
            desk.attack(who, "POST", "/task-templates", template)
    hidden_event(desk)
    everybody_looks(desk)
    days_pass(desk)


@scenario
def another_offices_administrator(desk: Desk) -> None:
    """Makes accounts in bodies of the other office, moves its own, changes what is not theirs."""
    admin = desk.layout.of("v admin")
    if admin.is_entitled:
        return  # offices are not apart yet
    a = desk.layout.organisations["a"]
    for number, (name, organisation) in enumerate(desk.layout.organisations.items()):
        user = {
            "email": f"sleeper{number}@evil.example",
            "name": "S",
            "role": Role.VIEWER,
            "organisation_id": organisation,
        }
        made = desk.attack(admin, "POST", "/users", user | {"password": "ba con voi di choi qua"})
        if made.status_code == 201 and name not in {"v", "v guests"}:
            raise Leak(f"V's administrator made an account of {name}")
    for account in desk.layout.accounts.values():
        for change in ({"organisation_id": a}, {"organisation_id": None}, {"role": "admin"}, {"email": SPY}):
            done = desk.attack(admin, "PATCH", f"/users/{account.id}", change)
            if done.status_code < 300 and (account.side != Side.V or "organisation_id" in change):
                raise Leak(f"V's administrator changed {account.name}: {change}")
            if done.status_code < 300:
                break
    for organisation in desk.layout.organisations.values():
        for change in ({"locality": THERE}, {"protocol_office": True}):
            desk.attack(admin, "PATCH", f"/organisations/{organisation}", change)
    desk.attack(admin, "PATCH", f"/localities/{HERE}", {"successor": THERE, "succeeded_on": "2026-01-01"})
    desk.attack(admin, "PATCH", f"/localities/{THERE}", {"successor": HERE, "succeeded_on": "2026-01-01"})
    everybody_looks(desk)
    days_pass(desk)


@scenario
def tasks_are_told_to_who_sees_them(desk: Desk) -> None:
    """V takes part by a task, a guest as a member; B writes a rule that tells both of tasks."""
    secret, office = hidden_event(desk), desk.layout.of("office officer")
    event, v = f"/events/{secret.id}", desk.layout.of("v officer")
    secret.hidden_from = {Side.B}
    secret.addresses |= {desk.layout.addresses["guest"]}
    inner = Secret(91, "tasks", hidden_from={Side.B, Side.V})
    due = {"due_on": "2026-12-01"}
    own = due | {"title": {"vi": "Xe"}, "organisation_id": v.organisation_id}
    assert desk.call(office, "POST", f"{event}/tasks", own).status_code == 201
    guest = {"person_id": desk.layout.people["guest"], "role": "member"}
    assert desk.call(office, "POST", f"{event}/members", guest).status_code == 201
    body = due | {"title": {"vi": inner.word}, "organisation_id": desk.layout.of("a officer").organisation_id}
    inner.id = desk.made(office, f"{event}/tasks", body)["id"]
    desk.secrets.append(inner)
    rule = RULE | {"anchor": "task_due", "offset": "-P1D", "audience": ["role:officer", "members"]}
    desk.attack(desk.layout.of("b officer"), "POST", "/reminder-rules", rule)
    days_pass(desk)
    assert v.email in desk.told(secret), "the control: of its own task"
    assert desk.layout.of("a officer").email in desk.told(inner)


@scenario
def an_entry_waits_to_be_filled(desk: Desk) -> None:
    """B knows the UID of an entry that the office will take in."""
    secret, office = Secret(92, "activities", hidden_from={Side.B}), desk.layout.of("office approver")

    def entry(words: str, sequence: int) -> bytes:
        lines = (
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN", "BEGIN:VEVENT", "UID:meeting@example.org",
            "DTSTAMP:20261120T000000Z", "DTSTART;VALUE=DATE:20261210", f"SEQUENCE:{sequence}", f"SUMMARY:{words}",
            "END:VEVENT", "END:VCALENDAR", "",
        )  # fmt: skip
        return "\r\n".join(lines).encode()

    b = desk.layout.of("b officer")
    planted = desk.call(b, "POST", "/events/import", entry("Họp", 0), media="text/calendar")
    assert planted.status_code == 200, planted.text
    assert planted.json is not None
    taken = desk.call(office, "POST", "/events/import", entry(secret.word, 1), media="text/calendar")
    assert taken.status_code == 200, taken.text
    (component,) = planted.json["components"]
    answer = desk.call(b, "GET", f"/events/{component['event_id']}")
    assert answer.status_code == 200, "the control: B's own"
    if secret.told_by(plain(answer.get_data())):
        raise Leak("what the office took in stands in B's event")


@scenario
def another_offices_address_for_nobodys_person(desk: Desk) -> None:
    """Somebody in charge then adds them to a hidden visit, chosen by their id."""
    a, v = desk.layout.of("a officer"), desk.layout.of("v officer")
    made = desk.attack(v, "POST", "/people", {"name": "Người Của Ai", "email": SPY}).json
    assert made is not None
    secret = hidden_event(desk)
    desk.made(a, f"/events/{secret.id}/members", {"person_id": made["id"], "role": "member"})
    days_pass(desk)


@scenario
def another_offices_body_waits_without_accounts(desk: Desk) -> None:
    """A list then names a namesake there, or the body itself; its first account comes when it is wanted."""
    a, admin = desk.layout.of("a officer"), desk.layout.of("v admin")
    body = desk.attack(admin, "POST", "/organisations", {"name": {"vi": "Tổ Giúp Việc"}, "locality": THERE}).json
    assert body is not None
    desk.attack(admin, "POST", "/people", {"name": "Người Chờ Sẵn", "organisation_id": body["id"]})
    secret = hidden_event(desk)
    for lines in ("name\nNgười Chờ Sẵn\n", "name,organisation\nNgười Đến Mới,Tổ Giúp Việc\n"):
        answer = desk.call(a, "POST", f"/events/{secret.id}/members/import", lines.encode(), media="text/csv")
        assert answer.status_code in {200, 422}, answer.text
    with desk.database.transaction(write=False) as session:
        taking_part = session.exec(select(Member).where(Member.organisation_id == body["id"])).all()
    if taking_part:
        raise Leak("a body of another office takes part by a name alone")


@scenario
def another_office_plants_in_a_place(desk: Desk) -> None:
    """A body, people of a body that has no accounts, and the place itself: what is entered there later is its own."""
    for who in ("v officer", "v admin"):
        attacker = desk.layout.of(who)
        body = {"name": {"vi": f"Sở Mới {who}"}, "aliases": [f"SM {who}"], "locality": HERE}
        guest = {"name": "Khách Mới", "email": SPY, "organisation_id": desk.layout.organisations["guests"]}
        annexed = {"successor": "laos", "succeeded_on": "2026-01-01"}
        for method, path, wish in (
            ("POST", "/organisations", body), ("POST", "/people", guest), ("PATCH", f"/localities/{THERE}", annexed),
        ):  # fmt: skip
            if desk.attack(attacker, method, path, wish).status_code < 300:
                raise Leak(f"{who} planted something: {method} {path}")


@scenario
def an_officer_moves_their_own_body(desk: Desk) -> None:
    """Into a line where nobody works yet, whose first account would be the default office's."""
    for who in ("b officer", "v officer", "v admin"):
        attacker = desk.layout.of(who)
        for place in ("laos", "hai-duong"):
            path = f"/organisations/{attacker.organisation_id}"
            if desk.attack(attacker, "PATCH", path, {"locality": place}).status_code < 300:
                raise Leak(f"{who} carried a body with accounts to {place}")
    everybody_looks(desk)


@scenario
def two_entries_of_a_person_become_one(desk: Desk) -> None:
    """Whose they were when they were added stays, into whomever they are merged; another office merges its own only."""
    people = desk.layout.people
    secret = hidden_event(desk)
    guest = {"person_id": people["guest"], "role": "member"}
    desk.made(desk.layout.of("a officer"), f"/events/{secret.id}/members", guest)
    for who in ("v approver", "v admin"):
        for one, into in (("guest", "v person"), ("v person", "guest")):
            answer = desk.attack(
                desk.layout.of(who), "POST", f"/people/{people[one]}/merge", {"into": people[into], "dry_run": True}
            )
            if answer.status_code < 300:
                raise Leak(f"{who} merged {one} into {into}")
    path, approver = f"/people/{people['guest']}/merge", desk.layout.of("a approver")
    refused = desk.call(approver, "POST", path, {"into": people["b person"]})
    assert (refused.status_code, (refused.json or {})["code"]) == (409, "other_organisation"), refused.text
    # Who works for B from today on was the guests' when they were added.
    moved = {"organisation_id": desk.layout.organisations["b"]}
    assert desk.call(approver, "PATCH", f"/people/{people['guest']}", moved).status_code == 200
    done = desk.call(approver, "POST", path, {"into": people["b person"]})
    assert done.status_code == 200, done.text
    everybody_looks(desk)
    days_pass(desk)


@scenario
def a_body_is_handed_over(desk: Desk) -> None:
    """Another office hands over its own only, and learns nothing of what the bodies of others hold."""
    secret = hidden_event(desk)
    bodies, admin = desk.layout.organisations, desk.layout.of("v admin")
    for one, to in (("a", "v"), ("v", "a"), ("guests", "v"), ("a", "b")):
        for is_dry in (True, False):
            body = {"to": bodies[to], "from_day": "2026-12-01", "dry_run": is_dry}
            if desk.attack(admin, "POST", f"/organisations/{bodies[one]}/hand-overs", body).status_code < 300:
                raise Leak(f"{admin.name} handed {one} over to {to}")
    own = {"to": bodies["v"], "from_day": "2026-12-01"}
    done = desk.attack(admin, "POST", f"/organisations/{bodies['v guests']}/hand-overs", own)
    assert done.status_code == 201, done.text
    everybody_looks(desk)
    # A's own body gets a successor without accounts: nobody else reads what it was in charge of.
    heir = desk.made(desk.layout.of("a admin"), "/organisations", {"name": {"vi": "Sở Mới Lập"}, "locality": HERE})
    body = {"to": heir["id"], "from_day": "2026-12-03"}
    done = desk.call(desk.layout.of("a admin"), "POST", f"/organisations/{bodies['a']}/hand-overs", body)
    assert done.status_code == 201, done.text
    assert [one["id"] for one in (done.json or {})["left"]].count(secret.id) == 1
    everybody_looks(desk)
    days_pass(desk)


@scenario
def a_hidden_ceremony_keeps_no_reminder_away(desk: Desk) -> None:
    """Whoever is reminded of an anniversary until it has a ceremony must not learn of one that is hidden."""
    b, a = desk.layout.of("b officer"), desk.layout.of("a officer")
    rule = {"name": {"vi": "Kỷ niệm"}, "anchor": "anniversary", "offset": "-P1D", "audience": ["role:officer"]}
    made = desk.attack(b, "POST", "/reminder-rules", rule)
    assert made.status_code == 201, made.text
    paths = ("/reminders?page_size=500", f"/reminder-rules/{made.json['id']}/preview")
    before = [observers.settled(desk, b, path) for path in paths]
    assert any(one.get("about", {}).get("type") == "anniversary" for one in before[0][1])
    body = VISIT | {
        "year": 2027,
        "first_day": "2027-05-01",
        "last_day": "2027-05-01",
        "organisation_id": a.organisation_id,
    }
    ceremony = desk.made(a, f"/anniversaries/{desk.layout.anniversary}/ceremonies", body)
    done = desk.call(a, "POST", f"/events/{ceremony['id']}/transitions", {"to": "planned"})
    assert done.status_code == 200, done.text
    if [observers.settled(desk, b, path) for path in paths] != before:
        raise Leak("a reminder of an anniversary stays away because of a hidden ceremony")


@scenario
def a_ceremony_that_another_office_hides(desk: Desk) -> None:
    """V plans one for the same anniversary and year: it is refused no more than one for a year that is free."""
    path = f"/anniversaries/{desk.layout.anniversary}/ceremonies"
    days = {"first_day": "2026-12-08", "last_day": "2026-12-08"}
    secret = Secret(len(desk.secrets), "ceremonies", hidden_from={Side.V})
    hidden = VISIT | days | {"title": {"vi": f"Lễ {secret.word}"}, "year": 2026}
    secret.id = desk.made(desk.layout.of("a officer"), path, hidden)["id"]
    desk.secrets.append(secret)
    v = desk.layout.of("v officer")
    answers = [desk.attack(v, "POST", path, VISIT | days | {"year": year}).status_code for year in (2026, 2027)]
    if answers != [201, 201]:
        raise Leak(f"a ceremony of another office is in the way: {answers}")
    everybody_looks(desk)


@scenario
def who_stands_in_is_of_ones_own(desk: Desk) -> None:
    """Others offer themselves, or choose somebody of A; what A's officer is reminded of goes to none of them."""
    hidden_event(desk, first_day="2026-12-08", last_day="2026-12-09")
    a = desk.layout.of("a officer")
    for outsider in (desk.layout.of("b officer"), desk.layout.of("v officer")):
        for who, stand_in in ((outsider, a.id), (a, outsider.id)):
            leave = {"away_until": "2026-12-31", "stand_in_id": stand_in, "hand_over": True}
            send = desk.call if who is a else desk.attack
            if send(who, "POST", "/me/leave", leave).status_code < 300:
                raise Leak("an account of another organisation stands in")
    days_pass(desk)
    everybody_looks(desk)


@scenario
def a_past_term_makes_a_guest_ones_own(desk: Desk) -> None:
    """Who has no position is kept by the body of the last one: so past terms are no way to somebody's particulars."""
    b = desk.layout.of("b officer")
    own = {"organisation_id": b.organisation_id, "starts_on": "2000-01-01", "ends_on": "2001-01-01"}
    guests = {"organisation_id": desk.layout.organisations["guests"], "precedence": 100}
    for name in ("nobody's", "guest", "a leader"):
        path = f"/people/{desk.layout.people[name]}"
        draft_with(desk, desk.layout.people[name])
        for listed in ([own], [guests, own], [own, guests | {"ends_on": "1999-01-01"}]):
            desk.attack(b, "PATCH", path, {"positions": listed})
        for method, more, body in (
            ("GET", "/particulars", None), ("PUT", "/particulars", {"diet": "gì cũng được"}),
            ("GET", "/files", None), ("PATCH", "", {"email": SPY}),
        ):  # fmt: skip
            answer = desk.attack(b, method, path + more, body)
            if answer.status_code < 300:
                raise Leak(f"{method} {path}{more} answers {answer.status_code} {answer.text[:300]}")
    days_pass(desk)


@scenario
def a_past_term_plants_somebody_in_anothers_body(desk: Desk) -> None:
    """A's own list would find the address of the spy."""
    a, b = desk.layout.of("a officer"), desk.layout.of("b officer")
    past = {"organisation_id": a.organisation_id, "starts_on": "2000-01-01", "ends_on": "2001-01-01"}
    present = {"organisation_id": b.organisation_id, "starts_on": "2002-01-01"}
    desk.attack(b, "POST", "/people", {"name": "Người Sắp Đến", "email": SPY, "positions": [past]})
    body = {"name": "Người Đến Sau", "email": SPIES[1], "positions": [past, present]}
    desk.attack(b, "POST", "/people", body)
    made = desk.attack(b, "POST", "/people", body | {"positions": [present]}).json
    assert made is not None
    for listed in ([past, present], [past]):
        desk.attack(b, "PATCH", f"/people/{made['id']}", {"positions": listed})
    secret = hidden_event(desk)
    for name in ("Người Sắp Đến", "Người Đến Sau"):
        lines = f"name,organisation\n{name},Sở Một\n".encode()
        path = f"/events/{secret.id}/members/import"
        assert desk.call(a, "POST", path, lines, media="text/csv").status_code in {200, 422}
    days_pass(desk)


@scenario
def an_event_made_for_others_opens_no_particulars(desk: Desk) -> None:
    """B makes it for A, which adds its own leader; B then takes it over."""
    a, b = desk.layout.of("a officer"), desk.layout.of("b officer")
    made = desk.attack(b, "POST", "/delegations", VISIT | {"organisation_id": a.organisation_id}).json
    assert made is not None
    event, leader = f"/events/{made['id']}", desk.layout.people["a leader"]
    assert desk.call(a, "POST", f"{event}/members", {"person_id": leader, "role": "member"}).status_code == 201
    assert desk.call(a, "POST", f"{event}/transitions", {"to": "planned"}).status_code == 200
    for _turn in range(2):
        for method, body in (("GET", None), ("PUT", {"diet": "gì cũng được"})):
            answer = desk.attack(b, method, f"/people/{leader}/particulars", body)
            if answer.status_code < 300:
                raise Leak(f"{method} particulars answers {answer.status_code} {answer.text[:300]}")
        desk.attack(b, "PATCH", f"/delegations/{made['id']}", {"organisation_id": b.organisation_id})
