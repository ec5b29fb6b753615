"""The state machine: A hides events and works on them, B and V try everything they may, time passes, all look."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from models.vocabulary import Role
from tests.service.properties import observers
from tests.service.properties.desk import FIRST_DAY, GIFT, SPIES, Account, Desk, Layout, Side
from tests.service.properties.operations import AUDIENCES, Arguments, changes, form
from tests.service.properties.traces import Leak, Secret

NOUNS = ("delegations", "activities", "training-batches", "art-troupe-visits", "anniversaries/{}/ceremonies")
MOST_SECRETS = 4


class Machine(RuleBasedStateMachine):
    """One run on a copy of the layout; ``folder`` and ``layout`` are set by a subclass."""

    layout: ClassVar[Layout]
    folder: ClassVar[Path]
    runs: ClassVar[int] = 0
    sweeps: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        cls = type(self)
        cls.runs += 1
        self.desk = Desk(self.layout, self.folder / f"run-{cls.runs}.sqlite")
        self.looks = 0
        self.is_covered = False
        self.observer, self.reads_pages = self.outsider(0), False

    @initialize(number=st.integers(0, 7), pages=st.sampled_from([False, False, True]))
    def choose_observer(self, number: int, pages: bool) -> None:
        """Who looks at the end, and whether at the pages too, which take as long as the API."""
        self.observer, self.reads_pages = self.outsider(number), pages

    def teardown(self) -> None:
        """One outsider looks at everything, and so does somebody without an account."""
        try:
            if self.sweeps and sys.exc_info()[0] is None:  # no step has failed
                observers.sweep(self.desk, self.observer, pages=self.reads_pages)
                observers.sweep(self.desk, None)
        finally:
            self.desk.close()
            for file in self.folder.glob(f"run-{self.runs}.sqlite*"):
                file.unlink()

    # Whoever attacks

    def outsider(self, number: int, least: Role = Role.VIEWER) -> Account:
        able = [one for one in self.layout.outsiders if one.role.suffices_for(least)]
        return able[number % len(able)]

    def look(self) -> None:
        self.looks += 1
        observers.look(self.desk, self.outsider(self.looks), self.looks)

    @rule(data=st.data(), who=st.integers(0, 7))
    def any_operation(self, data: Any, who: int) -> None:
        """Any operation that changes something, with anything for its arguments."""
        arguments = Arguments(self.desk, data.draw)
        operation = arguments.one_of(changes(self.desk.app))
        body, media = arguments.body(operation)
        account = self.outsider(who, operation.role) if operation.role is not Role.ADMIN else self.outsider(who)
        self.desk.attack(account, operation.method, arguments.path(operation), body, media=media)
        self.look()

    @rule(data=st.data(), who=st.integers(0, 3), spy=st.sampled_from(SPIES))
    def person(self, data: Any, who: int, spy: str) -> None:
        """Somebody is made or changed to be one of ours, or to have an address of ours."""
        arguments, account = Arguments(self.desk, data.draw), self.outsider(who, Role.OFFICER)
        own, address = {"organisation_id": account.organisation_id}, {"email": spy}
        change = arguments.one_of([own, address, own | address, {"name": "Ai đó"}])
        if arguments.one_of([True, False, False]):
            self.desk.attack(account, "POST", "/people", {"name": "Người Mới"} | change)
        else:
            self.desk.attack(account, "PATCH", f"/people/{arguments.id_of('person_id')}", change)
        self.look()

    @rule(data=st.data(), who=st.integers(0, 3))
    def reminder_rule(self, data: Any, who: int) -> None:
        """A rule is made or changed for any audience."""
        arguments, account = Arguments(self.desk, data.draw), self.outsider(who, Role.OFFICER)
        audience = [arguments.one_of(AUDIENCES)]
        change = {"audience": audience, "catch_up": True, "offset": arguments.one_of(["-P200D", "-P1D", "-P19D"])}
        anchor = {"anchor": arguments.one_of(["arrival", "start", "end", "task_due"])}
        if arguments.one_of([True, False]):
            self.desk.attack(account, "POST", "/reminder-rules", {"name": {"vi": "Nhắc"}} | change | anchor)
        else:
            path = f"/reminder-rules/{arguments.id_of('rule_id')}"
            body = arguments.one_of([change, anchor, {"active": True}, {"kinds": []}, {"audience": audience}])
            self.desk.attack(account, "PATCH", path, body)
        self.look()

    @rule(data=st.data(), who=st.integers(0, 3), planned=st.booleans())
    def visit(self, data: Any, who: int, planned: bool) -> None:
        """A visit of one's own on any days, with anybody among its people, in any room."""
        arguments, account = Arguments(self.desk, data.draw), self.outsider(who, Role.OFFICER)
        day = arguments.one_of([0, 1, 3])
        body = {
            "title": {"vi": "Việc của họ"}, "host": "hai-phong", "guest": "vientiane-province",
            "first_day": FIRST_DAY.replace(day=1 + day).isoformat(), "last_day": "2026-12-20",
            "head_id": arguments.one_of([None, arguments.id_of("person_id")]),
            "commitment_id": arguments.one_of([None, self.layout.commitment]),
        }  # fmt: skip
        answer = self.desk.attack(account, "POST", "/delegations", body)
        if answer.status_code == 201:
            event = answer.json["id"]  # type: ignore[index]
            person = {"person_id": arguments.id_of("person_id"), "role": "member"}
            self.desk.attack(account, "POST", f"/events/{event}/members", person)
            room = {"event_id": event, "resource_id": arguments.one_of(self.layout.resources)}
            self.desk.attack(account, "POST", "/bookings", room)
            if planned:
                self.desk.attack(account, "POST", f"/events/{event}/transitions", {"to": "planned"})
            list_ = arguments.member_list().encode()
            self.desk.attack(account, "POST", f"/events/{event}/members/import", list_, media="text/csv")
            for step in ("reveal",):
                path = f"/people/{person['person_id']}/passport/{step}"
                self.desk.attack(account, "POST", path, {"reason": "Visa"})
        self.look()

    @rule(data=st.data(), who=st.integers(0, 7))
    def feed(self, data: Any, who: int) -> None:
        """A calendar with any filter, read at once and again at the end."""
        arguments, account = Arguments(self.desk, data.draw), self.outsider(who)
        choices: list[dict[str, Any]] = [
            {}, {"statuses": ["draft", "planned", "confirmed", "cancelled", "postponed"]},
            {"visibility": "internal"}, {"organisations": [self.layout.organisations["a"]]},
            {"agreements": [self.layout.agreement]}, {"localities": ["hai-phong"]},
        ]  # fmt: skip
        body = {"name": "Lịch", "filter": arguments.one_of(choices), "tasks": True, "programme": True, "past_days": 60}
        self.desk.attack(account, "POST", "/feeds", body)
        for path in self.desk.feeds[account.side][-1:]:
            self.desk.check(account.side, self.desk.client.get(path))
        self.look()

    # Whoever hides

    @property
    def owner(self) -> Account:
        return self.layout.of("a officer")

    def live(self) -> list[Secret]:
        return [one for one in self.desk.secrets if one.hidden_from and not one.is_gone]

    def quietly(self, data: Any, method: str, path: str, body: Any = None, who: Account | None = None) -> Any:
        """A change of a hidden event: nothing that an outsider reads differs after it but what is busy."""
        arguments = Arguments(self.desk, data.draw)
        observer = self.outsider(arguments.one_of(range(4)))
        asked = [arguments.one_of(observers.SETTLED) for _some in range(2)]
        calendars = [*self.desk.feeds[observer.side][-1:], "/feeds/public.ics"]
        before = [observers.settled(self.desk, observer, path) for path in asked]
        read = [observers.calendar_of(self.desk, one) for one in calendars]
        answer = self.desk.call(who or self.owner, method, path, body)
        assert answer.status_code < 500, (method, path, body, answer.text)
        for place, known in zip(asked, before, strict=True):
            if (now := observers.settled(self.desk, observer, place)) != known:
                raise Leak(f"{observer.name}: {place} differs after {method} {path}: {known} {now}")
        for one, known in zip(calendars, read, strict=True):
            if (found := observers.calendar_of(self.desk, one)) != known:
                raise Leak(f"{observer.side}: {one} differs after {method} {path}: {known} {found}")
        return answer

    def secret(self, number: int) -> Secret | None:
        live = self.live()
        return live[number % len(live)] if live else None

    @precondition(lambda self: len(self.desk.secrets) < MOST_SECRETS)
    @rule(
        data=st.data(),
        noun=st.sampled_from(NOUNS),
        planned=st.booleans(),
        by_office=st.booleans(),
        linked=st.booleans(),
    )
    def hide(self, data: Any, noun: str, planned: bool, by_office: bool, linked: bool) -> None:
        """Another hidden event, of the department or of the protocol office itself."""
        who = self.layout.of("office officer") if by_office else self.owner
        secret = Secret(len(self.desk.secrets), noun.format(self.layout.anniversary), hidden_from={Side.B, Side.V})
        self.desk.secrets.append(secret)
        word, day = secret.word, data.draw(st.integers(1, 5))
        text = {"vi": f"Đoàn {word}", "lo": f"ຄະນະ {word}", "en": f"Visit {word}"}
        body: dict[str, Any] = {
            "title": text, "description": text, "location": text, "host": "hai-phong", "guest": "vientiane-province",
            "first_day": FIRST_DAY.replace(day=day).isoformat(), "last_day": FIRST_DAY.replace(day=day + 1).isoformat(),
            "headcount": secret.headcount, "budget": {"amount": secret.budget, "currency": "VND"},
            "funded_by": "hai-phong",
        }  # fmt: skip
        match noun.partition("/")[0]:
            case "delegations":
                body |= {"purpose": text, "level": "high"}
                if linked:
                    body["commitment_id"] = self.layout.commitment
            case "activities":
                body["activity_type"] = "meeting"
            case "training-batches":
                body["subject"] = text
            case "art-troupe-visits":
                body |= {"troupe": text, "occasion": text}
                body["performances"] = [{"day": body["first_day"], "venue": text, "title": text}]
            case _:
                body["year"] = 2026 + secret.number
        answer = self.quietly(data, "POST", f"/{secret.noun}", body, who)
        assert answer.status_code == 201, answer.text
        secret.id, secret.uid = answer.json["id"], answer.json["uid"]
        if planned:
            self.quietly(data, "POST", f"/events/{secret.id}/transitions", {"to": "planned"}, who)
        self.look()

    @precondition(lambda self: self.live())
    @rule(
        data=st.data(),
        number=st.integers(0, 3),
        what=st.sampled_from(
            ["member", "task", "room", "file", "paper", "placement", "programme", "head", "gift", "learner", "note"]
        ),
    )
    def furnish(self, data: Any, number: int, what: str) -> None:
        """One more person, task, room, file or programme of a hidden event."""
        secret = self.secret(number)
        assert secret is not None
        word, event = secret.word, f"/events/{secret.id}"
        office = self.layout.of("office officer")
        match what:
            case "member" | "head":
                name = data.draw(st.sampled_from(["a leader", "a deputy", "guest", "nobody's", "gone", "bare"]))
                secret.addresses |= {self.layout.addresses[name]} if name in self.layout.addresses else set()
                person = self.layout.people[name]
                if what == "head" and secret.noun == "delegations":
                    self.quietly(data, "PATCH", f"/{secret.noun}/{secret.id}", {"head_id": person}, office)
                else:
                    body = {"person_id": person, "role": "member"}
                    self.quietly(data, "POST", f"{event}/members", body, office)
            case "task":
                of = data.draw(st.sampled_from([None, "a", "guests"]))
                body = {"title": {"vi": word}, "due_offset": "-P1D"}
                body |= {"organisation_id": self.layout.organisations[of]} if of else {}
                self.quietly(data, "POST", f"{event}/tasks", body, office)
            case "room":
                body = {"event_id": secret.id, "resource_id": self.layout.resources[0], "note": word}
                self.quietly(data, "POST", "/bookings", body, office)
            case "placement":
                seats = {"tables": [{"for": None, "name": word, "seats": [None]}]}
                self.quietly(data, "PUT", f"{event}/placements", seats, office)
            case "gift":
                gift = GIFT | {"event_id": secret.id, "description": {"vi": word}, "kept_by": word, "source": word}
                self.quietly(data, "POST", "/gifts", gift, office)
            case "note":
                self.quietly(data, "POST", f"{event}/notes", {"text": word}, office)
            case "learner":
                # Of a hidden batch; of other events there is no such list.
                learned = {"name": word, "stage": "language", "note": word, "qualification": word}
                learned |= {"permit_expires_on": "2026-12-20"}
                self.quietly(data, "POST", f"/training-batches/{secret.id}/learners", learned, office)
            case "paper":
                self.quietly(data, "POST", f"{event}/documents", {"kind": "programme", "language": "vi,lo"}, office)
            case "file":
                body, media = form(word, {"title": word, "kind": "report", "visibility": "shared"})
                assert self.desk.call(office, "POST", f"{event}/files", body, media=media).status_code in (201, 404)
            case _:
                item = {"day": "2026-12-02", "title": {"vi": word}, "place": {"vi": word}}
                self.quietly(data, "PUT", f"{event}/programme", {"items": [item]}, office)
                self.quietly(data, "POST", f"{event}/programme/revisions", {"note": word}, office)
        self.look()

    @precondition(lambda self: self.live())
    @rule(
        data=st.data(),
        number=st.integers(0, 3),
        to=st.sampled_from(
            ["planned", "confirmed", "cancelled", "postponed", "draft", "ongoing", "delete", "words", "days"]
        ),
    )
    def go_on(self, data: Any, number: int, to: str) -> None:
        """A hidden event takes a step, or is changed or deleted."""
        secret = self.secret(number)
        assert secret is not None
        who, path = self.layout.of("office approver"), f"/{secret.noun}/{secret.id}"
        match to:
            case "delete":
                answer = self.quietly(data, "DELETE", path, None, who)
                secret.is_gone = answer.status_code == 204
            case "words":
                self.quietly(data, "PATCH", path, {"description": {"vi": f"khác {secret.word}"}}, who)
            case "days":
                day = data.draw(st.integers(1, 6))
                days = {"first_day": f"2026-12-0{day}", "last_day": f"2026-12-0{day + 2}"}
                self.quietly(data, "PATCH", path, days, who)
            case _:
                body = {"to": to} | ({"reason": secret.word} if to in {"cancelled", "postponed"} else {})
                self.quietly(data, "POST", f"/events/{secret.id}/transitions", body, who)
        self.look()

    @precondition(lambda self: len(self.live()) > 1)
    @rule(number=st.integers(0, 3), how=st.sampled_from(["member", "task", "public", "organisation"]))
    def let_in(self, number: int, how: str) -> None:
        """Somebody in charge lets B in, who must see it then, or the whole test would be blind."""
        secret, b = self.secret(number), self.layout.organisations["b"]
        assert secret is not None
        who = self.layout.of("office approver")
        match how:
            case "member":
                body: dict[str, Any] = {"person_id": self.layout.people["b person"], "role": "member"}
                answer = self.desk.call(who, "POST", f"/events/{secret.id}/members", body)
            case "task":
                body = {"title": {"vi": "Xe"}, "organisation_id": b}
                answer = self.desk.call(who, "POST", f"/events/{secret.id}/tasks", body)
            case "public":
                answer = self.desk.call(who, "PATCH", f"/{secret.noun}/{secret.id}", {"visibility": "public"})
            case _:
                answer = self.desk.call(who, "PATCH", f"/{secret.noun}/{secret.id}", {"organisation_id": b})
        if answer.status_code < 300:
            secret.hidden_from.clear()
            shown = self.desk.call(self.layout.of("b viewer"), "GET", f"/events/{secret.id}")
            assert shown.status_code == 200, shown.text
            assert secret.told_by(shown.text.lower())
        self.look()

    @precondition(lambda self: not self.is_covered)
    @rule(data=st.data())
    def cover(self, data: Any) -> None:
        """What everybody could read is hidden, and then gets new words; its id and UID remain known."""
        event = self.layout.events["public"]
        shown = self.desk.call(self.owner, "GET", f"/delegations/{event}").json
        assert shown is not None
        secret = Secret(len(self.desk.secrets), "delegations", event, shown["uid"], {Side.B, Side.V})
        for side in self.desk.known:
            self.desk.known[side] += f"{secret.id.lower()} {secret.uid.lower()}"
        answer = self.desk.call(self.owner, "PATCH", f"/delegations/{event}", {"visibility": "internal"})
        assert answer.status_code == 200, answer.text
        self.is_covered = True
        self.desk.secrets.append(secret)
        words = {"title": {"vi": f"Đoàn {secret.word}"}, "headcount": secret.headcount}
        self.quietly(data, "PATCH", f"/delegations/{event}", words)
        self.look()

    # Time

    @rule(days=st.sampled_from([0, 0, 1, 8]))
    def time_passes(self, days: int) -> None:
        """To the next reminder, or by days; what leaves is read."""
        self.desk.run_worker(self.desk.clock.now + timedelta(days=days) if days else None)
        self.look()
