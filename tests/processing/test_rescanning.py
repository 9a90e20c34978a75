"""Bytes that were clean yesterday: what newer signatures find in them leaves everybody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.processing.scanning import clamd as clamds
from chalicelib.processing.scanning.clamd import Clamd
from local import clamav
from tests.journeys.pipeline import Pipeline, message

pytest_plugins = ["tests.journeys.pipeline"]

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}
VIRUS = b"Nobody knew this worm before today."


@pytest.fixture
def newer_clamd(short_folder: Path) -> Iterator[Clamd]:
    """A clamd that knows one virus more."""
    database = short_folder / "signatures"
    clamav.refresh(database)
    (database / "newer.ndb").write_text(f"Reef.Newer:0:*:{VIRUS.hex()}\n")
    with clamds.start(short_folder, database) as running:
        yield running


def scan_again(pipeline: Pipeline, asset_id: str) -> str:
    body = {"asset_id": asset_id, "tasks": ["virus_scan"]}
    answer = pipeline.cloud.post("/processing/", pipeline.who("editor"), body)
    assert answer.status == 202, answer.content
    job_id: str = answer.json["job_id"]
    return job_id


def test_what_turns_out_infected_leaves_viewers_links_and_shares_at_once(
    pipeline: Pipeline, newer_clamd: Clamd
) -> None:
    cloud, viewer = pipeline.cloud, pipeline.who("viewer")
    first, second = (pipeline.upload(VIRUS, **TEXT) for _ in range(2))
    cloud.run()
    asset_id = first["asset"]["id"]
    share = cloud.post(
        "/shares/", pipeline.who("admin"), {"asset_id": asset_id, "share_type": "public"}
    ).json["share_link"]["uuid"]
    assert cloud.get(f"/assets/{asset_id}/", viewer).status == 200
    job_id = scan_again(pipeline, asset_id)
    assert pipeline.deliver("scan_large_upload", pipeline.receive("scan_upload")) == set()
    assert pipeline.outcome(first) == ("approved", None, "clean")
    assert cloud.get(f"/processing/{job_id}/status/", viewer).json["status"] == "completed"

    pipeline.scan_with(newer_clamd)
    job_id = scan_again(pipeline, asset_id)
    asked = pipeline.receive("scan_upload")
    for function in ("scan_upload", "scan_large_upload"):
        assert pipeline.deliver(function, asked) == set()
    cloud.run()
    for one in (first, second):
        assert pipeline.outcome(one) == ("quarantined", None, "infected")
        path = f"/assets/{one['asset']['id']}/"
        assert cloud.get(path, viewer).status == 404
        assert pipeline.asset(one)["published_version"] is None
        download = cloud.get(f"{path}download/", pipeline.who("admin"))
        assert (download.status, download.json["code"]) == (403, "quarantined")
        deeds = [deed for _, deed in pipeline.deeds(one)]
        assert deeds.count("version.quarantined") == deeds.count("version.unpublished") == 1
    assert cloud.get(f"/shares/{share}/").status == 410
    status = cloud.get(f"/processing/{job_id}/status/", pipeline.who("admin")).json
    assert [task["status"] for task in status["tasks"]] == ["completed"]

    linked = pipeline.reserve(
        VIRUS, "editor", **TEXT, sha256=pipeline.asset(first)["sha256"], link_existing=True
    )
    cloud.run()
    assert pipeline.asset(linked)["status"] in {"quarantined", "uploading"}


def test_a_scan_of_bytes_that_are_gone_says_nothing(pipeline: Pipeline) -> None:
    gone = message({"tenant_id": pipeline.acme.id, "sha256": "0" * 64, "job_id": None})
    assert pipeline.deliver("scan_large_upload", [gone]) == set()


def test_a_scanner_that_is_away_changes_no_verdict(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserved = pipeline.upload(b"Low tide.", **TEXT)
    pipeline.cloud.run()
    job_id = scan_again(pipeline, reserved["asset"]["id"])
    asked = pipeline.receive("scan_upload")
    with monkeypatch.context() as away:
        pipeline.configure(clamd_socket="/nonexistent/socket")
        for _ in range(4):
            assert len(pipeline.deliver("scan_upload", asked)) == 1
        assert pipeline.deliver("scan_upload", asked) == set()
        del away
    told = pipeline.cloud.get(f"/processing/{job_id}/status/", pipeline.who("admin")).json
    (task,) = told["tasks"]
    assert (told["status"], task["error"]["code"]) == ("failed", "scanner_unavailable")
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    content = contents.get(pipeline.acme.id, pipeline.asset(reserved)["sha256"])
    assert content is not None
    assert content.verdict is not None
    assert content.verdict.status == "clean"
