"""Who may use which route: one row a route, and every cell is tried."""

import itertools
from typing import Any

import pytest

from chalicelib.core.routing import Route
from chalicelib.tenants.models import Member, member_key
from tests.assets.stages import DESCRIBED, asset, reserve
from tests.cloud import Cloud, Tenant
from tests.shared import assert_problem, cloud, declared_routes

__all__ = ["cloud"]

WHO = ("viewer", "contributor", "editor", "moderator", "admin", "named")
"""The built-in roles, and a member who holds nothing but a role of the tenant's own."""

HIDDEN, DENIED = 404, 403

# What the asset of another member, published, and its upload answer to whom; `admin` made them.
#                                        viewer  contrib editor  moder.  admin  own name
ROWS: dict[str, tuple[int, ...]] = {
    "GET /health": (200, 200, 200, 200, 200, 200),
    "GET /openapi.json": (200, 200, 200, 200, 200, 200),
    "GET /tenant": (200, 200, 200, 200, 200, 200),
    "PATCH /tenant": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "GET /members": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "POST /members": (DENIED, DENIED, DENIED, DENIED, 201, DENIED),
    "PATCH /members/{member_id}": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "DELETE /members/{member_id}": (DENIED, DENIED, DENIED, DENIED, 204, DENIED),
    "GET /audit": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "GET /assets": (200, 200, 200, 200, 200, 200),
    "GET /assets/{asset_id}": (200, 200, 200, 200, 200, HIDDEN),
    "PATCH /assets/{asset_id}": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "DELETE /assets/{asset_id}": (DENIED, DENIED, 204, DENIED, 204, HIDDEN),
    "POST /assets/{asset_id}/restore": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "GET /assets/{asset_id}/usage": (200, 200, 200, 200, 200, HIDDEN),
    "POST /assets/{asset_id}/upload_version": (DENIED, DENIED, 201, DENIED, 201, HIDDEN),
    "GET /assets/{asset_id}/versions": (200, 200, 200, 200, 200, HIDDEN),
    "GET /assets/{asset_id}/versions/{number}": (200, 200, 200, 200, 200, HIDDEN),
    "DELETE /assets/{asset_id}/versions/{number}": (DENIED, DENIED, 409, DENIED, 409, HIDDEN),
    "GET /assets/{asset_id}/versions/{number}/diff/{other}": (200, 200, 200, 200, 200, HIDDEN),
    "POST /assets/{asset_id}/versions/{number}/publish": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "POST /assets/{asset_id}/versions/{number}/unpublish": (
        *(DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    ),
    "POST /assets/{asset_id}/versions/{number}/rollback": (
        *(DENIED, DENIED, 409, DENIED, 409, HIDDEN),
    ),
    "GET /assets/{asset_id}/branches": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "POST /assets/{asset_id}/branches": (DENIED, DENIED, 201, DENIED, 201, HIDDEN),
    "POST /assets/{asset_id}/branches/{name}/merge": (DENIED, DENIED, 409, DENIED, 409, HIDDEN),
    "GET /metadata/{asset_id}": (200, 200, 200, 200, 200, HIDDEN),
    "PUT /metadata/{asset_id}": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "POST /metadata/{asset_id}/bulk_update": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "GET /metadata/{asset_id}/history": (200, 200, 200, 200, 200, HIDDEN),
    "POST /metadata/{asset_id}/revert": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "GET /assets/{asset_id}/download": (302, 302, 302, 302, 302, HIDDEN),
    "POST /assets/upload": (DENIED, 201, 201, DENIED, 201, DENIED),
    "POST /uploads/{upload_id}/parts": (HIDDEN, HIDDEN, 200, HIDDEN, 200, HIDDEN),
    "GET /uploads/{upload_id}/parts": (HIDDEN, HIDDEN, 200, HIDDEN, 200, HIDDEN),
    "POST /uploads/{upload_id}/complete": (HIDDEN, HIDDEN, 409, HIDDEN, 409, HIDDEN),
    "DELETE /uploads/{upload_id}": (HIDDEN, HIDDEN, 204, HIDDEN, 204, HIDDEN),
    "GET /processing/{job_id}/status": (200, 200, 200, 200, 200, HIDDEN),
    "POST /processing/{job_id}/retry": (DENIED, 409, 409, DENIED, 409, HIDDEN),
    "GET /workflow_templates": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "POST /workflow_templates": (DENIED, DENIED, DENIED, DENIED, 201, DENIED),
    "GET /workflow_templates/{template_id}": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "PUT /workflow_templates/{template_id}": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "DELETE /workflow_templates/{template_id}": (DENIED, DENIED, DENIED, DENIED, 204, DENIED),
    "POST /workflow_templates/{template_id}/simulate": (
        *(DENIED, DENIED, 200, DENIED, 200, DENIED),
    ),
    # A step of this workflow waits for everybody with a built-in role, the uploader included.
    "POST /workflows": (DENIED, DENIED, 201, DENIED, 201, DENIED),
    "GET /workflows": (200, 200, 200, 200, 200, 200),
    "GET /workflows/statistics": (DENIED, DENIED, 200, 200, 200, DENIED),
    "GET /workflows/{workflow_id}": (200, 200, 200, 200, 200, HIDDEN),
    "POST /workflows/{workflow_id}/approve": (200, 200, 200, 200, 200, HIDDEN),
    "POST /workflows/{workflow_id}/delegate": (409, 409, 409, 409, 409, HIDDEN),
    "POST /workflows/{workflow_id}/cancel": (DENIED, DENIED, DENIED, DENIED, 200, HIDDEN),
    "GET /inbox": (200, 200, 200, 200, 200, 200),
    "GET /notification_preferences": (200, 200, 200, 200, 200, 200),
    "PUT /notification_preferences": (200, 200, 200, 200, 200, 200),
    "GET /moderation/rules": (DENIED, DENIED, DENIED, 200, 200, DENIED),
    "POST /moderation/rules": (DENIED, DENIED, DENIED, 201, 201, DENIED),
    "PATCH /moderation/rules/{rule_id}": (DENIED, DENIED, DENIED, 200, 200, DENIED),
    "DELETE /moderation/rules/{rule_id}": (DENIED, DENIED, DENIED, 204, 204, DENIED),
    "POST /assets/{asset_id}/flag": (201, 201, 201, 201, 201, HIDDEN),
    "GET /moderation/flags": (DENIED, DENIED, DENIED, 200, 200, DENIED),
    "POST /moderation/flags/{flag_id}/resolve": (DENIED, DENIED, DENIED, 200, 200, DENIED),
}

RULE = {
    "name": "Large",
    "when": [{"field": "size_bytes", "op": "greater_than", "value": 1}],
    "action": "flag",
}

TEMPLATE = {
    "name": "Everybody",
    "allow_self_approval": True,
    "steps": [
        {
            "id": "all",
            "name": "All",
            "requires_all": True,
            "approvers": {"type": "roles", "roles": list(WHO[:-1])},
        }
    ],
}

BODIES: dict[str, dict[str, Any]] = {
    "PATCH /tenant": {"settings": {}},
    "POST /members": {"email": "invited@acme.test", "roles": ["viewer"]},
    "POST /assets/upload": DESCRIBED,
    "POST /uploads/{upload_id}/parts": {"part_numbers": [1]},
    "PATCH /assets/{asset_id}": {"alt_text": "A photo"},
    "POST /assets/{asset_id}/upload_version": DESCRIBED,
    "POST /assets/{asset_id}/versions/{number}/publish": {},
    "POST /assets/{asset_id}/branches/{name}/merge": {},
    "PUT /metadata/{asset_id}": {"title": "A photo"},
    "POST /metadata/{asset_id}/bulk_update": {"custom_fields": {}},
    "POST /metadata/{asset_id}/revert": {"revision": 1},
    "POST /workflow_templates": TEMPLATE,
    "PUT /workflow_templates/{template_id}": TEMPLATE,
    "POST /workflows/{workflow_id}/approve": {"decision": "approve"},
    "POST /moderation/rules": RULE,
    "PATCH /moderation/rules/{rule_id}": {"name": "Larger"},
    "POST /assets/{asset_id}/flag": {"reason": "other"},
    "POST /moderation/flags/{flag_id}/resolve": {"resolution": "dismiss"},
}

PUBLIC = {"GET /health", "GET /openapi.json"}


def key(route: Route) -> str:
    return f"{route.method} {route.path.removeprefix('/api/v3')}"


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    tenant = cloud.tenant("acme", *WHO[:-1], "named=viewer", "inactive=admin", "victim=viewer")
    named = Member.get(tenant.id, member_key(tenant.members["named"]))
    named.update(actions=[Member.roles.set(["Legal Team"])])
    path = f"/members/{tenant.members['inactive']}/"
    body = {"is_active": False}
    assert cloud.call("PATCH", path, tenant.email("admin"), body).status == 200
    return tenant


@pytest.fixture
def call(cloud: Cloud, acme: Tenant) -> Any:
    """Calls a route on things that admin made."""
    admin = acme.email("admin")
    published = asset(cloud, acme.id, admin, "approved!")
    upload = reserve(cloud, admin, multipart=True)["upload"]["upload_id"]
    ids = {
        "asset_id": published,
        "job_id": published,
        "upload_id": upload,
        "member_id": acme.members["victim"],
        "number": "1",
        "other": "1",
        "name": "main",
    }
    names = itertools.count(1)

    def reviewed() -> dict[str, Any]:
        """Describe a workflow of a version that is in none."""
        for live in cloud.get(f"/workflows/?status=in_progress&asset_id={published}", admin).json[
            "items"
        ]:
            cloud.post(f"/workflows/{live['id']}/cancel/", admin)
        template = cloud.post("/workflow_templates/", admin, TEMPLATE).json["id"]
        return {"asset_id": published, "template_id": template}

    def make(route: Route, email: str | None) -> Any:
        if "rule_id" in route.parameters:
            ids["rule_id"] = cloud.post("/moderation/rules/", admin, RULE).json["id"]
        if "flag_id" in route.parameters:
            body = {"reason": "other"}
            ids["flag_id"] = cloud.post(f"/assets/{published}/flag/", admin, body).json["id"]
        if "template_id" in route.parameters:
            template = cloud.post("/workflow_templates/", admin, TEMPLATE)
            ids["template_id"] = template.json["id"]
        if "workflow_id" in route.parameters and "workflow_id" not in ids:
            ids["workflow_id"] = cloud.post("/workflows/", admin, reviewed()).json["id"]
        path = route.path.removeprefix("/api/v3").format(**ids)
        body = BODIES.get(key(route)) if route.body else None
        if key(route) == "POST /assets/{asset_id}/branches":
            body = {"name": f"branch {next(names)}", "from_version": 1}
        if path.endswith("/simulate"):
            body = {"asset_id": published}
        if path.endswith("/delegate"):
            body = {"to": acme.members["viewer"]}
        if key(route) == "POST /workflows":
            body = reviewed()
        if "publish" in path:  # the one before has just taken it back
            cloud.post(f"/assets/{published}/versions/1/publish/", admin)
        if route.method == "DELETE":
            cloud.post(f"/assets/{published}/restore/", admin)
        return cloud.call(route.method, path, email, body)

    return make


def test_every_route_has_a_row_and_every_row_a_route(cloud: Cloud) -> None:
    declared = {key(route) for route in declared_routes()}
    assert declared == set(ROWS)
    served = {
        f"{method} {path.removeprefix('/api/v3')}"
        for path, methods in cloud.app.routes.items()
        for method in methods
    }
    assert served == declared


@pytest.mark.parametrize("route", declared_routes(), ids=key)
def test_each_role_may_what_the_row_says(acme: Tenant, call: Any, route: Route) -> None:
    order = sorted(WHO, key=lambda who: who == "admin")  # whose deeds would spoil the others'
    answers = {who: call(route, acme.email(who)) for who in order}
    assert {who: answer.status for who, answer in answers.items()} == dict(
        zip(WHO, ROWS[key(route)], strict=True)
    )
    for answer in answers.values():
        if answer.status == DENIED:
            assert_problem(answer, 403, "forbidden")
        if answer.status == HIDDEN:
            assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize("route", declared_routes(), ids=key)
def test_deactivated_members_and_nobody_may_only_what_is_public(
    acme: Tenant, call: Any, route: Route
) -> None:
    nobody, inactive = call(route, None), call(route, acme.email("inactive"))
    if key(route) in PUBLIC:
        assert (nobody.status, inactive.status) == (200, 200)
    else:
        assert_problem(nobody, 401, "unauthenticated")
        assert_problem(inactive, 403, "forbidden")
