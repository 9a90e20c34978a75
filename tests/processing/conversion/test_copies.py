"""A copy is made when an editor asks for it, of one asset, and says what is said of it."""

import hashlib
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib.assets.contents import Content
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from chalicelib.processing import sweeper
from chalicelib.processing.conversion import copies, describing
from chalicelib.processing.conversion.models import Conversion
from chalicelib.processing.problems import Unreadable
from tests import media_files
from tests.cloud import Answer
from tests.journeys.pipeline import Pipeline


def photo(tmp_path: Path) -> bytes:
    return Path(media_files.image_file(tmp_path / "photo.jpg")).read_bytes()


def refuse(*_: Any) -> None:
    raise Unreadable("The file cannot be taken apart.")


def ready(pipeline: Pipeline, data: bytes, **said: Any) -> str:
    """Upload a picture, and say something of it; gives its asset's id."""
    asset_id = str(pipeline.upload(data)["asset"]["id"])
    pipeline.cloud.run()
    path = f"/assets/{asset_id}/"
    assert pipeline.cloud.call("PATCH", path, pipeline.who("editor"), said).status == 200
    return asset_id


def ask(pipeline: Pipeline, asset_id: str, *tasks: str) -> Answer:
    body = {"asset_id": asset_id, "tasks": tasks or ["embed_metadata"]}
    return pipeline.cloud.post("/processing/", pipeline.who("editor"), body)


def described(pipeline: Pipeline, asset_id: str) -> dict[str, Any]:
    """Have a copy made; gives its job as it is shown in the end."""
    answer = ask(pipeline, asset_id)
    assert answer.status == 202, answer.content
    pipeline.cloud.run()
    path = f"/processing/{answer.json['job_id']}/status/"
    shown: dict[str, Any] = pipeline.cloud.get(path, pipeline.who("editor")).json
    return shown


def renditions(pipeline: Pipeline, asset_id: str, who: str = "editor") -> list[dict[str, Any]]:
    shown = pipeline.cloud.get(f"/assets/{asset_id}/", pipeline.who(who)).json["renditions"]
    return [one for one in shown if one["name"] == "described"]


def fetched(pipeline: Pipeline, asset_id: str, query: str = "?rendition=described") -> bytes:
    path = f"/assets/{asset_id}/download/{query}"
    answer = pipeline.cloud.get(path, pipeline.who("viewer"))
    assert answer.status == 302, answer.content
    folder, _, key = unquote(urlsplit(answer.headers["Location"]).path)[1:].partition("/")
    buckets = {"renditions": settings().renditions_bucket, "originals": settings().originals_bucket}
    return storage.read(buckets[folder], key)


def title_of(data: bytes) -> str:
    """Read a picture's title as exiftool does."""
    command = ["exiftool", "-s3", "-XMP-dc:Title", "-"]
    return (
        subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode().strip()
    )


def copies_kept(pipeline: Pipeline) -> list[str]:
    keys = storage.keys(settings().renditions_bucket)
    return [key for key in keys if key.startswith(pipeline.acme.id) and "/described-" in key]


