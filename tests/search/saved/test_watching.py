"""Whoever saved a search is told what it finds anew: once, many in one, whatever dies meanwhile."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.outbox import AuditRecord, month_key
from chalicelib.core.tables import find
from chalicelib.processing import sweeper
from chalicelib.search import index
from chalicelib.search.saved import searches, waking, watching
from chalicelib.search.saved.models import WATCH, WATCHED, Watch, Watched
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.crashes import Crash, Faults, How
from tests.shared import Team, assert_problem


class Watcher:
    """A tenant in which somebody has saved a search that notifies them."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def save(self, who: str, notify: bool = True, **query: Any) -> str:
        body = {"name": "Summer", "query": query, "notify": notify}
        self.cloud.run(INDEX)
        made = self.cloud.post("/searches/", self.tenant.email(who), body)
        assert made.status == 201, made.content
        assert made.json["notify"] is notify
        return str(made.json["id"])

    def add(self, who: str, title: str, status: str = "approved!", **more: Any) -> str:
        email = self.tenant.email(who)
        return asset(self.cloud, self.tenant.id, email, status, title=title, **more)

    def edit(self, who: str, asset_id: str, **said: Any) -> None:
        answer = self.cloud.call("PATCH", f"/assets/{asset_id}/", self.tenant.email(who), said)
        assert answer.status == 200, answer.content

    def settle(self) -> None:
        """Let the index catch up, and nothing change for a while."""
        self.cloud.run(INDEX)
        for minutes in (2, 4):
            sweeper.sweep(clock.now() + timedelta(minutes=minutes))
        self.cloud.run()

    def told(self, who: str) -> list[str]:
        """Return what a member has been told by now, the newest first."""
        self.settle()
        items = self.cloud.get("/inbox/?limit=200", self.tenant.email(who)).json["items"]
        assert all(item["kind"] == "saved_search" for item in items), items
        return [item["title"] for item in items]


@pytest.fixture
def acme(cloud: Cloud, team: Team) -> Watcher:
    return Watcher(cloud, team("admin", "editor", "other=editor", "contributor", "viewer"))


def test_a_match_is_told_once_and_what_was_there_is_none(acme: Watcher) -> None:
    old = acme.add("other", "old summer")
    search = acme.save("editor", q="summer")
    assert acme.told("editor") == []
    one = acme.add("other", "first summer")
    acme.add("other", "winter")
    assert acme.told("editor") == ["New in “Summer”: “first summer”"]
    (item,) = acme.cloud.get("/inbox/", acme.tenant.email("editor")).json["items"]
    assert (item["asset_id"], item["link"].partition("?")[2]) == (one, f"asset={one}")
    for title in ("winter again", "summer once more"):
        acme.edit("other", one, title=title)
        acme.edit("other", old, title=title)
        assert len(acme.told("editor")) == 1
    month = AuditRecord.query(month_key(acme.tenant.id, clock.now()))
    records = [one for one in month if one.action == watching.MATCHED]
    assert [one.subject.id for one in records] == [search]
    assert acme.told("other") == []


def test_one_s_own_deeds_are_no_news(acme: Watcher) -> None:
    acme.save("editor", q="summer")
    own = acme.add("editor", "my summer")
    theirs = acme.add("other", "their winter")
    assert acme.told("editor") == []
    acme.edit("editor", theirs, title="their summer, as I say")
    assert acme.told("editor") == []
    mine = acme.add("editor", "my winter")
    acme.settle()
    acme.edit("other", mine, title="my winter is summer")
    assert acme.told("editor") == ["New in “Summer”: “my winter is summer”"]
    acme.edit("other", own, title="summer of others")
    assert len(acme.told("editor")) == 1


def test_nobody_is_told_of_what_they_do_not_see(acme: Watcher) -> None:
    acme.save("viewer", q="summer")
    acme.save("contributor", q="summer")
    hidden = acme.add("other", "secret summer", "approved")
    assert acme.told("viewer") == acme.told("contributor") == []
    answer = acme.cloud.post(f"/assets/{hidden}/versions/1/publish/", acme.tenant.email("admin"))
    assert answer.status == 200, answer.content
    assert acme.told("viewer") == ["New in “Summer”: “secret summer”"]
    assert acme.told("contributor") == ["New in “Summer”: “secret summer”"]


