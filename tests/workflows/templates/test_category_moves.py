"""Templates go with their category, in every form they had, and hold for both paths meanwhile."""

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.templates import category_moves, matching, registry
from chalicelib.workflows.templates.matching import Subject
from tests.cloud import Cloud, Tenant
from tests.shared import Team, cloud, team

__all__ = ["cloud", "team"]

STEP = {"id": "s", "name": "S", "approvers": {"type": "roles", "roles": ["admin"]}}


def made(cloud: Cloud, tenant: Tenant, category: str | None) -> str:
    body = {"name": "T", "content_type": "*", "category": category, "steps": [STEP]}
    answer = cloud.post("/workflow_templates/", tenant.email("admin"), body)
    assert answer.status == 201, answer.content
    return str(answer.json["id"])


def applies(templates: list[WorkflowTemplate], category: str) -> str | None:
    found = matching.matching(templates, Subject("image/png", 1, category, "someone"))
    return None if found is None else str(found.id)


def test_a_template_holds_for_both_paths_until_the_move_ends(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    one, other = made(cloud, tenant, "menus/summer"), made(cloud, tenant, "posters")
    before = clock.timestamp(clock.now())
    body = {"name": "T2", "content_type": "*", "category": "menus/summer", "steps": [STEP]}
    path = f"/workflow_templates/{one}/"
    assert cloud.call("PUT", path, tenant.email("admin"), body).status == 200

    def found(category: str) -> tuple[str | None, str | None]:
        """Which template applies, now and to what was judged before it was changed."""
        now, then = registry.every(tenant.id), registry.in_force(tenant.id, before)
        return applies(now, category), applies(then, category)

    for _ in range(2):  # as when a move goes on
        category_moves.begin(tenant.id, "menus", "food", SYSTEM, clock.now())
        assert found("menus/summer/kids") == found("food/summer") == (one, one)
    category_moves.end(tenant.id, "menus")
    assert found("food/summer/kids") == (one, one)
    assert found("menus/summer") == (None, None)
    assert found("posters/a") == (other, other)
    assert cloud.get(path, tenant.email("admin")).json["category"] == "food/summer"


def test_one_who_edits_a_template_meanwhile_loses_nothing(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    one, everywhere = made(cloud, tenant, "menus"), made(cloud, tenant, None)
    stale = registry.get(tenant.id, one)
    body = {"name": "T2", "content_type": "*", "category": "menus/kids", "steps": [STEP]}
    assert (
        cloud.call("PUT", f"/workflow_templates/{one}/", tenant.email("admin"), body).status == 200
    )
    category_moves._move(stale, "menus", "food", SYSTEM, clock.now())
    fresh = registry.get(tenant.id, one)
    assert (fresh.values["name"], fresh.values["category"]) == ("T2", "food/kids")
    assert applies(registry.every(tenant.id), "elsewhere") == everywhere
