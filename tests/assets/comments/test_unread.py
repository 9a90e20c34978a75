"""How many comments of others a member has not read: what they see, and nothing else."""

import pytest

from chalicelib.assets.comments import unread
from chalicelib.core import clock
from tests.assets.comments.test_threads import Wall, wall
from tests.shared import assert_problem, cloud

__all__ = ["cloud", "wall"]


def left(wall: Wall, asset_id: str, who: str) -> int:
    answer = wall.call("GET", asset_id, "unread/", who)
    assert answer.status == 200, answer.content
    return int(answer.json["unread"])


def read(wall: Wall, asset_id: str, who: str, comment_id: str | None = None) -> int:
    body = {} if comment_id is None else {"comment_id": comment_id}
    answer = wall.call("POST", asset_id, "read/", who, body=body)
    assert answer.status == 200, answer.content
    return int(answer.json["unread"])


def test_what_others_said_is_unread_until_it_is_read(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = wall.asset()
    assert (left(wall, shown, "viewer"), read(wall, shown, "viewer")) == (0, 0)
    ids = [wall.say(shown, who)["id"] for who in ("editor", "editor", "viewer", "admin")]
    assert (left(wall, shown, "viewer"), left(wall, shown, "editor")) == (3, 2)
    assert read(wall, shown, "viewer", ids[0]) == 2
    assert read(wall, shown, "viewer", ids[1]) == 1
    assert read(wall, shown, "viewer", ids[0]) == 1  # never back again
    assert wall.call("DELETE", shown, f"{ids[3]}/", "admin").status == 204
    assert left(wall, shown, "viewer") == 0
    wall.say(shown, "admin")
    assert read(wall, shown, "viewer") == 0
    wall.say(shown, "viewer")
    assert left(wall, shown, "viewer") == 0
    monkeypatch.setattr(unread, "MOST_COUNTED", 2)
    assert left(wall, shown, "moderator") == 2


def test_what_somebody_does_not_see_is_not_counted(wall: Wall) -> None:
    draft = wall.asset("approved")
    hidden = wall.say(draft, "contributor")
    assert left(wall, draft, "editor") == 1
    assert_problem(wall.call("GET", draft, "unread/"), 404, "not_found")
    for comment_id in (clock.new_id(), "x", "", "x" * 3000):
        answer = wall.call("POST", draft, "read/", "editor", body={"comment_id": comment_id})
        assert_problem(answer, 404, "not_found")
    other = wall.asset()
    answer = wall.call("POST", other, "read/", "editor", body={"comment_id": hidden["id"]})
    assert_problem(answer, 404, "not_found")
