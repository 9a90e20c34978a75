"""What must hold: at any moment, and when everything has ended."""

import re
from collections import Counter
from typing import Any

from chalicelib.assets import faces
from chalicelib.core.settings import settings
from tests.faults import state
from tests.faults.state import Row
from tests.faults.world import World

_DEEDS = re.compile(r"created (verdict retried )*verdict ")
_VERDICTS = ("approved", "failed", "quarantined", "aborted", "upload_expired")
_SEEN = ("downloaded",)
_UNREADABLE = ("uploading", "scanning", "quarantined", "failed")

GAVE_UP = {("failed", "upload_expired"), ("failed", "aborted")}
"""How assets end that no client knows of: their request died before it was answered."""


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
    assert not world.post, [letter.function for letter in world.post]


def _assets_ended(world: World, rows: list[Row]) -> None:
    known = {parcel.asset_id: parcel for parcel in world.parcels}
    assets = {row["asset_id"]: row for row in rows if row.get("sk") == "ASSET"}
    assert known.keys() <= assets.keys()
    deeds = Counter[str]()
    for asset_id, asset in assets.items():
        (version,) = _versions(rows, asset_id)
        end = version["face"]["status"], version["face"]["status_reason"]
        if asset_id in known:
            parcel = known[asset_id]
            assert end == parcel.ends, f"{parcel.name} ended {end}"
        else:
            assert end in GAVE_UP, f"an asset that nobody knows of ended {end}"
        assert version["status"] == version["face"]["status"]
        assert asset["current"] == version["face"]
        published = asset.get("published")
        assert (published == version["face"]) == (end[0] == "approved"), published
        done = [r["action"].partition(".")[2] for r in _audit(rows, asset_id)]
        done = [deed for deed in done if deed not in _SEEN]
        told = "".join(f"{'verdict' if deed in _VERDICTS else deed} " for deed in done)
        assert _DEEDS.fullmatch(told), done
        assert done[-1] in end, (done, end)
        deeds.update(done)
        if end[0] == "approved":
            _is_described(version["face"], known[asset_id].described, rows)
    assert deeds["created"] == len(assets)


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


def _versions(rows: list[Row], asset_id: str) -> list[Row]:
    return [r for r in rows if r.get("asset_id") == asset_id and r["sk"].startswith("V#")]


def _audit(rows: list[Row], asset_id: str) -> list[Row]:
    """Give an asset's records, oldest first: their keys are in the order of time."""
    about: list[Any] = [r for r in rows if "actor_key" in r and r["subject"]["id"] == asset_id]
    return sorted(about, key=lambda record: record["sk"])
