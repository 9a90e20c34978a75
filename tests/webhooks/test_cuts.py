"""Webhooks cut at each call to AWS, and done again: every event arrives, and is one.

What is cut dies, loses an answer, or is refused from there on; then its message comes again, as
SQS has it, and the sweeper does its rounds.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from chalicelib.core import clock
from chalicelib.core.records import Record
from chalicelib.webhooks import attempts, deliveries, recovery
from chalicelib.webhooks.deliveries import Order
from tests.cloud import Answer
from tests.devices.test_cuts import _cut, _ways
from tests.faults import state
from tests.faults.wire import Call, Died, Plan, Wire, nothing
from tests.shared import audit
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver, status
from tests.webhooks.test_deliveries import approved


class Scene(NamedTuple):
    """A webhook, and something that happens."""

    hooks: Hooks
    receiver: Receiver
    webhook: dict[str, Any]
    record: Record

    @property
    def delivery(self) -> dict[str, Any]:
        (found,) = self.hooks.deliveries(self.webhook)
        return found


class Flow(NamedTuple):
    """What is cut, what comes before it, and what is there in the end."""

    name: str
    step: Callable[[Scene], Any]
    check: Callable[[Scene], None]
    first: Callable[[Scene], Any] = lambda scene: None
    answers: tuple[int, ...] = ()


def make(scene: Scene) -> None:
    deliveries.make([scene.record], clock.now())


def send(scene: Scene) -> None:
    hooks = scene.hooks
    order = Order(hooks.tenant.id, scene.webhook["id"], scene.delivery["id"])
    attempts.send(order, clock.now())


def sweep(scene: Scene) -> None:
    recovery.tend(clock.now())


def get_stuck(scene: Scene) -> None:
    make(scene)
    state.take_messages("webhook-deliveries")
    scene.hooks.ahead += deliveries.GRACE * 2


def ask_again(scene: Scene) -> Answer:
    answer = scene.hooks.redeliver(scene.delivery)
    assert answer.status in (202, 500), answer.content
    return answer


def be_delivered(scene: Scene) -> None:
    make(scene)
    send(scene)
    state.take_messages("webhook-deliveries")


def arrives(scene: Scene) -> None:
    assert scene.delivery["status"] == "delivered"
    assert scene.receiver.came
    assert {came.headers["webhook-id"] for came in scene.receiver.came} == {
        scene.delivery["event_id"]
    }
    assert len({came.body for came in scene.receiver.came}) == 1
    assert scene.hooks.show(scene.webhook)["failing_since"] is None


def is_switched_off(scene: Scene) -> None:
    assert scene.delivery["status"] in ("failed", "cancelled")
    assert scene.hooks.show(scene.webhook)["is_active"] is False
    told = audit(scene.hooks.cloud, scene.hooks.admin, f"&subject={scene.webhook['id']}")
    assert [one["action"] for one in told].count("webhook.switched_off") == 1


def is_asked_for_again(scene: Scene) -> None:
    arrives(scene)
    assert 2 <= len(scene.receiver.came) <= 4


FLOWS = (
    Flow("make a delivery", make, arrives),
    Flow("send it", send, arrives, make),
    Flow("send it in vain", send, arrives, make, (500,)),
    Flow("send it to who is gone", send, is_switched_off, make, (410, 410)),
    Flow("send on what got stuck", sweep, arrives, get_stuck),
    Flow("send it again", ask_again, is_asked_for_again, be_delivered),
)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with pytest.MonkeyPatch.context() as patch:
        yield Wire(patch)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_what_is_cut_anywhere_ends_as_it_should(
    hooks: Hooks, receiver: Receiver, wire: Wire, flow: Flow
) -> None:
    webhook = hooks.make(receiver.url)
    scene = Scene(hooks, receiver, webhook, approved(hooks))
    flow.first(scene)
    begun, came, kept = hooks.ahead, [*receiver.came], state.save()
    receiver.script.extend(map(status, flow.answers))
    calls: list[Call] = []
    with wire.watched(lambda call: calls.append(call)):
        flow.step(scene)
    cuts = [(call, way) for call in calls for way in _ways(call)]
    assert len(cuts) > len(calls) > 0
    for call, way in cuts:
        state.restore(kept)
        hooks.ahead, receiver.came[:] = begun, came
        receiver.script.clear()
        receiver.script.extend(map(status, flow.answers))
        try:
            _run(wire, flow, scene, _cut(call.number, way))
            _run(wire, flow, scene, nothing)  # its message, or whoever asked, comes again
            hooks.run()
            for _ in range(3):
                hooks.later(minutes=3)
            flow.check(scene)
        except BaseException as error:
            error.add_note(f"{flow.name}: {way} at call {call.number}, {call.operation}")
            raise


def _run(wire: Wire, flow: Flow, scene: Scene, plan: Plan) -> None:
    try:
        with wire.watched(plan):
            flow.step(scene)
    except Died:
        return
    except Exception:
        if plan is nothing:
            raise


def test_a_webhook_whose_making_is_cut_anywhere_is_one_and_its_secret_is_known(
    hooks: Hooks, receiver: Receiver, wire: Wire
) -> None:
    body = {"url": receiver.url, "events": ["asset.approved"]}
    kept, begun = state.save(), hooks.ahead

    def ask(plan: Plan) -> Answer | None:
        try:
            with wire.watched(plan):
                return hooks.cloud.post(
                    "/webhooks/", hooks.admin, body, headers={"idempotency-key": "made"}
                )
        except Died:
            return None

    calls: list[Call] = []
    ask(lambda call: calls.append(call))
    assert len(calls) > 3
    for call in calls:
        for way in _ways(call):
            state.restore(kept)
            receiver.came.clear()
            hooks.ahead = begun
            first = ask(_cut(call.number, way))
            hooks.ahead += deliveries.GRACE
            answer = ask(nothing)
            assert answer is not None
            assert answer.status == 201, (call, way, answer.content)
            (listed,) = hooks.cloud.get("/webhooks/", hooks.admin).json["items"]
            assert listed["id"] == answer.json["id"]
            shown = [one.json["secret"] for one in (first, answer) if one and one.status == 201]
            known = [one for one in shown if one is not None]
            if not known:  # the answer was kept for a retry, which shows no secret
                assert way == "dies after"
                continue
            (secret,) = known
            hooks.happen()
            deliveries.make([approved(hooks)], clock.now())
            hooks.run()
            assert receiver.came
            assert all(came.is_signed_by(secret) for came in receiver.came)
            told = audit(hooks.cloud, hooks.admin, f"&subject={listed['id']}")
            assert [one["action"] for one in told] == ["webhook.created"]
