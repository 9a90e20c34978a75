"""What approvers said of earlier versions counts for the same bytes and the same steps alone."""

import pytest

from tests.workflows.desk import Desk, Json, statuses, step

TWO = (step("legal", "Legal"), step("brand"))


def ask(desk: Desk, asset_id: str, who: str = "anna") -> None:
    """Ask for changes of what is under review."""
    answer = desk.decide(desk.workflow(asset_id), who, "request_changes", comment="again")
    assert answer.json["status"] == "changes_requested"


def asked_after_legal(desk: Desk) -> str:
    """Upload what Legal approves, and brand wants changed."""
    asset_id = desk.upload(b"one")
    desk.decide(desk.workflow(asset_id), "lea")
    ask(desk, asset_id)
    return asset_id


def replace(desk: Desk, template_id: str, *steps: Json) -> None:
    body = {"name": "Review", "steps": list(steps)}
    path = f"/workflow_templates/{template_id}/"
    assert desk.call("PUT", path, "admin", body).status == 200


def assert_asked(desk: Desk, asset_id: str, step_id: str) -> None:
    """See that brand's word is not enough."""
    decided = desk.decide(desk.workflow(asset_id), "anna").json
    assert (decided["status"], decided["current_step"]) == ("in_progress", step_id)
    assert desk.asset(asset_id)["published_version"] is None


@pytest.mark.parametrize("rounds", [[b"two", b"two"], [b"one", b"two", b"two"], [b"two", b"one"]])
def test_bytes_that_an_earlier_step_never_saw_are_shown_to_it_after_any_number_of_rounds(
    desk: Desk, rounds: list[bytes]
) -> None:
    desk.template(*TWO)
    asset_id = asked_after_legal(desk)
    for data in rounds[:-1]:
        desk.version(asset_id, data)
        ask(desk, asset_id)
    desk.version(asset_id, rounds[-1])
    assert_asked(desk, asset_id, "legal")


def test_bytes_that_stay_the_same_through_all_rounds_are_decided_once(desk: Desk) -> None:
    desk.template(*TWO)
    asset_id = asked_after_legal(desk)
    for title in ("Better", "Best"):
        desk.version(asset_id, b"one", title=title)
        assert statuses(desk.workflow(asset_id)) == ["approved", "active"]
        if title == "Better":
            ask(desk, asset_id)
    assert desk.decide(desk.workflow(asset_id), "anna").json["status"] == "approved"


def test_a_step_that_approved_the_bytes_after_a_later_one_counts_in_the_next_round(
    desk: Desk,
) -> None:
    desk.template(*TWO, step("last", "editor"))
    asset_id = asked_after_legal(desk)
    desk.version(asset_id, b"two")
    for who in ("anna", "lea"):
        desk.decide(desk.workflow(asset_id), who)
    ask(desk, asset_id, "editor")
    desk.version(asset_id, b"two")
    assert statuses(desk.workflow(asset_id)) == ["approved", "approved", "active"]


def test_a_step_that_the_template_got_meanwhile_is_decided(desk: Desk) -> None:
    template_id = desk.template(step("first", "moderator"), step("brand"))
    asset_id = desk.upload(b"one")
    desk.decide(desk.workflow(asset_id), "moderator")
    ask(desk, asset_id)
    replace(desk, template_id, step("legal", "Legal"), step("first", "moderator"), step("brand"))
    desk.version(asset_id, b"one")
    assert statuses(desk.workflow(asset_id)) == ["pending", "approved", "active"]
    assert_asked(desk, asset_id, "legal")


@pytest.mark.parametrize(
    "change",
    [
        {"steps": [step("legal", "Legal", "moderator"), step("brand")]},
        {"steps": [step("legal", "Legal", requires_all=True), step("brand")]},
        {"allow_self_approval": True},
    ],
)
def test_a_step_with_other_rules_than_those_by_which_it_approved_decides_again(
    desk: Desk, change: Json
) -> None:
    template_id = desk.template(*TWO)
    asset_id = asked_after_legal(desk)
    body = {"name": "Review", "steps": list(TWO)} | change
    assert desk.call("PUT", f"/workflow_templates/{template_id}/", "admin", body).status == 200
    desk.version(asset_id, b"one")
    assert_asked(desk, asset_id, "legal")


def test_what_was_picked_by_hand_does_not_keep_an_old_form_of_the_template(desk: Desk) -> None:
    lax = desk.template(step("lax", "editor"), content_type="video/mp4")
    template_id = desk.template(step("brand"))
    asset_id = desk.upload(b"one")
    desk.post(f"/workflows/{desk.workflow(asset_id)['id']}/cancel/", "contributor")
    body = {"asset_id": asset_id, "template_id": lax}
    assert desk.post("/workflows/", "editor", body).status == 201
    desk.decide(desk.workflow(asset_id), "editor")
    ask(desk, asset_id)
    replace(desk, template_id, step("brand"), step("legal", "Legal"))
    desk.version(asset_id, b"one")
    assert_asked(desk, asset_id, "legal")
