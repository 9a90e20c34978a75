"""A zip holds what whoever asks for it may download, and nobody else gets it."""

from typing import Any
from urllib.parse import unquote

import pytest

from chalicelib.assets import file_names
from chalicelib.core import clock
from chalicelib.processing.zips import planning
from tests.assets.stages import asset, move
from tests.processing.zips.counter import Counter, files
from tests.shared import Team, assert_problem


def test_several_assets_are_downloaded_as_one_zip(counter: Counter) -> None:
    one = counter.asset(b"one", filename="a.jpg")
    two = counter.asset(b"two" * 1000, filename="b.png")
    job_id = counter.asked(two, one)
    waiting = counter.status(job_id)
    assert (waiting["status"], waiting["progress_percent"]) == ("pending", 0)
    assert "download_url" not in waiting
    assert counter.cloud.run("make_zip") == 1
    done = counter.status(job_id)
    (task,) = done["tasks"]
    assert (done["id"], done["asset_id"], done["left_out"]) == (job_id, None, 0)
    assert (done["status"], done["progress_percent"]) == ("completed", 100)
    assert (task["job_type"], task["status"], task["error"]) == ("zip", "completed", None)
    assert "download_urls" not in done
    assert 'filename="assets.zip"' in unquote(done["download_url"])
    made = files(done["download_url"])
    assert list(made.items()) == [("b.png", b"two" * 1000), ("a.jpg", b"one")]
    assert counter.unfinished() == []


def test_each_asset_of_a_zip_counts_as_one_download(counter: Counter) -> None:
    one, two = counter.asset(b"one"), counter.asset(b"three")
    counter.made(one, two)
    for asset_id, size in ((one, 3), (two, 5)):
        (record,) = counter.downloads(asset_id)
        assert record.actor.id == counter.tenant.members["viewer"]
        assert record.new == {"version": 1, "size_bytes": size}
        counter.cloud.run("count_visits")
        shown = counter.call("GET", f"/assets/{asset_id}/analytics/", who="admin").json
        assert (shown["totals"]["downloads"], shown["totals"]["bytes"]) == (1, size)


def test_a_collection_comes_in_its_order_and_under_its_name(counter: Counter) -> None:
    a, b, c = (counter.asset(name.encode(), filename=f"{name}.jpg") for name in "abc")
    hidden = counter.asset(b"d", "in_review", filename="d.jpg")
    trashed = counter.asset(b"e", filename="e.jpg")
    body = {"name": "Winter / 2026", "asset_ids": [c, hidden, a, trashed, b]}
    collection = counter.call("POST", "/collections/", body, "editor").json["id"]
    counter.trash(trashed)
    job_id = counter.asked(collection_id=collection)
    counter.work()
    done = counter.status(job_id)
    assert list(files(done["download_url"])) == ["c.jpg", "a.jpg", "b.jpg"]
    assert 'filename="Winter - 2026.zip"' in unquote(done["download_url"])
    assert done["left_out"] == 0  # nothing tells of what its reader does not see
    of_editor = counter.made(collection_id=collection, who="editor")
    assert list(of_editor) == ["c.jpg", "d.jpg", "a.jpg", "b.jpg"]
    for nothing in ({"asset_ids": [hidden]}, {"asset_ids": []}):
        made = counter.call("POST", "/collections/", body | nothing, "editor").json["id"]
        assert_problem(counter.ask(collection_id=made), 409, "not_ready")


def test_what_one_may_not_see_is_not_found(counter: Counter, team: Team) -> None:
    seen, hidden = counter.asset(), counter.asset(b"two", "approved")
    other = team("admin")
    foreign = asset(counter.cloud, other.id, other.email("admin"), "approved!")
    for one in (hidden, foreign, clock.new_id(), "x", "x" * 3000):
        assert_problem(counter.ask(seen, one), 404, "not_found")
    made = {"name": "C", "asset_ids": [foreign]}
    collection = counter.cloud.post("/collections/", other.email("admin"), made).json["id"]
    for one in (collection, clock.new_id()):
        assert_problem(counter.ask(collection_id=one), 404, "not_found")
    assert counter.ask(seen, hidden, who="contributor").status == 404
    assert counter.ask(seen, hidden, who="moderator").status == 202
    assert counter.ask(hidden, who="admin").status == 202


@pytest.mark.parametrize(
    ("status", "scan"),
    [
        ("uploading", "pending"),
        ("processing", "pending"),
        ("failed", "clean"),
        ("quarantined", "infected"),
        ("approved", "unscannable"),
    ],
)
def test_where_nothing_is_ready_there_is_no_job(counter: Counter, status: str, scan: str) -> None:
    assert_problem(counter.ask(counter.asset(b"x", status, scan), who="admin"), 409, "not_ready")


def test_what_is_not_ready_is_named_in_the_zip(counter: Counter) -> None:
    ready = counter.asset(b"one", filename="missing.txt", content_type="text/plain")
    waiting = counter.asset(b"two", "uploading", filename="../later.jpg")
    infected = counter.asset(b"bad", "quarantined", "infected", filename="bad.jpg")
    made = counter.made(ready, waiting, infected, who="admin")
    assert made["missing.txt"] == b"one"
    note = made.pop("missing (2).txt").decode()
    assert list(made) == ["missing.txt"]
    assert note.splitlines() == [
        "Not ready to be downloaded when this zip was made:",
        "later.jpg",
        "bad.jpg",
    ]


def test_a_rendition_is_given_where_there_is_one(counter: Counter) -> None:
    one = counter.asset(b"one")
    assert_problem(counter.ask(one, rendition="web"), 404, "not_found")
    assert_problem(counter.ask(one, rendition="../x"), 404, "not_found")


