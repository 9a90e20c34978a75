"""Links: assets without bytes, judged like any other, for screens alone."""

from typing import Any

import pytest

from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import Team, assert_problem, audit

PAGE = {"url": "https://menu.test/today?a=1&b=2", "link_type": "webpage", "title": "Menu"}


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "editor", "contributor", "viewer", "moderator")


def made(cloud: Cloud, tenant: Tenant, role: str = "contributor", **more: Any) -> Any:
    answer = cloud.post("/assets/link/", tenant.email(role), PAGE | more)
    assert answer.status == 201, answer.content
    return answer.json


def test_a_link_is_an_asset_that_is_published_at_once(cloud: Cloud, acme: Tenant) -> None:
    described = {"description": "Daily", "category": "menus//lunch", "tags": ["a", "A", "b"]}
    link = made(cloud, acme, **described)
    assert (link["kind"], link["status"], link["published_version"]) == ("link", "approved", 1)
    assert link["technical"] == {"url": PAGE["url"], "link_type": "webpage"}
    assert (link["size_bytes"], link["sha256"], link["thumbnails"]) == (0, None, {})
    assert (link["category"], link["tags"]) == ("menus/lunch", ["a", "b"])
    path = f"/assets/{link['id']}/"
    assert cloud.get(path, acme.email("viewer")).json["title"] == "Menu"
    cloud.run(INDEX)
    found = cloud.get("/assets/?kind=link", acme.email("viewer")).json["items"]
    assert [one["id"] for one in found] == [link["id"]]
    assert_problem(cloud.get(f"{path}download/", acme.email("admin")), 409, "not_ready")
    deeds = [one["action"] for one in audit(cloud, acme.email("admin"))]
    assert deeds[:2] == ["version.published", "asset.created"]
    usage = cloud.get("/tenant/", acme.email("admin")).json["usage"]
    assert (usage["assets"], usage["storage_bytes"]) == (1, 0)
    assert cloud.call("DELETE", f"{path}?purge=true", acme.email("admin")).status == 204
    assert cloud.get("/tenant/", acme.email("admin")).json["usage"]["assets"] == 0


@pytest.mark.parametrize(
    ("link_type", "url", "kept"),
    [
        ("webpage", "HTTP://a.test/é 'x'\"<&>", "http://a.test/%C3%A9%20%27x%27%22%3C&%3E"),
        ("webpage", "https://a.test/%20?q=a+b#c", "https://a.test/%20?q=a+b#c"),
        ("webpage", "http://10.0.0.7:8080/", "http://10.0.0.7:8080/"),
        ("stream", "rtsp://u:p@[fe80::1]/cam", "rtsp://u:p@[fe80::1]/cam"),
        ("youtube", "https://www.youtube.com/watch?v=x", "https://www.youtube.com/watch?v=x"),
        ("youtube", "https://youtu.be/x", "https://youtu.be/x"),
    ],
)
def test_addresses_are_kept_as_players_take_them(
    cloud: Cloud, acme: Tenant, link_type: str, url: str, kept: str
) -> None:
    link = made(cloud, acme, link_type=link_type, url=url)
    assert link["technical"]["url"] == kept


@pytest.mark.parametrize(
    ("link_type", "url"),
    [
        ("webpage", "menu.test"),
        ("webpage", "javascript:alert(1)"),
        ("webpage", "file:///etc/passwd"),
        ("webpage", "rtsp://a.test/"),
        ("webpage", "https://"),
        ("webpage", "https:///x"),
        ("webpage", "https://a.test:port/"),
        ("webpage", "https://[a.test/"),
        ("webpage", "https://a b.test/"),
        ("webpage", "https://a.test/" + "x" * 2000),
        ("webpage", ""),
        ("stream", "rtmp://a.test/live"),
        ("youtube", "https://youtube.com.evil.test/watch"),
        ("youtube", "https://vimeo.com/1"),
        ("film", "https://a.test/"),
    ],
)
def test_what_is_no_address_that_screens_show_is_refused(
    cloud: Cloud, acme: Tenant, link_type: str, url: str
) -> None:
    body = PAGE | {"link_type": link_type, "url": url}
    refused = assert_problem(cloud.post("/assets/link/", acme.email("admin"), body), 422, "invalid")
    assert refused["errors"][0]["field"] in ("url", "link_type")
    for wrong in ({"title": " "}, {"size_bytes": 1}, {"category": "/"}):
        answer = cloud.post("/assets/link/", acme.email("admin"), PAGE | wrong)
        assert_problem(answer, 422, "invalid")
    assert cloud.get("/tenant/", acme.email("admin")).json["usage"]["assets"] == 0


def test_a_template_has_a_link_reviewed_like_an_upload(cloud: Cloud, acme: Tenant) -> None:
    step = {"id": "a", "name": "A", "approvers": {"type": "roles", "roles": ["editor"]}}
    admin = acme.email("admin")
    assert cloud.post("/workflow_templates/", admin, {"name": "T", "steps": [step]}).status == 201
    link = made(cloud, acme)
    assert (link["status"], link["published_version"]) == ("in_review", None)
    assert_problem(cloud.get(f"/assets/{link['id']}/", acme.email("viewer")), 404, "not_found")
    (workflow,) = cloud.get(f"/workflows/?asset_id={link['id']}", admin).json["items"]
    path = f"/workflows/{workflow['id']}/approve/"
    assert cloud.post(path, acme.email("editor"), {"decision": "approve"}).status == 200
    shown = cloud.get(f"/assets/{link['id']}/", acme.email("viewer")).json
    assert (shown["status"], shown["published_version"]) == ("approved", 1)
    waived = PAGE | {"create_workflow": False}
    refused = cloud.post("/assets/link/", acme.email("contributor"), waived)
    assert_problem(refused, 403, "workflow_required")
    assert cloud.post("/assets/link/", admin, waived).json["published_version"] == 1


def test_a_rule_looks_at_the_address_and_what_is_said(cloud: Cloud, acme: Tenant) -> None:
    for word, field in (("casino", "title"), ("gamble", "text")):
        when = [{"field": field, "op": "contains", "value": word}]
        rule = {"name": word, "when": when, "action": "block"}
        answer = cloud.post("/moderation/rules/", acme.email("moderator"), rule)
        assert answer.status == 201, answer.content
    for more in ({"title": "The Casino"}, {"url": "https://gamble.test/"}):
        link = made(cloud, acme, **more)
        assert (link["status"], link["status_reason"]) == ("rejected", "moderation_rule")
        assert link["published_version"] is None


def test_a_retry_makes_one_link(cloud: Cloud, acme: Tenant) -> None:
    key = {"idempotency-key": "menu"}
    email = acme.email("editor")
    ids = {cloud.post("/assets/link/", email, PAGE, headers=key).json["id"] for _ in range(2)}
    assert len(ids) == 1
    for role in ("viewer", "moderator"):
        refused = cloud.post("/assets/link/", acme.email(role), PAGE)
        assert_problem(refused, 403, "forbidden")
