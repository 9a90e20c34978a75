"""Contents: attached, doubted, deleted under a lease, and kept afresh."""

from datetime import datetime, timedelta

import pytest

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Scan
from chalicelib.assets.uploads import life
from chalicelib.core import clock, storage
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.core.tables import update
from chalicelib.processing import content_tasks, originals
from chalicelib.processing.originals import Clean
from tests.assets.shelf import QUICK, Shelf, sha256, sweep

DATA = b"bytes"
SHA256 = sha256(DATA)


def content(shelf: Shelf) -> Content:
    found = contents.get(shelf.tenant.id, SHA256)
    assert found is not None
    return found


def collect(shelf: Shelf, now: datetime | None = None) -> None:
    contents.collect(shelf.tenant.id, SHA256, now or clock.now())


def unreferenced(shelf: Shelf, state: str, due: timedelta | None) -> None:
    """Leave a content in a state to which no version refers."""
    shelf.add(DATA)
    kept = content(shelf)
    actions = [Content.state.set(state)]
    if due is not None:
        actions += [
            Content.due_shard.set("0"),
            Content.due_at.set(clock.timestamp(clock.now() + due)),
        ]
    for reference in contents.references(kept):
        reference.delete()
    update(kept, *actions)


def test_a_content_in_use_is_never_collected(shelf: Shelf) -> None:
    shelf.add(DATA)
    collect(shelf)
    assert content(shelf).state == "stored"
    assert shelf.pipeline.originals()


def test_a_content_without_versions_is_collected_with_its_renditions(shelf: Shelf) -> None:
    unreferenced(shelf, "stored", None)
    folder = f"{shelf.tenant.id}/{SHA256}"
    storage.put(settings().renditions_bucket, f"{folder}/x.png", b"x", "image/png")
    collect(shelf)
    collect(shelf)
    assert contents.get(shelf.tenant.id, SHA256) is None
    assert (shelf.pipeline.originals(), shelf.pipeline.renditions()) == ({}, {})


@pytest.mark.parametrize("state", ["copying", "deleting"])
def test_whoever_copies_or_deletes_is_left_alone_until_the_sweeper_takes_over(
    shelf: Shelf, state: str
) -> None:
    unreferenced(shelf, state, timedelta(minutes=1))
    collect(shelf)
    assert content(shelf).state == state
    sweep(timedelta(minutes=2))
    assert contents.get(shelf.tenant.id, SHA256) is None


def test_a_version_attached_in_the_last_moment_saves_the_bytes(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add(DATA)
    real = contents.references
    calls: list[int] = []

    def references(found: Content) -> object:
        calls.append(1)
        return [] if len(calls) == 1 else real(found)

    monkeypatch.setattr(contents, "references", references)
    collect(shelf)
    assert (content(shelf).state, content(shelf).due_at) == ("stored", None)
    assert shelf.pipeline.originals()


def test_a_duplicate_that_comes_during_the_deletion_is_copied_afresh(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shelf.add(DATA)
    second = shelf.pipeline.upload(DATA, "admin", **QUICK)
    shelf.cloud.run("route_upload")
    (message,) = shelf.pipeline.receive("scan_upload")
    failed: list[bool] = []
    real = storage.delete

    def delete(bucket: str, key: str) -> None:
        if bucket == settings().originals_bucket and not failed:
            failed.append(bool(shelf.pipeline.deliver("scan_upload", [message])))
        real(bucket, key)

    monkeypatch.setattr(storage, "delete", delete)
    shelf.purge(first)
    assert failed == [True]
    assert shelf.pipeline.originals() == {}
    assert not shelf.pipeline.deliver("scan_upload", [message])
    assert shelf.pipeline.asset(second)["status"] == "approved"
    assert list(shelf.pipeline.originals().values()) == [DATA]
    assert shelf.pipeline.usage() == (len(DATA), 1)


def test_work_on_a_deleted_content_never_counts_for_its_successor(shelf: Shelf) -> None:
    shelf.add(DATA, extract_metadata=True)
    old = content(shelf)
    update(old, Content.pending.set({"metadata"}))
    task = content_tasks.begin(old, "metadata", clock.now())
    assert task is not None
    old.delete()
    fresh = Content(old.pk, "CONTENT", **{**old.attribute_values, "generation": clock.new_id()})
    fresh.save()
    assert not content_tasks.finish(old, "metadata", task, clock.now(), facts={"text": "old"})
    assert content(shelf).text != "old"


def test_a_copy_that_ends_when_its_content_is_gone_is_begun_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserved = shelf.pipeline.upload(DATA, "admin", **QUICK)
    shelf.cloud.run("route_upload")
    real = storage.copy

    def copy(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        contents.collect(shelf.tenant.id, SHA256, clock.now() + timedelta(hours=2))

    (message,) = shelf.pipeline.receive("scan_upload")
    with monkeypatch.context() as slow:
        slow.setattr(storage, "copy", copy)
        assert shelf.pipeline.deliver("scan_upload", [message])
    assert shelf.pipeline.originals() == {}
    assert not shelf.pipeline.deliver("scan_upload", [message])
    assert shelf.pipeline.asset(reserved)["status"] == "approved"
    assert list(shelf.pipeline.originals().values()) == [DATA]


def test_originals_that_arrive_without_a_content_are_deleted(shelf: Shelf) -> None:
    key = f"{shelf.tenant.id}/{SHA256}"
    storage.put(settings().originals_bucket, key, DATA, "text/plain")
    shelf.cloud.run()
    assert shelf.pipeline.originals() == {}
    assert contents.get(shelf.tenant.id, SHA256) is None


def test_kept_bytes_that_no_version_takes_go_after_an_hour(shelf: Shelf) -> None:
    upload = shelf.pipeline.record(shelf.pipeline.upload(DATA, "admin", **QUICK))
    shelf.cloud.run("route_upload")
    upload.refresh()
    clean = Clean(SHA256, "text/plain", "document", len(DATA), Scan(status="clean"))
    originals.keep(upload, clean, None, clock.now())
    sweep(timedelta(minutes=50))
    assert shelf.pipeline.originals()
    sweep(timedelta(minutes=70))
    assert shelf.pipeline.originals() == {}
    content = originals._begin(upload, clean, clock.now())
    scanned = life.moved(upload, life.DONE, None)
    with pytest.raises(RetryLater):
        originals.attach(upload, content, clean, scanned, clock.now())
