"""Random approvers, deadlines, crashes and messages against the model of the rules.

`REEF_EXAMPLES=500 pytest tests/workflows/test_rules.py --timeout 0` runs many more, with other
seeds each time.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.versions import copies
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import ReefError
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import find
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows import recovery
from chalicelib.workflows.approval import deadlines, decisions, reading, starting
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.templates import definition
from tests.crashes import Crash, Faults, How
from tests.workflows import rules
from tests.workflows.approval.test_execution import tick
from tests.workflows.desk import Desk
from tests.workflows.rules import Review

EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "0"))
NAMES = ("ada", "bob", "cleo", "dan", "eve", "uma")
UPLOADER = "uma"
ROLES = ("Brand", "Legal", "Board", rules.ADMIN)

names = st.sampled_from(NAMES)
some_roles = st.lists(st.sampled_from(ROLES), max_size=2, unique=True)
steps = st.lists(
    st.fixed_dictionaries(
        {
            "roles": st.lists(st.sampled_from(ROLES[:3]), min_size=1, max_size=2, unique=True),
            "requires_all": st.booleans(),
            "escalate": st.sampled_from([None, ["Board"], ["Nobody"]]),
            "on_timeout": st.sampled_from(["reject", "approve"]),
        }
    ),
    min_size=1,
    max_size=3,
)


class Reviews(RuleBasedStateMachine):
    """One workflow of one version, and what ought to be of it."""

    desk: ClassVar[Desk]
    faults: ClassVar[Faults]
    asset_id: ClassVar[str]

    @initialize(wanted=steps, held=st.tuples(*[some_roles] * len(NAMES)), own=st.booleans())
    def begin(self, wanted: list[dict[str, Any]], held: tuple[list[str], ...], own: bool) -> None:
        """Review a version of these people's."""
        self.faults.disarm()
        self.passed = timedelta()
        self.people = {n: rules.Person(list(r)) for n, r in zip(NAMES, held, strict=True)}
        for name in NAMES:
            self._store(name)
        body = [
            {
                "id": f"s{number}",
                "name": "Step",
                "approvers": {"type": "roles", "roles": one["roles"]},
                "requires_all": one["requires_all"],
                "timeout_hours": 1,
                "escalate_to": {"roles": one["escalate"]} if one["escalate"] else None,
                "on_timeout": one["on_timeout"],
            }
            for number, one in enumerate(wanted)
        ]
        values = {"name": "Review", "steps": body, "allow_self_approval": own}
        asset = find(AssetMetadata, asset_key(self.desk.tenant.id, self.asset_id), "ASSET")
        assert asset is not None
        first = catalog.version(self.desk.tenant.id, self.asset_id, 1)
        assert first is not None
        made = copies.roll_back(asset, first, Person(UPLOADER, "uma@x.example"), clock.now())
        made.content_by = Person(UPLOADER, "uma@x.example")
        asset = find(AssetMetadata, asset.pk, "ASSET")
        assert asset is not None
        template = definition.read(values)
        started = starting.start(asset, made, "template", template, SYSTEM, self._now())
        self.workflow_id = str(started.instance.workflow_id)
        self.number = int(made.number)
        self.review = Review(body, own, UPLOADER, self.people)
        self.review.open(0)

    @rule(calls=st.integers(1, 12), how=st.sampled_from(["before", "after", "lost"]))
    def something_will_break(self, calls: int, how: How) -> None:
        """Break one of the next AWS calls, wherever it is."""
        self.faults.arm(calls, how)

    @rule(who=names, decision=st.sampled_from(["approve", "approve", "reject", "request_changes"]))
    def decide(self, who: str, decision: Any) -> None:
        """Somebody decides, whether they may or not."""
        self._do(
            lambda: decisions.decide(self._load(), self._actor(who), decision, "so", self._now()),
            lambda review: review.decide(who, decision),
        )

    @rule(who=names, to=names)
    def delegate(self, who: str, to: str) -> None:
        """Somebody hands on what they have, or have not."""
        self._do(
            lambda: decisions.delegate(self._load(), self._actor(who), to, "", self._now()),
            lambda review: review.delegate(who, to),
        )

    @rule(who=names, held=some_roles, active=st.booleans())
    def change_a_member(self, who: str, held: list[str], active: bool) -> None:
        """Somebody's roles change, and the news may arrive twice."""
        self.people[who].roles, self.people[who].active = held, active
        self._store(who)
        for _ in range(2):
            self._do(
                lambda: deadlines.drop_out(self._load(), who, self._now()),
                lambda review: review.look_at(who),
            )

    @precondition(lambda self: self.review.status == "in_progress")
    @rule()
    def the_time_is_over(self) -> None:
        """The turn's time is over, and the message says so twice."""
        turn = self.review.turn
        self.passed += timedelta(hours=1, seconds=1)
        for _ in range(2):
            self._do(
                lambda: deadlines.expire(self._load(), turn, self._now()),
                lambda review: review.time_out() if review.turn == turn else None,
            )

    @rule(turn=st.integers(0, 9), event=st.sampled_from(["opened", "overdue"]))
    def an_old_or_forged_message_comes(self, turn: int, event: str) -> None:
        """Messages of other turns, and of times that are not over, change nothing."""
        tick(self.desk, {"id": self.workflow_id}, event, turn=turn, token=f"forged{turn}")

    @rule()
    def somebody_tends(self) -> None:
        """What a crash left is done; nothing else comes of it."""
        recovery.tend(self._now() + timedelta(minutes=2))

    @precondition(lambda self: self.review.turn > 2)
    @rule()
    def cancel(self) -> None:
        """An admin ends it."""
        self._do(
            lambda: decisions.cancel(self._load(), SYSTEM, "enough", self._now()),
            lambda review: review.cancel(),
        )

    @invariant()
    def it_is_as_the_rules_say(self) -> None:
        """Compare what is stored with what ought to be."""
        if hasattr(self, "review"):
            assert self._seen() == expected(self.review)

    def _do(self, deed: Callable[[], Any], effect: Callable[[Review], str | None]) -> None:
        """Do something, perhaps with a crash in between, and to the model, too."""
        after = self.review.copy()
        code = effect(after)
        refused = None
        try:
            with self.faults.process():
                deed()
        except Crash:
            self.faults.disarm()
            came_through = self._seen() == expected(after)
            if not came_through:
                assert self._seen() == expected(self.review)
                return
            refused = code
        except ReefError as refusal:
            refused = refusal.code
        assert refused == code
        after.people = self.people
        self.review = after

    def _seen(self) -> Any:
        workflow = self._load()
        version = catalog.version(self.desk.tenant.id, self.asset_id, self.number)
        assert version is not None
        return {
            "status": workflow.instance.status,
            "turn": int(workflow.instance.turn),
            "position": int(workflow.instance.position),
            "waiting": {one.id for one in workflow.pending},
            "version": version.status,
        }

    def _load(self) -> Workflow:
        return reading.load(self.desk.tenant.id, self.workflow_id)

    def _now(self) -> Any:
        return clock.now() + self.passed

    def _actor(self, name: str) -> Actor:
        roles = frozenset(self.people[name].roles)
        return Actor(self.desk.tenant.id, name, f"{name}@x.example", roles)

    def _store(self, name: str) -> None:
        person = self.people[name]
        Member(
            self.desk.tenant.id,
            member_key(name),
            email=f"{name}@x.example",
            roles=["viewer", *person.roles],
            is_active=person.active,
            created_at="2026-01-01T00:00:00.000Z",
        ).save()


def expected(review: Review) -> Any:
    """Say what of a review ought to be seen."""
    return {
        "status": review.status,
        "turn": review.turn,
        "position": review.position,
        "waiting": review.waiting(),
        "version": review.version,
    }


@pytest.mark.timeout(0 if EXAMPLES else 180)
def test_reviews_go_as_the_model_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Reviews.desk, Reviews.asset_id = desk, desk.upload()
    for member_id in desk.tenant.members.values():  # the model knows its own people alone
        Member(desk.tenant.id, member_key(member_id)).update([Member.is_active.set(False)])
    Reviews.faults = Faults(monkeypatch)
    run_state_machine_as_test(
        Reviews,
        settings=settings(
            max_examples=EXAMPLES or 15,
            stateful_step_count=14,
            deadline=None,
            derandomize=not EXAMPLES,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
