"""The index comes true whatever happens to whoever keeps it."""

import itertools
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import tables
from chalicelib.core.entrypoint import Change
from chalicelib.core.tables import find
from chalicelib.search import following, index, orders, postings, terms
from chalicelib.search.bits import unpacked
from chalicelib.search.models import SLOTS, AssetTerms, Term, terms_key
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import Team


def found(cloud: Cloud, tenant: Tenant, q: str, who: str = "admin") -> list[str]:
    answer = cloud.get(f"/assets/?q={quote(q)}&sort=created_at&order=asc", tenant.email(who))
    assert answer.status == 200, answer.content
    return [item["title"] for item in answer.json["items"]]


def rename(cloud: Cloud, tenant: Tenant, asset_id: str, title: str) -> None:
    body = {"title": title}
    answer = cloud.call("PATCH", f"/assets/{asset_id}/", tenant.email("admin"), body)
    assert answer.status == 200, answer.content


def change_of(tenant: Tenant, asset_id: str) -> Change:
    """Give what the stream tells of an asset, whatever the asset is now."""
    image = {"pk": {"S": asset_key(tenant.id, asset_id)}, "sk": {"S": "ASSET"}}
    return Change("MODIFY", image, "1")


def written(tenant: Tenant, asset_id: str) -> dict[str, set[str]]:
    """Read by which terms an asset can be found, from the terms themselves."""
    entry = find(AssetTerms, terms_key(tenant.id, asset_id), "TERMS")
    assert entry is not None
    found_by: dict[str, set[str]] = {}
    for item in Term.scan(Term.pk.startswith(f"{tenant.id}#")):
        if "#" in str(item.sk):
            family, value = str(item.pk).partition("#")[2], str(item.sk).rpartition("#")[0]
            for slot in SLOTS:
                if unpacked(getattr(item, slot)) >> entry.ordinal & 1:
                    found_by.setdefault(slot, set()).add(f"{family}#{value}")
    return found_by


def true_of(tenant: Tenant, asset_id: str) -> dict[str, set[str]]:
    """Return by which terms an asset should be found."""
    read = find(AssetMetadata, asset_key(tenant.id, asset_id), "ASSET")
    assert read is not None
    return {slot: set(its) for slot, its in terms.by_slot(read, terms.Contents()).items() if its}


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "viewer")


def test_an_edit_is_found_by_its_new_words_alone(cloud: Cloud, acme: Tenant) -> None:
    made = asset(cloud, acme.id, acme.email("admin"), "approved!", title="Sommer am Meer")
    cloud.run(INDEX)
    assert found(cloud, acme, "som") == ["Sommer am Meer"] == found(cloud, acme, "meer", "viewer")
    rename(cloud, acme, made, "Winter am Berg")
    cloud.run(INDEX)
    assert (found(cloud, acme, "meer"), found(cloud, acme, "sommer")) == ([], [])
    assert found(cloud, acme, "berg winter") == ["Winter am Berg"]
    cloud.call("DELETE", f"/assets/{made}/", acme.email("admin"))
    cloud.run(INDEX)
    assert found(cloud, acme, "winter") == []


