"""Parts of an upload's form that have no name."""

import pytest

from models.database import Database
from tests import factories
from tests.service.conftest import Caller

PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n'


@pytest.mark.parametrize("more", [b"", b'; filename="b.txt"'])
@pytest.mark.both_databases("the form is read before any transaction")
def test_a_part_without_a_name_is_refused_in_words(officer: Caller, database: Database, more: bytes) -> None:
    with database.transaction() as session:
        event_id = factories.make_event(session).id
    nameless = b"--x\r\nContent-Disposition: form-data" + more + b"\r\n\r\nsecret\r\n"
    for key in ({}, {"Idempotency-Key": "one"}):
        answer = officer.client.post(
            f"/api/v1/events/{event_id}/files",
            data=nameless + PART + b"--x--\r\n",
            content_type="multipart/form-data; boundary=x",
            headers={"Authorization": f"Bearer {officer.token}", "Accept-Language": "en", **key},
        )
        assert answer.status_code == 422, answer.text
        assert "one file" in answer.json["errors"]["file"][0]
