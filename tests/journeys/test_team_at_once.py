"""A team and its guests at the same moment, on DynamoDB Local, where conditions are exact."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from chalicelib.assets.comments.models import AssetComment, comment_key
from chalicelib.assets.models import asset_key
from chalicelib.assets.relationships import graph
from chalicelib.core.tables import find
from tests.assets.stages import DESCRIBED
from tests.assets.stages import asset as staged
from tests.cloud import Cloud

THREADS = 16


def test_guests_send_exactly_as_many_files_as_were_asked_for(exact_cloud: Cloud) -> None:
    acme = exact_cloud.tenant("asking", "admin")
    made = exact_cloud.post(
        "/upload_requests/", acme.email("admin"), {"title": "T", "max_files": 9}
    )
    path = f"/request/{made.json['url'].split('/')[-2]}/"
    with ThreadPoolExecutor(THREADS) as threads:
        answers = threads.map(
            lambda _: exact_cloud.fetch("POST", path, None, DESCRIBED).status, range(48)
        )
        assert Counter(answers) == {201: 9, 410: 39}
    usage = exact_cloud.get("/tenant/", acme.email("admin")).json["usage"]
    assert (usage["assets"], usage["storage_bytes"]) == (9, 9 * DESCRIBED["size_bytes"])


def test_no_circle_is_closed_by_many_at_once(exact_cloud: Cloud) -> None:
    acme = exact_cloud.tenant("relating", "admin")
    admin = acme.email("admin")
    ids = [staged(exact_cloud, acme.id, admin, "uploading") for _ in range(6)]

    def relate(step: int) -> int:
        body = {"target_id": ids[(step + 1) % 6], "kind": "part_of"}
        return exact_cloud.post(f"/assets/{ids[step]}/relationships/", admin, body).status

    with ThreadPoolExecutor(6) as threads:
        assert Counter(threads.map(relate, range(6))) == {201: 5, 409: 1}
    assert not any(
        graph.leads_to(acme.id, "part_of", target, one)
        for one in ids
        for target in graph.targets_of(acme.id, "part_of", [one])
    )


def test_replies_and_bulk_changes_at_once_all_come_through(exact_cloud: Cloud) -> None:
    acme = exact_cloud.tenant("replying", "admin", "editor")
    admin = acme.email("admin")
    ids = [staged(exact_cloud, acme.id, admin, "approved!") for _ in range(10)]
    path = f"/assets/{ids[0]}/comments/"
    first = exact_cloud.post(path, admin, {"body": "One"}).json["id"]

    def answer(number: int) -> int:
        if number % 4:
            body = {"body": "Two", "parent_id": first}
            return exact_cloud.post(path, admin, body).status
        bulk = {"asset_ids": ids, "operation": "tag", "value": [f"tag {number}"]}
        results = exact_cloud.post("/assets/bulk/", acme.email("editor"), bulk).json["results"]
        return len([one for one in results if one["status"] == "ok"])

    with ThreadPoolExecutor(THREADS) as threads:
        assert Counter(threads.map(answer, range(16))) == {201: 12, 10: 4}
    comment = find(AssetComment, asset_key(acme.id, ids[0]), comment_key(first))
    assert comment is not None
    assert comment.replies == 12
    for one in ids:
        tags = exact_cloud.get(f"/assets/{one}/", admin).json["tags"]
        assert sorted(tags) == ["tag 0", "tag 12", "tag 4", "tag 8"]
