"""Who is asking: everybody can read it, the deactivated too."""

import pytest

from chalicelib.core import clock
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "lawyer=viewer,Legal Team")


def test_members_read_who_they_are_and_their_roles(cloud: Cloud, acme: Tenant) -> None:
    assert cloud.get("/me/", acme.email("lawyer")).json == {
        "id": acme.members["lawyer"],
        "email": acme.email("lawyer"),
        "roles": ["Legal Team", "viewer"],
        "tenant": {"id": acme.id, "name": "acme"},
        "tenants": [{"id": acme.id, "name": "acme"}],
    }


def test_a_change_of_roles_is_seen_at_once(cloud: Cloud, team: Team) -> None:
    mine = team("admin", "viewer")
    path = f"/members/{mine.members['viewer']}/"
    cloud.call("PATCH", path, mine.email("admin"), {"roles": ["editor"]})
    assert cloud.get("/me/", mine.email("viewer")).json["roles"] == ["editor"]


def test_the_deactivated_read_who_they_are_and_that_they_can_work_nowhere(
    cloud: Cloud, team: Team
) -> None:
    mine = team("admin", "viewer")
    path, viewer = f"/members/{mine.members['viewer']}/", mine.email("viewer")
    cloud.call("PATCH", path, mine.email("admin"), {"is_active": False})
    me = cloud.get("/me/", viewer).json
    assert (me["id"], me["tenant"]["id"]) == (mine.members["viewer"], mine.id)
    assert me["tenants"] == []
    assert_problem(cloud.get("/tenant/", viewer), 403, "forbidden")
    answer = cloud.call("PATCH", "/me/", viewer, {"tenant_id": mine.id})
    assert_problem(answer, 404, "not_found")


def test_who_was_removed_is_nobody_here(cloud: Cloud, team: Team) -> None:
    mine = team("admin", "viewer")
    cloud.token(mine.email("viewer"))
    cloud.call("DELETE", f"/members/{mine.members['viewer']}/", mine.email("admin"))
    assert_problem(cloud.get("/me/", mine.email("viewer")), 403, "forbidden")


def test_one_chooses_among_the_tenants_where_one_is_active(
    cloud: Cloud, acme: Tenant, team: Team
) -> None:
    admin, other = acme.email("admin"), team("admin")
    answer = cloud.call("PATCH", "/me/", admin, {"tenant_id": acme.id})
    assert (answer.status, answer.json) == (200, cloud.get("/me/", admin).json)
    for tenant_id in (other.id, clock.new_id(), "x", ""):
        answer = cloud.call("PATCH", "/me/", admin, {"tenant_id": tenant_id})
        assert_problem(answer, 404, "not_found")
    assert_problem(cloud.call("PATCH", "/me/", admin, {}), 422, "invalid")
