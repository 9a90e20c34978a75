"""Who is told what, by mail and in the inbox, of each kind of thing that happens."""

from datetime import timedelta

from chalicelib.core import clock
from chalicelib.processing import sweeper
from tests import media_files
from tests.notifications.post import Hall, hand_over, made_up
from tests.workflows.desk import step

HOUR = timedelta(hours=1)


def test_approvers_are_asked_and_the_uploader_hears_of_the_decision(hall: Hall) -> None:
    workflow = hall.review()
    assert hall.post.take() == {
        "anna": ["Please decide: “Poster”"],
        "ben": ["Please decide: “Poster”"],
    }
    assert hall.desk.decide(workflow, "anna", comment="Lovely colours").status == 200
    hall.desk.cloud.run()
    (letter,) = hall.post.to(hall.email("contributor"))
    assert letter["subject"] == "Approved: “Poster”"
    for part in (letter["text"], letter["html"]):
        assert hall.email("anna") in part
        assert "Lovely colours" in part
        assert f"/?asset={workflow['asset_id']}" in part
    assert hall.post.take().keys() == {"contributor"}
    assert hall.kinds("contributor") == ["decision"]
    assert hall.kinds("viewer") == []


def test_a_mail_leads_straight_to_the_decision_and_says_until_when(hall: Hall) -> None:
    workflow = hall.review()
    (letter,) = hall.post.to(hall.email("ben"))
    for part in (letter["text"], letter["html"]):
        assert f"http://127.0.0.1:8000/?workflow={workflow['id']}" in part
        assert "Decide now" in part
        assert "UTC" in part
        assert "in 2 days" in part or "in 3 days" in part
    (item,) = hall.inbox("ben")
    assert item["is_open"]
    assert item["due_at"] == workflow["steps"][0]["due_at"]
    assert (item["asset_id"], item["workflow_id"]) == (workflow["asset_id"], workflow["id"])


def test_the_next_step_asks_its_own_approvers(hall: Hall) -> None:
    hall.desk.template(step("review"), step("law", "Legal"))
    workflow = hall.submit()
    hall.post.take()
    hall.desk.decide(workflow, "anna")
    hall.desk.cloud.run()
    assert hall.post.take() == {
        "ben": ["Please decide: “Poster”"],
        "lea": ["Please decide: “Poster”"],
    }


def test_whoever_gets_an_assignment_handed_on_is_asked_and_sees_by_whom(hall: Hall) -> None:
    workflow = hall.review()
    hall.post.take()
    body = {"to": hall.email("lea"), "comment": "You know: better"}
    assert hall.desk.post(f"/workflows/{workflow['id']}/delegate/", "anna", body).status == 200
    hall.desk.cloud.run()
    (letter,) = hall.post.sent
    assert letter["to"] == [hall.email("lea")]
    assert f"{hall.email('anna')} handed you a decision" in letter["text"]
    assert "> You know: better" in letter["text"]


def test_a_late_record_of_the_opening_asks_nobody_twice(hall: Hall) -> None:
    workflow = hall.review()
    body = {"to": hall.email("lea")}
    hall.desk.post(f"/workflows/{workflow['id']}/delegate/", "anna", body)
    hall.desk.cloud.run()
    hall.post.take()
    assert hand_over(hall.record("workflow.step_opened", workflow["id"])) == set()
    assert hall.post.take() == {}
    assert len(hall.told("lea")) == 1


def test_half_of_the_time_reminds_those_who_have_not_decided(hall: Hall) -> None:
    hall.desk.template(step(requires_all=True, timeout_hours=4))
    workflow = hall.submit()
    hall.desk.decide(workflow, "anna")
    hall.desk.cloud.run()
    hall.post.take()
    hall.desk.tend(2.1 * HOUR)
    hall.desk.cloud.run()
    assert hall.post.take() == {"ben": ["Still to decide: “Poster”"]}
    assert hall.kinds("ben") == ["assignment"]  # which stands for the reminder while it is open


def test_an_escalation_asks_those_who_decide_now(hall: Hall) -> None:
    hall.desk.template(step(timeout_hours=1, escalate_to={"roles": ["Legal"]}))
    workflow = hall.submit()
    hall.post.take()
    hall.run_out(workflow)
    taken = hall.post.take()
    assert taken == {"ben": ["Escalated to you: “Poster”"], "lea": ["Escalated to you: “Poster”"]}
    assert [(i["kind"], i["is_open"]) for i in hall.inbox("lea")] == [("escalation", True)]
    assert hall.desk.show(workflow["id"])["status"] == "in_progress"


