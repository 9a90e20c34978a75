"""An export says all that is said of assets, so that importing it again changes nothing."""

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.core import clock, entrypoint
from chalicelib.core.entrypoint import RetryLater
from chalicelib.processing.transfers import exporting
from tests.assets.stages import asset
from tests.crashes import Crash, Faults, How
from tests.processing.transfers.desk import BOM, Desk, fetched, table, written
from tests.shared import Team, assert_problem, audit

RIGHTS = {
    "copyright": "© Čeněk, Ltd.",
    "license": "CC-BY-4.0",
    "attribution": '"Quoted", said she',
    "usage_terms": "Line one\r\nLine two\nthree",
    "valid_from": "2026-01-01T00:00:00Z",
    "expires_at": "2030-01-01T00:00:00.250Z",
}
CUSTOM: dict[str, Any] = {
    "plain": "text",
    "number": 12,
    "negative": -1.5,
    "flag": True,
    "list": ["a", "b, c", 'd"e', " f ", ""],
    "empty list": [],
    "empty text": "",
    "looks like a number": "0.10",
    "looks like a flag": "TRUE",
    "looks like a list": '["a"]',
    "looks like text": '"quoted"',
    "formula": "=1+1",
    "=name": "@x",
    "dotted.name": "x",
}
SAID: dict[str, Any] = {
    "title": "=SUM(A1:A9)",
    "description": '\'+1 line\nanother; with, "all"\tsigns\u2028and 👩‍🚀 עברית e\u0301',
    "alt_text": "-2",
    "category": "@campaigns/winter",
    "tags": ["+plus", "comma, inside", 'quote"inside', "semi;colon", "'=x"],
    "keywords": ["\u0391", "two words"],
    "rights": RIGHTS,
    "custom_fields": CUSTOM,
    "focal_point": {"x": 0.25, "y": 1.0},
}


def test_a_round_trip_loses_nothing(desk: Desk) -> None:
    full, empty = desk.asset(**SAID), desk.asset()
    before = {one: desk.call("GET", f"/metadata/{one}/").json for one in (full, empty)}
    text = desk.exported()
    assert desk.imported(text) == {2: "unchanged", 3: "unchanged"}
    # What changes in between comes back from the file alone.
    for one in (full, empty):
        wiped = {"title": "x", "description": "x", "tags": ["x"], "category": "x", "alt_text": "x"}
        gone = dict.fromkeys(CUSTOM) | {"new": "y"}
        more = {"custom_fields": gone, "focal_point": None, "keywords": ["x"]}
        rights = dict.fromkeys(RIGHTS) | {"license": "x"}
        answer = desk.call("PATCH", f"/assets/{one}/", wiped | more | {"rights": rights})
        assert answer.status == 200, answer.content
    rows = table(text)
    # The file has no column for the field that is new; its revision is not what it was.
    lines = [
        {k: v for k, v in row.items() if k != "revision"} | {"custom_fields.new": ""}
        for row in rows
    ]

    assert desk.imported(written(lines)) == {2: "changed", 3: "changed"}
    assert {one: desk.call("GET", f"/metadata/{one}/").json for one in (full, empty)} == before


