"""A film's master and a picture's web form: made once, delivered as promised, gone with it."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AnyItem
from chalicelib.core import clock, storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import delete, update
from chalicelib.processing import sweeper
from chalicelib.processing.conversion import boards, films, on_demand, transcoding
from chalicelib.processing.conversion.boards import Playable
from chalicelib.processing.conversion.transcoding import Film
from chalicelib.processing.media.audio_video import streams
from chalicelib.processing.problems import Unreadable
from tests import media_files
from tests.journeys.pipeline import FUNCTIONS, Pipeline, Reserved

FILM: dict[str, Any] = {"content_type": "video/mp4", "filename": "tide.mp4"}


def delivered(pipeline: Pipeline, reserved: Reserved, rendition: str, status: int = 302) -> bytes:
    """Download a rendition as a viewer does, by the object that its signed URL names."""
    path = f"/assets/{reserved['asset']['id']}/download/?rendition={rendition}"
    answer = pipeline.cloud.get(path, pipeline.who("viewer"))
    assert answer.status == status, answer.content
    if status != 302:
        return b""
    folder, _, key = unquote(urlsplit(answer.headers["Location"]).path).lstrip("/").partition("/")
    here = settings()
    bucket = {"originals": here.originals_bucket, "renditions": here.renditions_bucket}[folder]
    return storage.read(bucket, key)


def assert_every_board_plays(data: bytes, path: Path, seconds: float) -> streams.Probe:
    """See by ffprobe that these bytes are a master."""
    path.write_bytes(data)
    found = streams.probe(str(path))
    with path.open("rb") as file:
        first = films.index_is_first(file)
    assert films.plan(found, index_first=first, is_mp4=True).deed == "keep"
    assert found.duration_seconds == pytest.approx(seconds, abs=0.2)
    return found


def test_a_film_comes_to_screens_when_its_master_is_made(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = pipeline.cloud.call(method, path, pipeline.who("admin"), body)
        assert answer.status < 300, answer.content
        return answer.json

    device = ask("POST", "/devices/", {"name": "Lobby", "time_zone": "UTC", "board": "pi3"})
    items = [{"rule": {"category": "films"}}]
    playlist = ask("POST", "/playlists/", {"name": "Films", "items": items})
    given = {"playlist_ids": [playlist["id"]]}
    ask("PUT", f"/devices/{device['id']}/playlists/", given)
    data = Path(media_files.video(tmp_path / "a.mp4", 1, size="160x120")).read_bytes()
    reserved = pipeline.upload(data, category="films", **FILM)
    asset_id = reserved["asset"]["id"]
    pipeline.cloud.run(*FUNCTIONS, "dispatch_records", "follow_assets")
    path = f"/devices/{device['id']}/"
    assert ask("GET", path)["left_out"] == [{"asset_id": asset_id, "reason": "pending"}]
    pipeline.cloud.run()
    assert ask("GET", path)["left_out"] == []
    shown = ask("GET", f"{path}schedule/")["items"]
    assert [one["asset_id"] for one in shown] == [asset_id]


def test_a_film_that_every_board_plays_is_its_own_master(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    data = Path(media_files.video(tmp_path / "a.mp4", 1, size="160x120")).read_bytes()
    reserved = pipeline.upload(data, **FILM)
    pipeline.cloud.run()
    shown = pipeline.asset(reserved)
    (master,) = shown["renditions"]
    assert master == {
        "name": "master",
        "content_type": "video/mp4",
        "width": 160,
        "height": 120,
        "size_bytes": len(data),
        "sha256": shown["sha256"],
        "video_codec": "h264",
    }
    assert delivered(pipeline, reserved, "master") == data
    task = pipeline.task(reserved, "conversion")
    assert (task["status"], task["attempts"], task["error"]) == ("completed", 1, None)
    assert task["peak_memory_bytes"] > 0
    assert not [key for key in pipeline.renditions() if "master" in key]


def test_any_other_film_is_written_anew_and_told_of_while_that_lasts(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    data = Path(media_files.video(tmp_path / "a.avi", 1, size="162x120")).read_bytes()
    reserved = pipeline.upload(data, content_type="video/x-msvideo", filename="tide.avi")
    pipeline.cloud.run("route_upload", "scan_upload", "make_thumbnails", "read_metadata")
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    job = pipeline.job(reserved)
    assert (job["status"], job["tasks"][-1]["status"]) == ("running", "pending")
    assert job["progress_percent"] == 75
    etag = pipeline.cloud.get(f"/assets/{reserved['asset']['id']}/", pipeline.who("admin"))
    asked = pipeline.receive("convert_media")
    assert len(asked) == 1
    for _ in range(2):
        assert pipeline.deliver("convert_media", [*asked, *asked]) == set()
    shown = pipeline.asset(reserved)
    (master,) = shown["renditions"]
    made = delivered(pipeline, reserved, "master")
    assert (master["sha256"], master["size_bytes"]) == (
        hashlib.sha256(made).hexdigest(),
        len(made),
    )
    assert_every_board_plays(made, tmp_path / "made.mp4", 1)
    job = pipeline.job(reserved)
    assert (job["status"], job["progress_percent"]) == ("completed", 100)
    assert pipeline.task(reserved, "conversion")["attempts"] == 1
    after = pipeline.cloud.get(f"/assets/{reserved['asset']['id']}/", pipeline.who("admin"))
    assert after.headers["ETag"] == etag.headers["ETag"]
    assert shown["updated_at"] == etag.json["updated_at"]

    again = pipeline.upload(data, content_type="video/x-msvideo", filename="again.avi")
    pipeline.cloud.run()
    assert pipeline.asset(again)["renditions"] == shown["renditions"]
    face = Face(
        number=1,
        filename="tide.avi",
        kind="video",
        content_type="video/x-msvideo",
        size_bytes=len(data),
        sha256=shown["sha256"],
    )
    assert boards.playable(face, "pi3") == "pending"
    for one in (reserved, again):
        path = f"/assets/{one['asset']['id']}/?purge=true"
        assert pipeline.cloud.call("DELETE", path, pipeline.who("admin")).status == 204
    pipeline.cloud.run()
    sweeper.sweep(clock.now())
    assert pipeline.renditions() == {}
    assert pipeline.originals() == {}


def test_a_picture_that_browsers_do_not_show_gets_a_web_form(pipeline: Pipeline) -> None:
    wide = Image.effect_noise((4000, 300), 40).convert("RGB")
    out = io.BytesIO()
    wide.save(out, "PNG")
    reserved = pipeline.upload(out.getvalue(), content_type="image/png", filename="wide.png")
    pipeline.cloud.run()
    (web,) = pipeline.asset(reserved)["renditions"]
    made = Image.open(io.BytesIO(delivered(pipeline, reserved, "web")))
    assert (made.format, made.size) == ("JPEG", (3840, 288))
    assert (web["width"], web["height"], web["content_type"]) == (3840, 288, "image/jpeg")


def test_bytes_kept_before_there_were_masters_get_one_when_they_are_sent_again(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    data = Path(media_files.video(tmp_path / "a.mp4", 1, size="168x120")).read_bytes()
    first = pipeline.process(data, **FILM)
    for function in ("scan_upload", "scan_large_upload"):
        content = contents.get(pipeline.acme.id, first["sha256"])
        assert content is not None
        for key in content.conversions:
            delete(AnyItem(content.pk, key))
        update(content, Content.conversions.remove(), Content.converted.remove())
        again = pipeline.upload(data, **FILM)
        pipeline.cloud.run("route_upload")
        assert pipeline.deliver(function, pipeline.receive("scan_upload")) == set()
        pipeline.cloud.run()
        shown = pipeline.asset(again)
        assert shown["status"] == "approved"
        assert [one["name"] for one in shown["renditions"]] == ["master"]


def test_troubles_of_the_machine_are_tried_again_and_a_films_own_end_it(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(media_files.video(tmp_path / "a.mov", 1, size="164x120")).read_bytes()
    options = {"content_type": "video/quicktime", "filename": "a.mov"}
    reserved = pipeline.upload(data, **options)
    pipeline.cloud.run("route_upload", "scan_upload", "make_thumbnails", "read_metadata")
    asked = pipeline.receive("convert_media")
    with monkeypatch.context() as short:
        short.setattr(transcoding, "make_master", find_the_disk_full)
        assert len(pipeline.deliver("convert_media", asked)) == 1
    with monkeypatch.context() as broken:
        broken.setattr(transcoding, "make_master", fail_to_decode)
        assert pipeline.deliver("convert_media", asked) == set()
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
    task = pipeline.task(reserved, "conversion")
    assert (task["status"], task["attempts"]) == ("failed", 2)
    assert task["error"]["code"] == "unreadable"
    assert pipeline.job(reserved)["status"] == "failed"
    delivered(pipeline, reserved, "master", status=409)
    assert pipeline.retry(reserved).status == 202
    assert pipeline.retry(reserved).status == 409
    pipeline.cloud.run()
    assert pipeline.job(reserved)["status"] == "completed"
    found = assert_every_board_plays(delivered(pipeline, reserved, "master"), tmp_path / "m", 1)
    assert found.container.startswith("mov")


def find_the_disk_full(*_: Any) -> Film:
    raise OSError(28, "No space left on device")


def fail_to_decode(*_: Any) -> Film:
    raise Unreadable


def test_a_run_that_died_is_followed_by_another_once_its_time_is_over(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(media_files.video(tmp_path / "a.mov", 1, size="166x120")).read_bytes()
    reserved = pipeline.upload(data, content_type="video/quicktime", filename="a.mov")
    pipeline.cloud.run("route_upload", "scan_upload", "make_thumbnails", "read_metadata")
    asked = pipeline.receive("convert_media")
    pipeline.lose("convert_media")
    with monkeypatch.context() as dying:
        dying.setattr(storage, "upload", _die)
        with pytest.raises(_Died):
            pipeline.deliver("convert_media", asked)
    assert pipeline.task(reserved, "conversion")["status"] == "running"
    assert pipeline.deliver("convert_media", asked) == set()  # the other may still live
    assert pipeline.asset(reserved)["renditions"] == []
    sweeper.sweep(clock.now() + timedelta(minutes=20))
    pipeline.cloud.run()
    assert pipeline.task(reserved, "conversion")["attempts"] == 2
    assert [one["name"] for one in pipeline.asset(reserved)["renditions"]] == ["master"]


class _Died(BaseException):
    """The function is no more."""


def _die(*_: Any) -> None:
    raise _Died


def test_a_rendition_of_the_tenants_own_is_made_once_when_it_is_first_asked_for(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def define(**definition: Any) -> int:
        wanted = {"settings": {"RENDITIONS": {"banner": definition}}}
        return pipeline.cloud.call("PATCH", "/tenant/", pipeline.who("admin"), wanted).status

    for bad in ({"width": 0, "height": 9}, {"width": 20_000, "height": 9}, {"width": 9}):
        assert define(**bad) == 422
    assert define(width=100, height=100, fit="crop", format="png", watermark="© Reef") == 200
    data = Path(media_files.image_file(tmp_path / "photo.png")).read_bytes()
    reserved = pipeline.upload(data, content_type="image/png")
    pipeline.cloud.run()
    delivered(pipeline, reserved, "unknown", status=404)
    monkeypatch.setattr(on_demand, "WAIT_SECONDS", 0.0)
    for _ in range(3):
        delivered(pipeline, reserved, "banner", status=409)
    asked = pipeline.receive("convert_media")
    assert len(asked) == 1
    assert pipeline.deliver("convert_media", asked) == set()
    middle = _picture(delivered(pipeline, reserved, "banner"))
    assert middle.size == (100, 100)
    path = f"/assets/{reserved['asset']['id']}/"
    moved = {"focal_point": {"x": 0.0, "y": 0.5}}
    assert pipeline.cloud.call("PATCH", path, pipeline.who("editor"), moved).status == 200
    monkeypatch.setattr(on_demand, "WAIT_SECONDS", 30.0)
    monkeypatch.setattr(on_demand.time, "sleep", _doing(lambda: pipeline.cloud.run()))
    left = _picture(delivered(pipeline, reserved, "banner"))
    assert _share_of_red(left) > _share_of_red(middle) + 0.05
    assert len([key for key in pipeline.renditions() if "banner" in key]) == 2
    (shown,) = pipeline.asset(reserved)["renditions"]
    assert (shown["name"], shown["content_type"]) == ("banner", "image/png")
    assert isinstance(boards.playable(_face(pipeline, reserved), None), Playable)


def _face(pipeline: Pipeline, reserved: Reserved) -> Face:
    shown = pipeline.asset(reserved)
    return Face(
        number=1,
        filename=shown["filename"],
        kind=shown["kind"],
        content_type=shown["content_type"],
        size_bytes=shown["size_bytes"],
        sha256=shown["sha256"],
    )


def _doing(work: Callable[[], object]) -> Callable[[float], None]:
    return lambda _: work() and None


def _picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def _share_of_red(picture: Image.Image) -> float:
    pixels = list(picture.get_flattened_data())
    return sum(red > 200 and green < 60 for red, green, _ in pixels) / len(pixels)
