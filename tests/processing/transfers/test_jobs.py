"""Jobs are followed by those who asked for them, and say what has become of them."""

import pytest

from chalicelib.core import clock
from chalicelib.processing.transfers import jobs
from tests.processing.transfers.desk import Desk, fetched, written
from tests.shared import Team, assert_problem


def test_a_form_that_is_never_sent_is_said_to_be_late(desk: Desk) -> None:
    answer = desk.call("POST", "/metadata/import/", {"size_bytes": 10})
    job_id = answer.json["job_id"]
    desk.work()
    assert desk.status(job_id)["status"] == "pending"
    assert desk.call("POST", f"/processing/{job_id}/retry/").status == 202
    desk.work()
    assert desk.status(job_id)["status"] == "pending"
    later = clock.now() + 2 * jobs.UPLOAD_LIFETIME
    shown = jobs.describe(desk.job(job_id), later)
    assert shown.status == "failed"
    assert shown.tasks[0].error is not None
    assert shown.tasks[0].error.code == "upload_expired"


def test_whoever_has_left_edits_nothing_more(desk: Desk) -> None:
    one = desk.asset(title="One")
    job_id = desk.asked(f"id,title\n{one},x\n")
    path = f"/members/{desk.tenant.members['editor']}/"
    assert desk.call("PATCH", path, {"is_active": False}, "admin").status == 200
    desk.work()
    shown = desk.status(job_id, "admin")
    assert (shown["status"], shown["tasks"][0]["error"]["code"]) == ("failed", "forbidden")
    assert desk.item(one).title == "One"


def test_only_whoever_asked_and_admins_follow_a_job(desk: Desk, team: Team) -> None:
    one = desk.asset()
    job_id = desk.asked(f"id,title\n{one},x\n")
    assert desk.done(job_id)["download_url"]
    assert desk.status(job_id, "admin")["download_url"]
    path = f"/processing/{job_id}/status/"
    for who in ("other", "contributor", "viewer", "moderator"):
        assert_problem(desk.call("GET", path, who=who), 404, "not_found")
    stranger = team("admin")
    assert desk.cloud.get(path, stranger.email("admin")).status == 404
    assert_problem(desk.call("POST", f"/processing/{job_id}/retry/"), 409, "conflict")


def test_of_very_many_rows_those_are_shown_that_were_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_SHOWN", 3)
    ids = [desk.asset(), desk.asset(), *(clock.new_id() for _ in range(4))]
    shown = desk.done(desk.asked(written([{"id": one, "title": "x"} for one in ids])))
    assert shown["row_counts"] == {"changed": 2, "refused": 4}
    assert [(row["row"], row["status"]) for row in shown["rows"]] == [
        (4, "refused"),
        (5, "refused"),
        (6, "refused"),
    ]
    report = fetched(shown["download_url"]).decode("utf-8-sig").splitlines()
    assert report == [
        "row,status,errors",
        "2,changed,",
        "3,changed,",
        *(f"{number},refused,id: There is no such asset." for number in range(4, 8)),
    ]
