"""What must hold: at any moment, and when everything has ended."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from chalicelib.assets import faces
from chalicelib.core.settings import settings
from chalicelib.tenants.audit import verification
from tests.faults import parcels, state
from tests.faults.parcels import Parcel
from tests.faults.people import DECISIONS
from tests.faults.state import Row
from tests.faults.world import World

_LIFE = r"created (verdict retried )*(in_review )*verdict "
_ONCE_MORE = r"((in_review )*verdict ){{0,{times}}}"
_VERDICTS = {
    "approved": {"approved"},
    "failed": {"failed"},
    "quarantined": {"quarantined"},
    "aborted": {"aborted"},
    "upload_expired": {"upload_expired"},
    "rejected": {"rejected"},
    "changes_requested": {"changes_requested"},
    "expired": {"approval_expired"},
    "cancelled": {"superseded", "rejected"},
}
"""What the audit trail says at last, and the status or reason that goes with it."""
_ENDINGS = {"completed", "rejected", "changes_requested", "expired", "cancelled"}
_SEEN = frozenset(
    {
        *("downloaded", "published", "unpublished", "trashed", "restored", "edited"),
        *("flagged", "resolved", "refreshed", "processed_again"),
    }
)
_UNREADABLE = ("uploading", "scanning", "quarantined", "failed")


def nothing_unscanned(world: World) -> None:
    """Look at what is stored, and trust the scanner's verdicts alone."""
    here, verdicts = settings(), world.pipeline.verdicts
    originals, renditions = state.keys(here.originals_bucket), state.keys(here.renditions_bucket)
    for key in originals | renditions:
        tenant, sha256 = key.split("/")[:2]
        if sha256 in world.strangers:
            continue  # it is looked at when all has ended
        assert verdicts.get(sha256) == "clean", f"{key} is kept without a clean verdict"
        assert f"{tenant}/{sha256}" in originals, f"{key} has no original"
    for row in state.rows():
        if row.get("sk", "").startswith("FLAG#"):
            continue  # its `published` is a number
        for face in filter(None, (row.get("face"), row.get("current"), row.get("published"))):
            if verdicts.get(face["sha256"]) != "clean" and face["sha256"] not in world.strangers:
                assert face["status"] in _UNREADABLE, face
                assert face["thumbnails"] == {}, face


def all_is_well(world: World) -> None:
    """See that every upload has ended as it must, once, and that nothing is left over."""
    nothing_unscanned(world)
    rows = state.rows()
    _assets_ended(world, rows)
    stored_well(rows, state.keys)
    _reviews_ended(world, rows)
    _bans_are_kept(world, rows)
    assert not {row.get("multipart_id") for row in rows} & state.open_multiparts()
    assert not [parcel.name for parcel in world.parcels if parcel.todo]
    assert not world.post, [letter.function for letter in world.post]


def stored_well(rows: list[Row], keys: Callable[[str], set[str]]) -> None:
    """See that uploads, contents and conversions have ended, and that every byte is counted.

    Args:
        rows: the items of one tenant.
        keys: lists the keys of a bucket.
    """
    _uploads_ended(rows)
    _quota_is_exact(rows)
    _nothing_is_left_over(rows, keys)
    _conversions_ended(rows)


def _assets_ended(world: World, rows: list[Row]) -> None:
    refused = [parcel for parcel in world.parcels if parcel.reserved is None]
    full = {base.asset_id for parcel in refused if (base := world.base(parcel)) is not None}
    assert all(parcel.refusable for parcel in refused), [parcel.name for parcel in refused]
    known = {_ids(parcel): parcel for parcel in world.parcels if parcel not in refused}
    for asset in (row for row in rows if row.get("sk") == "ASSET"):
        versions = _versions(rows, asset["asset_id"])
        mine = [parcel for (asset_id, _), parcel in known.items() if asset_id == asset["asset_id"]]
        said = sum(parcel.deeds.count(deed) for parcel in mine for deed in parcels.RESOLUTIONS)
        for version in versions:
            parcel = known.get((version["asset_id"], version["number"]))
            assert parcel is not None, f"a version nobody knows of is {version['status']}"
            picked = parcel.review == parcels.HAND
            found_later = parcel.data == parcels.WORM
            _version_ended(version, parcel, said + picked + found_later, rows)
        assert len(versions) == len(mine) <= parcels.MOST_VERSIONS
        assert len(versions) == parcels.MOST_VERSIONS or asset["asset_id"] not in full
        assert asset["current"] == versions[-1]["face"]
        ready = [version["face"] for version in versions if version["status"] == "approved"]
        assert asset.get("published") == (ready[-1] if ready else None)
        assert "pending" not in asset, asset
        proposed = [parcel.category for parcel in mine if "admin: categorize" in parcel.deeds]
        assert not proposed or asset.get("category") == proposed[0], asset
    assert len(known) == sum("face" in row for row in rows)


def _version_ended(version: Row, parcel: Parcel, more: int, rows: list[Row]) -> None:
    """See that a version ended as it should, and that the trail tells one verdict, or some more."""
    end = version["face"]["status"], version["face"]["status_reason"]
    assert end in (parcel.ends, *parcel.or_ends), f"{parcel.name} ended {end}"
    assert version["status"] == version["face"]["status"]
    told = [record["action"].partition(".")[2] for record in _audit(rows, version)]
    done = [deed for deed in told if deed not in _SEEN]
    lived = "".join(f"{'verdict' if d in _VERDICTS else d} " for d in done)
    assert re.fullmatch(_LIFE + _ONCE_MORE.format(times=more), lived), done
    assert _VERDICTS[done[-1]] & {*end}, (done, end)
    if end[0] == "approved":
        _is_described(version["face"], parcel.described, rows)


