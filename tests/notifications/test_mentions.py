"""Who is mentioned, and who may not be told."""

import pytest

from chalicelib.notifications import mentions
from tests.cloud import Cloud
from tests.notifications.post import Hall, hand_over, made_up
from tests.shared import Team


@pytest.mark.parametrize(
    "text",
    [
        "@kim@{name}.test",
        "Look, @Kim@{name}.TEST: fine?",
        "(@kim@{name}.test)",
        "see @kim@{name}.test.",
        "@kim@{name}.test @kim@{name}.test",
    ],
)
def test_an_address_after_an_at_sign_is_a_mention(cloud: Cloud, team: Team, text: str) -> None:
    tenant = team("admin", "kim=viewer")
    (member,) = mentions.of(tenant.id, text.format(name=tenant.name))
    assert member.id == tenant.members["kim"]


@pytest.mark.parametrize(
    "text",
    ["", "kim@{name}.test", "x@kim@{name}.test", "@kim", "@kim@{name}", "@nobody@{name}.test"],
)
def test_anything_else_is_none(cloud: Cloud, team: Team, text: str) -> None:
    tenant = team("admin", "kim=viewer")
    assert mentions.of(tenant.id, text.format(name=tenant.name)) == []


def test_members_of_other_tenants_are_nobody(cloud: Cloud, team: Team) -> None:
    ours, theirs = team("admin"), team("admin")
    assert mentions.of(ours.id, f"@{theirs.email('admin')}") == []


def test_very_many_addresses_are_quick(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    assert mentions.of(tenant.id, "@a@b.c" * 2000 + "@" * 5000 + "@" + "a." * 5000) == []


def test_those_who_see_the_workflow_are_told_and_others_are_not(hall: Hall) -> None:
    workflow = hall.review()
    hall.post.take()
    named = ("editor", "moderator", "ben", "lea", "kim", "viewer", "anna")
    comment = " ".join(f"@{hall.email(who)}" for who in named)
    hall.desk.decide(workflow, "anna", "reject", comment=comment)
    hall.desk.cloud.run()
    taken = hall.post.take()
    subject = f"{hall.email('anna')} mentioned you: “Poster”"
    assert taken == {
        "editor": [subject],
        "moderator": [subject],
        "ben": [subject],
        "contributor": ["Rejected: “Poster”"],
    }


def test_the_uploader_who_is_mentioned_too_is_told_once(hall: Hall) -> None:
    workflow = hall.review()
    hall.post.take()
    comment = f"@{hall.email('contributor')} too dark"
    hall.desk.decide(workflow, "anna", "reject", comment=comment)
    hall.desk.cloud.run()
    assert hall.post.take() == {"contributor": ["Rejected: “Poster”"]}
    assert hall.kinds("contributor") == ["decision"]


def test_what_somebody_wants_mailed_wins_over_what_they_do_not(hall: Hall) -> None:
    hall.prefer("contributor", decision="off")
    workflow = hall.review()
    hall.post.take()
    hall.desk.decide(workflow, "anna", "reject", comment=f"@{hall.email('contributor')} dark")
    hall.desk.cloud.run()
    assert hall.post.take() == {"contributor": [f"{hall.email('anna')} mentioned you: “Poster”"]}


def test_a_comment_tells_those_whom_it_names_and_who_see_it_once(hall: Hall) -> None:
    asset_id = hall.desk.upload(b"shown", title="Poster")
    path, subject = f"/assets/{asset_id}/comments/", "mentioned you: “Poster”"
    hall.desk.cloud.run()
    hall.post.take()

    def named(*who: str) -> str:
        return " ".join(f"@{hall.email(one)}" for one in who)

    body = {"body": f"{named('viewer', 'contributor', 'anna')} look, @nobody@else.test"}
    said = hall.desk.post(path, "anna", body).json
    hall.desk.cloud.run()
    assert hall.post.take() == {
        who: [f"{hall.email('anna')} {subject}"] for who in ("viewer", "contributor")
    }
    (item,) = [one for one in hall.inbox("viewer") if one["kind"] == "mention"]
    assert (item["asset_id"], item["workflow_id"]) == (asset_id, None)
    assert item["comment"] == body["body"]
    edited = {"body": f"{body['body']} {named('editor')}"}
    assert hall.desk.call("PATCH", f"{path}{said['id']}/", "anna", edited).status == 200
    hall.desk.cloud.run()
    assert hall.post.take() == {"editor": [f"{hall.email('anna')} {subject}"]}
    for action in ("comment.created", "comment.changed"):
        assert hand_over(hall.record(action, asset_id)) == set()
    assert hall.post.take() == {}
    wide = made_up(hall.tenant.id, "comment.created", ("asset", asset_id))  # without its values
    assert hand_over(wide) == set()


def test_a_comment_that_somebody_does_not_see_tells_them_nothing(hall: Hall) -> None:
    workflow = hall.review()
    path = f"/assets/{workflow['asset_id']}/comments/"
    hall.post.take()
    body = {"body": f"@{hall.email('viewer')} @{hall.email('ben')} @{hall.email('editor')}"}
    said = hall.desk.post(path, "contributor", body).json
    hall.desk.cloud.run()
    subject = f"{hall.email('contributor')} mentioned you: “Poster”"
    assert hall.post.take() == {"ben": [subject], "editor": [subject]}
    gone = hall.desk.post(path, "contributor", {"body": f"@{hall.email('moderator')}"}).json
    assert hall.desk.call("DELETE", f"{path}{gone['id']}/", "contributor").status == 204
    assert hall.desk.call("DELETE", f"{path}{said['id']}/", "contributor").status == 204
    hall.desk.cloud.run()
    assert hall.post.take() == {}
