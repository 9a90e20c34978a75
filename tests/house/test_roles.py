"""Who may use which route: one row a route, and every cell is tried."""

import itertools
from typing import Any, get_args
from urllib.parse import quote

import pytest

from chalicelib.core import clock
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.declaration import Route
from chalicelib.tenants.models import Member, member_key
from chalicelib.tenants.scopes import Scope
from tests.assets.stages import DESCRIBED, asset, reserve
from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import assert_problem, cloud, declared_routes
from tests.webhooks import kept

__all__ = ["cloud"]

WHO = ("viewer", "contributor", "editor", "moderator", "admin", "named")
"""The built-in roles, and a member who holds nothing but a role of the tenant's own."""

KEYS = (
    ("second", "editor", None),
    ("demoted", "admin", None),
    ("second", "admin", ["devices"]),
)
"""API keys: their owners, their roles, their scopes; one of the owners has less than the role."""

HIDDEN, DENIED = 404, 403

# What the asset of another member, published, and its upload answer to whom; `admin` made them.
#                                        viewer  contrib editor  moder.  admin  own name
ROWS: dict[str, tuple[int, ...]] = {
    "GET /health": (200, 200, 200, 200, 200, 200),
    "GET /openapi.json": (200, 200, 200, 200, 200, 200),
    "GET /docs": (200, 200, 200, 200, 200, 200),
    "GET /me": (200, 200, 200, 200, 200, 200),
    "PATCH /me": (200, 200, 200, 200, 200, 200),
    "GET /tenant": (200, 200, 200, 200, 200, 200),
    "PATCH /tenant": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "GET /members": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "POST /members": (DENIED, DENIED, DENIED, DENIED, 201, DENIED),
    "PATCH /members/{member_id}": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "DELETE /members/{member_id}": (DENIED, DENIED, DENIED, DENIED, 204, DENIED),
    "POST /members/{member_id}/hand_over": (DENIED, DENIED, DENIED, DENIED, 202, DENIED),
    "GET /api_keys": (200, 200, 200, 200, 200, 200),
    "POST /api_keys": (201, 201, 201, 201, 201, DENIED),
    "DELETE /api_keys/{key_id}": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 204, HIDDEN),
    "GET /webhooks": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "POST /webhooks": (DENIED, DENIED, DENIED, DENIED, 201, DENIED),
    "GET /webhooks/{webhook_id}": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "PATCH /webhooks/{webhook_id}": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "DELETE /webhooks/{webhook_id}": (DENIED, DENIED, DENIED, DENIED, 204, DENIED),
    "GET /webhooks/{webhook_id}/deliveries": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "POST /deliveries/{delivery_id}/redeliver": (DENIED, DENIED, DENIED, DENIED, 202, DENIED),
    "GET /audit": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "GET /assets": (200, 200, 200, 200, 200, 200),
    "GET /assets/{asset_id}": (200, 200, 200, 200, 200, HIDDEN),
    "PATCH /assets/{asset_id}": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "DELETE /assets/{asset_id}": (DENIED, DENIED, 204, DENIED, 204, HIDDEN),
    "POST /assets/{asset_id}/restore": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "GET /assets/{asset_id}/usage": (200, 200, 200, 200, 200, HIDDEN),
    "GET /assets/{asset_id}/analytics": (DENIED, DENIED, 200, 200, 200, HIDDEN),
    "GET /analytics": (DENIED, DENIED, 200, DENIED, 200, DENIED),
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
    "GET /metadata/schema": (200, 200, 200, 200, 200, 200),
    "POST /metadata/import": (DENIED, DENIED, 202, DENIED, 202, DENIED),
    "GET /metadata/export": (DENIED, DENIED, 202, DENIED, 202, DENIED),
    "PUT /metadata/schema": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "GET /tags": (200, 200, 200, 200, 200, 200),
    "PATCH /tags/{name}": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "DELETE /tags/{name}": (DENIED, DENIED, 204, DENIED, 204, HIDDEN),
    "GET /categories": (200, 200, 200, 200, 200, 200),
    "POST /categories/move": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "GET /searches": (200, 200, 200, 200, 200, 200),
    "POST /searches": (201, 201, 201, 201, 201, 201),
    "PATCH /searches/{search_id}": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "DELETE /searches/{search_id}": (DENIED, DENIED, DENIED, DENIED, 204, DENIED),
    "GET /assets/{asset_id}/comments": (200, 200, 200, 200, 200, HIDDEN),
    "POST /assets/{asset_id}/comments": (201, 201, 201, 201, 201, HIDDEN),
    "GET /assets/{asset_id}/comments/unread": (200, 200, 200, 200, 200, HIDDEN),
    "POST /assets/{asset_id}/comments/read": (200, 200, 200, 200, 200, HIDDEN),
    # The comment is the admin's.
    "PATCH /assets/{asset_id}/comments/{comment_id}": (
        *(DENIED, DENIED, DENIED, DENIED, 200, HIDDEN),
    ),
    "DELETE /assets/{asset_id}/comments/{comment_id}": (
        *(DENIED, DENIED, DENIED, DENIED, 204, HIDDEN),
    ),
    "POST /assets/{asset_id}/comments/{comment_id}/resolve": (
        *(DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    ),
    "POST /assets/{asset_id}/comments/{comment_id}/reopen": (
        *(DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    ),
    "GET /assets/{asset_id}/relationships": (200, 200, 200, 200, 200, HIDDEN),
    "POST /assets/{asset_id}/relationships": (DENIED, DENIED, 201, DENIED, 201, HIDDEN),
    "DELETE /assets/{asset_id}/relationships/{relationship_id}": (
        *(DENIED, DENIED, 204, DENIED, 204, HIDDEN),
    ),
    "GET /collections": (200, 200, 200, 200, 200, 200),
    "POST /collections": (DENIED, DENIED, 201, DENIED, 201, DENIED),
    "GET /collections/{collection_id}": (200, 200, 200, 200, 200, 200),
    "PATCH /collections/{collection_id}": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "PUT /collections/{collection_id}/assets": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "DELETE /collections/{collection_id}": (DENIED, DENIED, 204, DENIED, 204, DENIED),
    "POST /assets/bulk": (DENIED, 200, 200, DENIED, 200, DENIED),
    "POST /assets/zip": (202, 202, 202, 202, 202, HIDDEN),
    "POST /assets/upload": (DENIED, 201, 201, DENIED, 201, DENIED),
    "POST /assets/link": (DENIED, 201, 201, DENIED, 201, DENIED),
    "GET /uploads": (DENIED, 200, 200, DENIED, 200, DENIED),
    "POST /uploads/{upload_id}/parts": (HIDDEN, HIDDEN, 200, HIDDEN, 200, HIDDEN),
    "GET /uploads/{upload_id}/parts": (HIDDEN, HIDDEN, 200, HIDDEN, 200, HIDDEN),
    "POST /uploads/{upload_id}/complete": (HIDDEN, HIDDEN, 409, HIDDEN, 409, HIDDEN),
    "DELETE /uploads/{upload_id}": (HIDDEN, HIDDEN, 204, HIDDEN, 204, HIDDEN),
    "GET /processing/{job_id}/status": (200, 200, 200, 200, 200, HIDDEN),
    "POST /processing/{job_id}/retry": (DENIED, 409, 409, DENIED, 409, HIDDEN),
    "GET /processing": (200, 200, 200, 200, 200, 200),
    "GET /processing/statistics": (DENIED, DENIED, 200, 200, 200, DENIED),
    "POST /processing": (DENIED, DENIED, 409, DENIED, 409, DENIED),
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
    # The link is the admin's, who made the asset.
    "POST /shares": (DENIED, 201, 201, DENIED, 201, DENIED),
    "POST /assets/{asset_id}/share": (DENIED, 201, 201, DENIED, 201, HIDDEN),
    "GET /assets/{asset_id}/qr_code": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 200, HIDDEN),
    "GET /shares": (200, 200, 200, 200, 200, 200),
    "PATCH /shares/{uuid}": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 200, HIDDEN),
    "DELETE /shares/{uuid}": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 204, HIDDEN),
    "POST /shares/{uuid}/regenerate": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 200, HIDDEN),
    "GET /shares/{uuid}": (200, 200, 200, 200, 200, 200),
    "POST /shares/{uuid}/unlock": (200, 200, 200, 200, 200, 200),
    "POST /shares/{uuid}/download": (200, 200, 200, 200, 200, 200),
    "GET /shares/{uuid}/comments": (200, 200, 200, 200, 200, 200),
    "POST /shares/{uuid}/comments": (201, 201, 201, 201, 201, 201),
    "POST /shares/{uuid}/code": (202, 202, 202, 202, 202, 202),
    "GET /shares/{uuid}/analytics": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 200, HIDDEN),
    "GET /shares/{uuid}/receipts": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 200, HIDDEN),
    "POST /shares/{uuid}/remind": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 202, HIDDEN),
    "GET /devices": (200, 200, 200, 200, 200, 200),
    "POST /devices": (DENIED, DENIED, DENIED, DENIED, 201, DENIED),
    "POST /devices/pairing": (201, 201, 201, 201, 201, 201),
    "POST /devices/pair": (DENIED, DENIED, DENIED, DENIED, 201, DENIED),
    "GET /devices/{device_id}": (200, 200, 200, 200, 200, 200),
    "PATCH /devices/{device_id}": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "DELETE /devices/{device_id}": (DENIED, DENIED, DENIED, DENIED, 204, DENIED),
    "POST /devices/{device_id}/rotate_token": (DENIED, DENIED, DENIED, DENIED, 200, DENIED),
    "GET /playlists": (200, 200, 200, 200, 200, 200),
    "POST /playlists": (DENIED, DENIED, 201, DENIED, 201, DENIED),
    "POST /playlists/replace": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "GET /playlists/{playlist_id}": (200, 200, 200, 200, 200, 200),
    "PUT /playlists/{playlist_id}": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "DELETE /playlists/{playlist_id}": (DENIED, DENIED, 204, DENIED, 204, DENIED),
    "PUT /devices/{device_id}/playlists": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "GET /devices/{device_id}/schedule": (200, 200, 200, 200, 200, 200),
    "GET /devices/{device_id}/schedule/day": (200, 200, 200, 200, 200, 200),
    "GET /device_groups": (200, 200, 200, 200, 200, 200),
    "PUT /device_groups/{name}/playlists": (DENIED, DENIED, 200, DENIED, 200, DENIED),
    "GET /rollouts/{rollout_id}": (200, 200, 200, 200, 200, 200),
    "GET /plays": (DENIED, DENIED, 200, 200, 200, DENIED),
    "GET /assets/{asset_id}/screens": (DENIED, DENIED, 200, DENIED, 200, HIDDEN),
    "GET /assets/{asset_id}/concerned_screens": (200, 200, 200, 200, 200, HIDDEN),
    # Of players with their tokens alone.
    "POST /devices/{device_id}/heartbeat": (401, 401, 401, 401, 401, 401),
    "GET /devices/{device_id}/manifest": (401, 401, 401, 401, 401, 401),
    # Pages know nobody.
    "GET /d/{device_id}/{asset_id}/{file}": (404, 404, 404, 404, 404, 404),
    "HEAD /d/{device_id}/{asset_id}/{file}": (404, 404, 404, 404, 404, 404),
    "POST /share/{uuid}/code": (200, 200, 200, 200, 200, 200),
    "GET /share/{uuid}/object": (200, 200, 200, 200, 200, 200),
    "POST /share/{uuid}/object": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "GET /share/{uuid}": (200, 200, 200, 200, 200, 200),
    "HEAD /share/{uuid}": (200, 200, 200, 200, 200, 200),
    "POST /share/{uuid}": (303, 303, 303, 303, 303, 303),
    "POST /share/{uuid}/download": (303, 303, 303, 303, 303, 303),
    "POST /share/{uuid}/comments": (303, 303, 303, 303, 303, 303),
    # The share is of one asset, of which there is no zip.
    "GET /share/{uuid}/zip": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "POST /share/{uuid}/zip": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "POST /share/{uuid}/zip/download": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "GET /s/{code}": (302, 302, 302, 302, 302, 302),
    "GET /embed/{uuid}": (200, 200, 200, 200, 200, 200),
    "GET /upload_requests": (DENIED, 200, 200, DENIED, 200, DENIED),
    "POST /upload_requests": (DENIED, 201, 201, DENIED, 201, DENIED),
    # The upload request is the admin's.
    "DELETE /upload_requests/{request_id}": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, 204, HIDDEN),
    "GET /request/{token}": (200, 200, 200, 200, 200, 200),
    "POST /request/{token}": (201, 201, 201, 201, 201, 201),
    "GET /oembed": (200, 200, 200, 200, 200, 200),
}

