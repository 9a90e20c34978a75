"""Mails that fail: nothing waits for them, nothing is lost, and nobody gets one twice."""

from datetime import timedelta

import pytest

from chalicelib.core import clock
from chalicelib.core.settings import settings
from chalicelib.notifications import deliveries
from tests.cloud import invoke, sqs_event
from tests.notifications.post import NOTIFY, Hall, hand_over, made_up, tick

HOUR = timedelta(hours=1)


def states(hall: Hall, who: str) -> list[str]:
    return [told.mail for told in hall.told(who)]


def test_a_record_that_comes_twice_tells_once(hall: Hall) -> None:
    workflow = hall.review()
    opened = hall.record("workflow.step_opened", workflow["id"])
    assert hall.post.take().keys() == {"anna", "ben"}
    assert hand_over(opened, opened) == set()
    assert hall.post.take() == {}
    assert states(hall, "anna") == ["sent"]


def test_while_the_mail_service_is_away_the_inbox_has_it_and_then_the_mail_comes(
    hall: Hall,
) -> None:
    hall.post.refuse = hall.post.away
    workflow = hall.review()
    assert hall.post.take() == {}
    assert hall.inbox("anna")[0]["is_open"]
    assert states(hall, "anna") == ["waiting"]
    opened = hall.record("workflow.step_opened", workflow["id"])
    assert hand_over(opened) == {0}
    hall.post.refuse = lambda _: None
    assert hand_over(opened) == set()
    assert hall.post.take().keys() == {"anna", "ben"}
    assert states(hall, "anna") == ["sent"]
    assert hand_over(opened) == set()
    assert hall.post.take() == {}


def test_one_failing_mail_holds_up_no_other(hall: Hall) -> None:
    workflow = hall.review("First")
    other = hall.submit("Second")
    hall.post.take()
    hall.post.refuse = lambda who: hall.post.away() if who.startswith("anna") else None
    turns = {one["id"]: hall.record("workflow.step_opened", one["id"]) for one in (workflow, other)}
    reminders = [
        made_up(hall.tenant.id, "workflow.reminded", ("workflow", name), turn=record.new["turn"])
        for name, record in turns.items()
    ]
    assert hand_over(*reminders) == {0, 1}
    assert hall.post.take() == {"ben": ["Still to decide: “First”", "Still to decide: “Second”"]}
    hall.post.refuse = lambda _: None
    assert hand_over(*reminders) == set()
    assert hall.post.take().keys() == {"anna"}


def test_an_address_that_ses_refuses_is_written_down_and_not_tried_for_ever(hall: Hall) -> None:
    def refuse(who: str) -> tuple[int, str, str] | None:
        return (400, "MessageRejected", "Address blacklisted") if who.startswith("anna") else None

    hall.post.refuse = refuse
    workflow = hall.review()
    assert hall.post.take().keys() == {"ben"}
    assert (states(hall, "anna"), states(hall, "ben")) == (["refused"], ["sent"])
    hall.post.tried.clear()
    assert hand_over(hall.record("workflow.step_opened", workflow["id"])) == set()
    assert hall.post.tried == []


def test_what_ses_says_of_the_sender_is_not_held_against_the_recipient(hall: Hall) -> None:
    message = f"Email address is not verified: {settings().mail_from}"
    hall.post.refuse = lambda _: (400, "MessageRejected", message)
    hall.review()
    assert states(hall, "anna") == ["waiting"]


def test_a_mail_that_its_message_gave_up_is_sent_later(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.post.refuse = hall.post.away
    hall.review()
    hall.post.refuse = lambda _: None
    tick()
    assert hall.post.take() == {}  # it is still its message's
    later = clock.now() + HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    tick()
    assert hall.post.take().keys() == {"anna", "ben"}
    tick()
    assert hall.post.take() == {}


def test_the_alarm_hears_of_mails_that_still_fail(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.post.refuse = hall.post.away
    hall.review()
    later = clock.now() + HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(RuntimeError, match="2 mails could not be sent"):
        tick()
    assert states(hall, "ben") == ["waiting"]
    hall.post.refuse = lambda _: None
    assert deliveries.send_late(later) == 0


def test_a_late_mail_is_not_sent_once_the_decision_is_made(hall: Hall) -> None:
    hall.post.refuse = hall.post.away
    workflow = hall.review()
    hall.desk.decide(workflow, "anna")
    hall.desk.cloud.run()
    hall.post.refuse = lambda _: None
    assert deliveries.send_late(clock.now() + HOUR) == 0
    assert hall.post.take() == {"contributor": ["Approved: “Poster”"]}
    assert (states(hall, "anna"), states(hall, "ben")) == (["none"], ["none"])


def test_two_who_send_the_same_mail_at_once_send_one(hall: Hall) -> None:
    hall.post.refuse = hall.post.away
    hall.review()
    hall.post.refuse = lambda _: None
    first, second = hall.told("anna"), hall.told("anna")
    now = clock.now()
    address = hall.email("anna")
    assert deliveries.deliver(first[0], address, now)
    assert deliveries.deliver(second[0], address, now)
    assert hall.post.take() == {"anna": ["Please decide: “Poster”"]}


def test_a_tenant_without_mail_still_has_its_inboxes(hall: Hall) -> None:
    hall.desk.configure(EMAIL_NOTIFICATIONS=False)
    hall.prefer("ben", assignment="digest")
    hall.review()
    assert deliveries.send_late(clock.now() + HOUR) == 0
    assert hall.post.tried == []
    assert [item["is_open"] for item in hall.inbox("anna")] == [True]
    assert (states(hall, "anna"), states(hall, "ben")) == (["none"], ["none"])


def test_a_body_that_is_no_record_fails_alone(hall: Hall) -> None:
    unknown = made_up(hall.tenant.id, "comment.created", ("asset", clock.new_id()))
    assert hand_over(unknown) == set()
    messages = [{"MessageId": "1", "Body": "{"}, {"MessageId": "2", "Body": '{"id": 1}'}]
    assert invoke(NOTIFY, sqs_event("notifications", messages)) == {"1", "2"}


def test_a_record_that_was_told_without_its_values_breaks_nothing(hall: Hall) -> None:
    workflow = hall.review()
    hall.post.take()
    for action in ("step_opened", "delegated", "reminded", "escalated", "rejected"):
        record = made_up(hall.tenant.id, f"workflow.{action}", ("workflow", workflow["id"]))
        assert hand_over(record) == set()
    assert hall.post.take() == {"contributor": ["Rejected: “Poster”"]}
