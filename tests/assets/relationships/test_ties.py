"""Relationships hold at both ends, never lead in a circle, and go with their assets."""

import itertools
import os
import random
import threading
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.assets import purging, trash
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.relationships import ties
from chalicelib.assets.relationships.models import (
    RELATED,
    AssetRelationship,
    RelatedTargets,
    RelationshipGraph,
    graph_key,
)
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import find
from tests.assets.stages import asset
from tests.cloud import Answer, Cloud, Tenant
from tests.crashes import Crash, Faults
from tests.shared import assert_problem, audit, cloud

__all__ = ["cloud"]


class Web:
    """A tenant's assets, and what relates them."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def asset(self, status: str = "uploading", who: str = "editor") -> str:
        return asset(self.cloud, self.tenant.id, self.tenant.email(who), status)

    def assets(self, count: int) -> list[str]:
        return [self.asset() for _ in range(count)]

    def item(self, asset_id: str) -> AssetMetadata:
        found = find(AssetMetadata, asset_key(self.tenant.id, asset_id), "ASSET")
        assert found is not None
        return found

    def call(
        self, method: str, asset_id: str, path: str = "", who: str = "editor", **more: Any
    ) -> Answer:
        path = f"/assets/{asset_id}/relationships/{path}"
        return self.cloud.call(method, path, self.tenant.email(who), **more)

    def relate(
        self, source: str, target: str, kind: str = "depends_on", who: str = "editor", **more: Any
    ) -> Answer:
        body = {"target_id": target, "kind": kind} | more
        return self.call("POST", source, who=who, body=body)

    def made(self, source: str, target: str, kind: str = "depends_on", **more: Any) -> Any:
        answer = self.relate(source, target, kind, **more)
        assert answer.status == 201, answer.content
        return answer.json

    def shown(self, asset_id: str, query: str = "", who: str = "editor") -> list[tuple[str, ...]]:
        answer = self.call("GET", asset_id, query, who)
        assert answer.status == 200, answer.content
        return [
            (one["direction"], one["kind"], one["source_id"], one["target_id"])
            for one in answer.json["items"]
        ]

    def used(self, asset_id: str, who: str = "editor") -> int:
        path = f"/assets/{asset_id}/usage/"
        return int(self.cloud.get(path, self.tenant.email(who)).json["relationships"])

    def purge(self, asset_id: str) -> None:
        assert trash.purge(self.item(asset_id), SYSTEM, clock.now())
        purging.work(self.item(asset_id), clock.now())

    def stored(self, asset_id: str) -> int:
        pk = asset_key(self.tenant.id, asset_id)
        return len(list(AssetRelationship.query(pk, AssetRelationship.sk.startswith("RELATION#"))))


@pytest.fixture(scope="module")
def web(cloud: Cloud) -> Web:
    who = ("admin", "editor", "contributor", "viewer", "moderator")
    return Web(cloud, cloud.tenant("acme", *who))


def test_a_relationship_is_shown_in_both_directions_and_removed_from_either(web: Web) -> None:
    one, two = web.assets(2)
    made = web.made(one, two, "derived_from", note=" The poster ")
    assert (made["direction"], made["note"]) == ("outgoing", "The poster")
    assert made["created_by"]["email"] == web.tenant.email("editor")
    assert web.shown(one) == [("outgoing", "derived_from", one, two)]
    assert web.shown(two) == [("incoming", "derived_from", one, two)]
    assert web.shown(two, "?direction=outgoing") == web.shown(two, "?kind=related") == []
    assert (web.used(one), web.used(two)) == (1, 1)
    assert_problem(web.relate(one, two, "derived_from"), 409, "conflict")
    other = web.made(one, two, "replaces")
    assert web.call("DELETE", two, f"{made['id']}/").status == 204
    assert web.shown(one) == [("outgoing", "replaces", one, two)]
    assert_problem(web.call("DELETE", two, f"{made['id']}/"), 404, "not_found")
    assert web.call("DELETE", one, f"{other['id']}/").status == 204
    assert web.shown(two) == []
    assert web.made(one, two, "derived_from")["id"] != made["id"]
    trail = audit(web.cloud, web.tenant.email("admin"), f"&subject={one}")
    deeds = [entry["action"] for entry in trail if entry["action"].startswith("relationship.")]
    assert deeds == [f"relationship.{deed}" for deed in (
        "created", "deleted", "deleted", "created", "created"
    )]  # fmt: skip


def test_what_is_related_is_so_both_ways(web: Web) -> None:
    one, two = web.assets(2)
    made = web.made(two, one, "related")
    assert_problem(web.relate(one, two, "related"), 409, "conflict")
    assert_problem(web.relate(two, one, "related"), 409, "conflict")
    assert web.call("DELETE", one, f"{made['id']}/").status == 204
    assert web.made(one, two, "related")


@pytest.mark.parametrize("kind", ["depends_on", "part_of"])
def test_no_chain_leads_back_however_long_it_is(web: Web, kind: str) -> None:
    assets = web.assets(7)
    for source, target in itertools.pairwise(assets):
        web.made(source, target, kind)
    for start in (0, 3, 5, 6):
        assert_problem(web.relate(assets[-1], assets[start], kind), 409, "relationship_cycle")
    web.made(assets[-1], assets[0], "derived_from")
    web.made(assets[0], assets[-1], kind)  # a short cut is none
    other = "part_of" if kind == "depends_on" else "depends_on"
    web.made(assets[-1], assets[0], other)
    web.call("DELETE", assets[3], f"{web.call('GET', assets[3]).json['items'][1]['id']}/")
    middle = [one for one in web.shown(assets[3]) if one[0] == "outgoing"]
    assert middle == []
    assert_problem(web.relate(assets[-1], assets[0], kind), 409, "relationship_cycle")


def test_hundreds_of_steps_are_followed(web: Web) -> None:
    first, last = web.assets(2)
    ids = [first, *(clock.new_id() for _ in range(298)), last]
    with RelatedTargets.batch_write() as batch:
        for source, target in itertools.pairwise(ids):
            pk = asset_key(web.tenant.id, source)
            batch.save(RelatedTargets(pk, RELATED, targets={"part_of": [target]}, revision=1))
    assert_problem(web.relate(last, first, "part_of"), 409, "relationship_cycle")
    web.made(first, last, "part_of")


def test_the_trash_hides_a_relationship_and_still_counts_in_circles(web: Web) -> None:
    one, two, three = web.assets(3)
    web.made(one, two)
    web.made(two, three)
    trash.trash(web.item(two), SYSTEM, clock.now())
    assert web.shown(one) == web.shown(three) == []
    assert web.used(one) == 0
    assert_problem(web.relate(three, one), 409, "relationship_cycle")
    assert_problem(web.relate(two, one, "related"), 409, "asset_trashed")
    assert_problem(web.relate(one, two, "related"), 409, "asset_trashed")
    trash.restore(web.item(two), SYSTEM, clock.now())
    assert len(web.shown(two)) == 2
    web.purge(two)
    assert (web.stored(one), web.stored(three), web.used(one)) == (0, 0, 0)
    assert web.made(three, one)


@pytest.mark.parametrize("kind", ["derived_from", "related"])
def test_a_purge_that_was_cut_off_is_taken_up_again(
    web: Web, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = Faults(monkeypatch)
    before, gone, after = web.assets(3)
    web.made(before, gone, kind)
    web.made(gone, after, kind)
    assert trash.purge(web.item(gone), SYSTEM, clock.now())
    for calls in range(1, 40):
        faults.arm(calls, "after")
        with suppress(Crash), faults.process():
            purging.work(web.item(gone), clock.now())
        if not faults.fired or find(AssetMetadata, asset_key(web.tenant.id, gone), "ASSET") is None:
            break
    assert (web.stored(before), web.stored(after)) == (0, 0)
    for one in (before, after):
        named = find(RelatedTargets, asset_key(web.tenant.id, one), RELATED)
        assert named is None or not any(named.targets.values())


def test_only_editors_of_the_source_change_its_relationships(web: Web) -> None:
    own, public = web.asset("approved!", "contributor"), web.asset("approved!")
    hidden = web.asset("approved")
    for who in ("viewer", "moderator"):
        assert_problem(web.relate(own, public, who=who), 403, "forbidden")
    assert_problem(web.relate(public, own, who="contributor"), 403, "forbidden")
    assert_problem(web.relate(own, hidden, who="contributor"), 404, "not_found")
    assert_problem(web.relate(hidden, own, who="contributor"), 404, "not_found")
    web.made(own, public, who="contributor")
    incoming = web.made(public, own, "replaces")
    refused = web.call("DELETE", own, f"{incoming['id']}/", "contributor")
    assert_problem(refused, 403, "forbidden")
    secret = web.made(hidden, own, "replaces")
    assert len(web.shown(own)) == 3
    assert len(web.shown(own, who="viewer")) == len(web.shown(own, who="contributor")) == 2
    assert (web.used(own), web.used(own, "viewer")) == (3, 2)
    unseen = web.call("DELETE", own, f"{secret['id']}/", "contributor")
    assert_problem(unseen, 404, "not_found")
    first = web.call("GET", own, "?limit=1", "viewer").json
    rest = web.call("GET", own, f"?limit=1&cursor={first['next_cursor']}", "viewer").json
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)


def test_what_is_wrong_is_told(web: Web, cloud: Cloud) -> None:
    one = web.asset()
    globex = cloud.tenant("globex", "admin")
    foreign = asset(cloud, globex.id, globex.email("admin"), "uploading")
    for target in (foreign, clock.new_id(), "", "x" * 3000, "\0"):
        assert_problem(web.relate(one, target), 404, "not_found")
    assert_problem(web.relate(one, one), 409, "relationship_cycle")
    assert_problem(web.relate(one, one, "related"), 422, "invalid")
    for more in ({"kind": "likes"}, {"note": "\0"}, {"note": " \n"}, {"note": "x" * 2001}):
        body = {"target_id": one, "kind": "replaces"} | more
        assert_problem(web.call("POST", one, body=body), 422, "invalid")
    assert_problem(web.call("POST", one, body={"kind": "related"}), 422, "invalid")


def test_the_same_request_sent_again_relates_once(web: Web) -> None:
    one, two = web.assets(2)
    body, key = {"target_id": two, "kind": "part_of"}, {"idempotency-key": "k"}
    answers = [web.call("POST", one, body=body, headers=key).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(web.shown(one)) == 1


def test_an_asset_is_related_to_so_many_others(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ties, "MOST_TARGETS", 2)
    one, *others = web.assets(4)
    web.made(one, others[0])
    web.made(one, others[1], "replaces")
    assert_problem(web.relate(one, others[2]), 409, "conflict")
    web.made(others[2], one)


def test_two_that_would_close_a_circle_together_never_both_come_about(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = web.assets(2)
    web.made(one, web.asset())
    plain, raced = ties.graph.leads_to, threading.Event()

    def overtaken(tenant_id: str, kind: str, start: str, goal: str) -> bool:
        found = plain(tenant_id, kind, start, goal)
        if not raced.is_set():
            raced.set()
            web.made(two, one)
        return found

    monkeypatch.setattr(ties.graph, "leads_to", overtaken)
    assert_problem(web.relate(one, two), 409, "relationship_cycle")
    assert len(web.shown(two)) == 1
    counted = find(RelationshipGraph, web.tenant.id, graph_key("depends_on"))
    assert counted is not None


def test_relationships_of_chance_stay_as_a_model_says(web: Web) -> None:
    rounds = int(os.environ.get("REEF_EXAMPLES", "60"))
    chance = random.Random(17)
    assets, edges = web.assets(6), dict[tuple[str, str, str], str]()
    trashed: set[str] = set()

    def leads(kind: str, start: str, goal: str) -> bool:
        level, seen = [start], {start}
        while level:
            level = [t for s, t, k in edges if k == kind and s in level and t not in seen]
            seen.update(level)
        return goal in seen

    for _ in range(rounds):
        source, target = chance.choice(assets), chance.choice(assets)
        kind = chance.choice(("depends_on", "part_of", "related", "replaces"))
        deed = chance.random()
        if deed < 0.1 and len(trashed) < 2:
            trash.trash(web.item(source), SYSTEM, clock.now())
            trashed.add(source)
        elif deed < 0.2 and trashed:
            back = trashed.pop()
            trash.restore(web.item(back), SYSTEM, clock.now())
        elif deed < 0.25 and source not in trashed:
            web.purge(source)
            edges = {edge: made for edge, made in edges.items() if source not in edge}
            assets[assets.index(source)] = web.asset()
        elif deed < 0.45 and edges:
            edge = chance.choice(sorted(edges))
            answer = web.call("DELETE", edge[chance.randrange(2)], f"{edges[edge]}/")
            hidden = bool(trashed & {*edge})
            if hidden and answer.status == 404:
                continue
            assert answer.status == 204
            del edges[edge]
        else:
            answer = web.relate(source, target, kind)
            twice = (source, target, kind) in edges
            twice |= kind == "related" and (target, source, kind) in edges
            if source == target and kind not in ("depends_on", "part_of"):
                assert answer.status == 422
            elif source != target and trashed & {source, target}:
                assert_problem(answer, 409, "asset_trashed")
            elif kind in ("depends_on", "part_of") and leads(kind, target, source):
                assert_problem(answer, 409, "relationship_cycle")
            elif twice:
                assert_problem(answer, 409, "conflict")
            else:
                assert answer.status == 201, answer.content
                edges[source, target, kind] = answer.json["id"]
    for one in assets:
        seen = {(s, t, k) for _, k, s, t in web.shown(one)}
        expected = {edge for edge in edges if one in edge and not (trashed - {one}) & {*edge}}
        assert seen == expected
        assert web.used(one) == len(expected)