def test_admins_are_told_when_nobody_can_decide_and_why(hall: Hall) -> None:
    hall.desk.template(step("law", "Nobody Here", escalate_to={"roles": ["Legal"]}))
    hall.submit()
    taken = hall.post.to(hall.email("admin"))
    (letter,) = taken
    assert letter["subject"] == "Nobody could decide: “Poster”"
    assert "nobody can decide this step" in letter["text"]
    assert hall.email("lea") in letter["text"]
    assert "Open the review" in letter["text"]
    assert hall.post.take().keys() == {"admin", "ben", "lea"}
    assert [(i["kind"], i["is_open"]) for i in hall.inbox("admin")] == [("escalation", False)]


def test_every_ending_is_told_to_the_uploader(hall: Hall) -> None:
    said = {"reject": "Rejected: “Poster”", "request_changes": "Changes wanted: “Poster”"}
    hall.desk.template(step(timeout_hours=1))
    for decision, subject in said.items():
        workflow = hall.submit()
        hall.desk.decide(workflow, "anna", decision, comment=f"because {decision}")
        hall.desk.cloud.run()
        (letter,) = hall.post.to(hall.email("contributor"))
        assert letter["subject"] == subject
        assert f"> because {decision}" in letter["text"]
        hall.post.take()
    workflow = hall.submit()
    hall.desk.post(f"/workflows/{workflow['id']}/cancel/", "admin", {"comment": "Not now"})
    hall.desk.cloud.run()
    (letter,) = hall.post.to(hall.email("contributor"))
    assert letter["subject"] == "Review cancelled: “Poster”"
    assert "> Not now" in letter["text"]
    hall.post.take()
    hall.run_out(hall.submit())
    assert hall.post.take()["contributor"] == ["Not decided in time: “Poster”"]


def test_nobody_is_told_of_their_own_deed(hall: Hall) -> None:
    workflow = hall.review()
    hall.post.take()
    hall.desk.post(f"/workflows/{workflow['id']}/cancel/", "contributor", {})
    hall.desk.cloud.run()
    assert hall.post.take() == {}


def test_one_who_approves_their_own_upload_is_not_told_of_it(hall: Hall) -> None:
    hall.desk.template(step("own", "contributor"), allow_self_approval=True)
    workflow = hall.submit()
    assert hall.post.take() == {"contributor": ["Please decide: “Poster”"]}
    hall.desk.decide(workflow, "contributor")
    hall.desk.cloud.run()
    assert hall.post.take() == {}


def test_what_reef_calls_off_itself_is_no_news(hall: Hall) -> None:
    workflow = hall.review()
    hall.post.take()
    path = f"/assets/{workflow['asset_id']}/"
    assert hall.desk.call("DELETE", path, "contributor").status == 204
    hall.desk.cloud.run()
    assert hall.desk.show(workflow["id"])["status"] == "cancelled"
    assert hall.post.take() == {}


def test_what_is_over_when_its_record_comes_mails_nobody(hall: Hall) -> None:
    workflow = hall.review()
    hall.desk.decide(workflow, "anna")
    hall.desk.cloud.run()
    before = len(hall.told("ben"))
    hall.post.take()
    opened = hall.record("workflow.step_opened", workflow["id"])
    late = made_up(
        hall.tenant.id, "workflow.reminded", ("workflow", workflow["id"]), turn=opened.new["turn"]
    )
    gone = made_up(hall.tenant.id, "workflow.reminded", ("workflow", clock.new_id()), turn=1)
    assert hand_over(opened, late, gone) == set()
    assert hall.post.take() == {}
    assert len(hall.told("ben")) == before


def test_quarantine_is_told_to_the_uploader_and_to_those_who_look_after_it(hall: Hall) -> None:
    asset_id = hall.desk.upload(media_files.eicar(), title="Price list")
    assert hall.desk.asset(asset_id)["status"] == "quarantined"
    letters = {letter["to"][0].partition("@")[0]: letter for letter in hall.post.sent}
    assert letters.keys() == {"contributor", "moderator", "admin"}
    assert "that you uploaded" in letters["contributor"]["text"]
    assert f"that {hall.email('contributor')} uploaded" in letters["moderator"]["text"]
    for letter in letters.values():
        assert letter["subject"] == "Quarantined: “Price list”"
        assert "Eicar" in letter["html"]
        assert f"/?asset={asset_id}" in letter["html"]