def test_only_whoever_asked_and_admins_follow_a_job(counter: Counter, team: Team) -> None:
    job_id = counter.asked(counter.asset())
    counter.work()
    path = f"/processing/{job_id}/status/"
    assert counter.status(job_id)["download_url"]
    assert counter.status(job_id, "admin")["download_url"]
    for who in ("other", "contributor", "editor", "moderator"):
        assert_problem(counter.call("GET", path, who=who), 404, "not_found")
        unknown = counter.call("GET", f"/processing/{clock.new_id()}/status/", who=who)
        told = [
            answer.json | {"request_id": ""}
            for answer in (unknown, counter.call("GET", path, who=who))
        ]
        assert told[0] == told[1]
    stranger = team("admin")
    assert counter.cloud.get(path, stranger.email("admin")).status == 404
    retry = f"/processing/{job_id}/retry/"
    assert_problem(counter.call("POST", retry, who="editor"), 404, "not_found")
    assert_problem(counter.call("POST", retry), 403, "forbidden")
    assert_problem(counter.call("POST", retry, who="admin"), 409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "asset_ids"),
        ({"asset_ids": []}, "asset_ids"),
        ({"asset_ids": None}, "asset_ids"),
        ({"asset_ids": [1]}, "asset_ids[0]"),
        ({"asset_ids": ["a", "b", "a"]}, "asset_ids"),
        ({"asset_ids": ["a"] * 1001}, "asset_ids"),
        ({"asset_ids": ["a"], "collection_id": "b"}, "collection_id"),
        ({"collection_id": None}, "collection_id"),
        ({"asset_ids": ["a"], "renditions": "web"}, "renditions"),
    ],
)
def test_what_is_wrong_is_said_by_field(counter: Counter, body: Any, field: str) -> None:
    problem = assert_problem(counter.call("POST", "/assets/zip/", body), 422, "invalid")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_thousand_assets_are_taken(counter: Counter) -> None:
    ids = [counter.asset(), *(clock.new_id() for _ in range(999))]
    assert_problem(counter.ask(*ids), 404, "not_found")


def test_too_many_bytes_are_refused(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_BYTES", 5)
    one, two = counter.asset(b"one"), counter.asset(b"two!")
    assert counter.ask(one).status == 202
    assert_problem(counter.ask(one, two), 413, "zip_too_large")


NAMES = [
    ("a.jpg", "a.jpg"),
    ("A.JPG", "A (2).JPG"),
    ("a.jpg", "a (3).jpg"),
    ("a (2).jpg", "a (2) (2).jpg"),
    ("🎉 ünï/../çode\u202e\x07.png", "çode.png"),
    ("..\\..\\windows.png", "windows.png"),
    ("con.png", "_con.png"),
    ("no extension", "no extension"),
    ("no extension", "no extension (2)"),
    ("e\u0301.png", "é.png"),
    ("é.png", "é (2).png"),
    ("🎉" * 70 + ".png", "🎉" * 62 + ".png"),
    ("🎉" * 80 + ".png", "🎉" * 61 + " (2).png"),
]


def test_every_file_has_a_safe_name_of_its_own(counter: Counter) -> None:
    ids = [counter.asset(b"%d" % number, filename=name) for number, (name, _) in enumerate(NAMES)]
    made = counter.made(*ids)
    assert made == {name: b"%d" % number for number, (_, name) in enumerate(NAMES)}
    assert all(len(name.encode()) <= file_names.LONGEST_BYTES for name in made)


def test_what_leaves_the_readers_eyes_is_handed_out_no_more(counter: Counter) -> None:
    one, two = counter.asset(b"one"), counter.asset(b"two")
    job_id = counter.asked(one, two)
    counter.work()
    assert counter.status(job_id)["download_url"]
    counter.trash(two)
    shown = counter.status(job_id)
    assert (shown["status"], shown["tasks"][0]["error"]["code"]) == ("failed", "outdated")
    assert "download_url" not in shown


def test_whoever_has_left_gets_nothing_of_their_jobs(counter: Counter) -> None:
    made = counter.asked(counter.asset(b"one"))
    counter.work()
    waiting = counter.asked(counter.asset(b"two"))
    path = f"/members/{counter.tenant.members['viewer']}/"
    assert counter.call("PATCH", path, {"is_active": False}, "admin").status == 200
    counter.work()
    assert counter.status(made, "admin")["tasks"][0]["error"]["code"] == "outdated"
    failed = counter.status(waiting, "admin")
    assert (failed["status"], failed["tasks"][0]["error"]["code"]) == ("failed", "forbidden")
    assert len(counter.objects()) == 1


def test_a_reviewer_gets_what_they_have_to_decide_on(counter: Counter) -> None:
    step = {
        "id": "a",
        "name": "A",
        "approvers": {"type": "users", "users": [counter.tenant.email("other")]},
    }
    template = counter.call(
        "POST", "/workflow_templates/", {"name": "T", "steps": [step]}, "admin"
    ).json["id"]
    one = counter.asset(b"one", "approved")
    body = {"asset_id": one, "template_id": template}
    assert counter.call("POST", "/workflows/", body, "admin").status == 201
    assert_problem(counter.ask(one), 404, "not_found")
    assert counter.made(one, who="other") == {"photo.jpg": b"one"}


def test_a_new_version_that_is_shown_later_is_in_the_zip(counter: Counter) -> None:
    one = counter.asset(b"one", "uploading", "pending")
    ready = counter.asset(b"two", filename="b.jpg")
    job_id = counter.asked(one, ready, who="admin")
    move(counter.tenant.id, one, "approved!", "clean", counter.item(ready).current.sha256 or "")
    counter.work()
    made = files(counter.status(job_id, "admin")["download_url"])
    assert list(made) == ["photo.jpg", "b.jpg"]
