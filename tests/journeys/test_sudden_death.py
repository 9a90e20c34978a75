"""A function that dies between any two calls to AWS is made good when its message comes again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from botocore.endpoint import Endpoint

from chalicelib.core import clock
from chalicelib.processing import sweeper
from tests import media_files
from tests.journeys.pipeline import (
    Message,
    Pipeline,
    Reserved,
    assert_nothing_unscanned_is_readable,
)

STEP = 4
"""Every fourth call, before it is sent and after it was answered."""
TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "a.txt"}


class Died(BaseException):
    """The process is gone; nothing of ours catches this."""


class Reaper:
    """Counts the calls that go to AWS, and lets one be the last."""

    def __init__(self, last: int, *, answered: bool) -> None:
        self.calls = 0
        self._last = last
        self._answered = answered

    def watch(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def make_request(endpoint: Endpoint, *arguments: Any) -> Any:
            self.calls += 1
            if self.calls > self._last or (self.calls == self._last and not self._answered):
                raise Died
            answer = real(endpoint, *arguments)
            if self.calls == self._last:
                raise Died
            return answer

        return make_request


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, last: int, *, answered: bool) -> Iterator[Reaper]:
    """Let the process die at its n-th call, before it is sent or after it was answered."""
    reaper = Reaper(last, answered=answered)
    with monkeypatch.context() as patch:
        patch.setattr(Endpoint, "make_request", reaper.watch(Endpoint.make_request))
        yield reaper


def deliver_dying(
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    messages: list[Message],
    last: int,
    answered: bool,
) -> bool:
    """Deliver messages to a function that dies at its n-th call, if it makes so many."""
    with dying(monkeypatch, last, answered=answered):
        try:
            pipeline.deliver(function, messages)
        except Died:
            return True
    return False


def ends_once(pipeline: Pipeline, reserved: Reserved, end: str) -> None:
    """See that an upload ended as it should, with one record of it."""
    assert pipeline.asset(reserved)["status"] == end
    deeds = [deed for _, deed in pipeline.deeds(reserved)]
    published = ["version.published"] if end == "approved" else []
    assert deeds == ["asset.created", f"version.{end}", *published], deeds
    assert pipeline.record(reserved).state == "ended"


ENDS = {
    "approved": (lambda n: b"Tide table number %d." % n, {}),
    "failed": (lambda n: b"Tide table number %d." % n, {"size_bytes": 7}),
    "quarantined": (lambda n: media_files.eicar() + b"\n" * n, {}),
}


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("end", ENDS)
def test_a_scan_that_dies_anywhere(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, end: str, answered: bool
) -> None:
    make, described = ENDS[end]
    options = TEXT | {"generate_thumbnail": False, "extract_metadata": False} | described
    died, cut, count, expected = True, answered - 3, 0, 0
    while died:
        cut += STEP
        count += 1
        reserved = pipeline.upload(make(cut), **options)
        expected += 0 if end == "failed" else len(make(cut))
        pipeline.cloud.run("route_upload")
        messages = pipeline.receive("scan_upload")
        died = deliver_dying(pipeline, monkeypatch, "scan_upload", messages, cut, answered)
        assert pipeline.deliver("scan_upload", messages) == set()
        ends_once(pipeline, reserved, end)
        assert pipeline.usage() == (expected, count), f"at call {cut}"
    assert cut > 6
    assert sweeper.sweep(clock.now() + timedelta(days=1)) == 0
    assert_nothing_unscanned_is_readable(pipeline)


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_task_that_dies_anywhere(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    function, options = "read_metadata", TEXT | {"generate_thumbnail": False}
    died, cut = True, answered - 3
    while died:
        cut += STEP
        reserved = pipeline.upload(b"Tide table number %d." % cut, **options)
        pipeline.cloud.run("route_upload", "scan_upload")
        messages = pipeline.receive(function)
        died = deliver_dying(pipeline, monkeypatch, function, messages, cut, answered)
        assert pipeline.deliver(function, messages) == set()
        ends_once(pipeline, reserved, "approved")
    assert cut > 6
    assert_nothing_unscanned_is_readable(pipeline)


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_duplicate_that_dies_anywhere_still_gets_its_missing_task(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    died, cut = True, 3  # the first calls are the same as of every scan
    while died:
        cut += STEP
        data = b"Tide table number %d." % cut
        bare = {"generate_thumbnail": False, "extract_metadata": False}
        pipeline.process(data, **TEXT | bare)
        reserved = pipeline.upload(data, **TEXT | {"generate_thumbnail": False})
        pipeline.cloud.run("route_upload")
        messages = pipeline.receive("scan_upload")
        died = deliver_dying(pipeline, monkeypatch, "scan_upload", messages, cut, answered)
        assert pipeline.deliver("scan_upload", messages) == set()
        pipeline.cloud.run()
        if pipeline.asset(reserved)["status"] != "approved":
            sweeper.sweep(clock.now() + timedelta(minutes=20))
            pipeline.cloud.run()
        ends_once(pipeline, reserved, "approved")
    assert_nothing_unscanned_is_readable(pipeline)


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_router_that_dies_anywhere(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    bare = {"generate_thumbnail": False, "extract_metadata": False}
    died, cut = True, answered - 3
    while died:
        cut += STEP
        reserved = pipeline.upload(b"Tide table number %d." % cut, **TEXT | bare)
        messages = pipeline.receive("route_upload")
        died = deliver_dying(pipeline, monkeypatch, "route_upload", messages, cut, answered)
        assert pipeline.deliver("route_upload", messages) == set()
        pipeline.cloud.run()
        ends_once(pipeline, reserved, "approved")
    assert cut > 3
    assert_nothing_unscanned_is_readable(pipeline)
