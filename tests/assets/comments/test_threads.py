"""Comments on assets: threads of any depth, seen by those who see what they are about."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.assets import trash
from chalicelib.assets.comments import threads
from chalicelib.assets.comments.models import AssetComment, comment_key
from chalicelib.assets.comments.shapes import CommentChange
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import find
from tests.assets.stages import DESCRIBED, asset
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import assert_problem, audit, cloud

__all__ = ["cloud"]

WHOLE = {"x": 0, "y": 0, "width": 1, "height": 1}


class Wall:
    """A tenant's comments, called as its members."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def asset(self, status: str = "approved!", who: str = "contributor") -> str:
        return asset(self.cloud, self.tenant.id, self.tenant.email(who), status)

    def item(self, asset_id: str) -> AssetMetadata:
        found = find(AssetMetadata, asset_key(self.tenant.id, asset_id), "ASSET")
        assert found is not None
        return found

    def call(
        self, method: str, asset_id: str, path: str = "", who: str = "viewer", **more: Any
    ) -> Answer:
        path = f"/assets/{asset_id}/comments/{path}"
        return self.cloud.call(method, path, self.tenant.email(who), **more)

    def say(self, asset_id: str, who: str = "viewer", body: str = "Fine", **more: Any) -> Any:
        answer = self.call("POST", asset_id, who=who, body={"body": body} | more)
        assert answer.status == 201, answer.content
        return answer.json

    def heard(self, asset_id: str, who: str = "viewer", query: str = "") -> list[Any]:
        answer = self.call("GET", asset_id, query, who)
        assert answer.status == 200, answer.content
        items: list[Any] = answer.json["items"]
        return items

    def bodies(self, asset_id: str, who: str = "viewer") -> list[str]:
        return [one["body"] for one in self.heard(asset_id, who)]


@pytest.fixture(scope="module")
def wall(cloud: Cloud) -> Wall:
    tenant = cloud.tenant(
        "acme", "admin", "editor", "contributor", "other=contributor", "viewer", "moderator"
    )
    return Wall(cloud, tenant)


@pytest.fixture(scope="module")
def photo(wall: Wall) -> str:
    return wall.asset()


def test_a_comment_is_shown_as_it_was_written_and_answered_in_threads(wall: Wall) -> None:
    shown = wall.asset()
    region = {"x": 0.25, "y": 0.5, "width": 0.75, "height": 0.1, "at_seconds": 1.5}
    first = wall.say(shown, body="  Too dark\n here ", annotation=region, version=1)
    assert first == {
        "id": first["id"],
        "author": {"id": wall.tenant.members["viewer"], "email": wall.tenant.email("viewer")},
        "body": "Too dark\n here",
        "parent_id": None,
        "version": 1,
        "annotation": region,
        "resolved": False,
        "deleted": False,
        "created_at": first["created_at"],
        "edited_at": None,
    }
    answer = wall.say(shown, "contributor", "Better?", parent_id=first["id"])
    assert (answer["parent_id"], answer["version"]) == (first["id"], 1)
    assert wall.heard(shown) == [first, answer]
    page = wall.call("GET", shown, "?limit=1").json
    following = wall.call("GET", shown, f"?limit=1&cursor={page['next_cursor']}").json
    assert [*page["items"], *following["items"]] == [first, answer]
    assert following["next_cursor"] is None
    strange = wall.call("GET", shown, f"?limit=1&cursor={page['next_cursor']}", "editor")
    assert_problem(strange, 400, "invalid_cursor")


def test_only_its_author_edits_and_deletes_a_comment(wall: Wall, photo: str) -> None:
    said = wall.say(photo)
    path = f"{said['id']}/"
    for who in ("admin", "editor", "contributor", "moderator"):
        assert_problem(wall.call("PATCH", photo, path, who, body={"body": "x"}), 403, "forbidden")
        assert_problem(wall.call("DELETE", photo, path, who), 403, "forbidden")
    edited = wall.call("PATCH", photo, path, body={"body": "Better", "annotation": WHOLE}).json
    assert (edited["body"], edited["annotation"]["width"]) == ("Better", 1)
    assert edited["edited_at"] >= edited["created_at"]
    same = wall.call("PATCH", photo, path, body={"body": "Better"}).json
    assert same == edited
    assert wall.call("PATCH", photo, path, body={}).json == edited
    cleared = wall.call("PATCH", photo, path, body={"annotation": None}).json
    assert (cleared["annotation"], cleared["body"]) == (None, "Better")
    assert wall.call("DELETE", photo, path).status == 204
    assert_problem(wall.call("DELETE", photo, path), 404, "not_found")
    assert_problem(wall.call("PATCH", photo, path, body={"body": "x"}), 404, "not_found")


