"""The flows that are cut at every call: how each is prepared, and the step that is cut.

What must hold in the end is the same for all: `truth.all_is_well`, and of each parcel what it says
itself. A new slice adds its flows here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.faults import parcels
from tests.faults.parcels import BARE, BRIEFLY, ESCALATED, ONCE, TWICE, Parcel
from tests.faults.wire import Call, Fault, Plan, nothing
from tests.faults.world import Letter, World
from tests.journeys.pipeline import message

Preparation = Callable[[World], None]
Step = Callable[[World, Plan], None]

ROUTED = ("route_upload",)
SCANNED = ("route_upload", "scan_upload")
DRAWN_LAST = (*SCANNED, "read_metadata")
ALL = ("route_upload", "scan_upload", "make_thumbnails", "read_metadata")


TOLD = ("dispatch_records",)
BOTH = ("editor: approve", "moderator: approve")
BACK = ("admin: trash", "admin: restore", "editor: approve")

_SWEEPS_THAT_GIVE_UP = 7


@dataclass(frozen=True)
class Flow:
    """One step of a story that was told up to there.

    `step` suffers by the plan that it is given; afterwards `World.settle` does again what anybody
    would do again.
    """

    name: str
    step: Step
    story: tuple[Preparation, ...]

    def prepare(self, world: World) -> None:
        """Tell the story so far."""
        for part in self.story:
            part(world)
        world.collect()


def sent(*more: Parcel, through: tuple[str, ...] = ()) -> Preparation:
    """Let clients do all that they want, and some functions run."""

    def prepare(world: World) -> None:
        world.parcels += [replace(parcel) for parcel in more]
        world.finish_clients()
        if through:
            world.deliver_all(*through)

    return prepare


def begun(parcel: Parcel, step: str, *functions: str) -> Preparation:
    """Let a client come to a step, and some functions run."""

    def prepare(world: World) -> None:
        mine = replace(parcel)
        world.parcels.append(mine)
        while mine.todo[0] != step:
            assert world.act(mine)
        if functions:
            world.deliver_all(*functions)

    return prepare


def reviewed(category: str) -> Preparation:
    """Have a category's uploads reviewed."""
    return lambda world: world.review(category)


def then(step: str, *functions: str) -> Preparation:
    """Let the last client, or a reviewer of its upload, take a step, and some functions run."""

    def prepare(world: World) -> None:
        parcel = world.parcels[-1]
        assert parcel.todo[0] == step
        assert world.act(parcel)
        world.deliver_all(*functions)

    return prepare


def passed(function: str) -> Preparation:
    """Let a function have its next letter."""
    return lambda world: delivers(function)(world, nothing)


def vanished(world: World) -> None:
    """Lose every execution."""
    world.wire.machines.vanish()


def lost(*functions: str) -> Preparation:
    """Lose every letter to some functions, and let the time pass after which it is noticed."""

    def prepare(world: World) -> None:
        world.collect()
        world.post = [letter for letter in world.post if letter.function not in functions]
        world.pass_time(timedelta(minutes=17))

    return prepare


def given_up(function: str) -> Preparation:
    """Lose all letters to a function until the sweeper gives its task up."""

    def prepare(world: World) -> None:
        for _ in range(_SWEEPS_THAT_GIVE_UP):
            lost(function)(world)
            world.sweep()
        lost(function)(world)
        assert world.outcome(world.parcels[-1]) == ("failed", "processing_failed")

    return prepare


def asked_to_scan(world: World) -> None:
    """Let the scan be asked for before the event of the upload has come."""
    body = {"tenant_id": world.pipeline.acme.id, "upload_id": world.parcels[-1].upload_id}
    world.post.append(Letter("scan_upload", message(body)))


def waited(**time: float) -> Preparation:
    """Let time pass."""
    return lambda world: world.pass_time(timedelta(**time))


def scanned_in_vain(times: int) -> Preparation:
    """Let a scan be tried so many times while the scanner is away."""

    def prepare(world: World) -> None:
        world.scanner_leaves()
        for _ in range(times):
            world.deliver([_letter(world, "scan_upload")])
        world.scanner_returns()

    return prepare


def dies_after(function: str, operation: str) -> Preparation:
    """Let a function die when it has made a certain call."""

    def plan(call: Call) -> Fault | None:
        return "dies after" if call.operation == operation else None

    def prepare(world: World) -> None:
        world.collect()
        assert not world.deliver([_letter(world, function)], plan)

    return prepare


def delivers(function: str) -> Step:
    """Deliver a letter that waits for a function; another process may get the same."""

    def step(world: World, plan: Plan) -> None:
        letter = _letter(world, function)
        world.wire.meanwhile = lambda: world.deliver([letter])
        world.deliver([letter], plan)

    return step


def scans_in_vain(world: World, plan: Plan) -> None:
    """Deliver to the scan while the scanner is away."""
    world.scanner_leaves()
    delivers("scan_upload")(world, plan)
    world.scanner_returns()


