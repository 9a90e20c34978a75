"""Many people at one asset at the same moment, on DynamoDB Local, where conditions are exact."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.assets.shelf import Shelf
from tests.journeys.pipeline import Pipeline

THREADS = 8


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as threads:
        return [done.result() for done in [threads.submit(deed) for deed in deeds]]


def test_editors_of_one_asset_lose_nothing(exact_pipeline: Pipeline) -> None:
    shelf = Shelf(exact_pipeline)
    asset_id = shelf.add(b"one")
    path = f"/assets/{asset_id}/"

    def edit(number: int) -> Callable[[], Any]:
        body = {"custom_fields": {f"field{number}": number}}
        return lambda: shelf.call("PATCH", path, body)

    answers = at_once([edit(number) for number in range(THREADS)])
    assert Counter(answer.status for answer in answers) == {200: THREADS}
    assert shelf.shown(asset_id)["custom_fields"] == {f"field{n}": n for n in range(THREADS)}
    history = shelf.get(f"/metadata/{asset_id}/history/").json["items"]
    assert [entry["revision"] for entry in history] == list(range(THREADS + 1, 0, -1))


def test_of_editors_with_the_same_tag_one_wins(exact_pipeline: Pipeline) -> None:
    shelf = Shelf(exact_pipeline)
    path = f"/assets/{shelf.add(b'one')}/"
    matching = {"if-match": shelf.get(path).headers["ETag"]}

    def edit(number: int) -> Callable[[], Any]:
        return lambda: shelf.call("PATCH", path, {"title": f"t{number}"}, headers=matching)

    answers = at_once([edit(number) for number in range(THREADS)])
    assert Counter(answer.status for answer in answers) == {200: 1, 412: THREADS - 1}
    (winner,) = [answer.json["title"] for answer in answers if answer.status == 200]
    assert {a.json["current"]["title"] for a in answers if a.status == 412} == {winner}


def test_versions_at_once_get_numbers_of_their_own_and_the_quota_is_exact(
    exact_pipeline: Pipeline,
) -> None:
    shelf = Shelf(exact_pipeline)
    asset_id = shelf.add(b"one")
    copies = [lambda: shelf.act(asset_id, 1, "rollback")] * (THREADS // 2)
    uploads = [lambda: shelf.reserve(asset_id, b"two")] * (THREADS // 2)
    answers = at_once([*copies, *uploads])
    assert {answer.status for answer in answers} <= {201, 409}
    made = sum(answer.status == 201 for answer in answers)
    numbers = [version["number"] for version in shelf.versions(asset_id)]
    assert numbers == list(range(made + 1, 0, -1))
    assert shelf.pipeline.usage() == (3 * (made + 1), 1)


def test_purging_two_assets_with_the_same_bytes_at_once_leaves_nothing(
    exact_pipeline: Pipeline,
) -> None:
    shelf = Shelf(exact_pipeline)
    assets = [shelf.add(b"same") for _ in range(3)]
    at_once([lambda asset_id=asset_id: shelf.purge(asset_id) for asset_id in assets])
    assert shelf.pipeline.usage() == (0, 0)
    assert shelf.pipeline.originals() == {}
