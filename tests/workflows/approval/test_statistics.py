"""Statistics, against what a script of events says should have come of it."""

import random
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.workflows.approval import deadlines, decisions, reading
from chalicelib.workflows.approval import statistics as reckoned
from tests.workflows.desk import Desk, step

STEPS = ("brand", "legal")
ROLES = {"brand": "Marketing Manager", "legal": "Legal"}
DECIDERS = {"brand": "anna", "legal": "lea"}


@dataclass
class Story:
    """What happened to one workflow, by the script."""

    began: datetime
    status: str = "in_progress"
    ended: datetime | None = None
    step: str = "brand"
    escalated: bool = False
    opened: datetime = field(default_factory=lambda: datetime.now(UTC))
    took: dict[str, float] = field(default_factory=dict)

    def close_step(self, now: datetime) -> None:
        self.took[self.step] = (now - self.opened).total_seconds() / 3600
        self.opened = now


class Script:
    """Makes workflows and lets random things happen to them, days apart, writing it all down."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk, self.chance = desk, random.Random(7)
        self.now = datetime.now(UTC) - timedelta(days=40)
        self.stories: dict[str, Story] = {}
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def pass_time(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    def begin(self, number: int) -> None:
        asset_id = self.desk.upload(f"file {number}".encode())
        workflow = self.desk.workflow(asset_id)
        self.stories[workflow["id"]] = Story(self.now, opened=self.now)
        if workflow["status"] == "auto_approved":
            self.stories[workflow["id"]].status = "auto_approved"

    def go_on(self) -> None:
        """Let something happen to one of those that wait."""
        waiting = [key for key, story in self.stories.items() if story.status == "in_progress"]
        if not waiting:
            return
        key = self.chance.choice(waiting)
        story = self.stories[key]
        workflow = reading.load(self.desk.tenant.id, key)
        deeds = ["approve", "approve", "reject", "time"] + ["cancel"] * (len(waiting) > 2)
        what = self.chance.choice(deeds)
        if what == "cancel":
            admin = Actor(self.desk.tenant.id, "someone", "a@b.example", frozenset())
            decisions.cancel(workflow, admin.person, "no", self.now)
            story.close_step(self.now)
            story.status = "cancelled"
        elif what == "time":
            late = datetime.fromisoformat(str(workflow.instance.deadline))
            self.now = max(self.now, late)
            deadlines.expire(workflow, int(workflow.instance.turn), self.now)
            if story.escalated or story.step == "legal":
                story.close_step(self.now)
                story.status, story.ended = "expired", self.now
            else:
                story.escalated = True
        else:
            self._decide(story, workflow, what)

    def _decide(self, story: Story, workflow: Any, what: Any) -> None:
        one = workflow.pending[0]
        person = Actor(self.desk.tenant.id, one.id, one.email, frozenset())
        decisions.decide(workflow, person, what, "so", self.now)
        story.close_step(self.now)
        if what == "reject":
            story.status, story.ended = "rejected", self.now
        elif story.step == "legal":
            story.status, story.ended = "approved", self.now
        else:
            story.step = "legal"


def expected(script: Script, since: datetime, until: datetime) -> dict[str, Any]:
    """Reckon from the script alone."""
    begun = [s for s in script.stories.values() if since <= s.began < until]
    waiting = [s for s in script.stories.values() if s.status == "in_progress"]
    decided = [s for s in begun if s.ended is not None]
    reviewed = [s for s in begun if s.status != "auto_approved"]
    hours = [(s.ended - s.began).total_seconds() / 3600 for s in decided if s.ended]
    took = defaultdict(list)
    for story in begun:
        for name, spent in story.took.items():
            took[name].append(spent)
    people: Counter[str] = Counter()
    for story in waiting:
        if story.escalated and story.step == "brand":
            people["moderator"] += 1
        else:
            people.update({"brand": ["anna", "ben"], "legal": ["ben", "lea"]}[story.step])
    return {
        "by_status": Counter(s.status for s in begun),
        "mean": pytest.approx(statistics.fmean(hours)) if hours else None,
        "median": pytest.approx(statistics.median(hours)) if hours else None,
        "by_step": Counter(s.step for s in waiting),
        "by_approver": people,
        "medians": {name: pytest.approx(statistics.median(t)) for name, t in took.items()},
        "escalated": sum(s.escalated for s in reviewed) / len(reviewed) if reviewed else 0,
        "rejected": sum(s.status == "rejected" for s in decided) / len(decided) if decided else 0,
    }


def shown(found: reckoned.Statistics) -> dict[str, Any]:
    steps = [b for b in found.bottlenecks if b.median_hours is not None]
    return {
        "by_status": found.by_status,
        "mean": found.completion_hours.mean,
        "median": found.completion_hours.median,
        "by_step": found.pending_by_step,
        "by_approver": {k.partition("@")[0]: v for k, v in found.pending_by_approver.items()},
        "medians": {b.step_id: b.median_hours for b in steps},
        "escalated": found.escalation_rate,
        "rejected": found.rejection_rate,
    }


def test_they_are_what_the_script_says_for_any_range(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    escalation = {"roles": ["moderator"]}
    desk.template(
        step("brand", ROLES["brand"], timeout_hours=48, escalate_to=escalation),
        step("legal", ROLES["legal"], timeout_hours=48),
        auto_approve_conditions={"file_size_limit": 6},
    )
    script = Script(desk, monkeypatch)
    for number in range(14):
        script.begin(number)
        for _ in range(script.chance.randrange(3)):
            script.pass_time(script.chance.random() * 20)
            script.go_on()
        script.pass_time(script.chance.random() * 30)
    statuses = {story.status for story in script.stories.values()}
    assert {"approved", "rejected", "in_progress", "auto_approved"} <= statuses
    start = min(story.began for story in script.stories.values())
    for first, last in ((0, 100), (0, 3), (2, 9), (5, 6), (90, 100)):
        since, until = start + timedelta(days=first), start + timedelta(days=last)
        found = reckoned.between(desk.tenant.id, since, until)
        assert shown(found) == expected(script, since, until), (first, last)
    (most, *_) = reckoned.between(desk.tenant.id, start, script.now).bottlenecks
    assert most.waiting == max(expected(script, start, script.now)["by_step"].values())


def test_they_are_for_those_who_oversee(desk: Desk) -> None:
    empty = desk.get("/workflows/statistics/?days=7").json
    assert empty["completion_hours"] == {"mean": None, "median": None, "p95": None}
    assert (empty["by_status"], empty["escalation_rate"]) == ({}, 0)
    desk.assert_refused(desk.get("/workflows/statistics/", "viewer"), 403, "forbidden")
    desk.assert_refused(desk.get("/workflows/statistics/?days=0"), 422, "invalid")
    desk.template()
    workflow = desk.workflow(desk.upload())
    found = desk.get("/workflows/statistics/", "editor").json
    assert found["by_status"] == {"in_progress": 1}
    assert found["pending_by_step"] == {"review": 1}
    expected_people = {desk.tenant.email("anna"): 1, desk.tenant.email("ben"): 1}
    assert found["pending_by_approver"] == expected_people
    (one,) = found["bottlenecks"]
    assert (one["template_id"], one["waiting"]) == (workflow["template_id"], 1)
