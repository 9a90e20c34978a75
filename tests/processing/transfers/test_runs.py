"""A run is begun, and what none of them can do is given up."""

import pytest

from chalicelib.core import clock
from chalicelib.processing.transfers import exporting, importing, runs
from tests.processing.transfers.desk import Desk


def test_what_fails_for_ever_gives_up_and_is_tried_again_on_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk.asset(title="One")
    job_id = desk.asked(f"id,title\n{one},x\n")
    with monkeypatch.context() as patch:
        patch.setattr(importing.columns, "change_of", lambda *_: 1 / 0)
        for _ in range(runs.MAX_ATTEMPTS):
            with pytest.raises(ZeroDivisionError):
                importing.run(desk.job(job_id), clock.now())
        importing.run(desk.job(job_id), clock.now())
    shown = desk.status(job_id)
    assert (shown["status"], shown["tasks"][0]["error"]["code"]) == ("failed", "processing_failed")
    assert desk.call("POST", f"/processing/{job_id}/retry/").status == 202
    assert desk.done(job_id)["row_counts"] == {"changed": 1}


def test_a_job_that_is_over_is_not_begun_again(desk: Desk) -> None:
    one = desk.asset(title="One")
    job_id = desk.asked(f"id,title\n{one},x\n")
    desk.done(job_id)
    before = desk.job(job_id).attribute_values
    importing.run(desk.job(job_id), clock.now())
    assert desk.job(job_id).attribute_values == before
    made = desk.call("GET", "/metadata/export/").json["job_id"]
    desk.done(made)
    kept = desk.job(made).attribute_values
    exporting.run(desk.job(made), clock.now())
    assert desk.job(made).attribute_values == kept
