"""Members: invited by mail, changed at once, and never without an admin."""

from typing import Any

import pytest
from moto.ses.models import ses_backends

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem, audit, items


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "viewer")


def sent() -> list[Any]:
    messages: list[Any] = ses_backends["123456789012"]["us-east-1"].sent_messages
    return messages


def test_an_invitation_is_mailed_with_a_password_that_works_once(
    cloud: Cloud, acme: Tenant
) -> None:
    before = len(sent())
    body = {"email": "new@acme.test", "roles": ["editor", "Legal Team"]}
    answer = cloud.post("/members/", acme.email("admin"), body)
    assert answer.status == 201
    assert answer.json == body | {
        "id": answer.json["id"],
        "is_active": True,
        "created_at": answer.json["created_at"],
    }
    (mail,) = sent()[before:]
    assert mail.destinations["ToAddresses"] == ["new@acme.test"]
    assert mail.subject == "Your invitation to Reef"
    assert f"Sign in at {settings().public_url}/\n" in mail.body
    assert "with the address new@acme.test\n" in mail.body
    password = mail.body.partition("temporary password ")[2].split()[0]
    challenge = client("cognito-idp").admin_initiate_auth(
        UserPoolId=settings().user_pool_id,
        ClientId=settings().jwt_audience,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "new@acme.test", "PASSWORD": password},
    )
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_the_user_pool_itself_sends_nothing_and_knows_the_tenant(
    cloud: Cloud, acme: Tenant
) -> None:
    body = {"email": "pool@acme.test", "roles": ["viewer"]}
    member = cloud.post("/members/", acme.email("admin"), body).json
    user = client("cognito-idp").admin_get_user(
        UserPoolId=settings().user_pool_id, Username="pool@acme.test"
    )
    attributes = {a["Name"]: a["Value"] for a in user["UserAttributes"]}
    assert attributes["custom:tenant_id"] == acme.id
    assert attributes["email_verified"] == "true"
    assert attributes["sub"] == member["id"]


def test_who_is_a_member_cannot_be_invited_again(cloud: Cloud, acme: Tenant) -> None:
    before = items()
    for email in (acme.email("viewer"), "VIEWER@Acme.Test", f"  {acme.email('viewer')} "):
        answer = cloud.post("/members/", acme.email("admin"), {"email": email, "roles": ["viewer"]})
        assert_problem(answer, 409, "conflict")
    assert items() == before


def test_an_address_of_another_tenant_cannot_be_taken_over(cloud: Cloud, team: Team) -> None:
    mine, theirs = team("admin"), team("admin", "viewer")
    email = theirs.email("viewer")
    answer = cloud.post("/members/", mine.email("admin"), {"email": email, "roles": ["viewer"]})
    assert_problem(answer, 409, "conflict")
    assert theirs.id not in answer.content.decode()
    assert cloud.get("/tenant/", email).json["id"] == theirs.id


def test_an_interrupted_invitation_can_be_repeated(cloud: Cloud, team: Team) -> None:
    from chalicelib.tenants import directory

    tenant = team("admin")
    left_behind = directory.create(tenant.id, "half@way.test", None)
    answer = cloud.post(
        "/members/", tenant.email("admin"), {"email": "half@way.test", "roles": ["viewer"]}
    )
    assert (answer.status, answer.json["id"]) == (201, left_behind.id)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "x",
        "@x.test",
        "x@",
        "x@localhost",
        "a b@x.test",
        "a@b@x.test",
        "a@x..test",
        "a,b@x.test",
        "a@x.test\r\nBcc: all@x.test",
        "ü@x.test",
        "=1+1@x.test",
        "a@" + "x" * 250 + ".test",
        "a" * 65 + "@x.test",
    ],
)
def test_what_is_no_address_is_refused(cloud: Cloud, acme: Tenant, email: str) -> None:
    before = len(sent())
    answer = cloud.post("/members/", acme.email("admin"), {"email": email, "roles": ["viewer"]})
    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == "email"
    assert len(sent()) == before


@pytest.mark.parametrize(
    "roles",
    [
        [],
        ["Legal Team"],
        ["Viewer"],
        [""],
        ["viewer", ""],
        ["viewer", "x" * 65],
        ["viewer", "a\nb"],
        ["viewer", *(f"role {n}" for n in range(50))],
    ],
    ids=lambda roles: str(roles)[:30],
)
def test_a_member_needs_a_role_of_reef_s_own_and_proper_names(
    cloud: Cloud, acme: Tenant, roles: list[str]
) -> None:
    body = {"email": "roles@acme.test", "roles": roles}
    answer = cloud.post("/members/", acme.email("admin"), body)
    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == "roles"
    path = f"/members/{acme.members['viewer']}/"
    changed = cloud.call("PATCH", path, acme.email("admin"), {"roles": roles})
    assert_problem(changed, 422, "invalid")


