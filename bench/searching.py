"""Searches in libraries of different sizes on DynamoDB Local: units, requests, time."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

import boto3
from botocore.client import BaseClient

from bench.libraries import asset_of, fill
from bench.measuring import median, percentile
from bench.report import Goal, Section, Table
from bench.servers import free_port, wait_for

TITLE = "Searches"
_SIZES = (1_000, 10_000, 100_000)
_LARGEST_SERVED = 10_000
"""Of the libraries in local mode, whose DynamoDB Local has less memory."""

_ROUNDS = 20
_TENANT = "bench"

Query = dict[str, Any]

QUERIES: dict[str, Query] = {
    "the plain list": {},
    "two tags and a category": {"tag": ["even", "third"], "category": "menus/summer"},
    "two large tags that hardly overlap": {"tag": ["even", "odd"]},
    "two words, the last a beginning": {"q": "summer me"},
    "a rare word": {"q": "needle"},
    "facets of all": {"facets": True},
    "by creation, of one kind": {"kind": "image", "order": "asc"},
    "by last change": {"sort": "updated_at"},
    "by title": {"sort": "title"},
    "by size": {"sort": "size_bytes"},
    "a misspelled word": {"q": "sumnerly"},
}


class Cost(NamedTuple):
    """What one query took."""

    read_units: float
    requests: int
    seconds: float


class Meter:
    """Counts what clients ask of DynamoDB."""

    def __init__(self) -> None:
        self.units, self.requests = {"read": 0.0, "write": 0.0}, 0
        real = BaseClient._make_api_call

        def make_api_call(client: Any, operation: str, params: dict[str, Any]) -> Any:
            if client.meta.service_model.service_name != "dynamodb":
                return real(client, operation, params)
            answer = real(client, operation, {**params, "ReturnConsumedCapacity": "TOTAL"})
            told = answer.get("ConsumedCapacity", [])
            units = sum(
                one["CapacityUnits"] for one in (told if isinstance(told, list) else [told])
            )
            reads = operation in ("GetItem", "BatchGetItem", "Query")
            self.units["read" if reads else "write"] += units
            self.requests += 1
            return answer

        BaseClient._make_api_call = make_api_call

    def of(self, work: Callable[[], object]) -> Cost:
        """Count what one piece of work reads."""
        units, requests, began = self.units["read"], self.requests, time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        return Cost(self.units["read"] - units, self.requests - requests, seconds)

    def writes(self, work: Callable[[], object]) -> float:
        """Count what one piece of work writes."""
        units = self.units["write"]
        work()
        return self.units["write"] - units


def measure(quick: bool) -> Section:
    """Ask the same of libraries of each size, in a process whose tables are its own."""
    sizes = _SIZES[:1] if quick else _SIZES
    found, writes = asked_of(sizes)
    return Section(
        TITLE,
        "Libraries of assets with a title of four words, a description of eight, two to four tags "
        "and a category, on DynamoDB Local; pages of 50, asked by an editor. Units are DynamoDB's, "
        "those of reading the page's assets included.",
        () if quick else _goals(found),
        [
            _table(sizes, found),
            _served_table(_served([size for size in sizes if size <= _LARGEST_SERVED])),
            _write_table(writes),
        ],
    )


def _served(sizes: Sequence[int]) -> dict[int, dict[str, list[float]]]:
    """Ask the API of a Reef in local mode, whose tables hold a library of each size.

    Returns:
        The seconds of each answer, by size and name of the query.
    """
    from bench.client import Client
    from local import seeds
    from tests.stack import running_stack

    took: dict[int, dict[str, list[float]]] = {}
    for size in sizes:
        with running_stack("--no-workers") as reef:
            client = Client(reef.url, reef.token(seeds.PEOPLE[1].email))
            tenant_id = client.call("GET", "/me/")["tenant"]["id"]
            command = [sys.executable, "-m", "bench.libraries", tenant_id, str(size)]
            subprocess.run(command, check=True, env=reef.environment())
            took[size] = {
                name: [_answered(client.call, query) for _ in range(1 + _ROUNDS)][1:]
                for name, query in QUERIES.items()
            }
    return took


def _answered(call: Callable[[str, str], Any], query: Query) -> float:
    told = {name: str(v).lower() if v is True else v for name, v in query.items()}
    path = f"/assets/?{urlencode(told | {'limit': 50}, doseq=True)}"
    began = time.perf_counter()
    call("GET", path)
    return time.perf_counter() - began


def _served_table(took: dict[int, dict[str, list[float]]]) -> Table:
    head = ["answered over HTTP in local mode, p50 · p95 ms", *(f"{size:,}" for size in took)]
    rows = []
    for name in QUERIES:
        times = [[one * 1000 for one in of_size[name]] for of_size in took.values()]
        rows.append([name, *(f"{median(t):.0f} · {percentile(t, 0.95):.0f}" for t in times)])
    return Table(head, rows)


def asked_of(
    sizes: Sequence[int], rounds: int = _ROUNDS
) -> tuple[dict[int, dict[str, list[Cost]]], dict[str, float]]:
    """Fill a library of each size, and ask every query of it some times.

    Returns:
        What each query took, by size and name; and the units that the index writes, by occasion.
    """
    command = [sys.executable, "-m", "bench.searching", str(rounds), *map(str, sizes)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    found = {
        int(size): {name: [Cost(*one) for one in costs] for name, costs in of_size.items()}
        for size, of_size in told["found"].items()
    }
    return found, told["writes"]


def _main(rounds: int, *sizes: int) -> None:
    """Measure, and print what was found as JSON."""
    found: dict[int, dict[str, list[Cost]]] = {}
    with _dynamodb():
        meter = Meter()
        for size in sizes:
            print(f"bench: a library of {size:,} …", file=sys.stderr, flush=True)
            fill(f"{_TENANT}{size}", size)
            found[size] = _asked(meter, f"{_TENANT}{size}", rounds)
        writes = _written(meter, f"{_TENANT}{sizes[-1]}")
    print(json.dumps({"found": found, "writes": writes}))


def _goals(found: dict[int, dict[str, list[Cost]]]) -> list[Goal]:
    small, large = found[_SIZES[0]], found[_SIZES[-1]]
    goals = []
    for name in QUERIES:
        ratio = large[name][0].read_units / max(1.0, small[name][0].read_units)
        wish = f"{name}: read units of 100,000 within 1.2 times those of 1,000"
        goals.append(Goal(wish, f"{ratio:.2f} times", ratio <= 1.2))
    return goals


def _table(sizes: Sequence[int], found: dict[int, dict[str, list[Cost]]]) -> Table:
    head = ["read units · requests · p50 · p95 ms", *(f"{size:,}" for size in sizes)]
    rows = []
    for name in QUERIES:
        cells = []
        for size in sizes:
            costs = found[size][name]
            took = [cost.seconds * 1000 for cost in costs]
            told = f"{costs[0].read_units:.1f} · {costs[0].requests}"
            cells.append(f"{told} · {median(took):.0f} · {percentile(took, 0.95):.0f}")
        rows.append([name, *cells])
    return Table(head, rows)


def _write_table(writes: dict[str, float]) -> Table:
    price = 0.625  # dollars a million write request units, on demand
    rows = [[name, f"{units:.1f}", f"{units * price:.0f}"] for name, units in writes.items()]
    return Table(["written to the index", "write units", "dollars a million times"], rows)


def _asked(meter: Meter, tenant_id: str, rounds: int) -> dict[str, list[Cost]]:
    from chalicelib.assets import catalog
    from chalicelib.core import clock
    from chalicelib.core.api import validation
    from chalicelib.core.api.identity import Actor
    from chalicelib.search.listing import Listing
    from chalicelib.search.query import AssetQuery

    actor = Actor(tenant_id, "someone", "someone@bench.test", frozenset({"editor"}))

    def ask(query: Query) -> None:
        given = {
            name: value
            if isinstance(value, list)
            else [str(value).lower() if value is True else value]
            for name, value in query.items()
        }
        wanted = validation.query(given, AssetQuery)
        listing = Listing(actor, wanted, clock.now())
        if listing.is_plain:
            catalog.page(actor, 50, None, clock.now(), trashed=False, newest_first=True)
            return
        listing.page(50, None)
        if wanted.facets:
            listing.facets()

    for query in QUERIES.values():
        ask(query)  # warm up
    return {
        name: [meter.of(partial(ask, query)) for _ in range(rounds)]
        for name, query in QUERIES.items()
    }


def _written(meter: Meter, tenant_id: str) -> dict[str, float]:
    """Count what the index writes for an asset that is new, and for edits of it."""
    from chalicelib.search import index

    chance = random.Random(9)
    some = [asset_of(tenant_id, 10_000_000 + number, chance) for number in range(100)]
    for asset in some:
        asset.save()
    one, *others = [str(asset.asset_id) for asset in some]
    found = {"a new asset by itself": meter.writes(lambda: index.update_index(tenant_id, [one]))}
    together = meter.writes(lambda: index.update_index(tenant_id, others))
    found["a new asset among a hundred"] = together / len(others)
    some[0].title = "quite another title here"
    some[0].save()
    found["a title edited"] = meter.writes(lambda: index.update_index(tenant_id, [one]))
    some[0].current.status = "in_review"
    some[0].save()
    found["a status changed"] = meter.writes(lambda: index.update_index(tenant_id, [one]))
    return found


@contextmanager
def _dynamodb() -> Iterator[None]:
    """Start DynamoDB Local with the two tables, and let the product use it."""
    from infra import template
    from local import dynamodb
    from local.cloud import AWS_ENVIRONMENT
    from local.resources.tables import create_table

    port = free_port()
    command = [one.replace("-Xmx1g", "-Xmx3g") for one in dynamodb.command(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        names = {"AssetsTable": "bench-assets", "SearchTable": "bench-search"}
        os.environ.update(AWS_ENVIRONMENT)
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = f"http://127.0.0.1:{port}"
        os.environ["REEF_ASSETS_TABLE"] = names["AssetsTable"]
        os.environ["REEF_SEARCH_TABLE"] = names["SearchTable"]
        resources = template.load()["Resources"]
        wait_for(port)
        for logical_id, name in names.items():
            wanted = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
            properties = {key: resources[logical_id]["Properties"][key] for key in wanted}
            create_table(boto3.client, name, properties | {"TableName": name})
        yield
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    _main(*map(int, sys.argv[1:]))