def acts(world: World, plan: Plan) -> None:
    """Let the last client take its next step; its request may come twice at once."""
    parcel = world.parcels[-1]
    world.wire.meanwhile = lambda: world.ask(parcel)
    world.act(parcel, plan)


def sweeps(world: World, plan: Plan) -> None:
    """Run the sweeper; two may run at once."""
    world.wire.meanwhile = world.sweep
    world.sweep(plan)


def tends(world: World, plan: Plan) -> None:
    """Run what looks after reviews; two may run at once."""
    world.wire.meanwhile = world.tend
    world.tend(plan)


def _letter(world: World, function: str) -> Letter:
    return next(letter for letter in world.post if letter.function == function)


def small(category: str, *deeds: str, ends: str | None = None) -> Parcel:
    return parcels.reviewed(parcels.text(**BARE), category, *deeds, ends=ends)


def in_review(category: str, *deeds: str, ends: str | None = None) -> Preparation:
    """Let a small upload come before its reviewers."""
    return reviewable(small(category, *deeds, ends=ends))


def reviewable(parcel: Parcel) -> Preparation:
    """Let an upload come before its reviewers, who know of it."""

    def prepare(world: World) -> None:
        mine = replace(parcel)
        world.parcels.append(mine)
        while world.may_act(mine):
            world.act(mine)
        world.deliver_all()

    return prepare


