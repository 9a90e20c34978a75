"""The daily digest: one mail a day, whatever crashes, and nothing left out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import Person
from chalicelib.notifications import deliveries, digests
from chalicelib.notifications.deliveries import DIGEST_HOUR, next_digest
from tests.notifications.post import Hall, hand_over, made_up
from tests.workflows.desk import Json

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def due() -> datetime:
    """Give a moment just after the next digest."""
    return next_digest(clock.now()) + MINUTE


def mention(hall: Hall, who: str, note: str = "look") -> None:
    """Let anna mention somebody, in a comment on the newest workflow."""
    workflow = hall.desk.get("/workflows/").json["items"][0]
    subject = ("workflow", workflow["id"])
    said = made_up(hall.tenant.id, "workflow.approved", subject, comment=f"@{who} {note}")
    anna = Person(hall.tenant.members["anna"], hall.email("anna"))
    assert hand_over(msgspec.structs.replace(said, actor=anna)) == set()


def editor(hall: Hall, *titles: str) -> list[Json]:
    """Let the editor decide some uploads, with a digest a day."""
    hall.prefer("editor", assignment="digest")
    body = {
        "steps": [{"id": "e", "name": "Desk", "approvers": {"type": "roles", "roles": ["editor"]}}]
    }
    hall.desk.template(**body)
    workflows = [hall.submit(title) for title in titles]
    assert hall.post.take() == {}
    return workflows


def test_the_next_digest_is_at_the_same_hour_each_day() -> None:
    morning = datetime(2026, 3, 1, DIGEST_HOUR, tzinfo=UTC)
    assert next_digest(morning - MINUTE) == morning
    assert next_digest(morning) == morning + DAY
    assert next_digest(morning + MINUTE) == morning + DAY


def test_a_day_s_things_come_in_one_mail_grouped_with_links(hall: Hall) -> None:
    first, second = editor(hall, "First", "Second")
    assert digests.send(clock.now()) == 0
    assert hall.post.take() == {}
    assert digests.send(due()) == 0
    (letter,) = hall.post.sent
    assert letter["to"] == [hall.email("editor")]
    assert letter["subject"] == "Your day in Reef: 2 things"
    for part in (letter["text"], letter["html"]):
        assert "To decide (2)" in part
        for title, workflow in (("First", first), ("Second", second)):
            assert title in part
            assert f"/?workflow={workflow['id']}" in part
        assert "/?preferences=notifications" in part
    hall.post.take()
    for later in (timedelta(), timedelta(hours=1), DAY, 9 * DAY):
        assert digests.send(due() + later) == 0
    assert hall.post.take() == {}


def test_late_runs_catch_up_with_one_mail(hall: Hall) -> None:
    editor(hall, "First")
    assert digests.send(due() + 4 * DAY) == 0
    assert hall.post.take() == {"editor": ["Your day in Reef: one thing"]}


def test_what_is_decided_by_then_is_left_out(hall: Hall) -> None:
    first, _ = editor(hall, "First", "Second")
    hall.desk.decide(first, "editor")
    hall.desk.cloud.run()
    hall.post.take()
    digests.send(due())
    (letter,) = hall.post.sent
    assert "Second" in letter["text"]
    assert "First" not in letter["text"]


@pytest.mark.parametrize("how", ["nothing left", "preference", "inactive", "tenant"])
def test_who_needs_no_digest_any_more_gets_none(hall: Hall, how: str) -> None:
    (workflow,) = editor(hall, "First")
    if how == "nothing left":
        hall.desk.decide(workflow, "editor")
    elif how == "preference":
        hall.prefer("editor", assignment="off")
    elif how == "inactive":
        hall.desk.change("editor", is_active=False)
    else:
        hall.desk.configure(EMAIL_NOTIFICATIONS=False)
    hall.desk.cloud.run()
    hall.post.take()
    assert digests.send(due()) == 0
    assert hall.post.tried.count(hall.email("editor")) == 0
    assert [told.mail for told in hall.told("editor")] == ["none"]


def test_a_digest_that_ses_did_not_take_comes_an_hour_later(hall: Hall) -> None:
    editor(hall, "First")
    hall.post.refuse = hall.post.away
    assert digests.send(due()) == 1
    hall.post.refuse = lambda _: None
    assert digests.send(due() + timedelta(hours=1)) == 0
    assert hall.post.take() == {"editor": ["Your day in Reef: one thing"]}


def test_a_refused_digest_is_written_down(hall: Hall) -> None:
    editor(hall, "First")
    hall.post.refuse = lambda _: (400, "MessageRejected", "Address blacklisted")
    assert digests.send(due()) == 0
    assert [told.mail for told in hall.told("editor")] == ["refused"]


class Died(BaseException):
    """The function's life ended."""


@pytest.mark.parametrize("point", ["before the mail", "after the mail"])
def test_after_a_crash_there_is_no_second_mail_that_day_and_nothing_is_lost(
    hall: Hall, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(hall, "First")

    def die(*_: Any) -> Any:
        raise Died

    with monkeypatch.context() as crash:
        if point == "before the mail":
            hall.post.refuse = die
        else:
            crash.setattr(deliveries, "note_outcome", die)
        with pytest.raises(Died):
            digests.send(due())
    hall.post.refuse = lambda _: None
    sent = len(hall.post.sent)
    for hours in (1, 5, 22):
        digests.send(due() + timedelta(hours=hours))
    assert len(hall.post.sent) == sent
    digests.send(due() + DAY)
    assert len(hall.post.sent) == sent + 1
    assert "First" in hall.post.sent[-1]["text"]
    digests.send(due() + 2 * DAY)
    assert len(hall.post.sent) == sent + 1


def test_many_things_of_a_kind_are_counted_not_listed(hall: Hall) -> None:
    hall.prefer("editor", mention="digest")
    hall.review()
    hall.post.take()
    for number in range(22):
        mention(hall, hall.email("editor"), f"number {number}")
    digests.send(due())
    (letter,) = hall.post.to(hall.email("editor"))
    assert letter["subject"] == "Your day in Reef: 22 things"
    assert "And 2 more" in letter["text"]
