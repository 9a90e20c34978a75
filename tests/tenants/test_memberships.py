"""One person in several tenants: each token is for one, and their roles are those held there."""

from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.settings import settings
from chalicelib.tenants import invitations, members, memberships
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem, items

Teams = tuple[Tenant, Tenant, str]


@pytest.fixture
def both(cloud: Cloud, team: Team) -> Teams:
    """A person who is a viewer in one tenant and an editor in another; their token is for one."""
    one, other = team("admin", "viewer"), team("admin")
    email = one.email("viewer")
    body = {"email": email, "roles": ["editor", "Legal Team"]}
    answer = cloud.post("/members/", other.email("admin"), body)
    assert (answer.status, answer.json["id"]) == (201, one.members["viewer"])
    return one, other, email


def switch(cloud: Cloud, email: str, tenant_id: str) -> Any:
    """Switch to a tenant, and sign in anew."""
    answer = cloud.call("PATCH", "/me/", email, {"tenant_id": tenant_id})
    cloud.forget(email)
    return answer


def tenants(cloud: Cloud, email: str) -> list[str]:
    return [tenant["id"] for tenant in cloud.get("/me/", email).json["tenants"]]


def test_one_switches_to_a_tenant_with_the_roles_held_there(cloud: Cloud, both: Teams) -> None:
    one, other, email = both
    me = cloud.get("/me/", email).json
    assert me["tenant"] == {"id": one.id, "name": one.name}
    assert me["tenants"] == [{"id": t.id, "name": t.name} for t in (one, other)]
    assert me["roles"] == ["viewer"]
    assert switch(cloud, email, other.id).status == 200
    there = cloud.get("/me/", email).json
    assert (there["tenant"]["id"], there["id"]) == (other.id, me["id"])
    assert there["roles"] == ["Legal Team", "editor"]
    assert cloud.get("/workflow_templates/", email).status == 200
    assert switch(cloud, email, one.id).status == 200
    assert_problem(cloud.get("/workflow_templates/", email), 403, "forbidden")


def test_a_token_goes_on_to_be_for_its_own_tenant_after_a_switch(cloud: Cloud, both: Teams) -> None:
    one, other, email = both
    answer = cloud.call("PATCH", "/me/", email, {"tenant_id": other.id})
    assert (answer.status, answer.json["tenant"]["id"]) == (200, one.id)
    assert cloud.get("/tenant/", email).json["id"] == one.id


def test_only_a_tenant_where_one_is_active_can_be_chosen(
    cloud: Cloud, both: Teams, team: Team
) -> None:
    one, other, email = both
    path = f"/members/{one.members['viewer']}/"
    cloud.call("PATCH", path, other.email("admin"), {"is_active": False})
    assert tenants(cloud, email) == [one.id]
    for tenant_id in (other.id, team("admin").id, clock.new_id(), "MEMBERSHIPS", "", "x" * 3000):
        answer = cloud.call("PATCH", "/me/", email, {"tenant_id": tenant_id})
        assert_problem(answer, 404, "not_found")
    assert_problem(cloud.call("PATCH", "/me/", email, {"tenant_id": None}), 422, "invalid")
    cloud.forget(email)
    assert cloud.get("/me/", email).json["tenant"]["id"] == one.id


def test_who_is_deactivated_here_can_go_there(cloud: Cloud, both: Teams) -> None:
    one, other, email = both
    path = f"/members/{one.members['viewer']}/"
    cloud.call("PATCH", path, one.email("admin"), {"is_active": False})
    assert_problem(cloud.get("/tenant/", email), 403, "forbidden")
    assert tenants(cloud, email) == [other.id]
    assert switch(cloud, email, other.id).status == 200
    assert cloud.get("/tenant/", email).json["id"] == other.id


