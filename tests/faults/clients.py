"""What clients do: one step after the other, each again until it is answered."""

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
    answer = world.call("POST", _where(world, parcel), plan, body=described, headers=key)
    if answer is None or not _came(answer, 201):
        return False
    parcel.reserved = answer.json
    return True


def _where(world: World, parcel: Parcel) -> str:
    base = world.base(parcel)
    return f"/assets/{base.asset_id}/upload_version/" if base else "/assets/upload/"


def _send(world: World, parcel: Parcel, plan: Plan) -> bool:
    del plan  # the browser's own way to S3
    assert parcel.reserved is not None
    world.pipeline.cloud.put(parcel.reserved["upload"], parcel.data)
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
    answer = world.call("POST", f"/uploads/{parcel.upload_id}/complete/", plan, body={})
    return answer is not None and _came(answer, 200)


def _abort(world: World, parcel: Parcel, plan: Plan) -> bool:
    answer = world.call("DELETE", f"/uploads/{parcel.upload_id}/", plan)
    return answer is not None and _came(answer, 204)


def _retry(world: World, parcel: Parcel, plan: Plan) -> bool:
    answer = world.call("POST", f"/processing/{parcel.upload_id}/retry/", plan, body={})
    # A repeated request finds the job running.
    return answer is not None and _came(answer, 202, 409)


def _came(answer: Answer, *wanted: int) -> bool:
    """See that an answer is one that was hoped for, or one that says to ask again."""
    if answer.status in wanted:
        return True
    again = answer.status >= 500 or answer.code == "request_in_progress"
    assert again, (answer.status, answer.content)
    return False


def _is_of(row: state.Row, parcel: Parcel) -> bool:
    return bool(row.get("upload_id") == parcel.upload_id)


def _decide(world: World, parcel: Parcel, plan: Plan) -> bool:
    who, decision = parcel.todo[0].split(": ")
    body = {"decision": decision, "comment": "So be it.", "step_id": who}
    workflow = world.workflow(parcel)
    assert workflow is not None
    path = f"/workflows/{workflow['workflow_id']}/approve/"
    answer = world.call("POST", path, plan, who=who, body=body)
    if answer is None:
        return False
    # A repeated request finds it decided.
    late = answer.status == 409 and answer.code in ("already_decided", "workflow_closed")
    return late or _came(answer, 200)


def _trash(world: World, parcel: Parcel, plan: Plan) -> bool:
    answer = world.call("DELETE", f"/assets/{parcel.asset_id}/", plan, who="admin")
    return answer is not None and _came(answer, 204)


def _restore(world: World, parcel: Parcel, plan: Plan) -> bool:
    answer = world.call("POST", f"/assets/{parcel.asset_id}/restore/", plan, who="admin", body={})
    return answer is not None and _came(answer, 200, 409)


STEPS: dict[str, Callable[[World, Parcel, Plan], bool]] = {
    "reserve": _reserve,
    "send": _send,
    "send part": _send_part,
    "complete": _complete,
    "abort": _abort,
    "retry": _retry,
    "admin: trash": _trash,
    "admin: restore": _restore,
    "editor: approve": _decide,
    "editor: reject": _decide,
    "editor: request_changes": _decide,
    "moderator: approve": _decide,
    "moderator: reject": _decide,
}
"""What a client can do, by the name that a parcel's `todo` has for it."""
