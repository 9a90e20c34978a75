"""A zip is made once and whole, wherever a run is cut off, and holds what may be had then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from chalicelib.assets.faces import Rendition
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, storage
from chalicelib.core.aws import client
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.processing.zips import jobs, making, planning, streaming
from tests.crashes import Crash, Faults, How
from tests.processing.zips.counter import Counter, files
from tests.shared import assert_problem


def run(counter: Counter, job_id: str) -> None:
    """Run a job once, as a message has it run."""
    making.make(counter.tenant.id, job_id, clock.now())


def finish(counter: Counter, job_id: str) -> dict[str, Any]:
    """Run a job until it is over; gives it as its owner sees it."""
    for _ in range(8):
        if counter.job(job_id).status in {"completed", "failed"}:
            break
        run(counter, job_id)
    return counter.status(job_id)


@contextmanager
def before_each(operation: str, deed: Callable[[], Any]) -> Iterator[None]:
    """Do something before each call of an operation of S3."""
    events, name = client("s3").meta.events, f"before-call.s3.{operation}"

    def listener(**_: Any) -> None:
        deed()

    events.register(name, listener)
    try:
        yield
    finally:
        events.unregister(name, listener)


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each zip hold a few bytes."""
    monkeypatch.setattr(planning, "MOST_BYTES_A_FILE", 6)


@pytest.mark.usefixtures("small_files")
def test_what_is_large_becomes_several_zips_without_two_files_of_one_name(
    counter: Counter,
) -> None:
    ids = [counter.asset(data) for data in (b"one", b"two", b"three", b"f", b"longer than one")]
    job_id = counter.asked(*ids)
    run(counter, job_id)
    halfway = counter.status(job_id)
    assert (halfway["status"], halfway["progress_percent"]) == ("running", 6 * 100 // 27)
    assert "download_url" not in halfway
    counter.work()
    done = counter.status(job_id)
    assert done["download_url"] == done["download_urls"][0]
    assert [files(url) for url in done["download_urls"]] == [
        {"photo.jpg": b"one", "photo (2).jpg": b"two"},
        {"photo (3).jpg": b"three", "photo (4).jpg": b"f"},
        {"photo (5).jpg": b"longer than one"},
    ]
    assert "assets%202%20of%203.zip" in done["download_urls"][1].replace("%2520", "%20")
    assert [len(counter.downloads(one)) for one in ids] == [1] * 5


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("how", ["before", "after", "lost"])
def test_wherever_a_run_is_cut_off_the_next_ones_make_each_zip_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, how: How
) -> None:
    ids = [counter.asset(data) for data in (b"one", b"two", b"three")]
    cuts, fired = 0, True
    faults = Faults(monkeypatch)
    while fired:
        job_id = counter.asked(*ids)
        faults.arm(cuts + 1, how)
        with faults.process(), suppress(Crash, RetryLater):
            run(counter, job_id)
            run(counter, job_id)
        fired = faults.fired
        faults.disarm()
        cuts += fired
        done = finish(counter, job_id)
        assert done["status"] == "completed", f"cut at call {cuts}"
        assert [files(url) for url in done["download_urls"]] == [
            {"photo.jpg": b"one", "photo (2).jpg": b"two"},
            {"photo (3).jpg": b"three"},
        ]
        assert counter.unfinished() == [], f"cut at call {cuts}"
    assert cuts > 25
    asked = cuts + 1
    assert [len(counter.downloads(one)) for one in ids] == [asked] * 3
    assert len(counter.objects()) == 2 * asked


def test_of_two_runs_at_once_the_later_one_goes_on(counter: Counter) -> None:
    one, two = counter.asset(b"one"), counter.asset(b"two")
    job_id = counter.asked(one, two)
    begun: list[str] = []

    def overtake() -> None:
        if not begun:
            begun.append("second")
            run(counter, job_id)

    with before_each("GetObject", overtake):
        run(counter, job_id)
    done = counter.status(job_id)
    assert done["status"] == "completed"
    assert files(done["download_url"]) == {"photo.jpg": b"one", "photo (2).jpg": b"two"}
    assert counter.job(job_id).attempts == 2
    assert counter.unfinished() == []
    assert (len(counter.downloads(one)), len(counter.objects())) == (1, 1)


def test_a_message_that_comes_again_changes_nothing(counter: Counter) -> None:
    one = counter.asset()
    job_id = counter.asked(one)
    run(counter, job_id)
    before = counter.job(job_id).attribute_values
    run(counter, job_id)
    run(counter, clock.new_id())
    assert counter.job(job_id).attribute_values == before
    assert len(counter.downloads(one)) == 1


def test_after_some_attempts_a_job_fails_and_can_be_tried_again(counter: Counter) -> None:
    job_id = counter.asked(counter.asset(who="contributor"), who="contributor")

    def fail() -> None:
        raise RuntimeError("S3 is away")

    with before_each("GetObject", fail):
        for _ in range(making.MAX_ATTEMPTS):
            with pytest.raises(RuntimeError):
                run(counter, job_id)
            assert counter.unfinished() == []
            assert counter.status(job_id, "contributor")["status"] == "running"
        run(counter, job_id)
    failed = counter.status(job_id, "contributor")
    assert (failed["status"], failed["progress_percent"]) == ("failed", 100)
    assert failed["tasks"][0]["error"]["code"] == "processing_failed"
    assert counter.call("POST", f"/processing/{job_id}/retry/", who="contributor").status == 202
    counter.work()
    assert counter.status(job_id, "contributor")["status"] == "completed"


