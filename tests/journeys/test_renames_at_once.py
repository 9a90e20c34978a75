"""A tag renamed everywhere by two processes at once, on DynamoDB Local."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets.metadata import edits
from chalicelib.core import clock
from chalicelib.core.tables import find, update
from chalicelib.search.naming import moves
from chalicelib.search.naming.models import MOVE, Move, job_key
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud


def test_each_asset_is_changed_and_counted_once(
    exact_cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = exact_cloud.tenant("renaming", "admin")
    admin = acme.email("admin")
    ids = [asset(exact_cloud, acme.id, admin, "approved!", tags=["hot"]) for _ in range(12)]
    exact_cloud.run(INDEX)
    monkeypatch.setattr(moves, "_IN_REQUEST_SECONDS", 0)
    monkeypatch.setattr(moves, "_AT_ONCE", 5)
    begun = exact_cloud.call("PATCH", "/tags/hot/", admin, {"name": "warm"}).json["job_id"]
    move = find(Move, job_key(acme.id, begun), MOVE)
    assert move is not None
    # A process died when it had noted its first slice, and two take that up at the same moment.
    update(move, Move.in_work.set(ids[:5]), Move.revision.set(move.revision + 1))
    both, met, real = threading.Barrier(2), threading.local(), edits.edit

    def edit(*arguments: Any, **options: Any) -> Any:
        if not hasattr(met, "other"):
            met.other = both.wait(60)
        return real(*arguments, **options)

    def go_on(_: int) -> None:
        moves.go_on(job_key(acme.id, begun), clock.now() + timedelta(minutes=2))

    with monkeypatch.context() as together:
        together.setattr(edits, "edit", edit)
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(go_on, range(2)))
    go_on(0)
    shown = exact_cloud.get(f"/processing/{begun}/status/", admin).json
    assert (shown["status"], shown["changed"], shown["refused_count"]) == ("completed", 12, 0)
    for one in ids:
        history = exact_cloud.get(f"/metadata/{one}/history/", admin).json["items"]
        assert exact_cloud.get(f"/assets/{one}/", admin).json["tags"] == ["warm"]
        assert [entry["revision"] for entry in history] == [2, 1]
