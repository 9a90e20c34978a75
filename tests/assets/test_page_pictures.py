"""A document's pages are seen by those who may see it, and go with its bytes."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import media_files
from tests.assets.shelf import Shelf
from tests.journeys.pipeline import assert_nothing_unscanned_is_readable

PDF = {"content_type": "application/pdf", "filename": "tides.pdf", "generate_thumbnail": True}


@pytest.fixture
def document(tmp_path: Path) -> bytes:
    return Path(media_files.pdf_of_pages(tmp_path / "a.pdf", 3)).read_bytes()


def paths(urls: list[str]) -> list[str]:
    return [urlsplit(url).path.removeprefix("/renditions/") for url in urls]


def test_its_pages_are_shown_in_their_order_with_their_sizes(shelf: Shelf, document: bytes) -> None:
    shown = shelf.shown(shelf.add(document, **PDF), "viewer")
    folder = f"{shelf.tenant.id}/{shown['sha256']}"
    stored = shelf.pipeline.renditions()
    drawn = {key.removeprefix(f"{folder}/")[:6]: key for key in stored if "/page-" in key}
    assert paths(shown["pages"]) == [drawn[f"page-{n}"] for n in (1, 2, 3)]
    pages = [one for one in shown["renditions"] if one["name"] != "slides"]
    assert pages == [
        {
            "name": f"page-{n}",
            "content_type": "image/webp",
            "width": 1600,
            "height": 2134,
            "size_bytes": len(stored[drawn[f"page-{n}"]]),
            "sha256": hashlib.sha256(stored[drawn[f"page-{n}"]]).hexdigest(),
        }
        for n in (1, 2, 3)
    ]
    assert_nothing_unscanned_is_readable(shelf.pipeline)


def test_lists_go_without_pages_and_other_files_have_none(shelf: Shelf, document: bytes) -> None:
    shelf.add(document, **PDF)
    assert shelf.shown(shelf.add(b"One line."))["pages"] == []
    assert ["pages" in one for one in shelf.get("/assets/").json["items"]] == [False, False]


def test_a_page_is_downloaded_by_its_name(shelf: Shelf, document: bytes) -> None:
    asset_id = shelf.add(document, **PDF)
    answer = shelf.get(f"/assets/{asset_id}/download/?rendition=page-2")
    assert answer.status == 302
    (path,) = paths([answer.headers["Location"]])
    assert path in shelf.pipeline.renditions()
    assert "/page-2-" in path
    assert shelf.get(f"/assets/{asset_id}/download/?rendition=page-4").status == 404


def test_a_version_rolled_back_to_has_its_pages(shelf: Shelf, document: bytes) -> None:
    asset_id = shelf.add(document, **PDF)
    shelf.version(asset_id, b"One line.")
    assert shelf.shown(asset_id)["pages"] == []
    assert shelf.act(asset_id, 1, "rollback").status == 201
    assert len(shelf.shown(asset_id)["pages"]) == 3


def test_the_same_document_again_has_them_at_once(shelf: Shelf, document: bytes) -> None:
    first, second = (shelf.shown(shelf.add(document, **PDF)) for _ in range(2))
    assert paths(first["pages"]) == paths(second["pages"]) != []


def test_they_go_with_the_last_version(shelf: Shelf, document: bytes) -> None:
    asset_id = shelf.add(document, **PDF)
    assert shelf.call("DELETE", f"/assets/{asset_id}/?purge=true").status == 204
    assert shelf.pipeline.renditions() == {}


def test_a_damaged_or_encrypted_one_has_none(shelf: Shelf, tmp_path: Path) -> None:
    locked = Path(media_files.encrypted_pdf(tmp_path / "a.pdf")).read_bytes()
    for data in (locked, b"%PDF-1.7\nnothing else"):
        shown = shelf.shown(shelf.add(data, **PDF))
        assert (shown["status"], shown["pages"], shown["renditions"]) == ("approved", [], [])
        assert set(shown["thumbnails"]) == {"small", "medium", "large"}