RULE = {
    "name": "Large",
    "when": [{"field": "size_bytes", "op": "greater_than", "value": 1}],
    "action": "flag",
}

SEARCH = {"name": "Pictures", "query": {"kind": "image"}, "shared": True}
SCREEN = {"name": "Lobby", "time_zone": "Europe/Berlin", "groups": ["main"]}

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
    "POST /api_keys": {"name": "Robot", "role": "viewer"},
    "POST /webhooks": kept.WANTED,
    "PATCH /webhooks/{webhook_id}": {"is_active": False},
    "POST /assets/upload": DESCRIBED,
    "POST /assets/link": {"url": "https://a.test/", "link_type": "webpage", "title": "Menu"},
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
    "PUT /metadata/schema": {"fields": []},
    "POST /metadata/import": {"csv": "id\n"},
    "PATCH /tags/{name}": {"name": "Warm"},
    "POST /categories/move": {"from": "menus", "to": "food"},
    "POST /searches": SEARCH,
    "POST /collections": {"name": "Winter"},
    "PATCH /collections/{collection_id}": {"name": "Spring"},
    "PUT /collections/{collection_id}/assets": {"asset_ids": []},
    "POST /assets/{asset_id}/comments": {"body": "Fine"},
    "PATCH /assets/{asset_id}/comments/{comment_id}": {"body": "Better"},
    "POST /upload_requests": {"title": "Photos"},
    "POST /request/{token}": DESCRIBED,
    "POST /moderation/rules": RULE,
    "PATCH /moderation/rules/{rule_id}": {"name": "Larger"},
    "POST /assets/{asset_id}/flag": {"reason": "other"},
    "POST /moderation/flags/{flag_id}/resolve": {"resolution": "dismiss"},
    "POST /assets/{asset_id}/share": {"share_type": "public"},
    "PATCH /shares/{uuid}": {"title": "A photo"},
    "POST /shares/{uuid}/unlock": {"password": "needs none"},
    "POST /shares/{uuid}/comments": {"body": "Fine"},
    "POST /shares/{uuid}/code": {"email": "guest@acme.test"},
    "POST /devices": SCREEN,
    "POST /playlists": {"name": "Loop"},
    "PUT /playlists/{playlist_id}": {"name": "Loop"},
    "PUT /devices/{device_id}/playlists": {"playlist_ids": []},
    "PUT /device_groups/{name}/playlists": {"playlist_ids": []},
    "PATCH /devices/{device_id}": {"name": "Entrance"},
}

