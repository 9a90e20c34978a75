"""Every combination of filters, orders and pages finds what looking at each asset finds.

`REEF_EXAMPLES=500 pytest tests/search/test_random_queries.py --timeout 0` asks many more;
`REEF_SEED` makes another library.
"""

import os
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.search import bits, index, orders, postings
from tests.cloud import INDEX, Cloud
from tests.search import oracle
from tests.search.libraries import Library
from tests.search.oracle import Asset, Query

EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "12"))
SEED = os.environ.get("REEF_SEED", "search")
PEOPLE = ("admin", "contributor", "other=contributor", "viewer", "moderator")
QUERIES = 9
ROUNDS = max(2, EXAMPLES // (QUERIES * len(PEOPLE)))


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Let chunks be small and orders be walked, as in libraries of many thousands."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (bits, index, postings):
            patch.setattr(module, "CHUNK", 9)
        patch.setattr(orders, "_FEW", 3)
        patch.setattr(orders, "_A_PAGE", 2)
        yield


def page(cloud: Cloud, email: str, query: Query, limit: int, cursor: str | None) -> Any:
    """Read one page, with its facets."""
    more = {"cursor": cursor} if cursor else {}
    sent = query | {"limit": limit, "facets": "true"} | more
    sent = {k: "true" if v is True else v for k, v in sent.items()}
    answer = cloud.get(f"/assets/?{urlencode(sent, doseq=True)}", email)
    assert answer.status == 200, answer.content
    return answer.json


def compare(cloud: Cloud, email: str, query: Query, every: list[Asset], limit: int) -> None:
    """See that all pages together, and the facets of each, are what is expected."""
    found: list[str] = []
    wanted = oracle.expected(every, query)
    counted, cursor = oracle.facets(wanted), None
    while True:
        read = page(cloud, email, query, limit, cursor)
        if read.get("matched") == "similar":
            alone = {name: query[name] for name in ("q", "trashed") if name in query}
            assert oracle.expected(every, alone) == [], query
            return
        found += [item["id"] for item in read["items"]]
        facets = {
            name: {tag.casefold() if name == "tag" else tag: n for tag, n in its.items()}
            for name, its in read["facets"].items()
            if name in oracle.FACETS
        }
        assert facets == counted, (email, query)
        cursor = read["next_cursor"]
        if cursor is None:
            break
    titles = {one["id"]: one["title"] for one in every}
    assert found == [one["id"] for one in wanted], (email, query, titles)


def test_searches_find_what_looking_at_each_asset_finds(cloud: Cloud) -> None:
    chance = random.Random(SEED)
    tenant = cloud.tenant("searched", *PEOPLE)
    library = Library(cloud, tenant, chance)
    for _ in range(ROUNDS):
        for _ in range(5):
            library.edit()
        cloud.run(INDEX)
        for who in (one.partition("=")[0] for one in PEOPLE):
            email = tenant.email(who)
            every = oracle.library(cloud, email)
            for _ in range(QUERIES):
                query = library.query(every)
                compare(cloud, email, query, every, chance.choice([2, 5, 50]))


class Walk:
    """The pages of one query, turned while the library changes.

    `moments` are what a member saw each time; the index knows all but those since `known`.
    """

    def __init__(self, library: Library, email: str, query: Query) -> None:
        self.library, self.email, self.query = library, email, query
        self.moments: list[dict[str, Asset]] = []
        self.known = 0
        self.look()

    def look(self) -> None:
        every = oracle.library(self.library.cloud, self.email)
        self.moments.append({str(one["id"]): one for one in every})

    def change(self) -> None:
        """Let things happen, which the index may know or not."""
        chance = self.library.chance
        for _ in range(chance.randint(1, 3)):
            self.library.edit()
            self.look()
        if chance.random() < 0.4:
            self.library.cloud.run(INDEX)
            self.known = len(self.moments) - 1

    def turn(self, limit: int) -> list[str] | None:
        """Read all pages; gives the ids, or None where a typing error was forgiven."""
        found: list[str] = []
        cursor = None
        while True:
            read = page(self.library.cloud, self.email, self.query, limit, cursor)
            if read.get("matched") == "similar":
                return None
            for item in read["items"]:
                self.see_that_it_fits(str(item["id"]))
            found += [str(item["id"]) for item in read["items"]]
            cursor = read["next_cursor"]
            if cursor is None:
                return found
            self.change()

    def see_that_it_fits(self, asset_id: str) -> None:
        """Words may be those that the index knew; all else is as it is now."""
        others = {name: value for name, value in self.query.items() if name != "q"}
        told = (self.email, self.query, asset_id)
        assert oracle.fits(self.moments[-1][asset_id], others), told
        since = [one[asset_id] for one in self.moments[self.known :] if asset_id in one]
        assert any(oracle.fits(one, self.query) for one in since), told

    def whole(self) -> set[str]:
        """Return what fitted all along, and stood at one place of the order."""
        first, *later = self.moments
        fitting = {
            asset_id: oracle.place(one, self.query)
            for asset_id, one in first.items()
            if oracle.fits(one, self.query)
        }
        for moment in later:
            fitting = {
                asset_id: place
                for asset_id, place in fitting.items()
                if (now := moment.get(asset_id)) is not None
                and oracle.fits(now, self.query)
                and oracle.place(now, self.query) == place
            }
        return set(fitting)

    def moved(self) -> set[str]:
        """Return what stood at several places of the order."""
        places: dict[str, set[Any]] = {}
        for moment in self.moments:
            for asset_id, one in moment.items():
                places.setdefault(asset_id, set()).add(oracle.place(one, self.query))
        return {asset_id for asset_id, its in places.items() if len(its) > 1}


def test_pages_stay_whole_while_edits_go_on(cloud: Cloud) -> None:
    chance = random.Random(f"{SEED} and edits")
    tenant = cloud.tenant("edited", *PEOPLE)
    library = Library(cloud, tenant, chance)
    turned = 0
    for _ in range(EXAMPLES):
        cloud.run(INDEX)
        email = tenant.email(chance.choice(PEOPLE).partition("=")[0])
        walk = Walk(library, email, library.query(oracle.library(cloud, email)))
        found = walk.turn(chance.choice([1, 1, 2, 3]))
        if found is not None:
            told = (email, walk.query, found)
            twice = {one for one in found if found.count(one) > 1}
            assert twice <= walk.moved(), told
            assert walk.whole() <= set(found), told
            turned += len(walk.moments) > 1
        cloud.run(INDEX)
        every = oracle.library(cloud, email)
        compare(cloud, email, walk.query, every, 50)
    assert turned > EXAMPLES // 8  # or else nothing was changed between pages
