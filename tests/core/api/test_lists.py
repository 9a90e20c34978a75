"""Lists: nothing lost, nothing twice, and no cursor where it does not belong."""

import base64
from typing import Any

import pytest

from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import assert_problem

COUNT = 23


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    tenant = cloud.tenant("acme", "admin", "editor", *(f"m{n}=viewer" for n in range(6)))
    for number in range(COUNT):
        kind = "image/jpeg" if number % 3 else "video/mp4"
        body = {"filename": f"{number}.bin", "size_bytes": number + 1, "content_type": kind}
        assert cloud.post("/assets/upload/", tenant.email("admin"), body).status == 201
    cloud.run(INDEX)
    return tenant


@pytest.fixture(scope="module")
def globex(cloud: Cloud) -> Tenant:
    return cloud.tenant("globex", "admin")


def pages(cloud: Cloud, path: str, email: str) -> list[list[dict[str, Any]]]:
    """Read a list to its end."""
    found, cursor = [], None
    for _ in range(200):
        more = f"&cursor={cursor}" if cursor else ""
        answer = cloud.get(f"{path}{more}", email)
        assert answer.status == 200, answer.content
        found.append(answer.json["items"])
        cursor = answer.json["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("limit", [1, 5, COUNT - 1, COUNT, 200])
@pytest.mark.parametrize("query", ["", "&order=asc", "&kind=video", "&kind=audio"])
def test_pages_hold_every_asset_once_and_in_order(
    cloud: Cloud, acme: Tenant, query: str, limit: int
) -> None:
    whole = cloud.get(f"/assets/?limit=200{query}", acme.email("editor")).json["items"]
    seen = pages(cloud, f"/assets/?limit={limit}{query}", acme.email("editor"))
    assert [item["id"] for page in seen for item in page] == [item["id"] for item in whole]
    assert all(len(page) <= limit for page in seen)
    sizes = [item["size_bytes"] for item in whole]
    assert sizes == sorted(sizes, reverse="asc" not in query)
    assert len(sizes) == {"": COUNT, "&order=asc": COUNT, "&kind=video": 8, "&kind=audio": 0}[query]


@pytest.mark.parametrize("path", ["/members/?limit={}", "/audit/?limit={}"])
@pytest.mark.parametrize("limit", [1, 3, 8, 50])
def test_pages_of_other_lists_hold_every_item_once(
    cloud: Cloud, acme: Tenant, path: str, limit: int
) -> None:
    whole = cloud.get(path.format(200), acme.email("admin")).json["items"]
    seen = pages(cloud, path.format(limit), acme.email("admin"))
    assert [item["id"] for page in seen for item in page] == [item["id"] for item in whole]
    assert len({item["id"] for item in whole}) == len(whole) >= 8


def test_assets_that_come_while_one_reads_do_not_shift_the_pages(
    cloud: Cloud, acme: Tenant
) -> None:
    admin = acme.email("admin")
    first = cloud.get("/assets/?limit=5", admin).json
    body = {"filename": "late.jpg", "size_bytes": 999, "content_type": "image/jpeg"}
    late = cloud.post("/assets/upload/", admin, body).json
    cloud.call("DELETE", f"/uploads/{late['upload']['upload_id']}/", admin)
    second = cloud.get(f"/assets/?limit=5&cursor={first['next_cursor']}", admin).json
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert len(set(ids)) == 10
    assert late["asset"]["id"] not in ids


def cursor_of(cloud: Cloud, acme: Tenant, query: str = "") -> str:
    cursor = cloud.get(f"/assets/?limit=3{query}", acme.email("editor")).json["next_cursor"]
    assert cursor
    return str(cursor)


def test_a_cursor_tells_nothing_that_can_be_changed(cloud: Cloud, acme: Tenant) -> None:
    cursor = cursor_of(cloud, acme)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place in range(0, len(cursor), 7):
        for letter in {letters[letters.index(cursor[place]) ^ bit] for bit in (1, 32)}:
            changed = cursor[:place] + letter + cursor[place + 1 :]
            answer = cloud.get(f"/assets/?limit=3&cursor={changed}", acme.email("editor"))
            assert_problem(answer, 400, "invalid_cursor")


@pytest.mark.parametrize("cursor", ["x", "%20", "a" * 5000, "%C3%A9", "====", "AAAA", "null", "-_"])
def test_what_is_no_cursor_is_refused(cloud: Cloud, acme: Tenant, cursor: str) -> None:
    for path in ("/assets/", "/members/", "/audit/"):
        answer = cloud.get(f"{path}?cursor={cursor}", acme.email("admin"))
        assert_problem(answer, 400, "invalid_cursor")


def test_a_cursor_names_nothing_that_its_reader_does_not_see(cloud: Cloud, acme: Tenant) -> None:
    cursor = cloud.get("/members/?limit=1", acme.email("admin")).json["next_cursor"]
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert acme.id.encode() not in raw
    assert b"MEMBER" not in raw
    assert cloud.get("/members/?limit=1", acme.email("admin")).json["next_cursor"] == cursor


def test_a_cursor_is_good_for_its_own_list_alone(
    cloud: Cloud, acme: Tenant, globex: Tenant
) -> None:
    assets = cursor_of(cloud, acme)
    members = cloud.get("/members/?limit=1", acme.email("admin")).json["next_cursor"]
    for path, email in (
        (f"/assets/?cursor={assets}", globex.email("admin")),
        (f"/assets/?cursor={assets}", acme.email("admin")),
        (f"/assets/?cursor={assets}&kind=image", acme.email("editor")),
        (f"/assets/?cursor={assets}&order=asc", acme.email("editor")),
        (f"/members/?cursor={assets}", acme.email("admin")),
        (f"/audit/?cursor={members}", acme.email("admin")),
        (f"/members/?cursor={members}", globex.email("admin")),
    ):
        assert_problem(cloud.get(path, email), 400, "invalid_cursor")


def test_another_limit_does_not_spoil_a_cursor(cloud: Cloud, acme: Tenant) -> None:
    cursor = cursor_of(cloud, acme)
    answer = cloud.get(f"/assets/?limit=7&cursor={cursor}", acme.email("editor"))
    assert len(answer.json["items"]) == 7
