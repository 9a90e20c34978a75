"""Many take a share's downloads at once, on DynamoDB Local, where conditions are exact."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.assets.stages import asset as staged
from tests.cloud import Cloud

THREADS, TAKERS, LIMIT = 32, 400, 100
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(("by_page", "given"), [(False, 200), (True, 303)])
def test_exactly_as_many_take_as_may(exact_cloud: Cloud, by_page: bool, given: int) -> None:
    acme = exact_cloud.tenant(f"taking{given}", "admin")
    admin = acme.email("admin")
    asset_id = staged(exact_cloud, acme.id, admin, "approved!")
    wanted = {"asset_id": asset_id, "share_type": "public", "max_downloads": LIMIT}
    link = exact_cloud.post("/shares/", admin, wanted).json["share_link"]

    def from_api() -> int:
        return exact_cloud.post(f"/shares/{link['uuid']}/download/", body={}).status

    def from_page() -> int:
        path = f"/share/{link['uuid']}/download/"
        return exact_cloud.fetch("POST", path, None, b"", FORM).status

    take: Callable[[], int] = from_page if by_page else from_api
    with ThreadPoolExecutor(THREADS) as threads:
        statuses = Counter(threads.map(lambda _: take(), range(TAKERS)))
    assert statuses == {given: LIMIT, 410: TAKERS - LIMIT}
    (shown,) = exact_cloud.get("/shares/", admin).json["items"]
    assert shown["download_count"] == LIMIT
