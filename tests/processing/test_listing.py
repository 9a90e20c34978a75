"""What is under way is found among the newest assets; `test_statistics.py` lists jobs over HTTP."""

from typing import Any

from chalicelib.processing import listing
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]


def test_what_waits_and_runs_is_told_until_it_ends(pipeline: Pipeline) -> None:
    assert listing.under_way(pipeline.acme.id) == []
    pipeline.upload(b"Low tide.", content_type="text/plain", filename="a.txt")
    pipeline.cloud.run("route_upload", "scan_upload")
    found = listing.under_way(pipeline.acme.id)
    assert {task.job_type for task in found} == {"thumbnail", "metadata"}
    pipeline.cloud.run()
    assert listing.under_way(pipeline.acme.id) == []


def test_all_jobs_are_listed_the_newest_first_page_by_page(pipeline: Pipeline) -> None:
    text = {"content_type": "text/plain", "filename": "a.txt"}
    expected: list[str] = []
    for number in range(3):
        reserved = pipeline.upload(b"Tide %d." % number, **text)
        pipeline.cloud.run()
        asset_id = reserved["asset"]["id"]
        again = {"asset_id": asset_id, "tasks": ["metadata"]}
        told = pipeline.cloud.post("/processing/", pipeline.who("editor"), again)
        zipped = pipeline.cloud.post(
            "/assets/zip/", pipeline.who("viewer"), {"asset_ids": [asset_id]}
        )
        pipeline.cloud.run()
        expected += [reserved["job"]["id"], told.json["job_id"], zipped.json["job_id"]]
    taker, giver = (pipeline.acme.members[name] for name in ("editor", "contributor"))
    path = f"/members/{giver}/hand_over/"
    handed = pipeline.cloud.post(path, pipeline.who("admin"), {"to": taker})
    assert handed.status == 202, handed.content
    expected.append(handed.json["job_id"])
    table = pipeline.cloud.get("/metadata/export/", pipeline.who("editor"))
    assert table.status == 202, table.content
    expected.append(table.json["job_id"])

    def listed(role: str, limit: int, query: str = "", tenant: Any = None) -> list[str]:
        found, cursor = [], ""
        while True:
            path = f"/processing/?limit={limit}{query}{cursor}"
            page = pipeline.cloud.get(path, pipeline.who(role, tenant)).json
            assert len(page["items"]) <= limit
            found += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    for limit in (1, 2, 3, 7, 50):
        assert listed("admin", limit) == expected[::-1], limit
        # A viewer sees what they asked for themselves, and what runs on what they see.
        assert listed("viewer", limit) == expected[-3::-1]
    assert listed("contributor", 4) == [
        one for one in expected[-3::-1] if one not in expected[2::3]
    ]
    assert listed("admin", 4, "&status=failed") == []
    globex = pipeline.tenant("globex")
    assert listed("admin", 50, tenant=globex) == []