def test_a_copy_is_made_on_request_and_the_original_stays(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    data = photo(tmp_path)
    asset_id = ready(pipeline, data, title="Čtvrtek", rights={"copyright": "© me"})
    path = f"/assets/{asset_id}/download/?rendition=described"
    assert pipeline.cloud.get(path, pipeline.who("viewer")).status == 404
    before = pipeline.cloud.get(f"/assets/{asset_id}/", pipeline.who("editor")).headers["ETag"]
    shown = described(pipeline, asset_id)
    assert shown["status"] == "completed"
    assert [task["job_type"] for task in shown["tasks"]] == ["embed_metadata"]
    (one,) = renditions(pipeline, asset_id)
    made = fetched(pipeline, asset_id)
    assert title_of(made) == "Čtvrtek"
    assert (one["content_type"], one["size_bytes"]) == ("image/jpeg", len(made))
    assert fetched(pipeline, asset_id, "") == data
    assert title_of(data) == ""
    after = pipeline.cloud.get(f"/assets/{asset_id}/", pipeline.who("editor")).headers["ETag"]
    assert after == before


def test_once_something_else_is_said_it_is_not_there_until_it_is_asked_for_again(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    """What it says may never have been approved."""
    asset_id = ready(pipeline, photo(tmp_path), title="First")
    described(pipeline, asset_id)
    assert title_of(fetched(pipeline, asset_id)) == "First"
    path = f"/assets/{asset_id}/"
    for values in ({"title": "Second"}, {"custom_fields": {"season": "winter"}}):
        pipeline.cloud.call("PATCH", path, pipeline.who("editor"), values)
        assert renditions(pipeline, asset_id) == []
        gone = pipeline.cloud.get(f"{path}download/?rendition=described", pipeline.who("viewer"))
        assert gone.status == 404
        assert described(pipeline, asset_id)["status"] == "completed"
        assert title_of(fetched(pipeline, asset_id)) == "Second"
        assert len(renditions(pipeline, asset_id, "viewer")) == 1
        assert len(copies_kept(pipeline)) == 1
    assert described(pipeline, asset_id)["status"] == "completed"  # nothing new to say
    assert len(copies_kept(pipeline)) == 1


def test_assets_with_the_same_bytes_show_no_others_copy(pipeline: Pipeline, tmp_path: Path) -> None:
    data = photo(tmp_path)
    one, two = (ready(pipeline, data, title=title) for title in ("One", "Two"))
    described(pipeline, one)
    assert (len(renditions(pipeline, one)), renditions(pipeline, two)) == (1, [])
    path = f"/assets/{two}/download/?rendition=described"
    assert pipeline.cloud.get(path, pipeline.who("viewer")).status == 404
    third = ready(pipeline, data, title="Three")  # attached when the copy is there already
    assert renditions(pipeline, third) == []
    described(pipeline, two)
    assert title_of(fetched(pipeline, one)) == "One"
    assert title_of(fetched(pipeline, two)) == "Two"
    assert len(copies_kept(pipeline)) == 2


def test_an_edit_while_a_copy_is_asked_for_again_wins(pipeline: Pipeline, tmp_path: Path) -> None:
    asset_id = ready(pipeline, photo(tmp_path), title="First")
    assert ask(pipeline, asset_id).status == 202
    path = f"/assets/{asset_id}/"
    pipeline.cloud.call("PATCH", path, pipeline.who("editor"), {"title": "Second"})
    assert ask(pipeline, asset_id).status == 202
    pipeline.cloud.run()
    assert title_of(fetched(pipeline, asset_id)) == "Second"
    assert len(copies_kept(pipeline)) == 1


def test_what_has_no_place_for_it_is_refused(pipeline: Pipeline) -> None:
    text = {"content_type": "text/plain", "filename": "a.txt"}
    asset_id = str(pipeline.upload(b"Text.", **text)["asset"]["id"])
    pipeline.cloud.run()
    answer = ask(pipeline, asset_id)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "tasks")


def test_a_copy_that_cannot_be_made_fails_alone(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id = ready(pipeline, photo(tmp_path), title="First")
    with monkeypatch.context() as patch:
        patch.setattr(describing, "write_copy", refuse)
        shown = described(pipeline, asset_id)
    assert (shown["status"], shown["tasks"][0]["error"]["code"]) == ("failed", "unreadable")
    path = f"/processing/{shown['id']}/retry/"
    assert pipeline.cloud.post(path, pipeline.who("editor")).status == 202
    pipeline.cloud.run()
    assert title_of(fetched(pipeline, asset_id)) == "First"


def test_a_copy_goes_with_its_asset(pipeline: Pipeline, tmp_path: Path) -> None:
    data = photo(tmp_path)
    one, two = (ready(pipeline, data, title=title) for title in ("One", "Two"))
    for asset_id in (one, two):
        described(pipeline, asset_id)
    pk = f"{pipeline.acme.id}#{hashlib.sha256(data).hexdigest()}"
    admin = pipeline.who("admin")
    purged = pipeline.cloud.call("DELETE", f"/assets/{one}/?purge=true", admin)
    assert purged.status == 204, purged.content
    sweeper.sweep(clock.now() + timedelta(hours=2))
    assert len(copies_kept(pipeline)) == 1
    assert find(Conversion, pk, copies.key_of(one)) is None
    assert title_of(fetched(pipeline, two)) == "Two"
    content = find(Content, pk, "CONTENT")
    assert content is not None
    assert content.conversions == {copies.key_of(two)}
    assert pipeline.cloud.call("DELETE", f"/assets/{two}/?purge=true", admin).status == 204
    sweeper.sweep(clock.now() + timedelta(hours=4))
    assert copies_kept(pipeline) == []


def test_what_is_being_deleted_gets_no_copy(pipeline: Pipeline, tmp_path: Path) -> None:
    asset_id = ready(pipeline, photo(tmp_path), title="First")
    described(pipeline, asset_id)
    item = find(AssetMetadata, f"{pipeline.acme.id}#{asset_id}", "ASSET")
    assert item is not None
    content = find(Content, f"{pipeline.acme.id}#{item.current.sha256}", "CONTENT")
    assert content is not None
    content.generation = "another"
    copies.ask(content, copies.described_now(item), clock.now())
    kept = find(Conversion, content.pk, copies.key_of(asset_id))
    assert kept is not None
    assert kept.task.status == "completed"
