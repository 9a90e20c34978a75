"""What flows are told with: how far a story has come, and the step that is cut."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.core import storage
from chalicelib.core.settings import settings
from tests.faults import parcels, state
from tests.faults.parcels import BARE, Parcel
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


def up_to(step: str, *more: Parcel) -> Preparation:
    """Let clients do what they want, and all functions run, until the last one comes to a step."""

    def prepare(world: World) -> None:
        world.parcels += [replace(parcel) for parcel in more]
        last = world.parcels[-1]
        while last.todo[0] != step or not world.may_act(last):
            busy = [one for one in world.parcels if world.may_act(one)]
            for parcel in busy:
                assert world.act(parcel)
            assert busy or world.post, f"nobody comes to {step}"
            world.deliver_all()

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
    world.wire.films.vanish()


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


def mirrored(world: World) -> None:
    """Let recent contents be looked at with the signatures by which they were scanned."""
    world.mirror_changes(1)
    world.clean()


def learned(world: World) -> None:
    """Let the scanner learn of the worm."""
    world.scanner_learns()


def littered(world: World) -> None:
    """Leave objects that no content has, since two days."""
    here, tenant = settings(), world.pipeline.acme.id
    for bucket, sha256, name in (
        (here.originals_bucket, "e" * 64, ""),
        (here.renditions_bucket, "f" * 64, "/thumbnail-small.webp"),
    ):
        key = f"{tenant}/{sha256}{name}"
        storage.put(bucket, key, b"litter", "text/plain")
        state.date(bucket, key, world.moment - timedelta(days=2))
        world.strangers.add(sha256)


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


def cleans(world: World, plan: Plan) -> None:
    """Run what scans again and cleans up; two may run at once."""
    world.wire.meanwhile = world.clean
    world.clean(plan)


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