def test_equal_roles_count_once(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    path = f"/members/{tenant.members['viewer']}/"
    body = {"roles": [" viewer", "viewer", "Legal Team", "Legal Team "]}
    answer = cloud.call("PATCH", path, tenant.email("admin"), body)
    assert answer.json["roles"] == ["viewer", "Legal Team"]


def test_a_member_invited_inactive_comes_in_when_activated(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    body = {"email": f"idle@{tenant.name}.test", "roles": ["admin"], "is_active": False}
    member = cloud.post("/members/", tenant.email("admin"), body).json
    assert member["is_active"] is False
    # An inactive admin does not count, so the only active one stays.
    me = f"/members/{tenant.members['admin']}/"
    assert_problem(cloud.call("DELETE", me, tenant.email("admin")), 409, "last_admin")
    path = f"/members/{member['id']}/"
    cloud.call("PATCH", path, tenant.email("admin"), {"is_active": True})
    assert cloud.call("DELETE", me, tenant.email("admin")).status == 204


def test_members_are_named_by_id_or_address(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    for name in (tenant.members["viewer"], tenant.email("viewer"), tenant.email("VIEWER")):
        answer = cloud.call("PATCH", f"/members/{name}/", tenant.email("admin"), {})
        assert answer.json["id"] == tenant.members["viewer"]


def test_a_change_that_changes_nothing_is_no_change(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    before = items()
    path = f"/members/{tenant.members['viewer']}/"
    for body in ({}, {"is_active": True}, {"roles": ["viewer"]}):
        assert cloud.call("PATCH", path, tenant.email("admin"), body).status == 200
    assert items() == before


@pytest.mark.parametrize("body", [{"roles": None}, {"is_active": None}, {"is_active": "no"}])
def test_null_is_no_value_of_a_member(cloud: Cloud, acme: Tenant, body: dict[str, Any]) -> None:
    path = f"/members/{acme.members['viewer']}/"
    assert_problem(cloud.call("PATCH", path, acme.email("admin"), body), 422, "invalid")


@pytest.mark.parametrize(
    ("method", "body"),
    [("DELETE", None), ("PATCH", {"is_active": False}), ("PATCH", {"roles": ["editor"]})],
)
def test_the_last_admin_stays(
    cloud: Cloud, team: Team, method: str, body: dict[str, Any] | None
) -> None:
    tenant = team("admin", "second=admin", "editor")
    admin, second = tenant.email("admin"), f"/members/{tenant.members['second']}/"
    assert cloud.call(method, second, admin, body).status in {200, 204}
    before = items()
    answer = cloud.call(method, f"/members/{tenant.members['admin']}/", admin, body)
    assert_problem(answer, 409, "last_admin")
    assert items() == before


def test_a_removed_member_can_be_invited_again_with_a_new_id(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    path = f"/members/{tenant.members['viewer']}/"
    admin = tenant.email("admin")
    assert cloud.call("DELETE", path, admin).status == 204
    assert_problem(cloud.call("DELETE", path, admin), 404, "not_found")
    assert tenant.email("viewer") not in cloud.get("/members/", admin).content.decode()
    body = {"email": tenant.email("viewer"), "roles": ["viewer"]}
    again = cloud.post("/members/", admin, body)
    assert again.status == 201
    assert again.json["id"] != tenant.members["viewer"]


def test_every_change_of_a_member_is_on_record(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    path, admin = f"/members/{tenant.members['viewer']}/", tenant.email("admin")
    cloud.call("PATCH", path, admin, {"roles": ["viewer", "Legal Team"]})
    cloud.call("DELETE", path, admin)
    records = audit(cloud, admin, f"&subject={tenant.members['viewer']}")
    assert [record["action"] for record in records] == [
        "member.removed",
        "member.changed",
        "member.invited",
    ]
    removed, changed, invited = records
    assert changed["old"] == {"roles": ["viewer"], "is_active": True}
    assert changed["new"] == {"roles": ["viewer", "Legal Team"], "is_active": True}
    assert removed["new"] is None
    assert removed["old"]["email"] == tenant.email("viewer")
    assert invited["actor"] == {"id": "reef", "email": ""}
    assert changed["actor"] == {"id": tenant.members["admin"], "email": admin}
    assert changed["subject"] == {"type": "member", "id": tenant.members["viewer"]}


def test_members_that_changed_meanwhile_are_not_overwritten(cloud: Cloud, team: Team) -> None:
    from chalicelib.core import clock
    from chalicelib.core.errors import Conflict
    from chalicelib.core.outbox import SYSTEM
    from chalicelib.tenants import members

    tenant = team("admin", "second=admin", "third=admin")
    stale = members.get(tenant.id, tenant.members["third"])
    path = f"/members/{stale.id}/"
    cloud.call("PATCH", path, tenant.email("admin"), {"is_active": False})
    before = items()
    with pytest.raises(Conflict):
        members.expel(stale, SYSTEM, clock.now())
    with pytest.raises(Conflict):
        members.alter(stale, SYSTEM, clock.now(), names=["viewer"])
    assert items() == before