def _bans_are_kept(world: World, rows: list[Row]) -> None:
    """See that whoever has banned bytes is flagged, and that nobody rejected shows anything."""
    del world
    flagged = {row["asset_id"] for row in rows if row.get("sk", "").startswith("FLAG#")}
    banned = {row["pk"].rpartition("#")[2]: row for row in rows if row.get("sk") == "BAN"}
    for row in rows:
        shown = row.get("published")
        if row.get("sk") == "ASSET" and shown is not None:
            assert shown["sha256"] not in banned or row["asset_id"] in flagged, row
            assert shown["number"] > row.get("rejected_through", 0), row
        if "face" in row and row["face"]["status_reason"] == "content_rejected":
            assert row["asset_id"] in flagged, row


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
            assert "open_of" not in row, row


def _quota_is_exact(rows: list[Row]) -> None:
    (usage,) = [row for row in rows if row.get("sk") == "USAGE"]
    faces = [row["face"] for row in rows if "face" in row]
    counted = sum(face["size_bytes"] for face in faces if face["status"] != "failed")
    assert usage["storage_bytes"] == counted, (usage, counted)
    assert usage["assets"] == sum(row.get("sk") == "ASSET" for row in rows), usage
    assert not usage.get("reservations"), usage


def _nothing_is_left_over(rows: list[Row], keys: Callable[[str], set[str]]) -> None:
    """Every stored byte belongs to a content, every content to a version, and the reverse."""
    here = settings()
    contents = {f"{r['tenant_id']}/{r['sha256']}": r for r in rows if r.get("sk") == "CONTENT"}
    assert keys(here.originals_bucket) == contents.keys()
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
    made |= {
        faces.rendition_path(
            content["tenant_id"], content["sha256"], msgspec.convert(rendition, faces.Rendition)
        )
        for content in contents.values()
        for rendition in [*(content.get("renditions") or []), *_written(content)]
    }
    assert made <= keys(here.renditions_bucket) <= made | grids
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


def _written(content: Row) -> list[Row]:
    """Give the renditions that are files of their own, and not the original."""
    return [one for one in content.get("converted") or [] if one["sha256"] != content["sha256"]]


def _conversions_ended(rows: list[Row]) -> None:
    """See that whatever was asked for is made once, and shown by all who have the bytes."""
    conversions = [row for row in rows if row.get("sk", "").startswith("CONVERSION#")]
    for row in rows:
        if row.get("sk") == "CONTENT":
            _is_converted(row, [one for one in conversions if one["pk"] == row["pk"]], rows)
        if row.get("sk") == "RERUN" and row.get("scan_task"):
            assert row["scan_task"]["status"] == "completed", row
    for one in conversions:
        assert one["task"]["status"] == "completed", one
        if one.get("division"):
            names = {piece.partition(":")[0] for piece in one["pieces_done"]}
            assert len(names) == one["division"]["segments"] + one["division"]["has_sound"], one


def _is_converted(content: Row, conversions: list[Row], rows: list[Row]) -> None:
    made = content.get("converted") or []
    assert {*(content.get("conversions") or ())} == {one["sk"] for one in conversions}, content
    assert sorted(one["name"] for one in made) == sorted(one["name"] for one in conversions), made
    if content["kind"] == "video":
        assert "CONVERSION#master" in content["conversions"], content
    shown = [*made, *(content.get("renditions") or [])]
    for row in rows:
        if row.get("content_key") == content["pk"] and row["status"] == "approved":
            assert row["face"]["renditions"] == shown, (row["face"], shown)


def _reviews_ended(world: World, rows: list[Row]) -> None:
    """See that every review is over, once and for all who had a part in it, and is on record."""
    reviewed = [parcel for parcel in world.parcels if parcel.review]
    workflows = {row["workflow_id"]: row for row in rows if row.get("sk") == "WORKFLOW"}
    for parcel in reviewed:
        mine = [w for w in workflows.values() if (w["asset_id"], w["number"]) == _ids(parcel)]
        assert mine, f"{parcel.name} was never reviewed"
        decisions = [row for row in rows if _is_decision(row, [w["pk"] for w in mine])]
        wanted = [deed for deed in parcel.deeds if deed.rpartition(": ")[2] in DECISIONS]
        assert len(decisions) == len(wanted), parcel.name
        assert len(mine) == 1 or parcel.review != parcels.HAND, mine
    for workflow in workflows.values():
        _is_over(workflow, [row for row in rows if row["pk"] == workflow["pk"]])
    for row in rows:
        assert "assignee_key" not in row, row
        if row.get("sk", "").startswith("REVIEW#"):
            assert not row["is_live"]
            assert workflows[row["workflow_id"]]["status"] == row["status"]
    assert not world.wire.machines.running
    assert not world.wire.films.running
    if world.reviews:
        _nobody_was_told_twice(rows)
        report = verification.verify(world.pipeline.acme.id, world.moment)
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
    # Whoever gets back what they delegated is told so.
    returned = {row["workflow_id"] for row in notices if _has_come_back(row, rows)}
    for (_, workflow_id, _), times in told.items():
        assert times <= 1 + (workflow_id in returned), told
    assert not [row for row in notices if row["mail"] == "waiting"], notices


def _has_come_back(notice: Row, rows: list[Row]) -> bool:
    """Say whether an assignment of a notice's workflow was given back."""
    history = [row for row in rows if row.get("action") == "returned"]
    return any(notice["workflow_id"] in row["pk"] for row in history)


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