def test_changes_twice_late_and_in_any_order_end_the_same(cloud: Cloud, acme: Tenant) -> None:
    chance, admin = random.Random(3), acme.email("admin")
    made = [asset(cloud, acme.id, admin, "approved!", title=f"poster {n}") for n in range(4)]
    changes = []
    for round_ in range(6):
        for one in made:
            rename(cloud, acme, one, f"poster {round_} {chance.choice(['red', 'blue'])}")
            changes.append(change_of(acme, one))
        if round_ % 2:
            chance.shuffle(changes)
            following.follow(changes[: len(changes) // 2] * 2)
    following.follow(changes)
    for one in made:
        assert written(acme, one) == true_of(acme, one)
    assert len(found(cloud, acme, "poster 5")) == 4


def test_a_crash_at_any_write_is_mended_by_the_next_one(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asset(cloud, acme.id, acme.email("admin"), "approved!", title="red one")
    following.follow([change_of(acme, made)])
    real: Callable[..., Any] = tables._write
    titles = itertools.cycle(["blue two", "green three", "red one"])
    for cut in itertools.count():
        rename(cloud, acme, made, next(titles))
        left = itertools.count(cut, -1)

        def dying(write: Callable[[], object], left: Any = left) -> None:
            if next(left) == 0:
                raise SystemExit
            real(write)

        monkeypatch.setattr(tables, "_write", dying)
        try:
            following.follow([change_of(acme, made)])
            died = False
        except SystemExit:
            died = True
        monkeypatch.setattr(tables, "_write", real)
        if not died:
            break
        rename(cloud, acme, made, next(titles))  # what it died of is not what is said now
        following.follow([change_of(acme, made)])
        assert written(acme, made) == true_of(acme, made)
    assert cut > 4


def test_two_who_index_the_same_asset_at_once_leave_it_true(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asset(cloud, acme.id, acme.email("admin"), "approved!", title="red one")
    following.follow([change_of(acme, made)])
    real, write = index.apply, postings._write

    def first_write_finds_another(*work: Any) -> None:
        monkeypatch.setattr(postings, "_write", write)
        rename(cloud, acme, made, "yellow one")
        following.follow([change_of(acme, made)])
        write(*work)

    rename(cloud, acme, made, "blue one")
    monkeypatch.setattr(postings, "_write", first_write_finds_another)
    following.follow([change_of(acme, made)])
    assert written(acme, made) == true_of(acme, made)
    for when in ("before", "behind"):
        rename(cloud, acme, made, f"blue {when}")

        def slowly(tenant_id: str, changes: Any, when: str = when) -> None:
            monkeypatch.setattr(index, "apply", real)
            if when == "behind":
                real(tenant_id, changes)
            rename(cloud, acme, made, f"green {when}")
            following.follow([change_of(acme, made)])
            if when == "before":
                real(tenant_id, changes)

        monkeypatch.setattr(index, "apply", slowly)
        following.follow([change_of(acme, made)])
        assert written(acme, made) == true_of(acme, made)
        assert found(cloud, acme, "blue") == []
        assert found(cloud, acme, when) == [f"green {when}"]


def test_the_index_knows_nothing_of_what_was_purged(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    made = asset(cloud, acme.id, admin, "uploading", title="short lived")
    cloud.run(INDEX)
    assert found(cloud, acme, "lived") == ["short lived"]
    assert cloud.call("DELETE", f"/assets/{made}/?purge=true", admin).status == 204
    cloud.run(INDEX)
    assert find(AssetTerms, terms_key(acme.id, made), "TERMS") is None
    assert [item for item in Term.scan(Term.pk.startswith(acme.id)) if item.both] == []
    following.follow([change_of(acme, made)])
    assert find(AssetTerms, terms_key(acme.id, made), "TERMS") is None


def test_what_other_tables_items_tell_is_passed_over(acme: Tenant) -> None:
    following.follow([Change("REMOVE", {}, "1"), Change("INSERT", {"sk": {"S": "V#000001"}}, "2")])


@pytest.mark.parametrize(
    "said",
    [
        {"title": "x" * 500},
        {"description": "word " * 2000},
        {"description": "\u202eright to left\u202c e\u0301 🎉" * 50},
        {"tags": [f"tag {n}" for n in range(200)], "keywords": ["#", "a#b", "x" * 200]},
        {"category": "/".join("c" * 9 for _ in range(50))},
        {"category": "ü" * 500},
        {"custom_fields": {"f" * 200: "v" * 5000, "a=b": "c", "list": ["#", ""]}},
    ],
)
def test_whatever_may_be_said_is_indexed(cloud: Cloud, acme: Tenant, said: dict[str, Any]) -> None:
    admin = acme.email("admin")
    made = asset(cloud, acme.id, admin, "approved!", title="plain")
    answer = cloud.call("PATCH", f"/assets/{made}/", admin, said)
    assert answer.status == 200, answer.content
    following.follow([change_of(acme, made)])
    assert written(acme, made) == true_of(acme, made)


@pytest.mark.parametrize("who", ["admin", "viewer"])
def test_every_order_is_walked_from_its_index(
    cloud: Cloud, acme: Tenant, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_FEW", 0)
    for size, title in ((30, "b"), (10, "c"), (20, "a")):
        asset(cloud, acme.id, acme.email("admin"), "approved!", title=title, size_bytes=size)
    cloud.run(INDEX)
    for sort, wanted in (
        ("created_at", "bca"),
        ("updated_at", "bca"),
        ("title", "abc"),
        ("size_bytes", "cab"),
    ):
        for order in ("asc", "desc"):
            query = f"kind=image&sort={sort}&order={order}"
            items = cloud.get(f"/assets/?{query}", acme.email(who)).json["items"]
            found = "".join(item["title"] for item in items)
            assert found == (wanted if order == "asc" else wanted[::-1]), query
