"""One photo from a contributor's disk to a viewer's screen."""

import hashlib
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from PIL import Image

from chalicelib.core.aws import client
from local.cloud import media_key_ids, media_keys
from local.edge import cloudfront
from local.edge.answers import Refused, Request
from tests import media_files
from tests.cloud import EDGE_URL
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable


def fetched(url: str, now: datetime | None = None) -> None:
    """Check a media URL as CloudFront does."""
    environ = {"REQUEST_METHOD": "GET", "REQUEST_URI": url.removeprefix(EDGE_URL)}
    request = Request(environ | {"wsgi.input": io.BytesIO(), "REMOTE_ADDR": "192.0.2.7"})
    key = serialization.load_pem_public_key(media_keys().public.encode())
    trusted = {media_key_ids(client("cloudfront"))[0]: key}
    cloudfront.verify(request, EDGE_URL, trusted, now or datetime.now(UTC))


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    """A photo taken with the camera on its side, with a place in its EXIF."""
    return Path(media_files.oriented(tmp_path / "photo.jpg", 6, (1600, 900))).read_bytes()


def test_a_photo_is_scanned_described_published_and_downloaded(
    pipeline: Pipeline, photo: bytes
) -> None:
    cloud = pipeline.cloud
    reserved = pipeline.upload(photo, filename="Pier at dawn.jpg", tags=["pier"])
    viewer, contributor = pipeline.who("viewer"), pipeline.who("contributor")
    path = f"/assets/{reserved['asset']['id']}/"
    assert reserved["asset"]["status"] == "uploading"
    assert cloud.get(path, viewer).status == 404
    assert cloud.get(f"{path}download/", contributor).code == "not_ready"
    assert_nothing_unscanned_is_readable(pipeline)

    cloud.run("route_upload")
    assert pipeline.asset(reserved)["status"] == "scanning"
    assert cloud.get(f"{path}download/", contributor).code == "not_ready"
    assert_nothing_unscanned_is_readable(pipeline)

    cloud.run("scan_upload")
    assert pipeline.asset(reserved)["status"] == "processing"
    assert cloud.get(path, viewer).status == 404

    cloud.run()
    shown = cloud.get(path, viewer).json
    assert (shown["status"], shown["published_version"], shown["title"]) == (
        "approved",
        1,
        "Pier at dawn",
    )
    assert shown["sha256"] == hashlib.sha256(photo).hexdigest()
    assert (shown["kind"], shown["content_type"]) == ("image", "image/jpeg")
    assert (shown["technical"]["width"], shown["technical"]["height"]) == (1600, 900)
    assert shown["scan"]["status"] == "clean"
    assert shown["scan"]["scanned_at"].endswith("Z")
    sizes = {name: (t["width"], t["height"]) for name, t in shown["thumbnails"].items()}
    assert sizes == {"small": (150, 84), "medium": (300, 169), "large": (600, 338)}

    download = cloud.get(f"{path}download/", viewer)
    assert download.status == 302
    location = download.headers["Location"]
    fetched(location)
    assert "filename%2A%3DUTF-8%27%27Pier%2520at%2520dawn.jpg" in location
    with pytest.raises(Refused):
        fetched(location, datetime.now(UTC) + timedelta(minutes=6))
    with pytest.raises(Refused):
        fetched(location.replace("originals", "renditions"))
    kept = pipeline.originals()
    assert kept == {f"{pipeline.acme.id}/{shown['sha256']}": photo}
    assert pipeline.usage() == (len(photo), 1)
    people = pipeline.acme.members
    assert pipeline.deeds(reserved)[:4] == [
        (people["contributor"], "asset.created"),
        ("reef", "version.approved"),
        ("reef", "version.published"),
        (people["viewer"], "asset.downloaded"),
    ]
    assert_nothing_unscanned_is_readable(pipeline)


def test_the_thumbnails_are_small_upright_and_carry_no_exif(
    pipeline: Pipeline, photo: bytes
) -> None:
    shown = pipeline.process(photo)
    made = {k: v for k, v in pipeline.renditions().items() if not k.endswith("/grid.png")}
    assert len(made) == 3
    for name, thumbnail in shown["thumbnails"].items():
        fetched(thumbnail["url"])
        data = made[f"{pipeline.acme.id}/{shown['sha256']}/thumbnail-{name}.webp"]
        picture = Image.open(io.BytesIO(data), formats=["WEBP"])
        assert picture.size == (thumbnail["width"], thumbnail["height"])
        assert not picture.getexif()
        red, _, blue = picture.convert("RGB").getpixel((5, 5))
        assert red > 200 > 50 > blue


def test_an_unpublished_photo_is_seen_by_those_who_work_on_it_alone(
    pipeline: Pipeline, photo: bytes
) -> None:
    pipeline.configure(auto_publish=False)
    shown = pipeline.process(photo)
    path = f"/assets/{shown['id']}/"
    assert (shown["status"], shown["published_version"]) == ("approved", None)
    statuses = {
        role: pipeline.cloud.get(f"{path}download/", pipeline.who(role)).status
        for role in ("contributor", "editor", "moderator", "admin", "viewer")
    }
    assert statuses.pop("viewer") == 404
    assert set(statuses.values()) == {302}
    assert pipeline.cloud.get(path, pipeline.who("viewer")).status == 404
    assert pipeline.cloud.get("/assets/", pipeline.who("viewer")).json["items"] == []
    assert_nothing_unscanned_is_readable(pipeline)


def test_a_presigned_post_fixes_key_and_size_and_holds_no_name_of_the_user(
    pipeline: Pipeline, photo: bytes
) -> None:
    reserved = pipeline.reserve(photo, filename="secret plans.jpg")
    fields = reserved["upload"]["fields"]
    ids = pipeline.acme.id, reserved["asset"]["id"], reserved["upload"]["upload_id"]
    assert fields["key"] == "/".join(ids)
    assert reserved["upload"]["method"] == "POST"
    assert "secret" not in str(reserved["upload"])