OPEN_TO_VISITORS = {
    "GET /shares/{uuid}",
    "POST /shares/{uuid}/unlock",
    "POST /shares/{uuid}/download",
    "GET /shares/{uuid}/comments",
    "POST /shares/{uuid}/comments",
    "POST /shares/{uuid}/code",
}
OF_PLAYERS = {"POST /devices/{device_id}/heartbeat", "GET /devices/{device_id}/manifest"}
PAGES = {
    "GET /d/{device_id}/{asset_id}/{file}",
    "HEAD /d/{device_id}/{asset_id}/{file}",
    "POST /share/{uuid}/code",
    "GET /share/{uuid}/object",
    "POST /share/{uuid}/object",
    "GET /share/{uuid}",
    "HEAD /share/{uuid}",
    "POST /share/{uuid}",
    "POST /share/{uuid}/download",
    "POST /share/{uuid}/comments",
    "GET /share/{uuid}/zip",
    "POST /share/{uuid}/zip",
    "POST /share/{uuid}/zip/download",
    "GET /s/{code}",
    "GET /embed/{uuid}",
    "GET /request/{token}",
    "POST /request/{token}",
    "GET /oembed",
}
PUBLIC = OPEN_TO_VISITORS | {
    "GET /health",
    "GET /openapi.json",
    "GET /docs",
    "POST /devices/pairing",
}


