"""An import edits assets row by row, each once, as a request of its own would."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.core import clock, entrypoint
from chalicelib.core.entrypoint import RetryLater
from chalicelib.processing.transfers import importing
from tests.assets.stages import asset
from tests.crashes import Crash, Faults, How
from tests.processing.transfers.desk import Desk, fetched, forget_file, written
from tests.shared import Team, audit


def test_rows_change_what_they_name_and_leave_the_rest(desk: Desk) -> None:
    one = desk.asset(title="One", description="Stays", tags=["old"], custom_fields={"a": "1"})
    two = desk.asset(title="Two")
    same = desk.asset(title="Same")
    text = written(
        [
            {"id": one, "title": "Uno", "tags": "x, y", "custom_fields.b": "2"},
            {"id": two, "title": "Two", "tags": '"a,b"\nc', "custom_fields.b": '"2"'},
            {"id": same, "title": "Same"},
        ]
    )
    job_id = desk.asked(text)
    shown = desk.done(job_id)
    assert shown["rows"] == [
        {"row": 2, "status": "changed", "errors": []},
        {"row": 3, "status": "changed", "errors": []},
        {"row": 4, "status": "unchanged", "errors": []},
    ]
    assert shown["row_counts"] == {"changed": 2, "unchanged": 1}
    assert (shown["asset_id"], shown["dry_run"], shown["progress_percent"]) == (None, False, 100)
    assert [task["job_type"] for task in shown["tasks"]] == ["metadata_import"]
    said = desk.item(one)
    assert (said.title, said.description, said.tags) == ("Uno", "Stays", ["x", "y"])
    assert said.custom_fields == {"a": "1", "b": 2}
    assert (desk.item(two).tags, desk.item(two).custom_fields) == (["a,b", "c"], {"b": "2"})
    assert desk.item(same).revision == 2
    # Each edit is on record as the actor's own, with its history; the import is, too.
    edit = desk.call("GET", f"/metadata/{one}/history/").json["items"][0]
    assert edit["actor"]["id"] == desk.tenant.members["editor"]
    assert {change["field"] for change in edit["changes"]} == {"title", "tags", "custom_fields"}
    told = audit(desk.cloud, desk.tenant.email("admin"), "&action=metadata.imported")
    assert [one["new"] for one in told] == [{"job_id": job_id, "changed": 2, "unchanged": 1}]
    assert fetched(shown["download_url"]).decode("utf-8-sig").splitlines() == [
        "row,status,errors",
        "2,changed,",
        "3,changed,",
        "4,unchanged,",
    ]


def test_a_dry_run_says_the_same_and_changes_nothing(desk: Desk) -> None:
    one, two = desk.asset(title="One"), desk.asset(title="Two")
    desk.schema({"name": "price", "type": "number"})
    text = written(
        [
            {"id": one, "title": "Uno", "custom_fields.price": "1.5"},
            {"id": two, "title": "Two", "custom_fields.price": "cheap"},
            {"id": clock.new_id(), "title": "Three"},
        ]
    )
    before = [desk.item(asset_id).revision for asset_id in (one, two)]
    dry = desk.done(desk.asked(text, dry_run=True))
    assert dry["dry_run"] is True
    assert [desk.item(asset_id).revision for asset_id in (one, two)] == before
    wet = desk.done(desk.asked(text))
    assert dry["rows"] == wet["rows"]
    assert [row["status"] for row in wet["rows"]] == ["changed", "refused", "refused"]
    assert [row["errors"] for row in wet["rows"][1:]] == [
        [{"field": "custom_fields.price", "message": "Must be a number", "code": "invalid"}],
        [{"field": "id", "message": "There is no such asset.", "code": "not_found"}],
    ]
    told = audit(desk.cloud, desk.tenant.email("admin"), "&action=metadata.imported")
    assert len(told) == 1


def test_each_row_is_refused_for_its_own_reasons(desk: Desk, team: Team) -> None:
    other = team("admin")
    foreign = asset(desk.cloud, other.id, other.email("admin"), "approved!")
    unknown, twice, trashed, fine = clock.new_id(), desk.asset(), desk.asset(), desk.asset()
    stale = desk.asset(title="Stale")
    assert desk.call("DELETE", f"/assets/{trashed}/").status == 204
    desk.schema(
        {"name": "size", "type": "choice", "choices": ["S", "M"]},
        {"name": "since", "type": "date"},
    )
    rows = [
        {"id": foreign, "title": "x"},
        {"id": unknown, "title": "x"},
        {"id": "", "title": "x"},
        {"id": "x" * 3000, "title": "x"},
        {"id": twice, "title": "first"},
        {"id": twice, "title": "second"},
        {"id": trashed, "title": "x"},
        {"id": stale, "title": "x", "revision": "1"},
        {"id": fine, "title": "", "custom_fields.size": "L", "custom_fields.since": "31.1.2026"},
        {"id": desk.asset(), "title": "a\nb"},
        {"id": desk.asset(), "title": "y" * 501, "rights.expires_at": "tomorrow"},
        {"id": desk.asset(), "title": "z", "filename": "other.jpg", "tags": '"open'},
        {"id": desk.asset(), "title": "z", "focal_point": "2 0", "custom_fields.none": "1"},
        {
            "id": desk.asset(),
            "title": "z",
            "custom_fields.size": "L",
            "custom_fields.since": "2026-01-31",
        },
    ]
    found = desk.refusals(written(rows))
    assert found == [
        (2, "id", "not_found"),
        (3, "id", "not_found"),
        (4, "id", "not_found"),
        (5, "id", "not_found"),
        (7, "", "invalid"),
        (8, "", "asset_trashed"),
        (9, "", "precondition_failed"),
        (10, "title", "invalid"),
        (11, "title", "invalid"),
        (12, "title", "invalid"),
        (12, "rights.expires_at", "invalid"),
        (13, "filename", "invalid"),
        (13, "tags", "invalid"),
        (14, "focal_point.x", "invalid"),
        (15, "custom_fields.size", "invalid"),
    ]
    assert desk.item(twice).title == "first"
    mine = other.email("admin")
    assert desk.cloud.get(f"/assets/{foreign}/", mine).json["title"] == "photo"


def test_rules_and_reviews_act_as_on_a_request(desk: Desk) -> None:
    step = {
        "id": "a",
        "name": "A",
        "approvers": {"type": "users", "users": [desk.tenant.email("admin")]},
    }
    template = {"name": "Menus", "category": "menus", "steps": [step]}
    assert desk.call("POST", "/workflow_templates/", template, "admin").status == 201
    rule = {
        "name": "No swearing",
        "when": [{"field": "title", "op": "contains", "value": "damn"}],
        "action": "block",
    }
    made = desk.call("POST", "/moderation/rules/", rule, "moderator")
    assert made.status == 201, made.content
    one, two, both = desk.asset(), desk.asset(), desk.asset()
    text = written(
        [
            {"id": one, "title": "Fine", "category": "menus"},
            {"id": two, "title": "Damn", "category": ""},
            {"id": both, "title": "damn it", "category": "menus"},
        ]
    )
    dry = desk.done(desk.asked(text, dry_run=True))["rows"]
    flags = desk.call("GET", "/moderation/flags/", who="moderator").json["items"]
    assert flags == []
    wet = desk.done(desk.asked(text))["rows"]
    assert [row["status"] for row in wet] == ["in_review", "refused", "refused"]
    assert wet[1]["errors"][0]["code"] == "moderation_rule"
    assert dry == wet
    assert (desk.item(one).title, desk.item(one).category) == ("Fine", None)
    assert desk.item(one).pending is not None
    assert len(desk.call("GET", "/moderation/flags/", who="moderator").json["items"]) == 2
    # What waits gives way to what another import says.
    assert desk.imported(f"id,category\n{one},menus/winter\n") == {2: "in_review"}
    assert desk.item(one).pending["values"] == {"category": "menus/winter"}
    assert desk.imported(f"id,category\n{one},posters\n") == {2: "changed"}
    assert (desk.item(one).category, desk.item(one).pending) == ("posters", None)


def test_a_file_that_comes_by_a_form_is_imported_when_it_is_there(desk: Desk) -> None:
    one = desk.asset(title="One")
    data = f"\ufeffid;title\r\n{one};Größe; nicht\r\n".encode()
    job_id = desk.uploaded(data.replace("Größe; nicht".encode(), '"Größe; nicht"'.encode()))
    assert desk.done(job_id)["row_counts"] == {"changed": 1}
    assert desk.item(one).title == "Größe; nicht"


def test_a_form_that_is_sent_twice_counts_once(desk: Desk) -> None:
    one = desk.asset(title="One")
    first, second = (f"id,title\n{one},{title}\n".encode() for title in ("A", "B"))
    answer = desk.call("POST", "/metadata/import/", {"size_bytes": len(first)})
    for data in (first, second):
        desk.cloud.put({"method": "POST"} | answer.json["upload"], data)
    desk.done(answer.json["job_id"])
    assert desk.item(one).title == "A"
    assert desk.item(one).revision == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"id,title\n{id},\xe9t\xe9\n", "UTF-8"),
        (b'id,title\n{id},"no end\n', "ends within quotes"),
        (b"id,titel\n{id},x\n", "'titel'"),
        (b"id,title,title\n{id},x,y\n", "twice"),
        (b"title\nx\n", "id is needed"),
        (b"\n", "id is needed"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
        (b'id,title\n{id},"x"y\n', "Not CSV"),
        (b"id,title\n{id}," + b"x" * 140_000 + b"\n", "Not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_whole_changes_nothing(
    desk: Desk, data: bytes, said: str
) -> None:
    one = desk.asset(title="One")
    good = f"id,title\n{one},x\n".encode()
    job_id = desk.uploaded(data.replace(b"{id}", one.encode()))
    desk.work()
    shown = desk.status(job_id)
    error = shown["tasks"][0]["error"]
    assert (shown["status"], error["code"]) == ("failed", "invalid")
    assert said in error["message"]
    assert shown["rows"] == []
    assert desk.item(one).title == "One"
    assert desk.done(desk.uploaded(good))["row_counts"] == {"changed": 1}


def test_a_file_cut_short_between_cells_loses_its_last_row_alone(desk: Desk) -> None:
    one, two = desk.asset(), desk.asset()
    text = f"id,title,tags\n{one},Uno,a\n\n{two},Du"
    assert desk.refusals(text) == [(4, "", "invalid")]
    assert desk.item(one).title == "Uno"


def test_other_spreadsheets_are_understood(desk: Desk) -> None:
    one = desk.asset(custom_fields={})
    desk.schema({"name": "price", "type": "number"}, {"name": "sold", "type": "boolean"})
    text = f"id;custom_fields.price;custom_fields.sold;;\r\n{one};1,5;TRUE;;\r\n;;;;\r\n"
    assert desk.imported(text) == {2: "changed"}
    assert desk.item(one).custom_fields == {"price": 1.5, "sold": True}
    wide = f"id\ttitle\r\n{one}\tZwölf\r\n".encode("utf-16")
    assert desk.done(desk.uploaded(wide))["row_counts"] == {"changed": 1}
    assert desk.item(one).title == "Zwölf"


def slices(rows: int) -> Iterator[bool]:
    """Give time for a few rows, then none, again and again."""
    while True:
        yield from [True] * rows
        yield False


def test_many_rows_take_many_runs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    ids = [desk.asset() for _ in range(9)]
    turns = slices(2)
    monkeypatch.setattr(entrypoint, "has_time", lambda: next(turns))
    job_id = desk.asked(written([{"id": one, "title": f"New {one}"} for one in ids]))
    shown = desk.done(job_id)
    assert shown["row_counts"] == {"changed": 9}
    assert [row["row"] for row in shown["rows"]] == [*range(2, 11)]
    assert {desk.item(one).revision for one in ids} == {2}


@pytest.mark.parametrize("how", ["before", "after", "lost"])
def test_wherever_a_run_is_cut_off_the_next_one_does_no_row_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: How
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    ids, cuts, fired = [desk.asset() for _ in range(2)], 0, True
    faults = Faults(monkeypatch)
    while fired:
        title = f"After cut {cuts}"
        job_id = desk.asked(written([{"id": one, "title": title} for one in [*ids, "none"]]))
        faults.arm(cuts + 1, how)
        with faults.process(), suppress(Crash, RetryLater):
            importing.run(desk.job(job_id), clock.now())
        fired = faults.fired
        faults.disarm()
        cuts += fired
        # Somebody edits what was imported; a row that was done twice would undo that.
        touched = [one for one in ids if desk.item(one).title == title]
        for one in touched:
            assert desk.call("PATCH", f"/assets/{one}/", {"title": "Mine"}).status == 200
        shown = desk.done(job_id)
        assert shown["row_counts"] == {"changed": 2, "refused": 1}, f"cut at call {cuts}"
        assert [row["row"] for row in shown["rows"]] == [2, 3, 4], f"cut at call {cuts}"
        expected = ["Mine" if one in touched else title for one in ids]
        assert [desk.item(one).title for one in ids] == expected, f"cut at call {cuts}"
    assert cuts > 12
    told = audit(desk.cloud, desk.tenant.email("admin"), "&action=metadata.imported")
    assert len(told) == cuts + 1


def test_of_two_runs_at_once_one_goes_on_and_no_row_is_done_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [desk.asset() for _ in range(5)]
    job_id = desk.asked(written([{"id": one, "title": "New"} for one in ids]))
    original, begun = importing.edits.edit, 0

    def overtaken(*given: Any, **more: Any) -> Any:
        nonlocal begun
        begun += 1
        if begun == 3:  # in the middle of the first run's rows
            importing.run(desk.job(job_id), clock.now())
        return original(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(importing.edits, "edit", overtaken)
        importing.run(desk.job(job_id), clock.now())  # finds a row made by the other, and stops
    assert begun > 3
    shown = desk.done(job_id)
    assert shown["row_counts"] == {"changed": 5}
    assert {desk.item(one).revision for one in ids} == {2}


def test_a_run_that_finds_a_row_made_behind_its_back_looks_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk.asset()
    job_id = desk.asked(f"id,title\n{one},New\n")
    with monkeypatch.context() as patch:
        patch.setattr(importing, "_finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            importing.run(desk.job(job_id), clock.now())
    assert desk.call("PATCH", f"/assets/{one}/", {"title": "Mine"}).status == 200
    with monkeypatch.context() as patch:
        patch.setattr(importing, "_made_before", lambda *_: frozenset())
        with pytest.raises(RetryLater):
            importing.run(desk.job(job_id), clock.now())
    assert desk.done(job_id)["row_counts"] == {"changed": 1}
    assert desk.item(one).title == "Mine"


def test_a_message_that_fails_comes_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one = desk.asset()
    job_id = desk.asked(f"id,title\n{one},New\n")
    with monkeypatch.context() as patch:
        patch.setattr(importing, "_finish", lambda *_: 1 / 0)
        desk.cloud.run("transfer_metadata", rounds=1)
    assert (desk.job(job_id).status, desk.job(job_id).rows_done) == ("running", 1)
    desk.cloud.run_until(lambda: desk.job(job_id).status == "completed")
    assert desk.status(job_id)["row_counts"] == {"changed": 1}


def test_a_file_that_is_gone_is_said_to_be_gone(desk: Desk) -> None:
    one = desk.asset(title="One")
    job_id = desk.asked(f"id,title\n{one},x\n")
    assert importing._is_pinned(desk.job(job_id))
    forget_file(desk.job(job_id))
    desk.work()
    shown = desk.status(job_id)
    assert (shown["status"], shown["tasks"][0]["error"]["code"]) == ("failed", "upload_expired")