def test_what_may_not_be_had_any_more_is_left_out_and_counted(counter: Counter) -> None:
    kept, gone = counter.asset(b"one"), counter.asset(b"two", filename="secret.jpg")
    job_id = counter.asked(gone, kept)
    counter.trash(gone)
    done = finish(counter, job_id)
    made = files(done["download_url"])
    assert made == {
        "photo.jpg": b"one",
        "missing.txt": b"Not open to you any more when this zip was made: 1\r\n",
    }
    assert done["left_out"] == 1
    assert counter.downloads(gone) == []


def test_where_nothing_is_left_the_job_fails_until_there_is_something(counter: Counter) -> None:
    one = counter.asset()
    job_id = counter.asked(one, who="viewer")
    counter.trash(one)
    failed = finish(counter, job_id)
    assert (failed["status"], failed["left_out"]) == ("failed", 1)
    assert failed["tasks"][0]["error"]["code"] == "not_ready"
    assert counter.objects() == []
    counter.call("POST", f"/assets/{one}/restore/", who="admin")
    assert counter.call("POST", f"/processing/{job_id}/retry/", who="admin").status == 202
    counter.work()
    done = counter.status(job_id)
    assert (done["status"], done["left_out"]) == ("completed", 0)


def test_bytes_that_are_gone_are_named(counter: Counter) -> None:
    kept, gone = counter.asset(b"one"), counter.asset(b"two", filename="gone.jpg")
    key = f"{counter.tenant.id}/{counter.item(gone).current.sha256}"
    job_id = counter.asked(gone, kept)
    storage.delete(settings().originals_bucket, key)
    counter.work()  # as the function, which needs a right to tell
    done = counter.status(job_id)
    made = files(done["download_url"])
    assert made.pop("missing.txt").splitlines()[1:] == [b"gone.jpg"]
    assert made == {"photo.jpg": b"one"}
    assert done["left_out"] == 1
    assert (len(counter.downloads(kept)), counter.downloads(gone)) == (1, [])


def test_renditions_are_zipped_where_there_are_some(counter: Counter) -> None:
    one, two = counter.asset(b"one", filename="a.tif"), counter.asset(b"two", filename="b.pdf")
    item = counter.item(one)
    made = Rendition("web", "image/webp", 1, 1, 4)
    assert item.published is not None
    item.published.renditions = [made]
    item.update([AssetMetadata.published.set(item.published)])
    key = f"{counter.tenant.id}/{item.published.sha256}/web.webp"
    storage.put(settings().renditions_bucket, key, b"webp", "image/webp")
    found = counter.made(one, two, rendition="web")
    assert found.pop("a-web.webp") == b"webp"
    assert found.pop("missing.txt").splitlines()[1:] == [b"b.pdf"]
    assert found == {}


def test_a_visitor_gets_what_is_published_and_no_more(counter: Counter) -> None:
    one, draft = counter.asset(b"one"), counter.asset(b"two", "approved")
    items = [counter.item(asset_id) for asset_id in (one, draft)]
    asked = [(item, item.current) for item in items]
    owner = items[0].uploaded_by
    job_id = jobs.request(counter.tenant.id, asked, owner, clock.now(), name="Share")
    run(counter, job_id)
    job = jobs.get(counter.tenant.id, job_id, clock.now())
    (url,) = jobs.download_urls(job, clock.now())
    made = files(url)
    assert made.pop("photo.jpg") == b"one"
    assert list(made) == ["missing.txt"]
    assert counter.status(job_id, "admin")["left_out"] == 1
    assert_problem(counter.call("GET", f"/processing/{job_id}/status/"), 404, "not_found")
    counter.trash(one)
    assert jobs.download_urls(job, clock.now()) == []


def test_a_zip_is_told_of_as_long_as_it_is_kept(counter: Counter) -> None:
    job_id = counter.asked(counter.asset())
    run(counter, job_id)
    job = counter.job(job_id)
    begun = clock.id_time(job_id)
    assert jobs.get(counter.tenant.id, job_id, begun + jobs.KEPT * 0.99).job_id == job_id
    with pytest.raises(jobs.NotFound):
        jobs.get(counter.tenant.id, job_id, begun + jobs.KEPT * 1.01)
    assert job.ttl == pytest.approx((begun + jobs.KEPT).timestamp(), abs=2)
    rules = client("s3").get_bucket_lifecycle_configuration(Bucket=settings().renditions_bucket)
    (days,) = [
        rule["Expiration"]["Days"]
        for rule in rules["Rules"]
        if rule["Filter"] == {"Prefix": "zips/"}
    ]
    assert days == jobs.KEPT.days


def test_progress_is_told_while_bytes_are_read(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PIECE_BYTES", 10)
    job_id = counter.asked(counter.asset(b"x" * 100), counter.asset(b"y" * 100))
    seen: list[int] = []
    with before_each("GetObject", lambda: seen.append(counter.status(job_id)["progress_percent"])):
        run(counter, job_id)
    assert seen == [*range(0, 100, 5)]
    assert counter.status(job_id)["progress_percent"] == 100


def test_a_waiting_request_is_answered_when_the_zip_is_done(counter: Counter) -> None:
    job_id = counter.asked(counter.asset())
    counter.work()
    answer = counter.call("GET", f"/processing/{job_id}/status/?wait=20")
    assert answer.json["status"] == "completed"
