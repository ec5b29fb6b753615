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
from tests.service.properties.desk import GONE, HERE, SPIES, THERE, Desk, Side
from tests.service.properties.traces import Leak, Secret, mail_text, plain

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
def everything_is_read(desk: Desk) -> None:
    """Nothing is done at all: each outsider reads every list, thing and page."""
    hidden_event(desk, funded_by=HERE, commitment_id=desk.layout.commitment)
    for side in ("b officer", "v officer"):
        answer = desk.attack(desk.layout.of(side), "POST", "/feeds", {"name": "Lịch", "tasks": True, "programme": True})
        assert answer.status_code == 201, answer.text
    observers.sweep(desk, desk.layout.of("b officer"))
    observers.sweep(desk, None)


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