def test_its_author_and_editors_resolve_and_reopen_it(wall: Wall, photo: str) -> None:
    said = wall.say(photo, "viewer", "To do")
    path = said["id"]
    for who in ("contributor", "moderator"):
        assert_problem(wall.call("POST", photo, f"{path}/resolve/", who, body={}), 403, "forbidden")
    for who in ("viewer", "editor", "editor", "admin"):
        assert wall.call("POST", photo, f"{path}/resolve/", who, body={}).json["resolved"]
        assert wall.heard(photo, query="?resolved=true") != []
    assert path not in {one["id"] for one in wall.heard(photo, query="?resolved=false")}
    for who in ("editor", "viewer"):
        assert not wall.call("POST", photo, f"{path}/reopen/", who, body={}).json["resolved"]
    trail = audit(wall.cloud, wall.tenant.email("admin"), f"&subject={photo}")
    deeds = [one["action"] for one in trail if (one["new"] or {}).get("comment_id") == path]
    assert deeds == ["comment.reopened", "comment.resolved", "comment.created"]


def test_what_was_answered_leaves_its_place_when_it_is_deleted(wall: Wall) -> None:
    shown = wall.asset()
    first = wall.say(shown, "contributor", "Secret", annotation=WHOLE)
    answer = wall.say(shown, body="Why?", parent_id=first["id"])
    assert wall.call("DELETE", shown, f"{first['id']}/", "contributor").status == 204
    left, kept = wall.heard(shown)
    assert (left["body"], left["annotation"], left["deleted"]) == ("", None, True)
    assert kept == answer
    late = {"body": "Late", "parent_id": first["id"]}
    assert_problem(wall.call("POST", shown, body=late), 404, "not_found")
    assert wall.call("DELETE", shown, f"{answer['id']}/").status == 204
    assert wall.heard(shown) == []


def test_a_thread_may_be_a_thousand_deep(wall: Wall) -> None:
    shown = wall.asset()
    pk, author = asset_key(wall.tenant.id, shown), Person(wall.tenant.members["viewer"], "v@x.test")
    parent: str | None = None
    with AssetComment.batch_write() as batch:
        for _ in range(1000):
            identifier = clock.new_id()
            batch.save(
                AssetComment(
                    pk,
                    comment_key(identifier),
                    author=author,
                    body="On",
                    parent_id=parent,
                    version=1,
                    is_public=True,
                    replies=1,
                    created_at=clock.timestamp(clock.now()),
                )
            )
            parent = identifier
    last = wall.say(shown, parent_id=parent)
    cursor, seen = "", 0
    while cursor is not None:
        page = wall.call("GET", shown, f"?limit=200{cursor and '&cursor='}{cursor}").json
        seen, cursor = seen + len(page["items"]), page["next_cursor"]
    assert (seen, page["items"][-1]) == (1001, last)


def test_viewers_see_what_was_said_of_what_was_published(wall: Wall) -> None:
    draft = wall.asset("approved")
    wall.say(draft, "contributor", "Draft")
    item = wall.item(draft)
    assert_problem(wall.call("GET", draft), 404, "not_found")
    item.update([
        AssetMetadata.published.set(item.current), AssetMetadata.published_version.set(1)
    ])  # fmt: skip
    thread = wall.say(draft, "viewer", "Public")
    assert wall.bodies(draft) == ["Public"]
    path = f"/assets/{draft}/upload_version/"
    assert wall.cloud.post(path, wall.tenant.email("contributor"), DESCRIBED).status == 201
    wall.say(draft, "contributor", "Of the second")
    wall.say(draft, "contributor", "Back to the first", parent_id=thread["id"])
    wall.say(draft, "editor", "Of the first", version=1)
    for who in ("contributor", "editor", "moderator", "admin"):
        assert len(wall.bodies(draft, who)) == 5
    for who in ("viewer", "other"):
        assert wall.bodies(draft, who) == ["Public", "Back to the first", "Of the first"]
    second = wall.heard(draft, "editor", "?version=2")
    assert [one["body"] for one in second] == ["Of the second"]
    for method, more, body in (
        ("PATCH", "", {"body": "x"}),
        ("DELETE", "", None),
        ("POST", "resolve/", {}),
        ("POST", "reopen/", {}),
    ):
        hidden = wall.call(method, draft, f"{second[0]['id']}/{more}", body=body)
        assert_problem(hidden, 404, "not_found")
    reply = {"body": "?", "parent_id": second[0]["id"]}
    assert_problem(wall.call("POST", draft, body=reply), 404, "not_found")
    assert_problem(wall.call("POST", draft, body={"body": "?", "version": 2}), 404, "not_found")


