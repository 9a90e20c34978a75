"""What people are told, as they read it."""

from chalicelib.notifications import wording
from chalicelib.notifications.wording import moment, quoted
from tests.workflows.desk import Desk, step


def test_a_moment_and_a_name_are_written_for_people() -> None:
    assert moment("2026-03-01T07:05:00.000Z") == "Sunday, 1 March 2026, 07:05 UTC"
    assert quoted("a\r\nBcc: x@evil.test\t b") == "“a Bcc: x@evil.test b”"
    assert len(quoted("x" * 500)) == 122
    assert quoted("\n") == "“untitled”"


def test_the_review_of_an_edit_is_called_a_change_and_no_version(desk: Desk) -> None:
    desk.template(step("legal", "Legal"), category="legal")
    asset_id = desk.upload(b"one", title="Menu")
    edit = {"category": "legal"}
    assert desk.call("PATCH", f"/assets/{asset_id}/", "editor", edit).status == 200
    workflow = desk.load(desk.workflow(asset_id))
    change = "the change of what is said of “Menu”"
    asked = wording.assignment(workflow).text
    assert asked == f"T{change[1:]} waits for your decision in the step “Legal”."
    assert wording.assignment(workflow, "lea").text.startswith(
        f"lea handed you a decision: {change}"
    )
    for action, advice in (
        ("completed", f"lea approved {change}."),
        ("changes_requested", f"lea asks for changes to {change}. Edit it again."),
        ("expired", f"Nobody decided {change} in time, so it is not made. Edit it again."),
    ):
        assert wording.decision(workflow, action, "lea", "").text == advice
