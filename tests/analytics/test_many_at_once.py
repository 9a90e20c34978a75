"""Everybody opens one link: each view counts once, and no key bears more than its share.

On DynamoDB Local, whose transactions are exact under threads.
"""

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.httpsession import URLLib3Session

from chalicelib.analytics import counting, reports
from chalicelib.analytics.tallies import Scope
from chalicelib.core import clock
from tests.analytics.visitors import CHROME, GOOGLEBOT, IPHONE, NOON, deliver, view
from tests.cloud import Cloud
from tests.journeys.conftest import dynamodb_url, exact_cloud

__all__ = ["dynamodb_url", "exact_cloud"]

pytestmark = pytest.mark.xdist_group("dynamodb-local")

VIEWS, VISITORS, THREADS = 10_000, 700, 8


@contextmanager
def writes_by_key() -> Iterator[Counter[str]]:
    """Count what transactions write that DynamoDB accepts, by partition key."""
    found: Counter[str] = Counter()
    send, lock = URLLib3Session.send, threading.Lock()

    def noted(session: Any, request: Any) -> Any:
        answer = send(session, request)
        written = request.headers.get("X-Amz-Target", b"").endswith(b".TransactWriteItems")
        if written and answer.status_code == 200:
            body = request.body.decode() if isinstance(request.body, bytes) else request.body
            with lock:
                for item in json.loads(body)["TransactItems"]:
                    (what,) = item.values()
                    found[(what.get("Key") or what["Item"])["pk"]["S"]] += 1
        return answer

    URLLib3Session.send = noted
    try:
        yield found
    finally:
        URLLib3Session.send = send


def test_ten_thousand_views_of_one_link_are_ten_thousand(exact_cloud: Cloud) -> None:
    tenant_id, chance = clock.new_id(), random.Random(14)
    programs = [CHROME, IPHONE]
    told = [
        view(tenant_id, visitor=f"v{n % VISITORS}", user_agent=programs[n % 2])
        for n in range(VIEWS)
    ]
    bots = [view(tenant_id, visitor="crawler", user_agent=GOOGLEBOT) for _ in range(200)]
    delivered = [*told, *bots, *chance.sample(told, VIEWS // 5)]
    chance.shuffle(delivered)
    batches = []
    while delivered:
        size = chance.choice([1, 10, 100, 100, 100])
        batches.append(delivered[:size])
        del delivered[:size]

    with writes_by_key() as writes, ThreadPoolExecutor(THREADS) as threads:
        assert [failed for failed in threads.map(deliver, batches) if failed] == []

    for scope in (Scope("tenant", tenant_id), Scope("asset", "a"), Scope("share", "s")):
        found = reports.report(reports.figures(tenant_id, scope, 1, NOON), 0)
        assert (found.totals.views, found.bots) == (VIEWS, 200)
        assert found.totals.unique_visitors == VISITORS
        assert found.by_device == {"desktop": VIEWS // 2, "phone": VIEWS // 2}
        shards = [counting.counter_key(tenant_id, scope, n) for n in range(counting.SHARDS)]
        fair = sum(writes[key] for key in shards) / counting.SHARDS
        assert fair > 20
        assert max(writes[key] for key in shards) <= 1.5 * fair
    assert reports.view_counts(tenant_id, ["s"]) == {"s": VIEWS}
    markers = [key for key in writes if not key.startswith((f"{tenant_id}#tenant#",))]
    assert sum(writes[key] for key in markers) >= VIEWS
    assert max(writes.values()) < sum(writes.values()) / 20
