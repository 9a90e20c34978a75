"""Reviews go through the functions of workflows and notifications as Lambda runs them."""

import json
import urllib.request
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from tests.runtime.browsing import uploaded
from tests.runtime.nightly import only_nightly
from tests.runtime.region import Region

pytestmark = pytest.mark.timeout(600)

ADMIN, UPLOADER, APPROVER = (f"{n}@globex.test" for n in ("admin", "contributor", "moderator"))
STEP = {"id": "look", "name": "Look", "approvers": {"type": "roles", "roles": ["moderator"]}}
TEXT = {"filename": "a.txt", "content_type": "text/plain"}


def test_a_version_is_reviewed_published_and_its_people_are_mailed(region: Region) -> None:
    asset_id = begun(region, "Low tide")
    mailed(region, APPROVER, "Low tide")
    (workflow,) = read(region, "/workflows/?assigned_to=me", APPROVER)["items"]
    wrote(region, f"/workflows/{workflow['id']}/approve/", APPROVER, {"decision": "approve"})
    asset = read(region, f"/assets/{asset_id}/", UPLOADER)
    assert (asset["status"], asset["published_version"]) == ("approved", 1)
    mailed(region, UPLOADER, "Low tide")
    ended_well(region)


@only_nightly
def test_a_review_ends_with_its_asset_in_the_trash(region: Region) -> None:
    asset_id = begun(region, "High tide")
    mailed(region, APPROVER, "High tide")
    assert region.call("DELETE", f"/assets/{asset_id}/", UPLOADER).status == 204
    ends(region, asset_id, "cancelled")
    assert region.containers["end_workflows"].calls


@only_nightly
def test_a_review_expires_when_its_time_is_over(region: Region) -> None:
    asset_id = begun(region, "Ebb", timeout_hours=2 / 3600)
    ends(region, asset_id, "expired")
    mailed(region, UPLOADER, "Ebb")
    assert read(region, f"/assets/{asset_id}/", UPLOADER)["status_reason"] == "approval_expired"


def test_a_version_is_published_when_its_schedule_is_swept(region: Region) -> None:
    asset_id = uploaded(region, b"Flood.", UPLOADER, title="Flood", **TEXT)["id"]
    version = f"/assets/{asset_id}/versions/1"
    wrote(region, f"{version}/unpublish/", UPLOADER)
    at = clock.timestamp(clock.now() + timedelta(seconds=1))
    wrote(region, f"{version}/publish/", UPLOADER, {"at": at})

    def is_published() -> bool:
        region.run_schedule("sweep_unfinished")
        shown = read(region, f"/assets/{asset_id}/", UPLOADER)
        return bool(shown["published_version"] == 1)

    region.run_until(is_published)


def begun(region: Region, title: str, **of_the_step: Any) -> str:
    """Upload what has to be reviewed, under a template of its own; gives the asset's id."""
    template = {"name": title, "category": title, "steps": [STEP | of_the_step]}
    wrote(region, "/workflow_templates/", ADMIN, template)
    data = f"{title} at six.".encode()
    asset = uploaded(region, data, UPLOADER, title=title, category=title, **TEXT)
    return str(asset["id"])


def ends(region: Region, asset_id: str, status: str) -> None:
    """Run functions until an asset's review has ended so."""

    def has_ended() -> bool:
        (workflow,) = read(region, f"/workflows/?asset_id={asset_id}", ADMIN)["items"]
        assert workflow["status"] in {"in_progress", status}
        return bool(workflow["status"] == status)

    region.run_until(has_ended)
    ended_well(region)


def ended_well(region: Region) -> None:
    """See that every execution of the state machine succeeds, and that no function complains."""
    machines = region.client("stepfunctions")
    (machine,) = [
        one
        for one in machines.list_state_machines()["stateMachines"]
        if one["name"].endswith("approval")
    ]

    def statuses() -> set[str]:
        told = machines.list_executions(stateMachineArn=machine["stateMachineArn"])
        return {execution["status"] for execution in told["executions"]}

    region.run_until(lambda: "RUNNING" not in statuses())
    assert statuses() == {"SUCCEEDED"}
    region.run_schedule("tend_workflows")
    region.run_schedule("send_digests")
    for name, container in region.containers.items():
        if container.calls:
            assert '"level": "ERROR"' not in container.log.read_text(), name


def mailed(region: Region, address: str, title: str) -> None:
    """Run functions until somebody has mail about an asset."""

    def has_mail() -> bool:
        with urllib.request.urlopen(f"{region.stack.url}/_local/mail/", timeout=60) as answer:
            mails = json.load(answer)
        return any(address in mail["to"] and title in mail["subject"] for mail in mails)

    region.run_until(has_mail)


def read(region: Region, path: str, email: str) -> Any:
    """Ask the API for something."""
    answer = region.call("GET", path, email)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def wrote(region: Region, path: str, email: str, body: Any = None) -> None:
    """Have the API do something."""
    answer = region.call("POST", path, email, {} if body is None else body)
    assert answer.status in {200, 201}, answer.body
