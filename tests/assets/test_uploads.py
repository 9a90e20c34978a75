"""Reserving an upload: everything is checked before a byte moves."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.assets.models import Upload, asset_key
from chalicelib.core import clock
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from tests.assets.stages import DESCRIBED, asset, reserve
from tests.cloud import EDGE_URL, Cloud, Tenant
from tests.shared import Team, assert_problem, audit, items

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


def test_a_reserved_upload_says_where_the_bytes_go(cloud: Cloud, acme: Tenant) -> None:
    answer = upload(cloud, acme)
    assert answer.status == 201
    found = answer.json
    assert found["asset"] == {"id": found["asset"]["id"], "status": "uploading"}
    assert found["version"] == {"number": 1}
    assert found["duplicate_of"] is None
    assert found["job"] == {"id": found["job"]["id"], "status": "pending"}
    plan = found["upload"]
    assert set(plan) == {"upload_id", "method", "url", "fields", "expires_at"}
    assert plan["method"] == "POST"
    assert plan["url"] == f"{EDGE_URL}/{settings().uploads_bucket}"
    expires = datetime.fromisoformat(plan["expires_at"])
    assert timedelta(minutes=59) < expires - clock.now() <= timedelta(hours=1)


def test_a_presigned_post_takes_one_key_and_no_more_than_the_limit(
    cloud: Cloud, acme: Tenant
) -> None:
    found = upload(cloud, acme).json
    fields = found["upload"]["fields"]
    key = f"{acme.id}/{found['asset']['id']}/{found['upload']['upload_id']}"
    assert fields["key"] == key
    assert {
        "policy",
        "x-amz-signature",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
    } <= set(fields)
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert {"key": key} in policy["conditions"]
    assert {"bucket": settings().uploads_bucket} in policy["conditions"]
    assert ["content-length-range", 0, 104857600] in policy["conditions"]
    expires = datetime.fromisoformat(policy["expiration"])
    assert abs(expires - datetime.fromisoformat(found["upload"]["expires_at"])).seconds <= 2


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
    assert kept.declared == {
        "filename": "photo.jpg",
        "content_type": "image/jpeg",
        "size_bytes": 40,
        "max_size_bytes": 104857600,
        "sha256": "ab" * 32,
        "virus_scan": False,
    }
    assert kept.tasks == ["metadata"]


def test_an_upload_is_on_record(cloud: Cloud, acme: Tenant) -> None:
    found = upload(cloud, acme, title="On record").json
    (record,) = audit(cloud, acme.email("admin"), f"&subject={found['asset']['id']}")
    assert record["action"] == "asset.created"
    assert record["new"] == {"title": "On record", "filename": "photo.jpg", "size_bytes": 40}


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
        ("n" * 296 + ".jpg", "n" * 296 + ".jpg", "n" * 296),
        ("n" * 1020 + ".jpg", "n" * 1020 + ".jpg", "n" * 500),
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
        "nul\0.jpg",
        "line\r\nbreak.jpg",
        "line\nbreak.jpg",
        "tab\t.jpg",
        "esc\x1b[2J.jpg",
        "c1\x85.jpg",
        "n" * 1025,
        "n" * 5000,
        "x/" * 2000 + "n" * 1025,
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
        ({"content_type": "image/svg+xml"}, 415, "unsupported_media_type"),
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


def test_a_full_quota_and_a_missing_right_leave_no_trace(cloud: Cloud, team: Team) -> None:
    from chalicelib.tenants import accounts

    tenant = team("admin", "contributor", "viewer")
    accounts.set_quota(tenant.id, 39)
    before = items()
    assert_problem(upload(cloud, tenant), 403, "quota_exceeded")
    viewer = cloud.post("/assets/upload/", tenant.email("viewer"), DESCRIBED)
    assert_problem(viewer, 403, "forbidden")
    assert items() == before


def test_only_admins_upload_past_the_workflow(cloud: Cloud, acme: Tenant) -> None:
    body = DESCRIBED | {"create_workflow": False}
    refused = cloud.post("/assets/upload/", acme.email("contributor"), body)
    assert_problem(refused, 403, "workflow_required")
    assert cloud.post("/assets/upload/", acme.email("admin"), body).status == 201


def test_the_largest_allowed_file_and_the_empty_one_are_taken(cloud: Cloud, acme: Tenant) -> None:
    for size in (0, 104857600):
        found = upload(cloud, acme, size_bytes=size).json
        assert found["upload"]["method"] == "POST"


def test_files_above_100_mib_come_in_parts(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    body = {"settings": {"MAX_FILE_SIZE": 2147483647}}
    assert cloud.call("PATCH", "/tenant/", tenant.email("admin"), body).status == 200
    for size, count in ((100 * MIB + 1, 13), (2147483647, 256)):
        plan = upload(cloud, tenant, size_bytes=size, content_type="video/mp4").json["upload"]
        assert set(plan) == {
            "upload_id",
            "method",
            "part_size_bytes",
            "part_count",
            "expires_at",
        }
        assert (plan["method"], plan["part_count"]) == ("MULTIPART", count)
        assert (count - 1) * plan["part_size_bytes"] < size <= count * plan["part_size_bytes"]
    assert upload(cloud, tenant, size_bytes=100 * MIB).json["upload"]["method"] == "POST"


def test_duplicates_are_named_to_those_who_see_them(cloud: Cloud, acme: Tenant) -> None:
    published = asset(cloud, acme.id, acme.email("admin"), "approved!", sha256="1d" * 32)
    hidden = asset(cloud, acme.id, acme.email("contributor"), "approved", sha256="1d" * 32)
    asset(cloud, acme.id, acme.email("admin"), "failed", sha256="1d" * 32)
    asset(cloud, acme.id, acme.email("admin"), "quarantined", "infected", sha256="1d" * 32)

    def duplicates(who: str, sha256: str) -> Any:
        return reserve(cloud, acme.email(who), sha256=sha256)["duplicate_of"]

    assert set(duplicates("admin", "1D" * 32)) == {published, hidden}
    assert set(duplicates("contributor", "1d" * 32)) == {published, hidden}
    assert duplicates("other", "1d" * 32) == [published]
    assert duplicates("admin", "2d" * 32) is None


def test_duplicates_of_other_tenants_are_no_duplicates(cloud: Cloud, acme: Tenant) -> None:
    stranger = cloud.tenant("stranger", "admin")
    asset(cloud, stranger.id, stranger.email("admin"), "approved!", sha256="3d" * 32)
    assert upload(cloud, acme, sha256="3d" * 32).json["duplicate_of"] is None


def test_an_aborted_upload_has_failed_and_stays_so(cloud: Cloud, acme: Tenant) -> None:
    reserved = upload(cloud, acme).json
    path = f"/uploads/{reserved['upload']['upload_id']}/"
    for _ in range(2):
        assert cloud.call("DELETE", path, acme.email("admin")).status == 204
    found = shown(cloud, acme, reserved)
    assert (found["status"], found["status_reason"]) == ("failed", "aborted")
    assert len(audit(cloud, acme.email("admin"), f"&subject={found['id']}")) == 2


def test_an_upload_whose_bytes_arrived_cannot_be_aborted(cloud: Cloud, acme: Tenant) -> None:
    reserved = upload(cloud, acme).json
    cloud.put(reserved["upload"], b"x" * 40)
    path = f"/uploads/{reserved['upload']['upload_id']}/"
    assert_problem(cloud.call("DELETE", path, acme.email("admin")), 409, "conflict")
    cloud.run("route_upload")
    assert_problem(cloud.call("DELETE", path, acme.email("admin")), 409, "conflict")
    assert shown(cloud, acme, reserved)["status"] == "scanning"


def test_an_upload_belongs_to_its_uploader_and_the_editors(cloud: Cloud, team: Team) -> None:
    tenant = team("contributor", "other=contributor", "moderator", "viewer", "editor")
    reserved = reserve(cloud, tenant.email("contributor"), multipart=True)
    path = f"/uploads/{reserved['upload']['upload_id']}/parts/"
    for who in ("other", "moderator", "viewer"):
        assert_problem(cloud.get(path, tenant.email(who)), 404, "not_found")
    for who in ("contributor", "editor"):
        assert cloud.get(path, tenant.email(who)).json == {"parts": []}
