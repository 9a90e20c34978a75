"""What waits for a member, and what they were told, over HTTP."""

from datetime import timedelta

import pytest

from tests.notifications.post import Hall
from tests.shared import assert_problem
from tests.workflows.desk import Json, step


def test_a_kind_that_is_off_stands_in_the_inbox_alone(hall: Hall) -> None:
    assert hall.prefer("anna", assignment="off").status == 200
    hall.review()
    assert hall.post.take().keys() == {"ben"}
    assert [item["kind"] for item in hall.inbox("anna")] == ["assignment"]


def test_the_inbox_says_what_the_mail_says(hall: Hall) -> None:
    workflow = hall.review()
    hall.desk.decide(workflow, "anna", "reject", comment="Too dark")
    hall.desk.cloud.run()
    (item,) = hall.inbox("contributor")
    (letter,) = hall.post.to(hall.email("contributor"))
    assert item.keys() == {
        "id", "kind", "title", "text", "comment", "link", "asset_id", "workflow_id",
        "at", "due_at", "is_open",
    }  # fmt: skip
    assert item["title"] == letter["subject"]
    for said in ("title", "text", "comment", "link"):
        assert item[said] in letter["text"]
    assert (item["kind"], item["is_open"]) == ("decision", False)


def test_what_waits_comes_first_and_leaves_when_it_is_decided(hall: Hall) -> None:
    hall.desk.template(step(timeout_hours=5), name="Slow")
    slow = hall.submit("Slow")
    hall.desk.template(step(timeout_hours=1), name="Quick")
    quick = hall.submit("Quick")
    hall.desk.tend(timedelta(minutes=40))
    hall.desk.cloud.run()
    waiting = hall.inbox("ben")
    assert [(item["workflow_id"], item["is_open"]) for item in waiting] == [
        (quick["id"], True),
        (slow["id"], True),
    ]
    opened = {item["workflow_id"]: item["id"] for item in waiting}
    hall.desk.decide(quick, "anna")
    hall.desk.cloud.run()
    after = hall.inbox("ben")
    assert [(item["workflow_id"], item["is_open"]) for item in after] == [
        (slow["id"], True),
        (quick["id"], False),
        (quick["id"], False),
    ]
    assert {item["kind"] for item in after[1:]} == {"assignment", "reminder"}
    assert opened[quick["id"]] in {item["id"] for item in after[1:]}


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_hold_everything_once(hall: Hall, limit: int) -> None:
    first = hall.review("One")
    workflows = [first, *(hall.submit(title) for title in ("Two", "Three", "Four"))]
    for workflow in workflows[:2]:
        hall.desk.decide(workflow, "anna")
    hall.desk.cloud.run()
    found: list[Json] = []
    cursor = ""
    for _ in range(20):
        answer = hall.desk.get(f"/inbox/?limit={limit}{cursor}", "ben").json
        assert len(answer["items"]) <= limit
        found += answer["items"]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    else:
        pytest.fail("the inbox has no end")
    assert [item["is_open"] for item in found] == [True, True, False, False]
    assert [item["workflow_id"] for item in found[2:]] == [w["id"] for w in workflows[1::-1]]
    assert len({item["id"] for item in found}) == 4


def test_a_cursor_is_good_for_one_s_own_inbox_alone(hall: Hall) -> None:
    hall.review("One")
    hall.submit("Two")
    cursor = hall.desk.get("/inbox/?limit=1", "ben").json["next_cursor"]
    assert_problem(hall.desk.get(f"/inbox/?cursor={cursor}", "anna"), 400, "invalid_cursor")
    assert_problem(hall.desk.get("/inbox/?kind=mention", "anna"), 422, "invalid")
