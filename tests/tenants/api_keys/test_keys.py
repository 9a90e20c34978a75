"""API keys: they may what their owner and they themselves may, at this very moment."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.api import identity
from chalicelib.core.api.identity import Actor, KeyLimits
from chalicelib.core.tables import find
from chalicelib.tenants import roles
from chalicelib.tenants.api_keys.models import PREFIX, ApiKey
from tests.assets.stages import DESCRIBED, asset
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import Team, assert_problem, audit, items

EVERYBODY = ("viewer", "contributor", "editor", "moderator", "admin")


def make(cloud: Cloud, email: str, **wanted: Any) -> dict[str, Any]:
    answer = cloud.post("/api_keys/", email, {"name": "Robot", "role": "viewer"} | wanted)
    assert answer.status == 201, answer.content
    made: dict[str, Any] = answer.json
    return made


def use(cloud: Cloud, key: str, method: str, path: str, body: Any = None) -> Answer:
    return cloud.call(method, path, None, body, headers={"authorization": f"Bearer {key}"})


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", *EVERYBODY)


def test_a_key_is_shown_once_and_kept_as_a_hash(cloud: Cloud, team: Team) -> None:
    tenant = team("editor", "admin")
    email = tenant.email("editor")
    made = make(cloud, email, role="editor", scopes=["assets:read", "assets:read"])
    secret = made.pop("key")
    assert secret.startswith("rk_")
    assert made == {
        "id": made["id"],
        "name": "Robot",
        "role": "editor",
        "scopes": ["assets:read"],
        "expires_at": None,
        "owner": {"id": tenant.members["editor"], "email": email},
        "created_at": made["created_at"],
    }
    assert cloud.get("/api_keys/", email).json["items"] == [made]
    assert secret not in json.dumps(items(), default=str)
    (record,) = audit(cloud, tenant.email("admin"), f"&subject={made['id']}")
    assert (record["action"], record["actor"]["email"]) == ("api_key.created", email)
    assert record["new"]["scopes"] == ["assets:read"]


def test_a_retry_shows_no_key_and_one_that_failed_makes_a_good_one(
    cloud: Cloud, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = team("viewer").email("viewer")
    body, named = {"name": "Robot", "role": "viewer"}, {"idempotency-key": "once"}
    first = cloud.post("/api_keys/", email, body, headers=named)
    again = cloud.post("/api_keys/", email, body, headers=named)
    assert again.json == first.json | {"key": None}
    named = {"idempotency-key": "twice"}
    with monkeypatch.context() as patch:  # made, and the answer is lost
        patch.setattr("chalicelib.tenants.api_keys.routes._shown", None)
        assert cloud.post("/api_keys/", email, body, headers=named).status == 500
    made = cloud.post("/api_keys/", email, body, headers=named).json
    assert use(cloud, made["key"], "GET", "/me/").status == 200
    assert len(cloud.get("/api_keys/", email).json["items"]) == 2


def test_a_key_acts_for_its_owner_and_the_trail_names_it(cloud: Cloud, acme: Tenant) -> None:
    made = make(cloud, acme.email("editor"), role="editor")
    me = use(cloud, made["key"], "GET", "/me/").json
    assert (me["id"], me["roles"]) == (acme.members["editor"], ["editor"])
    assert me["tenants"] == [{"id": acme.id, "name": "acme"}]
    uploaded = use(cloud, made["key"], "POST", "/assets/upload/", DESCRIBED)
    assert uploaded.status == 201
    subject = f"&subject={uploaded.json['asset']['id']}"
    (record,) = audit(cloud, acme.email("admin"), subject)
    assert record["actor"]["id"] == acme.members["editor"]
    assert record["api_key_id"] == made["id"]
    cloud.call("PATCH", f"/assets/{uploaded.json['asset']['id']}/", acme.email("editor"), {})
    mine = cloud.post("/assets/upload/", acme.email("editor"), DESCRIBED).json["asset"]["id"]
    (record,) = audit(cloud, acme.email("admin"), f"&subject={mine}")
    assert record["api_key_id"] is None


@pytest.mark.parametrize("owner", EVERYBODY)
def test_nobody_makes_a_key_with_more_rights_than_they_have(
    cloud: Cloud, acme: Tenant, owner: str
) -> None:
    may = {
        "viewer": {"viewer"},
        "contributor": {"viewer", "contributor"},
        "editor": {"viewer", "contributor", "editor"},
        "moderator": {"viewer", "moderator"},
        "admin": set(EVERYBODY),
    }
    for role in EVERYBODY:
        answer = cloud.post("/api_keys/", acme.email(owner), {"name": "x", "role": role})
        if role in may[owner]:
            assert answer.status == 201
        else:
            assert_problem(answer, 403, "forbidden")


@pytest.mark.parametrize("owned", EVERYBODY)
@pytest.mark.parametrize("role", EVERYBODY)
def test_an_actor_with_a_key_has_what_both_have(owned: str, role: str) -> None:
    person = Actor("acme", "anna", "a@acme.test", frozenset({owned, "Legal Team"}))
    keyed = Actor("acme", "anna", "a@acme.test", person.roles, key=KeyLimits("1", role))
    alone = Actor("acme", "anna", "a@acme.test", frozenset({role}))
    groups = (
        *(roles.BUILT_IN, roles.CONTRIBUTORS, roles.EDITORS, roles.MODERATORS, roles.OVERSEERS),
        *(roles.ADMINS, frozenset({"Legal Team"}), *(frozenset({one}) for one in EVERYBODY)),
    )
    for group in groups:
        assert keyed.has(group) == (person.has(group) and alone.has(group))


def test_a_key_loses_at_once_what_its_owner_loses(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "second=admin")
    admin, path = tenant.email("admin"), f"/members/{tenant.members['second']}/"
    key = make(cloud, tenant.email("second"), role="admin")["key"]
    assert use(cloud, key, "GET", "/audit/").status == 200
    cloud.call("PATCH", path, admin, {"roles": ["viewer"]})
    assert_problem(use(cloud, key, "GET", "/audit/"), 403, "forbidden")
    assert use(cloud, key, "GET", "/assets/").status == 200
    cloud.call("PATCH", path, admin, {"is_active": False})
    assert_problem(use(cloud, key, "GET", "/assets/"), 403, "forbidden")
    assert use(cloud, key, "GET", "/me/").json["tenants"] == []
    cloud.call("PATCH", path, admin, {"is_active": True})
    assert use(cloud, key, "GET", "/assets/").status == 200
    cloud.call("DELETE", path, admin)
    assert_problem(use(cloud, key, "GET", "/me/"), 401, "unauthenticated")


def test_who_comes_back_has_no_keys_even_with_the_same_id(cloud: Cloud, team: Team) -> None:
    tenant, other = team("admin", "viewer"), team("admin")
    email, admin = tenant.email("viewer"), tenant.email("admin")
    body = {"email": email, "roles": ["viewer"]}
    cloud.post("/members/", other.email("admin"), body)
    key = make(cloud, email)["key"]
    cloud.call("DELETE", f"/members/{tenant.members['viewer']}/", admin)
    back = cloud.post("/members/", admin, body)
    assert (back.status, back.json["id"]) == (201, tenant.members["viewer"])
    assert_problem(use(cloud, key, "GET", "/me/"), 401, "unauthenticated")


def test_scopes_narrow_what_a_role_allows(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    published = asset(cloud, acme.id, admin, "approved!")
    reading = make(cloud, admin, role="admin", scopes=["assets:read"])["key"]
    writing = make(cloud, admin, role="admin", scopes=["assets:write", "shares"])["key"]
    edit, share = {"alt_text": "A photo"}, {"share_type": "public"}
    path, sharing = f"/assets/{published}/", f"/assets/{published}/share/"
    assert use(cloud, reading, "GET", path).status == 200
    assert_problem(use(cloud, reading, "PATCH", path, edit), 403, "forbidden")
    assert_problem(use(cloud, reading, "POST", sharing, share), 403, "forbidden")
    assert_problem(use(cloud, writing, "GET", path), 403, "forbidden")
    assert use(cloud, writing, "PATCH", path, edit).status == 200
    assert use(cloud, writing, "POST", sharing, share).status == 201
    for key in (reading, writing):
        assert_problem(use(cloud, key, "GET", "/members/"), 403, "forbidden")
        assert use(cloud, key, "GET", "/me/").status == 200
    # What there is not is told before what the key may not.
    assert_problem(
        use(cloud, reading, "PATCH", f"/assets/{clock.new_id()}/", edit), 404, "not_found"
    )


def test_a_viewers_key_sees_nothing_that_is_not_published(cloud: Cloud, acme: Tenant) -> None:
    editor = acme.email("editor")
    hidden = asset(cloud, acme.id, editor, "approved")
    key = make(cloud, editor, role="viewer")["key"]
    assert cloud.get(f"/assets/{hidden}/", editor).status == 200
    assert_problem(use(cloud, key, "GET", f"/assets/{hidden}/"), 404, "not_found")
    assert hidden not in use(cloud, key, "GET", "/assets/").content.decode()
    zipped = use(cloud, key, "POST", "/assets/zip/", {"asset_ids": [hidden]})
    assert_problem(zipped, 404, "not_found")


def test_people_alone_make_keys_decide_and_choose_their_tenant(cloud: Cloud, acme: Tenant) -> None:
    key = make(cloud, acme.email("admin"), role="admin")["key"]
    for method, path, body in (
        ("GET", "/api_keys/", None),
        ("POST", "/api_keys/", {"name": "Child", "role": "viewer"}),
        ("PATCH", "/me/", {"tenant_id": acme.id}),
        ("GET", "/inbox/", None),
    ):
        assert_problem(use(cloud, key, method, path, body), 403, "forbidden")


def test_an_expired_a_deleted_and_a_forged_key_open_nothing(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = acme.email("viewer")
    ends = clock.now() + timedelta(hours=1)
    made = make(cloud, email, expires_at=ends.isoformat())
    key = made["key"]
    assert use(cloud, key, "GET", "/me/").status == 200
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.core.clock.now", lambda: ends)
        assert_problem(use(cloud, key, "GET", "/me/"), 401, "unauthenticated")
    other = make(cloud, email)
    last = "A" if key[-9] != "A" else "B"
    forged = (key[:-9] + last + key[-8:], key[:-1], f"{key}A", "rk_", "rk_x", key.upper(), "rk_\0")
    for one in forged:
        assert_problem(use(cloud, one, "GET", "/me/"), 401, "unauthenticated")
    assert cloud.call("DELETE", f"/api_keys/{made['id']}/", email).status == 204
    assert_problem(use(cloud, key, "GET", "/me/"), 401, "unauthenticated")
    assert use(cloud, other["key"], "GET", "/me/").status == 200


def test_a_key_of_another_tenant_or_owner_is_not_there(
    cloud: Cloud, acme: Tenant, team: Team
) -> None:
    theirs = team("admin", "viewer")
    made = make(cloud, theirs.email("viewer"))
    path = f"/api_keys/{made['id']}/"
    for email in (acme.email("admin"), acme.email("viewer")):
        assert_problem(cloud.call("DELETE", path, email), 404, "not_found")
    second = make(cloud, theirs.email("admin"))
    hidden = cloud.call("DELETE", f"/api_keys/{second['id']}/", theirs.email("viewer"))
    assert_problem(hidden, 404, "not_found")
    listed = cloud.get("/api_keys/", theirs.email("viewer")).json["items"]
    assert [key["id"] for key in listed] == [made["id"]]
    listed = cloud.get("/api_keys/", theirs.email("admin")).json["items"]
    assert [key["id"] for key in listed] == [second["id"], made["id"]]
    assert cloud.call("DELETE", path, theirs.email("admin")).status == 204
    assert find(ApiKey, theirs.id, f"{PREFIX}{made['id']}") is None
    told = audit(cloud, theirs.email("admin"), f"&subject={made['id']}")
    assert [record["action"] for record in told] == ["api_key.deleted", "api_key.created"]


def test_a_member_has_so_many_keys_and_no_more(
    cloud: Cloud, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = team("viewer", "second=viewer")
    monkeypatch.setattr("chalicelib.tenants.api_keys.keys._MOST", 2)
    ids = [make(cloud, tenant.email("viewer"))["id"] for _ in range(2)]
    body = {"name": "Third", "role": "viewer"}
    answer = cloud.post("/api_keys/", tenant.email("viewer"), body)
    assert_problem(answer, 409, "too_many_api_keys")
    make(cloud, tenant.email("second"))
    cloud.call("DELETE", f"/api_keys/{ids[0]}/", tenant.email("viewer"))
    make(cloud, tenant.email("viewer"))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"role": "Legal Team"}, "role"),
        ({"role": "Admin"}, "role"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["assets"]}, "scopes[0]"),
        ({"scopes": "assets:read"}, "scopes"),
        ({"name": ""}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": 5}, "expires_at"),
        ({"key": "rk_mine"}, "key"),
    ],
)
def test_what_is_wrong_with_a_key_is_told(
    cloud: Cloud, acme: Tenant, wanted: dict[str, Any], field: str
) -> None:
    body = {"name": "Robot", "role": "viewer"} | wanted
    answer = cloud.post("/api_keys/", acme.email("admin"), body)
    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == field


def test_no_issuer_is_asked_about_a_key(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make(cloud, acme.email("viewer"))["key"]
    monkeypatch.setattr(identity, "_keys", None)
    assert use(cloud, key, "GET", "/me/").status == 200
