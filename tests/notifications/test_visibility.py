"""Whoever may not know of something any more is mailed nothing about it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.notifications import deliveries
from chalicelib.notifications.deliveries import next_digest
from chalicelib.processing import sweeper
from chalicelib.tenants import members
from tests import media_files
from tests.notifications.post import Hall, hand_over, made_up, tick

HOUR = timedelta(hours=1)

Deed = Callable[[Hall], None]


def quarantine(hall: Hall) -> None:
    """Upload something infected, of which moderators are told."""
    hall.desk.upload(media_files.eicar())


def mention(hall: Hall) -> None:
    """Mention an editor, who sees every review."""
    workflow = hall.review()
    hall.desk.decide(workflow, "anna", "reject", comment=f"@{hall.email('editor')} look")
    hall.desk.cloud.run()


def comment(hall: Hall) -> None:
    """Mention an editor in a comment on something that waits for its review."""
    asset_id = hall.review()["asset_id"]
    body = {"body": f"@{hall.email('editor')} look"}
    assert hall.desk.post(f"/assets/{asset_id}/comments/", "contributor", body).status == 201
    hall.desk.cloud.run()


def assignment(hall: Hall) -> None:
    """Ask those for a decision who hold a role."""
    hall.review()


WHO = {quarantine: "moderator", mention: "editor", comment: "editor", assignment: "ben"}


def lose_role(hall: Hall, who: str) -> None:
    """Take somebody's roles away; nothing follows from that yet."""
    member = members.get(hall.tenant.id, hall.tenant.members[who])
    members.alter(member, SYSTEM, clock.now(), names=["viewer"])


@pytest.mark.parametrize("still_may", [True, False])
@pytest.mark.parametrize("deed", WHO)
def test_a_digest_tells_what_its_reader_may_still_know(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, deed: Deed, still_may: bool
) -> None:
    who = WHO[deed]
    hall.prefer(who, **{"mention" if deed is comment else deed.__name__: "digest"})
    deed(hall)
    hall.post.take()
    if not still_may:
        lose_role(hall, who)
    later = next_digest(clock.now()) + HOUR
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        tick()
    assert len(hall.post.to(hall.email(who))) == still_may
    assert [told.mail for told in hall.told(who)] == ["sent" if still_may else "none"]


@pytest.mark.parametrize("still_may", [True, False])
@pytest.mark.parametrize("deed", WHO)
def test_a_late_mail_tells_what_its_reader_may_still_know(
    hall: Hall, deed: Deed, still_may: bool
) -> None:
    who = WHO[deed]
    hall.post.refuse = hall.post.away
    deed(hall)
    if not still_may:
        lose_role(hall, who)
    hall.post.refuse = lambda _: None
    assert deliveries.send_late(clock.now() + HOUR) == 0
    assert len(hall.post.to(hall.email(who))) == still_may


def test_whoever_lost_the_role_is_not_asked_before_they_are_taken_out(hall: Hall) -> None:
    workflow = hall.review()
    lose_role(hall, "ben")
    hall.post.take()
    assert (
        hand_over(
            made_up(hall.tenant.id, "workflow.reminded", ("workflow", workflow["id"]), turn=1)
        )
        == set()
    )
    assert hall.post.take() == {"anna": ["Still to decide: “Poster”"]}


def test_rights_that_end_are_told_to_an_uploader_who_still_sees_the_asset(hall: Hall) -> None:
    hall.desk.configure(AUTO_PUBLISH=False)
    asset_id = hall.desk.upload(b"rights", title="Menu")
    ends = clock.timestamp(clock.now() + timedelta(days=3))
    body = {"rights": {"expires_at": ends}}
    assert hall.desk.call("PATCH", f"/assets/{asset_id}/", "admin", body).status == 200
    lose_role(hall, "contributor")
    sweeper.sweep(clock.now())
    hall.desk.cloud.run()
    assert hall.post.take() == {}
    assert hall.told("contributor") == []
