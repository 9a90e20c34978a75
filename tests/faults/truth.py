"""What must hold: at any moment, and when everything has ended."""

import re
from collections import Counter
from typing import Any

from chalicelib.assets import faces
from chalicelib.core.settings import settings
from chalicelib.tenants import verifying
from tests.faults import state
from tests.faults.parcels import Parcel
from tests.faults.state import Row
from tests.faults.world import World

_DEEDS = re.compile(r"created (verdict retried )*(in_review )*verdict ")
_VERDICTS = {
    "approved": "approved",
    "failed": "failed",
    "quarantined": "quarantined",
    "aborted": "aborted",
    "upload_expired": "upload_expired",
    "rejected": "rejected",
    "changes_requested": "changes_requested",
    "expired": "approval_expired",
    "cancelled": "superseded",
}
"""What the audit trail says at last, and the status or reason that goes with it."""
_ENDINGS = {"completed", "rejected", "changes_requested", "expired", "cancelled"}
_SEEN = ("downloaded", "trashed", "restored")
_UNREADABLE = ("uploading", "scanning", "quarantined", "failed")

GAVE_UP = {("failed", "upload_expired"), ("failed", "aborted")}
"""How versions end that no client knows of: their request died before it was answered."""


def nothing_unscanned(world: World) -> None:
    """Look at what is stored, and trust the scanner's verdicts alone."""
    here, verdicts = settings(), world.pipeline.verdicts
    originals, renditions = state.keys(here.originals_bucket), state.keys(here.renditions_bucket)
    for key in originals | renditions:
        tenant, sha256 = key.split("/")[:2]
        assert verdicts.get(sha256) == "clean", f"{key} is kept without a clean verdict"
        assert f"{tenant}/{sha256}" in originals, f"{key} has no original"
    for row in state.rows():
        for face in filter(None, (row.get("face"), row.get("current"), row.get("published"))):
            if verdicts.get(face["sha256"]) != "clean":
                assert face["status"] in _UNREADABLE, face
                assert face["thumbnails"] == {}, face


def all_is_well(world: World) -> None:
    """See that every upload has ended as it must, once, and that nothing is left over."""
    nothing_unscanned(world)
    rows = state.rows()
    _assets_ended(world, rows)
    _uploads_ended(rows)
    _quota_is_exact(rows)
    _nothing_is_left_over(rows)
    _reviews_ended(world, rows)
    assert not [parcel.name for parcel in world.parcels if parcel.todo]
    assert not world.post, [letter.function for letter in world.post]


def _assets_ended(world: World, rows: list[Row]) -> None:
    known = {(parcel.asset_id, parcel.number): parcel for parcel in world.parcels}
    for asset in (row for row in rows if row.get("sk") == "ASSET"):
        versions = _versions(rows, asset["asset_id"])
        for version in versions:
            parcel = known.pop((version["asset_id"], version["number"]), None)
            _version_ended(version, parcel, rows)
        assert asset["current"] == versions[-1]["face"]
        ready = [version["face"] for version in versions if version["status"] == "approved"]
        assert asset.get("published") == (ready[-1] if ready else None)
    assert not known, [parcel.name for parcel in known.values()]


def _version_ended(version: Row, parcel: Parcel | None, rows: list[Row]) -> None:
    end = version["face"]["status"], version["face"]["status_reason"]
    if parcel is not None:
        assert end == parcel.ends, f"{parcel.name} ended {end}"
    else:
        linked = [r["linked"] for r in rows if r.get("sk") == "UPLOAD" and _same(r, version)]
        assert end in GAVE_UP or linked == [True], f"a version nobody knows of ended {end}"
    assert version["status"] == version["face"]["status"]
    told = [record["action"].partition(".")[2] for record in _audit(rows, version)]
    done = [deed for deed in told if deed not in _SEEN]
    assert _DEEDS.fullmatch("".join(f"{'verdict' if d in _VERDICTS else d} " for d in done)), done
    assert _VERDICTS[done[-1]] in end, (done, end)
    if end[0] == "approved" and parcel is not None:
        _is_described(version["face"], parcel.described, rows)


def _is_described(face: Row, described: Row, rows: list[Row]) -> None:
    """See that an approved version has what was asked for, as its content has it."""
    (content,) = [r for r in rows if r.get("sk") == "CONTENT" and r["sha256"] == face["sha256"]]
    if described.get("generate_thumbnail", True):
        assert face["thumbnails"].keys() == {"small", "medium", "large"}, face
    if described.get("extract_metadata", True):
        assert face["technical"] == content["technical"], face
        assert content["metadata_task"]["status"] == "completed", content


def _uploads_ended(rows: list[Row]) -> None:
    for row in rows:
        assert "due_shard" not in row, f"still due: {row['pk']} {row['sk']}"
        assert not row.get("pending"), row
        if row.get("sk") == "UPLOAD":
            assert row["state"] == "ended", row
            if row.get("multipart_id"):
                assert row["multipart_id"] not in state.open_multiparts()


