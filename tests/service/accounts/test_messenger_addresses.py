"""An account's messenger: set by administrators, kept sealed, never shown."""

from tests.service.conftest import Caller

ADDRESS = "json://key-of-lan@chat.example.org:8099/"


def test_an_administrator_sets_a_messenger_and_nobody_reads_it_again(admin: Caller) -> None:
    made = admin.made("/users", {"email": "lan@example.org", "role": "officer", "messenger": ADDRESS})
    assert made["has_messenger"] is True
    assert "messenger" not in made
    path = f"/users/{made['id']}"
    refused = admin.patch(path, {"messenger": "syslog://"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["messenger"])  # type: ignore[index]
    inside = admin.patch(path, {"messenger": ADDRESS.replace("chat.example.org", "127.0.0.1")})
    assert (inside.status_code, list(inside.json["errors"])) == (422, ["messenger"])  # type: ignore[index]
    assert "tgram" in refused.text
    changed = admin.patch(path, {"messenger": ADDRESS.replace("lan", "mai")})
    assert changed.json["has_messenger"] is True  # type: ignore[index]
    gone = admin.patch(path, {"messenger": None})
    assert gone.json["has_messenger"] is False  # type: ignore[index]
    told = admin.get("/audit").text
    assert "key-of" not in told
    assert told.count('"messenger"') == 2
