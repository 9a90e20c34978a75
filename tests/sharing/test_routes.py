"""Share links as members make, change and revoke them."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from tests.sharing.counter import PASSWORD, Counter


def test_a_link_is_made_with_all_it_is_passed_on_with(counter: Counter) -> None:
    asset_id = counter.asset()
    made = counter.share(asset_id, max_downloads=50)
    link, base = made["share_link"], "http://127.0.0.1:8000"
    assert link["url"] == f"{base}/share/{link['uuid']}/"
    assert made["short_url"] == link["short_url"]
    code = made["short_url"].removeprefix(f"{base}/s/")
    assert len(code) == 8
    assert not set(code) & set("01ilo")
    assert (link["asset_id"], link["share_type"], link["max_downloads"]) == (asset_id, "public", 50)
    assert (link["download_count"], link["view_count"], link["is_active"]) == (0, 0, True)
    ends = datetime.fromisoformat(link["expires_at"]) - clock.now()
    assert timedelta(hours=167) < ends < timedelta(hours=168)
    assert (
        base64.b64decode(made["qr_code"].removeprefix("data:image/png;base64,"))[:4] == b"\x89PNG"
    )
    assert set(made["social_links"]) == {
        "x", "facebook", "linkedin", "whatsapp", "telegram", "email",
    }  # fmt: skip
    assert made["social_links"]["email"].startswith("mailto:?")
    assert made["embed_code"].startswith(f'<iframe src="{base}/embed/{link["uuid"]}/"')


def test_an_asset_is_shared_by_its_own_route_too(counter: Counter) -> None:
    asset_id = counter.asset()
    answer = counter.shelf.post(f"/assets/{asset_id}/share/", {"share_type": "public"}, "editor")
    assert answer.status == 201
    assert answer.json["share_link"]["asset_id"] == asset_id


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"share_type": "protected"}, "password"),
        ({"share_type": "protected", "password": "short"}, "password"),
        ({"share_type": "protected", "password": ""}, "password"),
        ({"share_type": "protected", "password": "x" * 10_000}, "password"),
        ({"share_type": "protected", "password": "with\0a NUL in it"}, "password"),
        ({"share_type": "public", "password": PASSWORD}, "password"),
        ({"share_type": "secret"}, "share_type"),
        ({"expires_in_hours": 0}, "expires_in_hours"),
        ({"expires_in_hours": -1}, "expires_in_hours"),
        ({"expires_in_hours": 10**9}, "expires_in_hours"),
        ({"expires_in_hours": None}, "expires_in_hours"),
        ({"expires_in_hours": "8"}, "expires_in_hours"),
        ({"max_downloads": 0}, "max_downloads"),
        ({"max_downloads": 1001}, "max_downloads"),
        ({"emails": ["a@b.test"]}, "emails"),
        ({"share_type": "private", "emails": ["nobody"]}, "emails"),
        ({"share_type": "private", "emails": [f"n{n}@b.test" for n in range(101)]}, "emails"),
        ({"title": "two\nlines"}, "title"),
        ({"title": " "}, "title"),
        ({"passwort": PASSWORD}, "passwort"),
        ({"version": 0}, "version"),
        ({"collection_id": "00000000-0000-7000-8000-000000000000"}, "asset_id"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_field(
    counter: Counter, terms: dict[str, Any], field: str
) -> None:
    asset_id = counter.asset()
    answer = counter.ask({"asset_id": asset_id, "share_type": "public"} | terms)
    body = counter.assert_refused(answer, 422, "invalid")
    assert field in {error["field"] for error in body["errors"]}
    assert counter.shelf.get("/shares/").json["items"] == []


def test_what_the_tenant_allows_decides(counter: Counter) -> None:
    asset_id = counter.asset()
    counter.allow(allow_never_expire=True, max_download_limit=2, enable_social_sharing=False)
    made = counter.share(asset_id, expires_in_hours=None, max_downloads=2)
    assert made["share_link"]["expires_at"] is None
    assert made["social_links"] == {}
    counter.allow(share_password_required=True, share_max_expiry_hours=24)
    for terms in ({}, {"share_type": "protected", "password": PASSWORD, "expires_in_hours": 25}):
        body = {"asset_id": asset_id, "share_type": "public"} | terms
        counter.assert_refused(counter.ask(body), 422, "invalid")
    counter.protected(asset_id, expires_in_hours=24)
    counter.allow(share_roles=["editor", "admin"])
    body = {"asset_id": asset_id, "share_type": "protected", "password": PASSWORD}
    counter.assert_refused(counter.ask(body), 403, "forbidden")
    assert counter.ask(body, "editor").status == 201


def test_only_what_is_published_or_approved_is_shared(counter: Counter) -> None:
    asset_id = counter.asset()
    assert counter.shelf.act(asset_id, 1, "unpublish").status == 200
    wanted = {"asset_id": asset_id, "share_type": "public"}
    counter.assert_refused(counter.ask(wanted), 409, "not_approved")
    assert counter.ask(wanted | {"version": 1}).status == 201
    counter.assert_refused(counter.ask(wanted | {"version": 2}), 404, "not_found")
    counter.shelf.trash(asset_id)
    counter.assert_refused(counter.ask(wanted | {"version": 1}), 409, "not_approved")


def test_viewers_and_other_tenants_share_nothing(counter: Counter) -> None:
    asset_id, other = counter.asset(), counter.pipeline.tenant("globex")
    wanted = {"asset_id": asset_id, "share_type": "public"}
    for role in ("viewer", "moderator"):
        counter.assert_refused(counter.ask(wanted, role), 403, "forbidden")
    foreign = counter.cloud.post("/shares/", other.email("admin"), wanted)
    counter.assert_refused(foreign, 404, "not_found")


def test_a_link_is_its_owners_and_the_admins_alone(counter: Counter) -> None:
    uuid = counter.link()
    other = counter.pipeline.tenant("globex")
    for email in (counter.pipeline.who("editor"), other.email("admin")):
        for method, path in (
            ("PATCH", f"/shares/{uuid}/"),
            ("DELETE", f"/shares/{uuid}/"),
            ("POST", f"/shares/{uuid}/regenerate/"),
        ):
            answer = counter.cloud.call(method, path, email, {})
            counter.assert_refused(answer, 404, "not_found")
    assert counter.change(uuid, "admin", allow_comments=True).json["allow_comments"] is True


def test_lists_hold_ones_own_and_all_for_admins(counter: Counter) -> None:
    one, two = counter.asset(b"one"), counter.asset(b"two")
    first, second = counter.link(one), counter.link(two)
    third = counter.link(two, role="editor")
    listed = {
        role: [item["uuid"] for item in counter.shelf.get("/shares/", role).json["items"]]
        for role in ("contributor", "editor", "admin", "viewer")
    }
    assert listed == {
        "contributor": [second, first],
        "editor": [third],
        "admin": [third, second, first],
        "viewer": [],
    }
    assert counter.shelf.call("DELETE", f"/shares/{second}/", role="contributor").status == 204
    for query, found in (
        (f"?asset_id={two}", [third, second]),
        (f"?asset_id={two}&active=true", [third]),
        ("?active=false", [second]),
    ):
        items = counter.shelf.get(f"/shares/{query}").json["items"]
        assert [item["uuid"] for item in items] == found
    assert counter.shelf.get(f"/assets/{two}/usage/").json["shares"] == 1


def test_terms_change_and_what_is_left_out_stays(counter: Counter) -> None:
    uuid = counter.link(max_downloads=5, title="Menu")
    answer = counter.change(uuid, max_downloads=None, expires_in_hours=0.5)
    assert answer.status == 200, answer.content
    assert answer.json["max_downloads"] is None
    assert answer.json["title"] == "Menu"
    ends = datetime.fromisoformat(answer.json["expires_at"]) - clock.now()
    assert timedelta(minutes=29) < ends <= timedelta(minutes=30)
    counter.assert_refused(counter.change(uuid, share_type="protected"), 422, "invalid")
    counter.assert_refused(counter.change(uuid, unknown=1), 422, "invalid")


def test_revoking_is_repeatable_and_final(counter: Counter) -> None:
    uuid = counter.link()
    for _ in range(2):
        assert counter.shelf.call("DELETE", f"/shares/{uuid}/", role="contributor").status == 204
    counter.assert_refused(counter.visit(uuid), 410, "share_revoked")
    counter.assert_refused(counter.change(uuid, title="Back"), 410, "share_revoked")
    again = counter.shelf.post(f"/shares/{uuid}/regenerate/", {}, "contributor")
    counter.assert_refused(again, 410, "share_revoked")


def test_regenerating_moves_the_link_and_kills_the_old_addresses(counter: Counter) -> None:
    asset_id = counter.asset()
    old = counter.share(asset_id, max_downloads=3)
    uuid = old["share_link"]["uuid"]
    assert counter.download(uuid).status == 200
    new = counter.shelf.post(f"/shares/{uuid}/regenerate/", {}, "contributor").json
    assert new["share_link"]["uuid"] != uuid
    assert new["short_url"] != old["short_url"]
    assert new["share_link"]["download_count"] == 1
    counter.assert_refused(counter.visit(uuid), 410, "share_revoked")
    counter.assert_refused(counter.download(uuid), 410, "share_revoked")
    assert counter.visit(new["share_link"]["uuid"]).json["downloads_left"] == 2


def test_a_repeated_request_makes_one_link(counter: Counter) -> None:
    body = {"asset_id": counter.asset(), "share_type": "protected", "password": PASSWORD}
    headers = {"idempotency-key": "once"}
    first, second = (counter.ask(body, headers=headers).json for _ in range(2))
    assert first["share_link"]["uuid"] == second["share_link"]["uuid"]
    assert len(counter.shelf.get("/shares/").json["items"]) == 1


def test_the_audit_trail_tells_of_links_without_their_secrets(counter: Counter) -> None:
    uuid = counter.protected()
    counter.change(uuid, password="another password")
    counter.shelf.call("DELETE", f"/shares/{uuid}/", role="contributor")
    trail = counter.shelf.get("/audit/?limit=200")
    told = [item for item in trail.json["items"] if item["subject"]["type"] == "share"]
    assert [item["action"] for item in told] == [
        "share.revoked",
        "share.changed",
        "share.created",
    ]
    for secret in (uuid, PASSWORD, "another password", "argon2"):
        assert secret not in trail.content.decode()