def test_what_is_hidden_before_it_is_told_is_not_told(acme: Watcher) -> None:
    acme.save("viewer", q="summer")
    seen, hidden = acme.add("other", "summer seen"), acme.add("other", "summer hidden")
    acme.cloud.run(INDEX)
    for minutes in (2, 4):
        sweeper.sweep(clock.now() + timedelta(minutes=minutes))
    path = f"/assets/{hidden}/versions/1/unpublish/"
    assert acme.cloud.post(path, acme.tenant.email("admin")).status == 200
    assert acme.told("viewer") == ["New in “Summer”: “summer seen”"]
    (item,) = acme.cloud.get("/inbox/", acme.tenant.email("viewer")).json["items"]
    assert item["asset_id"] == seen


def copies(acme: Watcher, asset_id: str, count: int) -> None:
    """Add copies of an asset, and let them be found."""
    original = find(AssetMetadata, asset_key(acme.tenant.id, asset_id), "ASSET")
    assert original is not None
    ids = [clock.new_id(clock.now()) for _ in range(count)]
    with AssetMetadata.batch_write() as batch:
        for one in ids:
            copy = AssetMetadata.from_raw_data(original.serialize())
            copy.pk, copy.asset_id = asset_key(acme.tenant.id, one), one
            batch.save(copy)
    index.update_index(acme.tenant.id, ids)


def test_many_are_one_message(acme: Watcher) -> None:
    search = acme.save("editor", q="summer")
    one = acme.add("other", "summer")
    copies(acme, one, 250)
    assert acme.told("editor") == ["New in “Summer”: 251 assets"]
    (item,) = acme.cloud.get("/inbox/", acme.tenant.email("editor")).json["items"]
    assert (item["asset_id"], item["link"].partition("?")[2]) == ("", f"search={search}")
    copies(acme, one, 2)
    acme.edit("other", one, description="a change, which wakes those who look")
    assert acme.told("editor")[0] == "New in “Summer”: 2 assets"


def test_they_are_told_in_time_although_things_go_on_changing(acme: Watcher) -> None:
    acme.save("editor", q="summer")
    acme.settle()
    acme.add("other", "summer")
    begun = clock.now()
    for minutes in range(2, 20):
        acme.cloud.run(INDEX)
        waking.wake(acme.tenant.id, begun + timedelta(minutes=minutes))
        sweeper.sweep(begun + timedelta(minutes=minutes))
    acme.cloud.run()
    items = acme.cloud.get("/inbox/", acme.tenant.email("editor")).json["items"]
    assert [item["title"] for item in items] == ["New in “Summer”: “summer”"]