def key(route: Route) -> str:
    return f"{route.method} {route.path.removeprefix('/api/v3')}"


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    others = ("inactive=admin", "demoted=admin", "second=admin")
    tenant = cloud.tenant("acme", *WHO[:-1], "named=viewer", *others)
    named = Member.get(tenant.id, member_key(tenant.members["named"]))
    named.update(actions=[Member.roles.set(["Legal Team"])])
    path = f"/members/{tenant.members['inactive']}/"
    body = {"is_active": False}
    assert cloud.call("PATCH", path, tenant.email("admin"), body).status == 200
    for owner, role, scopes in KEYS:
        body = {"name": "Robot", "role": role, "scopes": scopes}
        key = cloud.post("/api_keys/", tenant.email(owner), body).json["key"]
        cloud.remember(f"key of {owner} as {role}", key)
    path = f"/members/{tenant.members['demoted']}/"
    cloud.call("PATCH", path, tenant.email("admin"), {"roles": ["viewer"]})
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
        "number": "1",
        "other": "1",
        "name": "main",
        "file": "1.jpg",
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

    def share() -> dict[str, str]:
        wanted = {"share_type": "public", "allow_comments": True}
        made = cloud.post(f"/assets/{published}/share/", admin, wanted).json
        link = made["share_link"]
        code = str(made["short_url"]).rpartition("/")[2]
        return {"uuid": link["uuid"], "code": code, "url": link["url"]}

    def to_another() -> dict[str, str]:
        """Describe a relationship to an asset that has none."""
        other = asset(cloud, acme.id, admin, "approved!")
        return {"target_id": other, "kind": "derived_from"}

    def make(route: Route, email: str | None) -> Any:
        if "rule_id" in route.parameters:
            ids["rule_id"] = cloud.post("/moderation/rules/", admin, RULE).json["id"]
        if "collection_id" in route.parameters:
            made = cloud.post("/collections/", admin, {"name": "Winter"})
            ids["collection_id"] = made.json["id"]
        if "search_id" in route.parameters:
            ids["search_id"] = cloud.post("/searches/", admin, SEARCH).json["id"]
        ids["name"] = "main"
        if route.path.endswith("/tags/{name}"):
            ids["name"] = "hot"
            cloud.call("PATCH", f"/assets/{published}/", admin, {"tags": ["hot"]})
            cloud.run(INDEX)
        if "rollout_id" in route.parameters:
            ids["rollout_id"] = rollout(cloud, admin)
        if "playlist_id" in route.parameters:
            made = cloud.post("/playlists/", admin, {"name": "Loop"})
            ids["playlist_id"] = made.json["id"]
        if "device_id" in route.parameters or "device_groups" in route.path:
            ids["device_id"] = cloud.post("/devices/", admin, SCREEN).json["id"]
        if "member_id" in route.parameters:
            named = {"email": f"m{next(names)}.{published}@acme.test", "roles": ["viewer"]}
            ids["member_id"] = cloud.post("/members/", admin, named).json["id"]
        if "key_id" in route.parameters:
            made = cloud.post("/api_keys/", admin, BODIES["POST /api_keys"])
            ids["key_id"] = made.json["id"]
        if {"webhook_id", "delivery_id"} & {*route.parameters}:
            for one in cloud.get("/webhooks/", admin).json["items"]:
                cloud.call("DELETE", f"/webhooks/{one['id']}/", admin)  # there are at most 20
            made = kept.with_delivery(cloud, acme.id, admin)
            ids["webhook_id"], ids["delivery_id"] = made
        if {"request_id", "token"} & {*route.parameters}:
            wanted = cloud.post("/upload_requests/", admin, {"title": "Photos"}).json
            ids["request_id"], ids["token"] = wanted["id"], wanted["url"].split("/")[-2]
        if "comment_id" in route.parameters:
            made = cloud.post(f"/assets/{published}/comments/", admin, {"body": "Fine"})
            ids["comment_id"] = made.json["id"]
        if "relationship_id" in route.parameters:
            related = cloud.post(f"/assets/{published}/relationships/", admin, to_another())
            ids["relationship_id"] = related.json["id"]
        if "flag_id" in route.parameters:
            body = {"reason": "other"}
            ids["flag_id"] = cloud.post(f"/assets/{published}/flag/", admin, body).json["id"]
        if "template_id" in route.parameters:
            template = cloud.post("/workflow_templates/", admin, TEMPLATE)
            ids["template_id"] = template.json["id"]
        if "workflow_id" in route.parameters and "workflow_id" not in ids:
            ids["workflow_id"] = cloud.post("/workflows/", admin, reviewed()).json["id"]
        if key(route) in PAGES or "uuid" in route.parameters or route.path.endswith("/qr_code"):
            ids.update(share())
        path = route.path.format(**ids)
        if path.endswith("/object"):
            path += "?t=of-nobody"
        if key(route) == "GET /oembed":
            path += f"?url={quote(ids['url'])}"
        body = BODIES.get(key(route)) if route.body else None
        if key(route) == "POST /assets/zip":
            body = {"asset_ids": [published]}
        if key(route) == "POST /processing":
            body = {"asset_id": published, "tasks": ["thumbnail"]}
        if key(route) == "POST /playlists/replace":
            body = {"asset_id": published, "with_asset_id": published}
        if key(route) == "POST /devices/pair":
            body = SCREEN | {"code": cloud.post("/devices/pairing/").json["code"]}
        if key(route) == "POST /assets/{asset_id}/relationships":
            body = to_another()
        if key(route) == "POST /assets/bulk":
            body = {"asset_ids": [published], "operation": "tag", "value": ["reef"]}
        if key(route) == "PATCH /me":
            body = {"tenant_id": acme.id}
        if key(route) == "POST /assets/{asset_id}/branches":
            body = {"name": f"branch {next(names)}", "from_version": 1}
        if path.endswith("/simulate"):
            body = {"asset_id": published}
        if path.endswith("/hand_over"):
            body = {"to": acme.members["viewer"]}
        if path.endswith("/delegate"):
            body = {"to": acme.members["viewer"]}
        if key(route) == "POST /workflows":
            body = reviewed()
        if key(route) == "POST /shares":
            body = {"asset_id": published, "share_type": "public"}
        if "publish" in path:  # the one before has just taken it back
            cloud.post(f"/assets/{published}/versions/1/publish/", admin)
        if route.method == "DELETE":
            cloud.post(f"/assets/{published}/restore/", admin)
        if route.form is not None:
            form = {"content-type": "application/x-www-form-urlencoded"}
            said = b"body=Fine" if path.endswith("/comments") else b""
            return cloud.fetch(route.method, path, email, said, form)
        return cloud.fetch(route.method, path, email, body)

    return make


