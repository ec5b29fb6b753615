"""Files as people and attackers send them, and sending them."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.paths import ROOT
from tests.service.conftest import Caller, document_of

TEXT = "Biên bản làm việc, ngày 7/3/2024\n".encode()
PLACE = (20.0, 56.0, 23.0)
"""A latitude: where a picture was taken."""

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORD_PART = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
CONTENT_PART = f'<office:document-content xmlns:office="{OFFICE}"/>'
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"


def pdf(action: bytes = b"<</S/GoTo/D[2 0 R/Fit]>>", more: bytes = b"") -> bytes:
    """A PDF with something it does when it is opened, and more objects."""
    return (
        b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction" + action + b">>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n" + more + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"
    )


def object_stream(objects: bytes, dictionary: bytes = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    """An object stream with packed objects."""
    packed = zlib.compress(objects)
    length = str(len(packed)).encode()
    return b"9 0 obj\n<<" + dictionary + b"/Length " + length + b">>\nstream\n" + packed + b"\nendstream\nendobj\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **more: Any) -> bytes:
    """A picture whose EXIF says where it was taken and whose comment says who is on it."""
    exif = Image.Exif()
    exif[0x010F] = "Hoaphuongdo"
    exif[0x8825] = {1: "N", 2: PLACE, 3: "E", 4: (106.0, 19.0, 1.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = BytesIO()
    noted: dict[str, Any] = {"comment": b"Hoaphuongdo"} if kind == "JPEG" else {}
    colour = {"RGB": (200, 30, 30), "RGBA": (200, 30, 30, 100), "L": 120, "P": 3, "1": 1}[mode]
    Image.new(mode, size, colour).save(out, kind, exif=exif, icc_profile=profile, **noted | more)  # type: ignore[arg-type]
    return out.getvalue()


def telephone_picture() -> bytes:
    """A picture in HEIC with the same EXIF; nothing here can write one."""
    return (ROOT / "tests" / "data" / "files" / "photo.heic").read_bytes()


def archive(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def office(kind: str = WORD_TYPE, **parts: str | bytes) -> bytes:
    """A document of Word or Excel with further parts (``word__vbaProject_bin``: dots and slashes are underscores)."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
    named = {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    return archive({"[Content_Types].xml": types, "word/document.xml": WORD_PART} | named)


def open_document(kind: str = "text", **parts: str | bytes) -> bytes:
    named = {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return archive({"mimetype": mimetype, "content.xml": CONTENT_PART} | named)


def bomb() -> bytes:
    """A document of a few hundred kilobytes from which 400 MB come."""
    return office(word__media__image1_emf=b"\0" * 400_000_000)


def executable() -> bytes:
    return b"MZ" + struct.pack("<30H", *range(30)) + b"PE\0\0This program cannot be run in DOS mode."


def send(
    caller: Caller, path: str, content: bytes, name: str = "bien-ban.txt", media: str = "application/pdf", **more: Any
) -> TestResponse:
    """Upload a file; ``more`` are other fields, or headers in capitals. Its answer is what the document says."""
    headers = {key.replace("_", "-"): more.pop(key) for key in [*more] if key[0].isupper()}
    fields = {"title": "Biên bản", "kind": "other", **more}
    values = {key: value for key, value in fields.items() if value is not None}
    boundary, body = encode_multipart({**values, "file": FileStorage(BytesIO(content), name, "file", media)})
    answer = caller.client.post(
        f"/api/v1{path}",
        data=body,
        headers={"Authorization": f"Bearer {caller.token}", **headers},
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert document_of(caller.client.application).disagreements("POST", f"/api/v1{path}", answer) == []
    return answer


def sent(caller: Caller, path: str, content: bytes = TEXT, name: str = "bien-ban.txt", **more: Any) -> Any:
    """Upload a file that must be taken; what the service says of it."""
    answer = send(caller, path, content, name, **more)
    assert answer.status_code == 201, answer.text
    return answer.json