FLOWS = (
    Flow("route", delivers("route_upload"), (sent(parcels.text(**BARE)),)),
    Flow("scan an image", delivers("scan_upload"), (sent(parcels.image(), through=ROUTED),)),
    Flow("scan alone", delivers("scan_upload"), (sent(parcels.text(**BARE), through=ROUTED),)),
    Flow("scan a virus", delivers("scan_upload"), (sent(parcels.virus(), through=ROUTED),)),
    Flow(
        "scan a wrong size", delivers("scan_upload"), (sent(parcels.wrong_size(), through=ROUTED),)
    ),
    Flow(
        "scan what was not routed",
        delivers("scan_upload"),
        (sent(parcels.text(**BARE)), asked_to_scan),
    ),
    Flow(
        "route what was marked",
        delivers("route_upload"),
        (sent(parcels.text(**BARE)), dies_after("route_upload", "TransactWriteItems")),
    ),
    Flow(
        "scan a duplicate of what is in work",
        delivers("scan_upload"),
        (
            sent(parcels.image(), through=SCANNED),
            sent(parcels.image("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a duplicate of what is done",
        delivers("scan_upload"),
        (sent(parcels.image(), through=ALL), sent(parcels.image("duplicate"), through=ROUTED)),
    ),
    Flow(
        "scan a duplicate that wants more",
        delivers("scan_upload"),
        (
            sent(parcels.text(**BARE), through=ALL),
            sent(parcels.text("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a duplicate of what has failed",
        delivers("scan_upload"),
        (
            sent(parcels.torn_image(), through=ALL),
            sent(parcels.torn_image("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a duplicate of what has failed by chance",
        delivers("scan_upload"),
        (
            sent(parcels.image(), through=DRAWN_LAST),
            given_up("make_thumbnails"),
            sent(parcels.image("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a link",
        delivers("scan_upload"),
        (sent(parcels.text(), through=ALL), sent(parcels.linked())),
    ),
    Flow(
        "scan a version",
        delivers("scan_upload"),
        (sent(parcels.text(**BARE), through=ALL), sent(parcels.version("text"), through=ROUTED)),
    ),
    Flow(
        "scan without a scanner",
        scans_in_vain,
        (sent(parcels.text(**BARE), through=ROUTED), scanned_in_vain(1)),
    ),
    Flow(
        "scan without a scanner for the last time",
        scans_in_vain,
        (sent(parcels.text(**BARE), through=ROUTED), scanned_in_vain(4)),
    ),
    Flow(
        "thumbnails before metadata",
        delivers("make_thumbnails"),
        (sent(parcels.image(), through=SCANNED),),
    ),
    Flow(
        "thumbnails last",
        delivers("make_thumbnails"),
        (sent(parcels.image(), through=DRAWN_LAST),),
    ),
    Flow(
        "thumbnails of a torn image",
        delivers("make_thumbnails"),
        (sent(parcels.torn_image(), through=SCANNED),),
    ),
    Flow(
        "metadata last, of two uploads",
        delivers("read_metadata"),
        (
            sent(
                parcels.image(),
                parcels.image("duplicate"),
                through=(*SCANNED, "make_thumbnails"),
            ),
        ),
    ),
    Flow("sweep a lost event", sweeps, (sent(parcels.text(**BARE)), lost("route_upload"))),
    Flow(
        "sweep a lost scan",
        sweeps,
        (sent(parcels.text(**BARE), through=ROUTED), lost("scan_upload")),
    ),
    Flow(
        "sweep lost tasks",
        sweeps,
        (sent(parcels.image(), through=SCANNED), lost("make_thumbnails", "read_metadata")),
    ),
    Flow("sweep what never came", sweeps, (sent(parcels.never_sent()), waited(hours=3))),
    Flow(
        "sweep parts that never came",
        sweeps,
        (sent(parcels.never_sent(multipart=True)), waited(hours=26)),
    ),
    Flow("reserve parts", acts, (begun(parcels.in_parts(), "reserve"),)),
    Flow(
        "reserve a link",
        acts,
        (sent(parcels.text(), through=ALL), begun(parcels.linked(), "reserve")),
    ),
    Flow(
        "reserve a version",
        acts,
        (sent(parcels.text(**BARE), through=ALL), begun(parcels.version("text"), "reserve")),
    ),
    Flow("complete", acts, (begun(parcels.in_parts(), "complete"),)),
    Flow("abort parts", acts, (begun(parcels.aborted(multipart=True), "abort"),)),
    Flow(
        "retry a scan",
        acts,
        (
            begun(parcels.retried(parcels.text(**BARE)), "retry", "route_upload"),
            scanned_in_vain(5),
        ),
    ),
    Flow(
        "retry what has failed by chance",
        acts,
        (
            begun(parcels.retried(parcels.image()), "retry", *DRAWN_LAST),
            given_up("make_thumbnails"),
        ),
    ),
    Flow(
        "retry a task",
        acts,
        (begun(parcels.retried(parcels.torn_image()), "retry", *ALL),),
    ),
    Flow(
        "scan what is reviewed",
        delivers("scan_upload"),
        (reviewed(ONCE), sent(small(ONCE, "editor: approve"), through=ROUTED)),
    ),
    Flow(
        "tell of a record",
        delivers("dispatch_records"),
        (reviewed(ONCE), sent(small(ONCE, "editor: approve"), through=ALL)),
    ),
    Flow(
        "tell a reviewer",
        delivers("notify"),
        (
            reviewed(ONCE),
            sent(small(ONCE, "editor: approve"), through=(*ALL, *TOLD)),
            passed("notify"),  # that a review has begun, which nobody is told
        ),
    ),
    Flow(
        "begin to wait",
        delivers("keep_time"),
        (reviewed(ONCE), sent(small(ONCE, "editor: approve"), through=ALL)),
    ),
    Flow("approve the first step", acts, (reviewed(TWICE), in_review(TWICE, *BOTH))),
    Flow(
        "approve the last step",
        acts,
        (reviewed(TWICE), in_review(TWICE, *BOTH), then(BOTH[0], "keep_time")),
    ),
    Flow(
        "reject",
        acts,
        (reviewed(TWICE), in_review(TWICE, "editor: reject", ends="rejected")),
    ),
    Flow(
        "request changes",
        acts,
        (reviewed(ONCE), in_review(ONCE, "editor: request_changes", ends="changes_requested")),
    ),
    Flow(
        "expire",
        delivers("keep_time"),
        (reviewed(BRIEFLY), in_review(BRIEFLY, ends="approval_expired"), waited(hours=2)),
    ),
    Flow(
        "escalate",
        delivers("keep_time"),
        (reviewed(ESCALATED), in_review(ESCALATED, ends="approval_expired"), waited(hours=2)),
    ),
    Flow(
        "remind",
        tends,
        (reviewed(BRIEFLY), in_review(BRIEFLY, ends="approval_expired"), waited(minutes=40)),
    ),
    Flow(
        "tend what its author left",
        tends,
        (
            reviewed(ONCE),
            sent(small(ONCE, "editor: approve"), through=ROUTED),
            dies_after("scan_upload", "BatchWriteItem"),
            waited(minutes=2),
        ),
    ),
    Flow(
        "tend a lost execution",
        tends,
        (reviewed(ONCE), in_review(ONCE, "editor: approve"), vanished, waited(hours=40)),
    ),
    Flow("trash what is reviewed", acts, (reviewed(ONCE), in_review(ONCE, *BACK))),
    Flow(
        "end a trashed review",
        delivers("end_workflows"),
        (reviewed(ONCE), in_review(ONCE, *BACK), then("admin: trash", "dispatch_records")),
    ),
    Flow(
        "end a superseded review",
        delivers("end_workflows"),
        (
            reviewed(ONCE),
            reviewable(parcels.superseded()[0]),
            sent(parcels.superseded()[1], through=(*ALL, *TOLD)),
        ),
    ),
    Flow(
        "begin a restored review",
        delivers("end_workflows"),
        (
            reviewed(ONCE),
            in_review(ONCE, *BACK),
            then("admin: trash", *TOLD, "end_workflows", "keep_time"),
            then("admin: restore", *TOLD),
        ),
    ),
)