def test_rights_that_end_soon_are_told_to_the_uploader_unless_they_were_extended(
    hall: Hall,
) -> None:
    asset_id = hall.desk.upload(b"rights", title="Menu")

    def end_in(days: int) -> None:
        ends = clock.timestamp(clock.now() + timedelta(days=days))
        body = {"rights": {"expires_at": ends}}
        assert hall.desk.call("PATCH", f"/assets/{asset_id}/", "admin", body).status == 200

    end_in(3)
    sweeper.sweep(clock.now())
    hall.desk.cloud.run()
    (letter,) = hall.post.sent
    assert letter["to"] == [hall.email("contributor")]
    assert letter["subject"] == "Rights end soon: “Menu”"
    assert "Rights end: " in letter["text"]
    assert f"/?asset={asset_id}" in letter["html"]
    hall.post.take()
    end_in(4)
    sweeper.sweep(clock.now())
    end_in(300)
    hall.desk.cloud.run()
    assert hall.post.take() == {}


def test_whoever_left_is_told_nothing_and_breaks_nothing(hall: Hall) -> None:
    workflow = hall.review()
    hall.post.take()
    opened = hall.record("workflow.step_opened", workflow["id"])
    uploader = hall.tenant.members["contributor"]
    assert hall.desk.call("DELETE", f"/members/{uploader}/", "admin").status == 204
    hall.desk.change("ben", is_active=False)
    hall.desk.decide(workflow, "anna", "reject", comment="No")
    hall.desk.cloud.run()
    rejected = hall.record("workflow.rejected", workflow["id"])
    assert hand_over(opened, rejected) == set()
    assert hall.post.take() == {}
    assert hall.told("contributor") == []


def by_guest(hall: Hall, data: bytes) -> str:
    """Have somebody without an account send a file that the contributor asks for; gives its id."""
    hall.desk.configure(AUTO_GENERATE_THUMBNAILS=False, AUTO_EXTRACT_METADATA=False)
    asked = hall.desk.post("/upload_requests/", "contributor", {"title": "Send it"}).json
    file = {"filename": "Poster.txt", "size_bytes": len(data), "content_type": "text/plain"}
    path = f"/request/{asked['url'].split('/')[-2]}/"
    answer = hall.desk.cloud.fetch("POST", path, None, file)
    assert answer.status == 201, answer.content
    hall.desk.cloud.put(answer.json["upload"], data)
    hall.desk.cloud.run()
    (asset,) = hall.desk.get("/assets/?limit=1", "contributor").json["items"]
    return str(asset["id"])


def test_a_guests_file_is_reviewed_whoever_is_trusted_and_who_asked_hears_of_it(
    hall: Hall,
) -> None:
    trusted = {"trusted_uploaders": [hall.tenant.members["contributor"]]}
    hall.desk.template(step("all", "contributor", "editor"), auto_approve_conditions=trusted)
    asset_id = by_guest(hall, b"from a guest")
    assert hall.desk.asset(asset_id)["status"] == "in_review"
    assert hall.post.take() == {"editor": ["Please decide: “Poster”"]}
    workflow = hall.desk.workflow(asset_id)
    refused = hall.desk.decide(workflow, "contributor")  # who could be their own guest
    assert (refused.status, refused.json["code"]) == (403, "self_approval")
    assert hall.desk.decide(workflow, "editor").status == 200
    hall.desk.cloud.run()
    assert hall.desk.asset(asset_id, "viewer")["status"] == "approved"
    assert hall.post.take() == {"contributor": ["Approved: “Poster”"]}
    workflow = hall.desk.workflow(by_guest(hall, b"another"))
    hall.desk.post(f"/workflows/{workflow['id']}/cancel/", "admin", {"comment": "Not now"})
    hall.desk.cloud.run()
    assert "Review cancelled: “Poster”" in hall.post.take()["contributor"]


def test_whoever_asked_is_told_that_a_guests_file_is_infected(hall: Hall) -> None:
    asset_id = by_guest(hall, media_files.eicar())
    assert hall.desk.asset(asset_id)["status"] == "quarantined"
    letters = {letter["to"][0].partition("@")[0]: letter for letter in hall.post.sent}
    assert letters.keys() == {"contributor", "moderator", "admin"}
    for letter in letters.values():
        assert "that a guest uploaded" in letter["text"]
        assert "Tell whoever sent it to you." in letter["text"]
