"""A link that is pinned to a version shows strangers only what the approvers let out."""

import pytest

from tests.cloud import Answer
from tests.journeys.pipeline import Pipeline
from tests.workflows.desk import Desk, Json, step


@pytest.fixture
def desk(pipeline: Pipeline) -> Desk:
    """A tenant in which Legal decides everything, and the editor memes."""
    made = Desk(pipeline)
    made.template(step("legal", "Legal"))
    made.template(step("lax", "editor"), category="memes", allow_self_approval=True)
    return made


def share(desk: Desk, asset_id: str, version: int) -> Answer:
    body = {"asset_id": asset_id, "share_type": "public", "version": version}
    return desk.post("/shares/", "editor", body)


def pinned(desk: Desk, asset_id: str, version: int) -> str:
    answer = share(desk, asset_id, version)
    assert answer.status == 201, answer.content
    return str(answer.json["share_link"]["uuid"])


def opened(desk: Desk, uuid: str) -> tuple[int, int]:
    """Have a stranger look at a link, and download."""
    path = f"/shares/{uuid}/"
    looked = desk.cloud.call("GET", path)
    return looked.status, desk.cloud.call("POST", f"{path}download/").status


def approve(desk: Desk, asset_id: str, who: str) -> None:
    assert desk.decide(desk.workflow(asset_id), who).json["status"] == "approved"


def categorize(desk: Desk, asset_id: str, category: str) -> Json:
    shown: Json = desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"category": category}).json
    return shown


def test_a_version_on_a_branch_is_not_shared_before_it_was_reviewed(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    approve(desk, asset_id, "lea")
    branch = {"name": "draft", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
    number = desk.version(asset_id, b"two", "editor", branch="draft")
    desk.assert_refused(share(desk, asset_id, number), 409, "not_approved")
    pin = {"version": number}
    link = pinned(desk, asset_id, 1)
    desk.assert_refused(desk.call("PATCH", f"/shares/{link}/", "editor", pin), 409, "not_approved")
    assert opened(desk, link) == (200, 200)


def test_what_another_template_approved_is_not_shared_where_the_category_moved(
    desk: Desk,
) -> None:
    asset_id = desk.upload(b"one", "editor", category="memes")
    approve(desk, asset_id, "editor")
    desk.post(f"/assets/{asset_id}/versions/1/unpublish/", "editor")
    link = pinned(desk, asset_id, 1)
    assert opened(desk, link) == (200, 200)
    assert categorize(desk, asset_id, "news")["category"] == "news"
    assert opened(desk, link) == (410, 410)
    desk.assert_refused(share(desk, asset_id, 1), 409, "not_approved")


def test_an_older_version_stays_behind_where_a_newer_one_brings_the_asset_to_a_category(
    desk: Desk,
) -> None:
    asset_id = desk.upload(b"one", "editor", category="memes")
    approve(desk, asset_id, "editor")
    older = pinned(desk, asset_id, 1)
    desk.version(asset_id, b"two", "editor")
    approve(desk, asset_id, "editor")
    newer = pinned(desk, asset_id, 2)
    assert categorize(desk, asset_id, "news")["pending_category"] == "news"
    assert opened(desk, older) == opened(desk, newer) == (200, 200)
    approve(desk, asset_id, "lea")
    assert desk.asset(asset_id)["category"] == "news"
    assert (opened(desk, older), opened(desk, newer)) == ((410, 410), (200, 200))
    desk.assert_refused(share(desk, asset_id, 1), 409, "not_approved")


def test_what_was_approved_before_there_was_a_template_stays_shared(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    approve(desk, asset_id, "lea")
    link = pinned(desk, asset_id, 1)
    desk.template(step("strict", "moderator"), content_type="text/plain")
    desk.version(asset_id, b"two")
    approve(desk, asset_id, "moderator")
    assert opened(desk, link) == (200, 200)