@pytest.mark.parametrize("how", ["before", "after"])
def test_whoever_dies_loses_and_doubles_nothing(
    acme: Watcher, how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.save("editor", q="summer")
    acme.settle()
    faults = Faults(monkeypatch)
    later = itertools.count(1)
    for calls in itertools.count(1):
        acme.add("other", f"summer {calls}")
        acme.cloud.run(INDEX)
        begun = clock.now()
        faults.arm(calls, how)
        try:
            with faults.process():
                for _ in range(2):
                    watching.look(acme.tenant.id, begun + timedelta(minutes=3 * next(later)))
        except Crash:
            pass
        fired = faults.fired
        faults.disarm()
        for _ in range(2):
            watching.look(acme.tenant.id, begun + timedelta(minutes=3 * next(later)))
        acme.cloud.run()
        items = acme.cloud.get("/inbox/?limit=200", acme.tenant.email("editor")).json["items"]
        assert [item["title"] for item in items] == [
            f"New in “Summer”: “summer {number}”" for number in range(calls, 0, -1)
        ]
        if not fired:
            break
    assert calls > 8


def test_two_who_look_at_once_tell_once(acme: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    acme.save("editor", q="summer")
    acme.add("other", "summer")
    acme.cloud.run(INDEX)
    real = watching._news

    def while_another_looks(*of: Any) -> Any:
        monkeypatch.setattr(watching, "_news", real)
        watching.look(acme.tenant.id, clock.now() + timedelta(minutes=4))
        return real(*of)

    watching.look(acme.tenant.id, clock.now() + timedelta(minutes=2))
    monkeypatch.setattr(watching, "_news", while_another_looks)
    assert acme.told("editor") == ["New in “Summer”: “summer”"]


def test_what_changes_while_somebody_looks_is_looked_at_again(
    acme: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.save("editor", q="summer")
    acme.settle()
    acme.edit("other", acme.add("other", "winter"), description="wakes")
    acme.cloud.run(INDEX)
    real = watching._tell_all

    def and_more_comes(*of: Any) -> None:
        monkeypatch.setattr(watching, "_tell_all", real)
        real(*of)
        acme.add("other", "late summer")
        acme.cloud.run(INDEX)

    monkeypatch.setattr(watching, "_tell_all", and_more_comes)
    assert acme.told("editor") == []
    watch = find(Watch, acme.tenant.id, WATCH)
    assert watch is not None
    assert watch.due_at is not None
    for minutes in (10, 20):
        watching.look(acme.tenant.id, clock.now() + timedelta(minutes=minutes))
    assert acme.told("editor") == ["New in “Summer”: “late summer”"]


def test_it_is_switched_on_and_off_and_ends_with_the_search(acme: Watcher) -> None:
    search = acme.save("editor", notify=False, q="summer")
    path, editor = f"/searches/{search}/", acme.tenant.email("editor")
    acme.add("other", "before")
    acme.add("other", "summer before")
    assert acme.told("editor") == []
    answer = acme.cloud.call("PATCH", path, editor, {"notify": True, "name": "Hot"})
    assert (answer.status, answer.json["notify"], answer.json["name"]) == (200, True, "Hot")
    acme.add("other", "summer on")
    assert acme.told("editor") == ["New in “Hot”: “summer on”"]
    assert acme.cloud.call("PATCH", path, editor, {"notify": False}).json["notify"] is False
    acme.add("other", "summer off")
    assert len(acme.told("editor")) == 1
    assert acme.cloud.call("PATCH", path, editor, {"notify": True}).status == 200
    assert len(acme.told("editor")) == 1  # what came meanwhile is none
    assert acme.cloud.call("DELETE", path, editor).status == 204
    acme.add("other", "summer without a search")
    assert len(acme.told("editor")) == 1
    assert find(Watched, acme.tenant.id, f"{WATCHED}{search}") is None


def test_whoever_is_away_is_told_when_they_come_back(acme: Watcher) -> None:
    acme.save("editor", q="summer")
    path = f"/members/{acme.tenant.members['editor']}/"
    admin = acme.tenant.email("admin")
    assert acme.cloud.call("PATCH", path, admin, {"is_active": False}).status == 200
    acme.add("other", "summer")
    acme.settle()
    assert acme.cloud.call("PATCH", path, admin, {"is_active": True}).status == 200
    acme.add("other", "winter")
    assert acme.told("editor") == ["New in “Summer”: “summer”"]


@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_every_filter_may_be_watched(acme: Watcher, who: str) -> None:
    like = acme.add("other", "like this")
    since = clock.timestamp(clock.now())
    times = {"created_after": since, "created_before": "2100-01-01T00:00:00Z"}
    acme.save(who, min_size_bytes=41, max_size_bytes=1_000_000, **times)
    acme.save(who, similar_to=like)
    acme.save(who, q="summer night", tag=["hot"], category="menus", kind="image")
    acme.add("other", "too small")
    said = {"tags": ["Hot"], "category": "menus/summer", "size_bytes": 50}
    acme.add("other", "a summer's night", **said)
    assert acme.told(who) == ["New in “Summer”: “a summer's night”"] * 2


def test_a_search_by_likeness_to_what_is_gone_finds_nothing(acme: Watcher) -> None:
    made = acme.add("other", "summer")
    acme.save("viewer", similar_to=made)
    path = f"/assets/{made}/versions/1/unpublish/"
    assert acme.cloud.post(path, acme.tenant.email("admin")).status == 200
    assert acme.told("viewer") == []


def test_a_tenant_without_such_searches_pays_one_read(
    acme: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.save("editor", notify=False, q="summer")
    faults = Faults(monkeypatch)
    with faults.process() as calls:
        waking.wake(acme.tenant.id, clock.now())
    assert calls == ["dynamodb:GetItem"]


def test_changes_of_a_search_are_checked(acme: Watcher) -> None:
    path = f"/searches/{acme.save('editor', q='summer')}/"
    editor, viewer = acme.tenant.email("editor"), acme.tenant.email("viewer")
    for body in ({"name": ""}, {"name": "\n"}, {"notify": "yes"}, {"query": {}}):
        assert_problem(acme.cloud.call("PATCH", path, editor, body), 422, "invalid")
    assert acme.cloud.call("PATCH", path, editor, {"shared": True}).json["shared"]
    assert_problem(acme.cloud.call("PATCH", path, viewer, {"name": "Mine"}), 403, "forbidden")
    assert len(searches.notifying(acme.tenant.id)) == 1
