"""The same content more than once: kept once per tenant, processed once, counted each time."""

import hashlib
from pathlib import Path

import pytest

from tests import media_files
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    return Path(media_files.image_file(tmp_path / "photo.jpg")).read_bytes()


def test_a_second_upload_joins_the_first_while_that_is_in_work(
    pipeline: Pipeline, photo: bytes
) -> None:
    first = pipeline.upload(photo)
    pipeline.cloud.run("route_upload", "scan_upload")
    second = pipeline.upload(photo, "editor")
    pipeline.cloud.run("route_upload", "scan_upload")
    assert [pipeline.asset(u)["status"] for u in (first, second)] == ["processing"] * 2
    pipeline.cloud.run("make_thumbnails")
    assert [pipeline.asset(u)["status"] for u in (first, second)] == ["processing"] * 2
    pipeline.cloud.run("read_metadata")
    one, two = pipeline.asset(first), pipeline.asset(second)
    assert (one["status"], two["status"]) == ("approved", "approved")
    assert one["technical"] == two["technical"] != {}
    assert one["thumbnails"].keys() == two["thumbnails"].keys() == {"small", "medium", "large"}
    for upload in (first, second):
        assert pipeline.task(upload, "thumbnail")["attempts"] == 1
    assert len(pipeline.originals()) == 1
    assert pipeline.usage() == (2 * len(photo), 2)
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_second_upload_after_the_first_is_ready_at_once(pipeline: Pipeline, photo: bytes) -> None:
    first = pipeline.process(photo)
    second = pipeline.upload(photo)
    pipeline.cloud.run("route_upload", "scan_upload")
    shown = pipeline.asset(second)
    assert (shown["status"], shown["published_version"]) == ("approved", 1)
    assert shown["technical"] == first["technical"]
    assert shown["thumbnails"].keys() == first["thumbnails"].keys()
    assert pipeline.job(second)["progress_percent"] == 100
    assert pipeline.usage() == (2 * len(photo), 2)
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_second_upload_of_what_cannot_be_decoded_fails_alike(
    pipeline: Pipeline, photo: bytes
) -> None:
    cut = photo[: len(photo) // 2]
    assert pipeline.process(cut)["status_reason"] == "unreadable"
    second = pipeline.upload(cut)
    pipeline.cloud.run()
    assert pipeline.outcome(second) == ("failed", "unreadable", "clean")
    assert pipeline.usage() == (0, 2)
    assert_nothing_unscanned_is_readable(pipeline)


def test_an_upload_with_a_known_sha256_is_told_whose_it_is(
    pipeline: Pipeline, photo: bytes
) -> None:
    sha256 = hashlib.sha256(photo).hexdigest()
    pipeline.configure(auto_publish=False)
    first = pipeline.process(photo, sha256=sha256)
    by = {
        role: pipeline.reserve(photo, role, sha256=sha256)["duplicate_of"]
        for role in ("admin", "editor", "contributor")
    }
    assert by == {"admin": [first["id"]], "editor": [first["id"]], "contributor": [first["id"]]}
    own = pipeline.process(b"Mine alone.", "editor", content_type="text/plain")
    hidden = pipeline.reserve(b"Mine alone.", "contributor", sha256=own["sha256"])
    assert hidden["duplicate_of"] is None


def test_another_tenant_shares_nothing(pipeline: Pipeline, photo: bytes) -> None:
    globex = pipeline.tenant("globex")
    ours = pipeline.process(photo)
    sha256 = ours["sha256"]
    reserved = pipeline.reserve(photo, "contributor", globex, sha256=sha256)
    assert reserved["duplicate_of"] is None
    pipeline.cloud.put(reserved["upload"], photo)
    pipeline.cloud.run("route_upload", "scan_upload")
    theirs = pipeline.asset(reserved, globex)
    assert (theirs["status"], theirs["technical"], theirs["thumbnails"]) == ("processing", {}, {})
    pipeline.cloud.run()
    theirs = pipeline.asset(reserved, globex)
    assert theirs["status"] == "approved"
    tenants = (pipeline.acme.id, globex.id)
    assert set(pipeline.originals()) == {f"{tenant}/{sha256}" for tenant in tenants}
    assert {key.split("/")[0] for key in pipeline.renditions()} == set(tenants)
    assert pipeline.usage() == pipeline.usage(globex) == (len(photo), 1)
    for path in ("/assets/{}/", "/assets/{}/download/", "/processing/{}/status/"):
        answer = pipeline.cloud.get(path.format(ours["id"]), pipeline.who("admin", globex))
        nowhere = pipeline.cloud.get(path.format(pipeline.acme.id), pipeline.who("admin", globex))
        assert (answer.status, answer.code) == (nowhere.status, nowhere.code) == (404, "not_found")
        assert answer.json["detail"] == nowhere.json["detail"]
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_duplicate_asks_for_what_the_first_left_out(pipeline: Pipeline, photo: bytes) -> None:
    first = pipeline.upload(photo, generate_thumbnail=False, extract_metadata=False)
    pipeline.cloud.run()
    shown = pipeline.asset(first)
    assert (shown["status"], shown["thumbnails"], shown["technical"]) == ("approved", {}, {})
    assert [task["job_type"] for task in pipeline.job(first)["tasks"]] == ["virus_scan"]
    second = pipeline.upload(photo)
    pipeline.cloud.run("route_upload", "scan_upload")
    assert pipeline.asset(second)["status"] == "processing"
    pipeline.cloud.run()
    shown = pipeline.asset(second)
    assert (shown["status"], shown["technical"]["width"]) == ("approved", 640)
    assert set(shown["thumbnails"]) == {"small", "medium", "large"}
    assert pipeline.asset(first)["status"] == "approved"
    assert_nothing_unscanned_is_readable(pipeline)


@pytest.mark.parametrize("left_out", ["generate_thumbnail", "extract_metadata"])
def test_one_task_left_out(pipeline: Pipeline, photo: bytes, left_out: str) -> None:
    reserved = pipeline.upload(photo, **{left_out: False})
    pipeline.cloud.run()
    shown = pipeline.asset(reserved)
    assert shown["status"] == "approved"
    assert bool(shown["thumbnails"]) == (left_out != "generate_thumbnail")
    assert bool(shown["technical"]) == (left_out != "extract_metadata")
    assert len(pipeline.job(reserved)["tasks"]) == 2


def test_a_tenant_may_do_without_tasks_and_publishing(pipeline: Pipeline, photo: bytes) -> None:
    names = ("AUTO_GENERATE_THUMBNAILS", "AUTO_EXTRACT_METADATA", "AUTO_PUBLISH")
    changed = pipeline.cloud.call(
        "PATCH", "/tenant/", pipeline.who("admin"), {"settings": dict.fromkeys(names, False)}
    )
    assert changed.status == 200
    shown = pipeline.process(photo)
    assert (shown["status"], shown["published_version"]) == ("approved", None)
    assert (shown["thumbnails"], shown["technical"]) == ({}, {})
    assert_nothing_unscanned_is_readable(pipeline)


def test_what_turns_out_the_same_after_the_scan_names_the_others_to_those_who_see_them(
    pipeline: Pipeline, photo: bytes
) -> None:
    first, second = pipeline.process(photo, "editor"), pipeline.process(photo)
    path, cloud = f"/assets/{second['id']}/", pipeline.cloud
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, [first["id"]])
    for role in ("contributor", "viewer"):
        assert cloud.get(path, pipeline.who(role)).json["duplicate_of"] == [first["id"]]
    listed = cloud.get("/assets/", pipeline.who("admin")).json["items"]
    assert not any("duplicate_of" in one for one in listed)
    cloud.post(f"/assets/{first['id']}/versions/1/unpublish/", pipeline.who("admin"))
    assert cloud.get(path, pipeline.who("admin")).json["duplicate_of"] == [first["id"]]
    assert cloud.get(path, pipeline.who("contributor")).json["duplicate_of"] is None
    cloud.call("DELETE", f"/assets/{first['id']}/?purge=true", pipeline.who("admin"))
    assert cloud.get(path, pipeline.who("admin")).json["duplicate_of"] is None


def test_a_version_with_the_bytes_of_an_older_one_is_no_duplicate_of_its_own_asset(
    pipeline: Pipeline, photo: bytes
) -> None:
    asset_id = pipeline.process(photo, "admin")["id"]
    body = {"filename": "again.jpg", "size_bytes": len(photo), "content_type": "image/jpeg"}
    answer = pipeline.cloud.post(f"/assets/{asset_id}/upload_version/", pipeline.who("admin"), body)
    pipeline.cloud.put(answer.json["upload"], photo)
    pipeline.cloud.run()
    shown = pipeline.cloud.get(f"/assets/{asset_id}/", pipeline.who("admin")).json
    assert (shown["current_version"], shown["duplicate_of"]) == (2, None)
