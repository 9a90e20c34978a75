"""`link_existing`: a second asset of the same bytes without sending them."""

import pytest

from tests import media_files
from tests.assets.shelf import QUICK, TEXT, Shelf, sha256

DATA = b"the same bytes"
WISH = QUICK | {"size_bytes": len(DATA), "sha256": sha256(DATA), "link_existing": True}


def link(shelf: Shelf, role: str = "admin", **more: object) -> dict[str, object]:
    answer = shelf.post("/assets/upload/", WISH | more, role)
    assert answer.status == 201, answer.content
    found: dict[str, object] = answer.json
    return found


def test_a_linked_asset_gets_the_bytes_that_are_there(shelf: Shelf) -> None:
    first = shelf.add(DATA)
    reserved = link(shelf)
    assert (reserved["upload"], reserved["duplicate_of"]) == (None, [first])
    shelf.cloud.run()
    shown = shelf.pipeline.asset(reserved)
    assert (shown["status"], shown["sha256"], shown["scan"]["status"]) == (
        "approved",
        sha256(DATA),
        "clean",
    )
    assert shelf.versions(str(shown["id"]))[0]["deduplicated"] is True
    assert len(shelf.pipeline.originals()) == 1
    assert shelf.pipeline.usage() == (2 * len(DATA), 2)
    shelf.purge(first)
    assert shelf.served(str(shown["id"])) == 1


def test_a_version_can_be_linked_too(shelf: Shelf) -> None:
    shelf.add(DATA)
    other = shelf.add(b"something else")
    assert shelf.version(other, DATA, sha256=sha256(DATA), link_existing=True) == 2
    assert shelf.shown(other)["sha256"] == sha256(DATA)


def test_only_what_the_member_sees_is_linked(shelf: Shelf) -> None:
    hidden = shelf.add(DATA)
    shelf.act(hidden, 1, "unpublish")
    reserved = link(shelf, "contributor")
    assert reserved["duplicate_of"] is None
    assert reserved["upload"] is not None
    globex = shelf.pipeline.tenant("globex")
    answer = shelf.cloud.post("/assets/upload/", globex.email("admin"), WISH)
    assert answer.json["duplicate_of"] is None
    assert answer.json["upload"] is not None


def test_infected_bytes_are_never_linked(shelf: Shelf) -> None:
    virus = media_files.eicar()
    shelf.add(virus)
    reserved = link(shelf, sha256=sha256(virus), size_bytes=len(virus))
    assert reserved["duplicate_of"] is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size_bytes": 5}, "size_mismatch"),
        ({"content_type": "image/png", "filename": "a.png"}, "type_mismatch"),
    ],
)
def test_what_is_declared_has_to_fit(shelf: Shelf, change: dict[str, object], reason: str) -> None:
    shelf.add(DATA)
    reserved = link(shelf, **change)
    shelf.cloud.run()
    assert shelf.pipeline.outcome(reserved)[:2] == ("failed", reason)
    assert shelf.pipeline.usage() == (len(DATA), 2)


def test_bytes_purged_before_they_are_linked_make_it_fail(shelf: Shelf) -> None:
    first = shelf.add(DATA)
    reserved = link(shelf)
    shelf.purge(first)
    shelf.cloud.run()
    assert shelf.pipeline.outcome(reserved)[:2] == ("failed", "source_gone")
    assert shelf.pipeline.usage() == (0, 1)
    assert shelf.pipeline.originals() == {}


def test_a_link_makes_what_the_first_upload_did_not_want(shelf: Shelf) -> None:
    shelf.add(DATA)
    reserved = link(shelf, **TEXT, generate_thumbnail=True, extract_metadata=True)
    shelf.cloud.run()
    shown = shelf.pipeline.asset(reserved)
    assert shown["status"] == "approved"
    assert shown["thumbnails"].keys() == {"small", "medium", "large"}
