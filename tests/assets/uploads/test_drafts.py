"""What is declared of an upload is checked and kept, and what cannot be leaves no trace."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.assets.models import asset_key
from chalicelib.assets.upload_models import Declared, Upload
from chalicelib.core.tables import find
from tests.assets.stages import DESCRIBED
from tests.cloud import Cloud, Tenant
from tests.shared import assert_problem, items

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "contributor", "other=contributor", "viewer")


def upload(cloud: Cloud, tenant: Tenant, **more: Any) -> Any:
    return cloud.post("/assets/upload/", tenant.email("admin"), DESCRIBED | more)


def shown(cloud: Cloud, tenant: Tenant, reserved: Any) -> dict[str, Any]:
    found: dict[str, Any] = cloud.get(
        f"/assets/{reserved['asset']['id']}/", tenant.email("admin")
    ).json
    return found


def test_an_asset_shows_all_that_was_said_of_it(cloud: Cloud, acme: Tenant) -> None:
    said = {
        "title": "Summer menu",
        "description": "For the\ncounter",
        "category": " menus / summer//2026 ",
        "tags": ["Summer", "summer ", "SUMMER", "café", "cafe\u0301", " "],
        "keywords": ["ice", "Ice"],
        "custom_fields": {"campaign": "S26", "prio": 2, "ratio": 0.5, "live": True, "sites": ["a"]},
        "rights": {
            "copyright": "Acme",
            "license": "CC BY",
            "valid_from": "2026-01-01T00:00:00+02:00",
            "expires_at": "2027-01-01T00:00:00Z",
        },
    }
    found = shown(cloud, acme, upload(cloud, acme, **said, sha256="AB" * 32).json)
    assert found == {
        "id": found["id"],
        "title": "Summer menu",
        "description": "For the\ncounter",
        "alt_text": "",
        "filename": "photo.jpg",
        "category": "menus/summer/2026",
        "tags": ["Summer", "café"],
        "keywords": ["ice"],
        "custom_fields": said["custom_fields"],
        "focal_point": None,
        "rights": {
            "copyright": "Acme",
            "license": "CC BY",
            "attribution": None,
            "usage_terms": None,
            "valid_from": "2025-12-31T22:00:00.000Z",
            "expires_at": "2027-01-01T00:00:00.000Z",
        },
        "kind": "image",
        "content_type": "image/jpeg",
        "size_bytes": 40,
        "sha256": None,
        "status": "uploading",
        "status_reason": None,
        "scan": {"status": "pending", "signature": None, "scanned_at": None},
        "technical": {},
        "current_version": 1,
        "published_version": None,
        "thumbnails": {},
        "renditions": [],
        "pages": [],
        "duplicate_of": None,
        "uploaded_by": {"id": acme.members["admin"], "email": acme.email("admin")},
        "created_at": found["created_at"],
        "updated_at": found["created_at"],
    }
    assert datetime.fromisoformat(found["created_at"]).tzinfo == UTC
    assert found["created_at"].endswith("Z")


def test_what_was_declared_is_kept_for_the_scan(cloud: Cloud, acme: Tenant) -> None:
    found = upload(cloud, acme, sha256="AB" * 32, virus_scan=False, generate_thumbnail=False).json
    kept = find(Upload, asset_key(acme.id, found["upload"]["upload_id"]), "UPLOAD")
    assert kept is not None
    assert kept.declared == Declared(
        filename="photo.jpg",
        content_type="image/jpeg",
        size_bytes=40,
        sha256="ab" * 32,
        virus_scan=False,
    )
    assert kept.tasks == ["metadata"]


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("image/jpg", "image/jpeg"),
        ("IMAGE/JPEG", "image/jpeg"),
        ("image/jpeg; charset=binary", "image/jpeg"),
        ("audio/mp3", "audio/mpeg"),
        ("video/avi", "video/x-msvideo"),
        ("video/mov", "video/quicktime"),
        (" text/plain ", "text/plain"),
    ],
)
def test_the_usual_spellings_of_a_type_are_understood(
    cloud: Cloud, acme: Tenant, spelled: str, meant: str
) -> None:
    found = shown(cloud, acme, upload(cloud, acme, content_type=spelled).json)
    assert found["content_type"] == meant
    assert found["kind"] == {"text": "document"}.get(meant.split("/")[0], meant.split("/")[0])


@pytest.mark.parametrize(
    ("sent", "kept", "title"),
    [
        ("a+b.jpg", "a+b.jpg", "a+b"),
        ("two words.jpg", "two words.jpg", "two words"),
        ("100%.jpg", "100%.jpg", "100%"),
        ("%2e%2e%2f.jpg", "%2e%2e%2f.jpg", "%2e%2e%2f"),
        ("🐚 reef.jpg", "🐚 reef.jpg", "🐚 reef"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini", "boot"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg", "photo"),
        ("cafe\u0301.jpg", "café.jpg", "café"),
        (".htaccess", ".htaccess", ".htaccess"),
        ("no extension", "no extension", "no extension"),
        ("quo\"te's;.jpg", "quo\"te's;.jpg", "quo\"te's;"),
        ("-rf.jpg", "-rf.jpg", "-rf"),
        ("=1+1.csv", "=1+1.csv", "=1+1"),
        ("日本語.jpg", "日本語.jpg", "日本語"),
        ("n" * 251 + ".jpg", "n" * 251 + ".jpg", "n" * 251),
        ("n" * 1020 + ".jpg", "n" * 251 + ".jpg", "n" * 251),
        ("🐙" * 300 + ".jpeg", "🐙" * 62 + ".jpeg", "🐙" * 62),
        ("é" * 300, "é" * 127, "é" * 127),
        ("a." + "x" * 300, "a." + "x" * 253, "a"),
        ("x/" * 2000 + "a.jpg", "a.jpg", "a"),
        ("nul\0.jpg", "nul.jpg", "nul"),
        ("line\r\nbreak.jpg", "linebreak.jpg", "linebreak"),
        ("tab\t.jpg", "tab.jpg", "tab"),
        ("esc\x1b[2J.jpg", "esc[2J.jpg", "esc[2J"),
        ("c1\x85.jpg", "c1.jpg", "c1"),
        ("Plan\u2028A.txt", "PlanA.txt", "PlanA"),
        ("photo\u202egpj.exe", "photogpj.exe", "photogpj"),
        ("a\u2066b\u2069.jpg", "ab.jpg", "ab"),
        ("\ufeffnotes.txt", "notes.txt", "notes"),
        ("\u200b.jpg", "\u200b.jpg", "\u200b.jpg"),
        ("👩\u200d👧.png", "👩\u200d👧.png", "👩\u200d👧"),
        ("con.txt", "con.txt", "con"),
    ],
)
def test_any_proper_file_name_is_kept_and_never_part_of_a_key(
    cloud: Cloud, acme: Tenant, sent: str, kept: str, title: str
) -> None:
    reserved = upload(cloud, acme, filename=sent).json
    found = shown(cloud, acme, reserved)
    assert (found["filename"], found["title"]) == (kept, title)
    key = f"{acme.id}/{reserved['asset']['id']}/{reserved['upload']['upload_id']}"
    assert reserved["upload"]["fields"]["key"] == key


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "../",
        "a/..",
        "....",
        " . . ",
        "\0\x1b",
        "\u202e\u2028",
        "\u200b\u200d",
        "n" * 5000,
    ],
    ids=lambda name: repr(name[:12]),
)
def test_what_is_no_file_name_is_refused_before_anything_is_written(
    cloud: Cloud, acme: Tenant, name: str
) -> None:
    before = items()
    body = assert_problem(upload(cloud, acme, filename=name), 422, "invalid")
    assert body["errors"][0]["field"] == "filename"
    assert items() == before


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"size_bytes": 104857601}, 413, "file_too_large"),
        ({"size_bytes": 10**30}, 413, "file_too_large"),
        ({"content_type": "application/x-msdownload"}, 415, "unsupported_media_type"),
        ({"content_type": "image/jxl"}, 415, "unsupported_media_type"),
        ({"content_type": "text/html"}, 415, "unsupported_media_type"),
        ({"content_type": "jpeg"}, 415, "unsupported_media_type"),
        ({"content_type": "image/jpeg\r\nx: y"}, 415, "unsupported_media_type"),
        ({"size_bytes": -1}, 422, "invalid"),
        ({"size_bytes": 1.5}, 422, "invalid"),
        ({"size_bytes": "40"}, 422, "invalid"),
        ({"size_bytes": None}, 422, "invalid"),
        ({"sha256": "ab"}, 422, "invalid"),
        ({"sha256": "g" * 64}, 422, "invalid"),
        ({"sha256": "a" * 64 + "\n"}, 422, "invalid"),
        ({"title": ""}, 422, "invalid"),
        ({"title": "x" * 501}, 422, "invalid"),
        ({"description": "x" * 10_001}, 422, "invalid"),
        ({"category": "//"}, 422, "invalid"),
        ({"tags": "summer"}, 422, "invalid"),
        ({"tags": ["x" * 201]}, 422, "invalid"),
        ({"tags": [""]}, 422, "invalid"),
        ({"tags": ["x"] * 201}, 422, "invalid"),
        ({"custom_fields": {"a": {"b": 1}}}, 422, "invalid"),
        ({"custom_fields": {"a": None}}, 422, "invalid"),
        ({"custom_fields": {"": 1}}, 422, "invalid"),
        ({"rights": {"expires_at": "tomorrow"}}, 422, "invalid"),
        ({"rights": {"expires_at": "2026-01-01T00:00:00"}}, 422, "invalid"),
        ({"rights": {"expires_at": "0001-01-01T00:00:00+14:00"}}, 422, "invalid"),
        (
            {
                "rights": {
                    "valid_from": "2026-01-02T00:00:00Z",
                    "expires_at": "2026-01-01T00:00:00Z",
                }
            },
            422,
            "invalid",
        ),
        ({"rights": {"owner": "me"}}, 422, "invalid"),
        ({"virus_scan": "yes"}, 422, "invalid"),
        ({"password": "x"}, 422, "invalid"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_refused_leaves_no_trace(
    cloud: Cloud, acme: Tenant, more: dict[str, Any], status: int, code: str
) -> None:
    before = items()
    assert_problem(upload(cloud, acme, **more), status, code)
    assert items() == before