def test_a_comment_outlives_its_version_and_none_is_made_on_one_that_is_gone(wall: Wall) -> None:
    shown, contributor = wall.asset(), wall.tenant.email("contributor")
    path = f"/assets/{shown}/upload_version/"
    made = wall.cloud.post(path, contributor, DESCRIBED).json
    second = wall.say(shown, "contributor", "Of the second", version=2)
    upload = f"/uploads/{made['upload']['upload_id']}/"
    assert wall.cloud.call("DELETE", upload, contributor).status == 204
    assert wall.cloud.post(path, contributor, DESCRIBED).status == 201
    version = f"/assets/{shown}/versions/2/"
    assert wall.cloud.call("DELETE", version, contributor).status == 204
    assert wall.heard(shown, "editor") == [second]
    for number in (2, 4):
        gone = wall.call("POST", shown, who="editor", body={"body": "?", "version": number})
        assert_problem(gone, 404, "not_found")
    answered = wall.say(shown, "editor", "Still", parent_id=second["id"])
    assert answered["version"] == 2
    other = {"body": "?", "parent_id": second["id"], "version": 1}
    assert_problem(wall.call("POST", shown, who="editor", body=other), 422, "invalid")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": " \u200b\n"}, "body"),
        ({"body": "a\0b"}, "body"),
        ({"body": "x" * 10_001}, "body"),
        ({"bdy": "a"}, "bdy"),
        ({"version": 0}, "version"),
        ({"version": "1"}, "version"),
        ({"parent_id": 1}, "parent_id"),
        ({"annotation": WHOLE | {"x": -0.1}}, "annotation"),
        ({"annotation": WHOLE | {"y": 1.1}}, "annotation"),
        ({"annotation": WHOLE | {"x": 0.5}}, "annotation"),
        ({"annotation": WHOLE | {"y": 0.01}}, "annotation"),
        ({"annotation": WHOLE | {"at_seconds": -1}}, "annotation"),
        ({"annotation": {"x": 0}}, "annotation"),
        ({"annotation": []}, "annotation"),
    ],
)
def test_what_is_wrong_is_said_by_field(
    wall: Wall, photo: str, more: dict[str, Any], field: str
) -> None:
    problem = assert_problem(wall.call("POST", photo, body={"body": "A"} | more), 422, "invalid")
    assert [one["field"].partition(".")[0] for one in problem["errors"]] == [field]


def test_a_moment_lies_before_the_end(wall: Wall) -> None:
    film = wall.asset()
    item = wall.item(film)
    face = item.published
    assert face is not None
    face.technical["duration_seconds"] = 12.5
    item.update([AssetMetadata.published.set(face)])
    assert wall.say(film, annotation=WHOLE | {"at_seconds": 12.5})["annotation"]["at_seconds"]
    late = {"body": "A", "annotation": WHOLE | {"at_seconds": 12.6}}
    assert_problem(wall.call("POST", film, body=late), 422, "invalid")


def test_the_trash_keeps_comments_and_takes_none_and_a_purge_takes_them(wall: Wall) -> None:
    shown = wall.asset("uploading")
    said = wall.say(shown, "editor")
    trash.trash(wall.item(shown), SYSTEM, clock.now())
    assert_problem(wall.call("GET", shown), 404, "not_found")
    assert wall.heard(shown, "editor") == [said]
    more = wall.call("POST", shown, who="editor", body={"body": "More"})
    assert_problem(more, 409, "asset_trashed")
    assert wall.cloud.call(
        "DELETE", f"/assets/{shown}/?purge=true", wall.tenant.email("admin")
    ).status == 204  # fmt: skip
    assert find(AssetComment, asset_key(wall.tenant.id, shown), comment_key(said["id"])) is None


def test_the_same_request_sent_again_comments_once(wall: Wall) -> None:
    shown, key = wall.asset(), {"idempotency-key": "k"}
    first, again = (
        wall.call("POST", shown, body={"body": "Once"}, headers=key).json for _ in range(2)
    )
    assert wall.heard(shown) == [first] == [again]


@pytest.mark.parametrize("overtaken", ["edit", "resolve", "delete"])
def test_a_change_begins_again_when_another_was_faster(wall: Wall, overtaken: str) -> None:
    shown = wall.asset()
    said = wall.say(shown, "editor")
    item, actor = wall.item(shown), Person(wall.tenant.members["editor"], "e@x.test")
    comment = find(AssetComment, item.pk, comment_key(said["id"]))
    assert comment is not None
    answer = wall.say(shown, parent_id=said["id"])
    now = clock.now()
    threads.resolve(item, comment, actor, now, resolved=True)
    stale = AssetComment(item.pk, comment.sk, **comment.attribute_values | {"revision": 1})
    if overtaken == "edit":
        threads.edit(item, stale, CommentChange(body="New"), actor, now)
    elif overtaken == "resolve":
        stale.resolved = True
        threads.resolve(item, stale, actor, now, resolved=False)
    else:
        stale.replies = 0
        threads.delete(item, stale, actor, now)
    root, reply = wall.heard(shown)
    assert (root["deleted"], root["resolved"]) == (overtaken == "delete", overtaken != "resolve")
    assert (root["body"] == "New") == (overtaken == "edit")
    assert reply == answer


@settings(max_examples=100, deadline=None, database=None)
@given(st.text(max_size=40))
def test_any_text_is_kept_as_it_is_or_refused(wall: Wall, photo: str, text: str) -> None:
    answer = wall.call("POST", photo, body={"body": text})
    if answer.status == 201:
        assert answer.json["body"] == text.strip() != ""
    else:
        assert_problem(answer, 422, "invalid")