def test_no_cell_is_a_formula(desk: Desk) -> None:
    desk.asset(**SAID)
    (row,) = table(desk.exported())
    every = [*row, *row.values()]
    assert not [cell for cell in every if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
    assert row["title"] == "'=SUM(A1:A9)"
    assert row["alt_text"] == "'-2"
    assert row["description"].startswith("''+1 line")
    assert row["custom_fields.negative"] == "'-1.5"


def test_an_export_has_what_its_reader_sees_and_nothing_else(desk: Desk, team: Team) -> None:
    one, hidden = desk.asset(title="One"), desk.asset(status="in_review", title="Two")
    trashed = desk.asset(title="Three")
    assert desk.call("DELETE", f"/assets/{trashed}/").status == 204
    other = team("admin")
    asset(desk.cloud, other.id, other.email("admin"), "approved!")
    text = desk.exported()
    assert [row["id"] for row in table(text)] == [one, hidden]
    assert [row["filename"] for row in table(text)] == ["photo.jpg", "photo.jpg"]
    for who in ("contributor", "viewer", "moderator"):
        assert_problem(desk.call("GET", "/metadata/export/", who=who), 403, "forbidden")
    (record,) = audit(desk.cloud, desk.tenant.email("admin"), "&action=metadata.exported")
    assert record["actor"]["id"] == desk.tenant.members["editor"]


def test_an_empty_library_is_a_heading(desk: Desk) -> None:
    text = desk.exported()
    assert text.startswith(f"{BOM}id,revision,filename,title,")
    assert table(text) == []


def test_the_schemas_fields_have_columns_and_their_types(desk: Desk) -> None:
    before = desk.asset(custom_fields={"price": "cheap", "old": "1"})
    desk.schema(
        {"name": "price", "type": "number"},
        {"name": "since", "type": "date"},
        {"name": "note", "type": "text"},
        {"name": "sizes", "type": "list"},
        {"name": "free", "type": "boolean"},
    )
    fits = {"price": 1.5, "since": "2026-01-31", "note": "007", "sizes": ["S", "M"], "free": False}
    other = desk.asset(custom_fields=fits)
    text = desk.exported()
    rows = {row["id"]: row for row in table(text)}
    assert [name for name in rows[other] if name.startswith("custom_fields.")] == [
        f"custom_fields.{name}" for name in ("price", "since", "note", "sizes", "free", "old")
    ]
    said = {name: rows[other][f"custom_fields.{name}"] for name in fits}
    assert said == {
        "price": "1.5",
        "since": "2026-01-31",
        "note": "007",
        "sizes": "S,M",
        "free": "false",
    }
    assert rows[before]["custom_fields.price"] == "cheap"
    assert rows[before]["custom_fields.old"] == '"1"'
    assert desk.imported(text) == {2: "unchanged", 3: "unchanged"}


def test_an_export_in_many_pieces_is_one_table(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [desk.asset(custom_fields={f"f{number}": "x"}) for number in range(7)]
    monkeypatch.setattr(exporting, "_PAGE", 2)
    monkeypatch.setattr(exporting, "PIECE_ROWS", 2)
    turns = iter([True, True, True, False] * 100)
    monkeypatch.setattr(entrypoint, "has_time", lambda: next(turns))
    job_id = desk.call("GET", "/metadata/export/").json["job_id"]
    assert desk.cloud.run("transfer_metadata") > 1
    shown = desk.done(job_id)
    assert shown["row_counts"] == {"exported": 7}
    assert "rows" not in shown
    assert len(desk.job(job_id).pieces) > 2

    rows = table(fetched(shown["download_url"]).decode())
    assert [row["id"] for row in rows] == ids
    assert [row[f"custom_fields.f{number}"] for number, row in enumerate(rows)] == ["x"] * 7


@pytest.mark.parametrize("how", ["before", "after", "lost"])
def test_wherever_a_run_is_cut_off_the_table_is_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: How
) -> None:
    monkeypatch.setattr(exporting, "_PAGE", 2)
    monkeypatch.setattr(exporting, "PIECE_ROWS", 2)
    ids, cuts, fired = [desk.asset() for _ in range(5)], 0, True
    faults = Faults(monkeypatch)
    while fired:
        job_id = desk.call("GET", "/metadata/export/").json["job_id"]
        faults.arm(cuts + 1, how)
        with faults.process(), suppress(Crash, RetryLater):
            exporting.run(desk.job(job_id), clock.now())
        fired = faults.fired
        faults.disarm()
        cuts += fired
        shown = desk.done(job_id)
        assert shown["row_counts"] == {"exported": 5}, f"cut at call {cuts}"
        rows = table(fetched(shown["download_url"]).decode())
        assert [row["id"] for row in rows] == ids, f"cut at call {cuts}"
    assert cuts > 15


def test_whoever_has_left_gets_no_export(desk: Desk) -> None:
    desk.asset()
    job_id = desk.call("GET", "/metadata/export/").json["job_id"]
    path = f"/members/{desk.tenant.members['editor']}/"
    assert desk.call("PATCH", path, {"roles": ["viewer"]}, "admin").status == 200
    desk.work()
    shown = desk.status(job_id, "admin")
    assert (shown["status"], shown["tasks"][0]["error"]["code"]) == ("failed", "forbidden")
    assert_problem(desk.call("GET", f"/processing/{job_id}/status/"), 404, "not_found")
