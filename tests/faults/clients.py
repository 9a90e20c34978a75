"""What uploaders do: one step after the other, each again until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.faults import state
from tests.faults.parcels import Parcel
from tests.faults.wire import Plan

if TYPE_CHECKING:
    from tests.cloud import Answer
    from tests.faults.world import World


def _reserve(world: World, parcel: Parcel, plan: Plan) -> bool:
    body = {"filename": "photo.jpg", "content_type": "image/jpeg", "size_bytes": len(parcel.data)}
    key = {"idempotency-key": f"{parcel.name}-{world.parcels.index(parcel)}"}
    described = body | parcel.described
    where = _where(world, parcel)
    answer = world.call("POST", where, plan, who=parcel.who, body=described, headers=key)
    if answer is None:
        return False
    if parcel.refusable and answer.status == 409 and answer.code == "too_many_versions":
        return True
    if not came(answer, 201):
        return False
    parcel.reserved = answer.json
    return True


def _where(world: World, parcel: Parcel) -> str:
    base = world.base(parcel)
    return f"/assets/{base.asset_id}/upload_version/" if base else "/assets/upload/"


def _send(world: World, parcel: Parcel, plan: Plan) -> bool:
    del plan  # the browser's own way to S3
    assert parcel.reserved is not None
    upload = parcel.reserved["upload"]
    world.pipeline.cloud.put(upload, parcel.data)
    state.date(settings().uploads_bucket, upload["fields"]["key"], world.moment)
    return True


def _send_part(world: World, parcel: Parcel, plan: Plan) -> bool:
    del plan
    (upload,) = [row for row in state.rows() if row.get("multipart_id") and _is_of(row, parcel)]
    client("s3").upload_part(
        Bucket=settings().uploads_bucket,
        Key=f"{world.pipeline.acme.id}/{parcel.asset_id}/{parcel.upload_id}",
        UploadId=upload["multipart_id"],
        PartNumber=1,
        Body=parcel.data,
    )
    return True


def _complete(world: World, parcel: Parcel, plan: Plan) -> bool:
    path = f"/uploads/{parcel.upload_id}/complete/"
    answer = world.call("POST", path, plan, who=parcel.who, body={})
    return answer is not None and came(answer, 200)


def _complete_in_vain(world: World, parcel: Parcel, plan: Plan) -> bool:
    answer = world.call("POST", f"/uploads/{parcel.upload_id}/complete/", plan, body={})
    return answer is not None and came(answer, 409)


def _abort(world: World, parcel: Parcel, plan: Plan) -> bool:
    who = parcel.todo[0].rpartition(": ")[0] or parcel.who
    answer = world.call("DELETE", f"/uploads/{parcel.upload_id}/", plan, who=who)
    if answer is None or not came(answer, 204):
        return False
    listed = world.call("GET", "/uploads/", who=parcel.who).json["items"]
    assert parcel.upload_id not in {one["upload_id"] for one in listed}
    return True


def _retry(world: World, parcel: Parcel, plan: Plan) -> bool:
    who = parcel.todo[0].rpartition(": ")[0] or world.helper(parcel)
    path = f"/processing/{parcel.upload_id}/retry/"
    answer = world.call("POST", path, plan, who=who, body={})
    # A repeated request finds the job running.
    return answer is not None and came(answer, 202, 409)


def came(answer: Answer, *wanted: int) -> bool:
    """See that an answer is one that was hoped for, or one that says to ask again."""
    if answer.status in wanted:
        return True
    again = answer.status >= 500 or answer.code == "request_in_progress"
    assert again, (answer.status, answer.content)
    return False


def _is_of(row: state.Row, parcel: Parcel) -> bool:
    return bool(row.get("upload_id") == parcel.upload_id)


STEPS: dict[str, Callable[[World, Parcel, Plan], bool]] = {
    "reserve": _reserve,
    "send": _send,
    "send part": _send_part,
    "complete": _complete,
    "complete in vain": _complete_in_vain,
    "abort": _abort,
    "editor: abort": _abort,
    "admin: abort": _abort,
    "retry": _retry,
    "admin: retry": _retry,
}
"""What an uploader can do, by the name that a parcel's `todo` has for it."""