def rollout(cloud: Cloud, admin: str) -> str:
    """Have a new group's only device try a playlist; gives the roll-out's id."""
    name = clock.new_id()
    device = cloud.post("/devices/", admin, SCREEN | {"groups": [name]}).json
    own = {"authorization": f"Bearer {device['token']}"}
    cloud.post(f"/devices/{device['id']}/heartbeat/", body={}, headers=own)
    body = {"playlist_ids": [], "canary": {"devices": 1, "minutes": 60}}
    made = cloud.call("PUT", f"/device_groups/{name}/playlists/", admin, body)
    return str(made.json["rollout_id"])


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
            if key(route) in PAGES:
                continue
            shared = key(route).endswith("/qr_code") and answer.code == "no_share"
            assert_problem(answer, 404, "no_share" if shared else "not_found")


@pytest.mark.parametrize("route", declared_routes(), ids=key)
def test_nobody_the_deactivated_and_keys_may_no_more_than_is_theirs(
    acme: Tenant, call: Any, route: Route
) -> None:
    nobody, inactive = call(route, None), call(route, acme.email("inactive"))
    if key(route) in PAGES:
        assert (nobody.status, inactive.status) == (ROWS[key(route)][0],) * 2
        return
    if key(route) in OPEN_TO_VISITORS:
        assert nobody.status == ROWS[key(route)][0]
        assert_problem(inactive, 403, "forbidden")
        return
    if key(route) in PUBLIC:
        assert (nobody.status, inactive.status) == (ROWS[key(route)][0],) * 2
        return
    assert_problem(nobody, 401, "unauthenticated")
    if key(route) in OF_PLAYERS:  # no token but a device's says anything there
        assert_problem(inactive, 401, "unauthenticated")
        assert_problem(call(route, "key of second as admin"), 401, "unauthenticated")
        return
    if key(route) == "GET /me":
        assert inactive.status == 200
    elif key(route) == "PATCH /me":  # they may, but there is nothing to choose
        assert_problem(inactive, 404, "not_found")
    else:
        assert_problem(inactive, 403, "forbidden")
    assert_keys(call, route)


def assert_keys(call: Any, route: Route) -> None:
    """See that a key may what its role and its owner may, and what its scopes reach."""
    row, narrow = ROWS[key(route)], call(route, "key of second as admin")
    if Audience.API_KEYS not in route.audience:
        assert_problem(narrow, 403, "forbidden")
        return
    assert call(route, "key of demoted as admin").status == row[WHO.index("viewer")]
    assert call(route, "key of second as editor").status == row[WHO.index("editor")]
    if route.scope is not None:
        assert route.scope in get_args(Scope)
        reached = row[WHO.index("admin")] if route.scope == "devices" else DENIED
        assert narrow.status == reached
