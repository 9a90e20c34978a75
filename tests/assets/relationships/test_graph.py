"""Chains are followed level by level, a hundred assets a request, up to a bound."""

import pytest

from chalicelib.assets.models import asset_key
from chalicelib.assets.relationships import graph
from chalicelib.assets.relationships.models import RELATED, RelatedTargets
from chalicelib.core import clock
from tests.cloud import Cloud
from tests.shared import cloud

__all__ = ["cloud"]


def keep(tenant_id: str, kind: str, edges: dict[str, list[str]]) -> None:
    for source, targets in edges.items():
        pk = asset_key(tenant_id, source)
        RelatedTargets(pk, RELATED, targets={kind: targets}, revision=1).save()


def test_a_goal_is_found_at_any_depth_by_its_kind_alone(cloud: Cloud) -> None:
    tenant_id = clock.new_id()
    keep(tenant_id, "part_of", {"a": ["b", "c"], "b": ["d"], "c": ["d", "a"], "d": ["e"]})
    found = {goal: graph.leads_to(tenant_id, "part_of", "b", goal) for goal in "abcde"}
    assert found == {"a": False, "b": True, "c": False, "d": True, "e": True}
    assert graph.leads_to(tenant_id, "part_of", "a", "e")
    assert not graph.leads_to(tenant_id, "depends_on", "a", "e")
    assert not graph.leads_to(clock.new_id(), "part_of", "a", "e")
    assert graph.targets_of(tenant_id, "part_of", ["a", "c", "x"]) == ["b", "c", "d", "a"]


def test_where_too_many_hang_together_nothing_is_guessed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id = clock.new_id()
    keep(tenant_id, "part_of", {"a": [str(number) for number in range(9)], "8": ["z"]})
    assert graph.leads_to(tenant_id, "part_of", "a", "z")
    monkeypatch.setattr(graph, "MOST_FOLLOWED", 5)
    with pytest.raises(graph.ChainTooLong):
        graph.leads_to(tenant_id, "part_of", "a", "z")
