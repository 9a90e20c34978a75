"""Members: invited by mail, changed at once, and never without an admin."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.ses.models import ses_backends

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import Team, assert_problem, audit, items


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "viewer")


def sent() -> list[Any]:
    messages: list[Any] = ses_backends["123456789012"]["us-east-1"].sent_messages
    return messages


def test_who_is_a_member_cannot_be_invited_again(cloud: Cloud, acme: Tenant) -> None:
    before = items()
    for email in (acme.email("viewer"), "VIEWER@Acme.Test", f"  {acme.email('viewer')} "):
        answer = cloud.post("/members/", acme.email("admin"), {"email": email, "roles": ["viewer"]})
        assert_problem(answer, 409, "conflict")
    assert items() == before


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


def test_admins_alone_remove_themselves(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "second=admin", "editor")
    for who in ("editor", "admin"):
        path = f"/members/{tenant.members[who]}/"
        cloud.token(tenant.email(who))
        gone = cloud.call("DELETE", path, tenant.email(who))
        assert gone.status == (204 if who == "admin" else 403)
    assert_problem(cloud.get("/assets/", tenant.email("admin")), 403, "forbidden")
    assert cloud.get("/assets/", tenant.email("editor")).status == 200
    last = cloud.call("DELETE", f"/members/{tenant.members['second']}/", tenant.email("second"))
    assert_problem(last, 409, "last_admin")


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
    tenant = team("admin")
    admin, email = tenant.email("admin"), tenant.email("viewer")
    invitation = {"email": email, "roles": ["viewer"]}
    viewer = cloud.post("/members/", admin, invitation).json["id"]
    cloud.call("PATCH", f"/members/{viewer}/", admin, {"roles": ["viewer", "Legal Team"]})
    cloud.call("DELETE", f"/members/{viewer}/", admin)
    records = audit(cloud, admin, f"&subject={viewer}")
    assert [record["action"] for record in records] == [
        "member.removed",
        "member.changed",
        "member.invited",
    ]
    removed, changed, invited = records
    assert changed["old"] == {"roles": ["viewer"], "is_active": True}
    assert changed["new"] == {"roles": ["viewer", "Legal Team"], "is_active": True}
    assert removed["new"] is None
    assert removed["old"]["email"] == email
    assert invited["new"] == invitation | {"is_active": True}
    assert changed["actor"] == {"id": tenant.members["admin"], "email": admin}
    assert changed["subject"] == {"type": "member", "id": viewer}


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


def test_removing_a_member_leaves_whoever_has_their_old_address_now(
    cloud: Cloud, team: Team
) -> None:
    tenant = team("admin", "viewer")
    cognito, pool = client("cognito-idp"), settings().user_pool_id
    gone, heir = tenant.members["viewer"], "heir@elsewhere.test"
    address = tenant.email("viewer")
    rename(gone, "renamed@elsewhere.test")
    other = cloud.post("/members/", tenant.email("admin"), {"email": heir, "roles": ["viewer"]})
    rename(other.json["id"], address)
    removed = cloud.call("DELETE", f"/members/{gone}/", tenant.email("admin"))
    assert removed.status == 204
    kept = cognito.admin_get_user(UserPoolId=pool, Username=other.json["id"])
    assert {"Name": "email", "Value": address} in kept["UserAttributes"]
    with pytest.raises(cognito.exceptions.UserNotFoundException):
        cognito.admin_get_user(UserPoolId=pool, Username=gone)


def rename(user_id: str, email: str) -> None:
    """Give a user of the pool another address, as they can themselves."""
    client("cognito-idp").admin_update_user_attributes(
        UserPoolId=settings().user_pool_id,
        Username=user_id,
        UserAttributes=[{"Name": "email", "Value": email}],
    )


def test_of_two_admins_who_remove_each_other_at_once_one_stays(cloud: Cloud, team: Team) -> None:
    for _ in range(4):
        tenant = team("admin", "other=admin", "viewer")
        both, start = ("admin", "other"), threading.Barrier(2)

        def remove(who: str, whom: str, tenant: Any = tenant, start: Any = start) -> Answer:
            start.wait()
            path = f"/members/{tenant.members[whom]}/"
            return cloud.call("DELETE", path, tenant.email(who))

        for who in both:
            cloud.token(tenant.email(who))
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(remove, both, reversed(both)))
        stayed = [who for who, answer in zip(both, answers, strict=True) if answer.status == 204]
        assert len(stayed) == 1, [answer.content for answer in answers]
        refused = next(answer for answer in answers if answer.status != 204)
        # The other one was removed before they were asked who they are, or refused at the end.
        assert refused.status in {401, 403, 404, 409}
        shown = cloud.get("/members/", tenant.email(stayed[0])).json["items"]
        assert [one["email"] for one in shown if "admin" in one["roles"]] == [
            tenant.email(stayed[0])
        ]
