"""Tasks of a ready asset run again: shown by its versions, told by a job, and nothing is lost."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.assets import contents
from chalicelib.core import clock
from chalicelib.processing import sweeper
from chalicelib.processing.media import metadata, thumbnails
from chalicelib.processing.media.metadata import Facts
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.reruns import jobs
from tests import media_files
from tests.cloud import Answer
from tests.journeys.pipeline import Pipeline, Reserved

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


def run_again(
    pipeline: Pipeline, asset_id: str, *tasks: str, role: str = "editor", tenant: Any = None
) -> Answer:
    body = {"asset_id": asset_id, "tasks": tasks}
    return pipeline.cloud.post("/processing/", pipeline.who(role, tenant), body)


def job(pipeline: Pipeline, job_id: str) -> dict[str, Any]:
    answer = pipeline.cloud.get(f"/processing/{job_id}/status/", pipeline.who("editor"))
    assert answer.status == 200, answer.content
    shown: dict[str, Any] = answer.json
    return shown


def raise_key_error(*_: Any) -> list[Picture]:
    raise KeyError("a table of the library's own")


def other_facts(*_: Any) -> Facts:
    return Facts("image", {"width": 7}, {})


@pytest.fixture
def ready(pipeline: Pipeline, tmp_path: Path) -> Reserved:
    data = Path(media_files.image_file(tmp_path / "photo.jpg")).read_bytes()
    reserved = pipeline.upload(data)
    pipeline.cloud.run()
    return reserved


def test_what_may_not_run_again_is_refused(pipeline: Pipeline, ready: Reserved) -> None:
    asset_id = ready["asset"]["id"]
    globex = pipeline.tenant("globex")
    assert run_again(pipeline, asset_id, "thumbnail", tenant=globex).status == 404
    assert run_again(pipeline, asset_id, "thumbnail", role="contributor").status == 403
    for tasks in ([], ["zip"], ["thumbnail", "thumbnail"], ["compress"]):
        assert run_again(pipeline, asset_id, *tasks).status == 422
    waiting = pipeline.reserve(b"Soon.", **TEXT)
    answer = run_again(pipeline, waiting["asset"]["id"], "thumbnail")
    assert (answer.status, answer.json["code"]) == (409, "not_ready")
    text = pipeline.upload(b"Low tide.", **TEXT)
    pipeline.cloud.run()
    assert run_again(pipeline, text["asset"]["id"], "conversion").status == 422


def test_new_facts_and_thumbnails_are_shown_and_a_failure_takes_nothing_away(
    pipeline: Pipeline, ready: Reserved, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id, before = ready["asset"]["id"], pipeline.asset(ready)
    with monkeypatch.context() as other:
        other.setattr(metadata, "read", other_facts)
        other.setattr(thumbnails, "make_comparable", raise_key_error)
        job_id = run_again(pipeline, asset_id, "metadata", "thumbnail").json["job_id"]
        assert (job(pipeline, job_id)["status"], job(pipeline, job_id)["asset_id"]) == (
            "pending",
            asset_id,
        )
        pipeline.cloud.run()
    shown = pipeline.asset(ready)
    assert (shown["status"], shown["technical"]) == ("approved", {"width": 7})
    assert set(shown["thumbnails"]) == set(before["thumbnails"])
    told = job(pipeline, job_id)
    assert told["status"] == "failed"
    states = {task["job_type"]: task["status"] for task in told["tasks"]}
    assert states == {"metadata": "completed", "thumbnail": "failed"}
    # The same bytes sent again are none the worse for it.
    twin = pipeline.upload(_photo(pipeline, ready))
    pipeline.cloud.run()
    assert pipeline.outcome(twin) == ("approved", None, "clean")
    path = f"/processing/{job_id}/retry/"
    assert pipeline.cloud.post(path, pipeline.who("editor")).status == 202
    assert pipeline.cloud.post(path, pipeline.who("editor")).status == 409
    pipeline.cloud.run()
    assert job(pipeline, job_id)["status"] == "completed"
    assert [deed for _, deed in pipeline.deeds(ready)].count("asset.processed_again") == 1
    globex = pipeline.tenant("globex")
    foreign = pipeline.cloud.get(f"/processing/{job_id}/status/", pipeline.who("admin", globex))
    assert foreign.status == 404


def _photo(pipeline: Pipeline, reserved: Reserved) -> bytes:
    key = f"{pipeline.acme.id}/{pipeline.asset(reserved)['sha256']}"
    return pipeline.originals()[key]


def test_what_was_asked_for_and_never_sent_the_sweeper_sends(
    pipeline: Pipeline, ready: Reserved
) -> None:
    tasks = ("virus_scan", "thumbnail", "compression", "embed_metadata")
    job_id = run_again(pipeline, ready["asset"]["id"], *tasks).json["job_id"]
    for function in ("make_thumbnails", "scan_upload", "convert_media"):
        pipeline.lose(function)
    sweeper.sweep(clock.now() + timedelta(minutes=11))
    pipeline.cloud.run()
    told = job(pipeline, job_id)
    assert [task["status"] for task in told["tasks"]] == ["completed"] * 4, told
    sweeper.sweep(clock.now() + timedelta(minutes=22))
    assert pipeline.receive("scan_upload") == []


def test_a_job_whose_author_died_is_sent_by_the_sweeper(
    pipeline: Pipeline, ready: Reserved, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(jobs, "_send", _fail)
        tasks = ("virus_scan", "compression", "metadata", "embed_metadata")
        answer = run_again(pipeline, ready["asset"]["id"], *tasks)
        assert answer.status == 500
    pipeline.cloud.run()
    content = contents.get(pipeline.acme.id, pipeline.asset(ready)["sha256"])
    assert content is not None
    (job_id,) = content.reruns
    assert job(pipeline, job_id)["status"] == "pending"
    sweeper.sweep(clock.now() + timedelta(minutes=11))
    pipeline.cloud.run()
    assert job(pipeline, job_id)["status"] == "completed"


def _fail(*_: Any) -> None:
    raise OSError("the network is away")


def test_a_picture_gets_a_web_form_when_it_is_asked_for(
    pipeline: Pipeline, ready: Reserved
) -> None:
    for _ in range(2):
        job_id = run_again(pipeline, ready["asset"]["id"], "conversion").json["job_id"]
        pipeline.cloud.run()
        (task,) = job(pipeline, job_id)["tasks"]
        assert (task["job_type"], task["status"]) == ("conversion", "completed")
    assert [one["name"] for one in pipeline.asset(ready)["renditions"]] == ["web"]


def test_a_picture_is_made_smaller_and_never_larger(pipeline: Pipeline, ready: Reserved) -> None:
    job_id = run_again(pipeline, ready["asset"]["id"], "compression").json["job_id"]
    pipeline.cloud.run()
    (task,) = job(pipeline, job_id)["tasks"]
    assert (task["job_type"], task["status"]) == ("compression", "completed")
    shown = pipeline.asset(ready)
    (smaller,) = shown["renditions"]
    assert smaller["name"] == "optimised"
    assert smaller["size_bytes"] <= shown["size_bytes"]
    assert 0.95 <= smaller["similarity"] <= 1
    path = f"/assets/{ready['asset']['id']}/download/?rendition=optimised"
    assert pipeline.cloud.get(path, pipeline.who("viewer")).status == 302


def test_a_job_goes_with_the_bytes_that_it_was_about(pipeline: Pipeline, ready: Reserved) -> None:
    asset_id = ready["asset"]["id"]
    job_id = run_again(pipeline, asset_id, "thumbnail").json["job_id"]
    purged = pipeline.cloud.call("DELETE", f"/assets/{asset_id}/?purge=true", pipeline.who("admin"))
    assert purged.status == 204
    pipeline.cloud.run()
    sweeper.sweep(clock.now() + timedelta(hours=2))
    pipeline.cloud.run()
    answer = pipeline.cloud.get(f"/processing/{job_id}/status/", pipeline.who("admin"))
    assert answer.status == 404
    assert (pipeline.originals(), pipeline.renditions()) == ({}, {})
