"""What reviewers, editors, moderators and admins do, and when they can; each until answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.faults import state
from tests.faults.clients import came
from tests.faults.parcels import BANNER, DELEGATE, HAND, LEAVER, Parcel
from tests.faults.wire import Plan

if TYPE_CHECKING:
    from tests.faults.world import World

DECISIONS = ("approve", "reject", "request_changes")


def may(world: World, parcel: Parcel) -> bool:
    """Say whether it is time for the next thing that is done about a parcel."""
    who, _, deed = parcel.todo[0].rpartition(": ")
    if deed in (*DECISIONS, "delegate"):
        return _waits_for(world, parcel, who)
    if deed in ("trash", f"dismiss {DELEGATE}"):
        return _is_reviewed(world, parcel)
    if deed in ("categorize", "review", "compress", "do again", "ask for banner"):
        return world.outcome(parcel) == ("approved", None)
    if deed == "fetch banner":
        return _is_made(world, BANNER)
    if deed == "flag":
        return world.outcome(parcel)[0] in ("approved", "in_review", "rejected")
    if parcel.todo[0] == "admin: retry":
        return world.outcome(parcel) == ("failed", "uploader_inactive")
    return True


def _is_reviewed(world: World, parcel: Parcel) -> bool:
    workflow = world.workflow(parcel)
    return workflow is not None and workflow["status"] == "in_progress"


def _is_made(world: World, name: str) -> bool:
    """Say whether a rendition is made, of whatever content."""
    made = [row for row in state.rows() if row.get("sk", "").startswith(f"CONVERSION#{name}")]
    return bool(made) and all(row["task"]["status"] == "completed" for row in made)


def _waits_for(world: World, parcel: Parcel, who: str) -> bool:
    """Say whether a parcel's review waits for somebody."""
    workflow = world.workflow(parcel)
    if workflow is None or workflow["status"] != "in_progress":
        return False
    member_id = world.pipeline.acme.members[who]
    steps = [row for row in state.rows() if row["pk"] == workflow["pk"] and _is_step(row)]
    waiting = [one["id"] for s in steps for one in s["assignments"] if one["status"] == "pending"]
    return member_id in waiting


def _is_step(row: state.Row) -> bool:
    return bool(row.get("sk", "").startswith("STEP#"))


def _decide(world: World, parcel: Parcel, plan: Plan) -> bool:
    who, decision = parcel.todo[0].split(": ")
    body = {"decision": decision, "comment": "So be it.", "step_id": who}
    answer = world.call("POST", _path(world, parcel, "approve"), plan, who=who, body=body)
    if answer is None:
        return False
    # A repeated request finds it decided.
    late = answer.status == 409 and answer.code in ("already_decided", "workflow_closed")
    return late or came(answer, 200)


def _delegate(world: World, parcel: Parcel, plan: Plan) -> bool:
    body = {"to": world.pipeline.who(DELEGATE)}
    answer = world.call("POST", _path(world, parcel, "delegate"), plan, who="editor", body=body)
    # A repeated request finds it handed on.
    late = answer is not None and answer.status == 403 and answer.code == "not_an_approver"
    return late or (answer is not None and came(answer, 200))


def _path(world: World, parcel: Parcel, deed: str) -> str:
    workflow = world.workflow(parcel)
    assert workflow is not None
    return f"/workflows/{workflow['workflow_id']}/{deed}/"


def _review(world: World, parcel: Parcel, plan: Plan) -> bool:
    body = {"asset_id": parcel.asset_id, "version": parcel.number}
    body |= {"template_id": world.templates[HAND]}
    key = {"idempotency-key": parcel.name}
    answer = world.call("POST", "/workflows/", plan, who="editor", body=body, headers=key)
    return answer is not None and came(answer, 201)


def _categorize(world: World, parcel: Parcel, plan: Plan) -> bool:
    body = {"category": parcel.review}
    answer = world.call("PATCH", f"/assets/{parcel.asset_id}/", plan, who="admin", body=body)
    return answer is not None and came(answer, 200)


def _trash(world: World, parcel: Parcel, plan: Plan) -> bool:
    answer = world.call("DELETE", f"/assets/{parcel.asset_id}/", plan, who="admin")
    return answer is not None and came(answer, 204)


def _restore(world: World, parcel: Parcel, plan: Plan) -> bool:
    answer = world.call("POST", f"/assets/{parcel.asset_id}/restore/", plan, who="admin", body={})
    return answer is not None and came(answer, 200, 409)


def _flag(world: World, parcel: Parcel, plan: Plan) -> bool:
    body = {"reason": "copyright", "comment": "Not ours."}
    path = f"/assets/{parcel.asset_id}/flag/"
    answer = world.call("POST", path, plan, who="moderator", body=body)
    return answer is not None and came(answer, 201)


def _resolve(world: World, parcel: Parcel, plan: Plan) -> bool:
    who, resolution = parcel.todo[0].split(": ")
    flags = [row for row in state.rows() if row.get("sk", "").startswith("FLAG#")]
    last = [flag for flag in flags if flag["asset_id"] == parcel.asset_id][-1]
    path = f"/moderation/flags/{last['sk'].removeprefix('FLAG#')}/resolve/"
    answer = world.call("POST", path, plan, who=who, body={"resolution": resolution})
    # A repeated request finds it resolved.
    return answer is not None and came(answer, 200, 409)


def _dismiss(world: World, parcel: Parcel, plan: Plan) -> bool:
    name = parcel.todo[0].rpartition(" ")[2]
    path = f"/members/{world.pipeline.acme.members[name]}/"
    answer = world.call("PATCH", path, plan, who="admin", body={"is_active": False})
    # Of two requests at once one may be told to look again.
    return answer is not None and (answer.status != 409 and came(answer, 200))


def _process_again(world: World, parcel: Parcel, plan: Plan) -> bool:
    tasks = {
        "editor: compress": ["compression"],
        "editor: do again": ["virus_scan", "thumbnail", "metadata"],
    }
    body = {"asset_id": parcel.asset_id, "tasks": tasks[parcel.todo[0]]}
    answer = world.call("POST", "/processing/", plan, who="editor", body=body)
    return answer is not None and came(answer, 202)


def _download(world: World, parcel: Parcel, plan: Plan) -> bool:
    path = f"/assets/{parcel.asset_id}/download/?rendition={BANNER}"
    answer = world.call("GET", path, plan, who="viewer")
    # Whoever is the first to ask is told that it is being made.
    early = (409,) if parcel.todo[0] == "viewer: ask for banner" else ()
    return answer is not None and came(answer, 302, *early)


STEPS: dict[str, Callable[[World, Parcel, Plan], bool]] = {
    **{f"editor: {decision}": _decide for decision in DECISIONS},
    **{f"moderator: {decision}": _decide for decision in DECISIONS},
    "editor: delegate": _delegate,
    "editor: review": _review,
    "admin: categorize": _categorize,
    "admin: trash": _trash,
    "admin: restore": _restore,
    "moderator: flag": _flag,
    "moderator: reject_asset": _resolve,
    "moderator: approve_asset": _resolve,
    f"admin: dismiss {DELEGATE}": _dismiss,
    f"admin: dismiss {LEAVER}": _dismiss,
    "editor: compress": _process_again,
    "editor: do again": _process_again,
    "viewer: ask for banner": _download,
    "viewer: fetch banner": _download,
}
"""What others do about an upload, by the name that a parcel's `todo` has for it."""
