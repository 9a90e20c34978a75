"""A signed URL of media opens the files of one content alone, at the edge that checks it."""

import io
from typing import Any
from urllib.parse import urlsplit

from chalicelib.core import signing, storage
from chalicelib.core.settings import settings
from local.edge.application import Edge
from tests import edge as edges
from tests import media_files
from tests.assets.shelf import Shelf, sha256
from tests.cloud import EDGE_URL
from tests.local.wire import call

IMAGE: dict[str, Any] = {
    "content_type": "image/jpeg",
    "filename": "a.jpg",
    "generate_thumbnail": True,
}


def jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    media_files.picture((width, height)).save(out, "JPEG")
    return out.getvalue()


def fetched(edge: Edge, url: str) -> int:
    return call(edge, "GET", url).status


def test_the_signature_of_a_published_thumbnail_opens_nothing_else(shelf: Shelf) -> None:
    edge = edges.edge()
    published, hidden = jpeg(64, 48), jpeg(48, 64)
    asset_id = shelf.add(published, **IMAGE)
    shelf.pipeline.cloud.call(
        "PATCH", "/tenant/", shelf.pipeline.who("admin"), {"settings": {"AUTO_PUBLISH": False}}
    )
    shelf.version(asset_id, hidden, **IMAGE)
    other = shelf.add(jpeg(32, 32), **IMAGE)
    visual = shelf.get(f"/assets/{asset_id}/versions/1/diff/2/").json["visual"]
    back = shelf.get(f"/assets/{asset_id}/versions/2/diff/1/").json["visual"]

    shown = shelf.shown(asset_id, "viewer")
    assert shown["current_version"] == 1
    query = urlsplit(shown["thumbnails"]["small"]["url"]).query
    assert [fetched(edge, t["url"]) for t in shown["thumbnails"].values()] == [200, 200, 200]
    keys = storage.keys(settings().renditions_bucket)
    tenant = shelf.tenant.id
    opened = [key for key in keys if fetched(edge, f"{EDGE_URL}/renditions/{key}?{query}") == 200]
    assert opened
    assert all(key.startswith(f"{tenant}/{sha256(published)}/") for key in opened)
    assert any(key.startswith(f"{tenant}/{sha256(hidden)}/") for key in keys)
    assert fetched(edge, f"{EDGE_URL}/originals/{tenant}/{sha256(published)}?{query}") == 403

    # Neither do those of differences, each of which shows two contents.
    pictures = [visual["image_url"], back["image_url"]]
    assert [fetched(edge, url) for url in pictures] == [200, 200]
    signed = urlsplit(pictures[0]).query
    opened = [key for key in keys if fetched(edge, f"{EDGE_URL}/renditions/{key}?{signed}") == 200]
    assert opened == [urlsplit(pictures[0]).path.removeprefix("/renditions/")]
    shelf.purge(asset_id)
    shelf.purge(other)
    assert shelf.pipeline.renditions() == {}


def test_one_content_is_signed_once_in_ten_minutes(shelf: Shelf) -> None:
    asset_id = shelf.add(jpeg(65, 48), **IMAGE)
    shelf.shown(asset_id)
    signed = signing._lasting_query.cache_info().misses
    for role in ("admin", "editor", "viewer"):
        shelf.shown(asset_id, role)
    shelf.get("/assets/", "viewer")
    # A new window may have begun meanwhile.
    assert signing._lasting_query.cache_info().misses <= signed + 1