def _quota_is_exact(rows: list[Row]) -> None:
    (usage,) = [row for row in rows if row.get("sk") == "USAGE"]
    faces = [row["face"] for row in rows if "face" in row]
    counted = sum(face["size_bytes"] for face in faces if face["status"] != "failed")
    assert usage["storage_bytes"] == counted, (usage, counted)
    assert usage["assets"] == sum(row.get("sk") == "ASSET" for row in rows), usage
    assert not usage.get("reservations"), usage


def _nothing_is_left_over(rows: list[Row]) -> None:
    """Every stored byte belongs to a content, every content to a version, and the reverse."""
    here = settings()
    contents = {f"{r['tenant_id']}/{r['sha256']}": r for r in rows if r.get("sk") == "CONTENT"}
    assert state.keys(here.originals_bucket) == contents.keys()
    made = {
        faces.thumbnail_path(content["tenant_id"], content["sha256"], size)
        for content in contents.values()
        for size in content["thumbnails"]
    }
    grids = {
        faces.grid_path(content["tenant_id"], content["sha256"])
        for content in contents.values()
        if content["thumbnails"]
    }
    # A card, which stands for what cannot be drawn, has no grid to compare it by.
    assert made <= state.keys(here.renditions_bucket) <= made | grids
    for content in contents.values():
        assert content["state"] == "stored", content
        references = {r["sk"] for r in rows if r["pk"] == content["pk"] and r["sk"][:4] == "REF#"}
        users = {
            f"REF#{r['asset_id']}#{int(r['number']):06d}"
            for r in rows
            if r.get("content_key") == content["pk"] and r.get("sk", "").startswith("V#")
        }
        assert references == users, (references, users)
        assert users, f"nobody uses {content['pk']}"


def _reviews_ended(world: World, rows: list[Row]) -> None:
    """See that every review is over, once and for all who had a part in it, and is on record."""
    reviewed = [parcel for parcel in world.parcels if parcel.review]
    workflows = {row["workflow_id"]: row for row in rows if row.get("sk") == "WORKFLOW"}
    for parcel in reviewed:
        mine = [w for w in workflows.values() if (w["asset_id"], w["number"]) == _ids(parcel)]
        assert mine, f"{parcel.name} was never reviewed"
        decisions = [row for row in rows if _is_decision(row, [w["pk"] for w in mine])]
        wanted = [deed for deed in parcel.deeds if not deed.startswith("admin")]
        assert len(decisions) == len(wanted), parcel.name
    for workflow in workflows.values():
        _is_over(workflow, [row for row in rows if row["pk"] == workflow["pk"]])
    for row in rows:
        assert "assignee_key" not in row, row
        if row.get("sk", "").startswith("REVIEW#"):
            assert not row["is_live"]
            assert workflows[row["workflow_id"]]["status"] == row["status"]
    assert not world.wire.machines.running
    if world.reviews:
        _nobody_was_told_twice(rows)
        report = verifying.verify(world.pipeline.acme.id, world.moment)
        assert not report.faults, report
        assert not report.fresh, report


def _is_over(workflow: Row, rows: list[Row]) -> None:
    assert workflow["status"] != "in_progress", workflow
    assert not {"open_in", "deadline", "due_at"} & workflow.keys(), workflow
    history = [row for row in rows if row["sk"].startswith("HISTORY#")]
    assert len(history) == workflow["entries"]
    assert sum(entry["action"] in _ENDINGS for entry in history) == 1, history
    assert not [row for row in rows if row["sk"].startswith("TOKEN#")], workflow
    for step in (row for row in rows if row["sk"].startswith("STEP#")):
        cancelled = workflow["status"] == "cancelled"
        assert step["status"] not in {"active", "escalated"} or cancelled, step
        assert not [one for one in step["assignments"] if one["status"] == "pending"], step


def _nobody_was_told_twice(rows: list[Row]) -> None:
    """See that who had to decide was told so at most once a turn: not if they were faster."""
    notices = [row for row in rows if row.get("kind") == "assignment"]
    told = Counter((row["pk"], row["workflow_id"], row["turn"]) for row in notices)
    assert set(told.values()) <= {1}, told
    assert not [row for row in notices if row["mail"] == "waiting"], notices


def _is_decision(row: Row, keys: list[str]) -> bool:
    return row["pk"] in keys and row["sk"].startswith("DECISION#")


def _ids(parcel: Parcel) -> tuple[str, int]:
    return parcel.asset_id, parcel.number


def _versions(rows: list[Row], asset_id: str) -> list[Row]:
    """Give an asset's versions, oldest first: their keys are in the order of their numbers."""
    return [row for row in rows if row.get("asset_id") == asset_id and "face" in row]


def _audit(rows: list[Row], version: Row) -> list[Row]:
    """Give a version's records, oldest first: their keys are in the order of time."""
    records: list[Any] = [row for row in rows if "actor_key" in row]
    about = [row for row in records if row["subject"]["id"] == version["asset_id"]]
    mine = [row for row in about if (row["new"] or {}).get("version", 1) == version["number"]]
    return sorted(mine, key=lambda record: record["sk"])


def _same(one: Row, other: Row) -> bool:
    return bool(one["asset_id"] == other["asset_id"] and one["number"] == other["number"])