def test_who_is_removed_here_goes_on_there_with_their_password(cloud: Cloud, both: Teams) -> None:
    one, other, email = both
    path = f"/members/{one.members['viewer']}/"
    assert cloud.token(email)
    assert cloud.call("DELETE", path, one.email("admin")).status == 204
    # The token at hand is for the tenant that was left: it is good for choosing another one.
    me = cloud.get("/me/", email).json
    assert (me["roles"], me["tenant"]) == ([], {"id": one.id, "name": ""})
    assert [tenant["id"] for tenant in me["tenants"]] == [other.id]
    for path in ("/tenant/", "/assets/", "/inbox/"):
        assert_problem(cloud.get(path, email), 403, "forbidden")
    answer = cloud.call("PATCH", "/me/", email, {"tenant_id": one.id})
    assert_problem(answer, 404, "not_found")
    cloud.forget(email)
    assert cloud.get("/tenant/", email).json["id"] == other.id
    # Back again, they are who they were.
    body = {"email": email, "roles": ["viewer"]}
    back = cloud.post("/members/", one.email("admin"), body)
    assert (back.status, back.json["id"]) == (201, one.members["viewer"])
    assert set(tenants(cloud, email)) == {one.id, other.id}


def test_who_is_removed_everywhere_is_gone(cloud: Cloud, both: Teams) -> None:
    one, other, email = both
    cloud.token(email)
    path = f"/members/{one.members['viewer']}/"
    for tenant in (one, other):
        assert cloud.call("DELETE", path, tenant.email("admin")).status == 204
    assert_problem(cloud.get("/me/", email), 403, "forbidden")
    cognito = client("cognito-idp")
    with pytest.raises(cognito.exceptions.UserNotFoundException):
        cognito.admin_get_user(UserPoolId=settings().user_pool_id, Username=email)
    assert memberships.is_closed(one.members["viewer"])


def test_members_cannot_write_their_tenant_in_the_pool(cloud: Cloud) -> None:
    pool_client = client("cognito-idp").describe_user_pool_client(
        UserPoolId=settings().user_pool_id, ClientId=settings().jwt_audience
    )["UserPoolClient"]
    assert "custom:tenant_id" in pool_client["ReadAttributes"]
    assert pool_client["WriteAttributes"] == ["email"]


def test_of_two_removals_at_once_the_later_one_closes_the_account(
    cloud: Cloud, both: Teams
) -> None:
    one, other, email = both
    stale = memberships.of(one.members["viewer"])
    third = members.get(other.id, email)
    members.expel(third, SYSTEM, clock.now())
    # What was read before says that there is another tenant; the write finds that there is none.
    member = members.get(one.id, email)
    with pytest.MonkeyPatch.context() as patch:
        reads = [stale, memberships.of(member.id)]
        patch.setattr(memberships, "of", lambda _: reads.pop(0) if reads else None)
        members.expel(member, SYSTEM, clock.now())
    assert memberships.is_closed(member.id)


def test_an_invitation_at_the_moment_of_the_last_removal_makes_a_new_account(
    cloud: Cloud, team: Team
) -> None:
    one, other = team("admin", "viewer"), team("admin")
    email, seen = one.email("viewer"), []

    def closed(person_id: str) -> bool:
        found = is_closed(person_id)
        if not seen:  # between this look and the write the person leaves their last tenant
            seen.append(person_id)
            members.expel(members.get(one.id, email), SYSTEM, clock.now())
        return found

    is_closed = memberships.is_closed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memberships, "is_closed", closed)
        made = invitations.invite(other.id, email, ["viewer"], SYSTEM, clock.now())
    assert made.id != one.members["viewer"]
    assert memberships.is_closed(one.members["viewer"])
    kept = memberships.of(made.id)
    assert kept is not None
    assert set(kept.tenants or ()) == {other.id}


def test_an_invitation_that_can_never_come_about_changes_nothing(cloud: Cloud, team: Team) -> None:
    one, other = team("admin", "viewer"), team("admin")
    before = items()
    now = clock.now()
    refused = memberships.leaving(one.members["viewer"], other.id, None, now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memberships, "joining", lambda *_: refused)
        with pytest.raises(Conflict):
            invitations.invite(other.id, one.email("viewer"), ["viewer"], SYSTEM, now)
    assert items() == before
