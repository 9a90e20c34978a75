"""Schedules of chance: clients, messages, time and faults in an order that a number decides."""

import random
from datetime import timedelta

from tests.faults import parcels, truth
from tests.faults.parcels import BARE, BRIEFLY, ESCALATED, ONCE, TWICE, Parcel
from tests.faults.wire import Call, Fault
from tests.faults.world import STREAM, Letter, World
from tests.journeys.pipeline import assert_nothing_unscanned_is_readable

LOOK_CLOSELY_EVERY = 40
"""In every 40th schedule members try to get at bytes by all that the API has."""

ALL_AGAIN_EVERY = 4
"""In every 4th schedule all messages come once more, long after all was done."""

_LONGEST = 24
_FAULTS: tuple[Fault, ...] = ("dies before", "dies after", "answer lost", "overtaken")
_REVIEWS: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    (ONCE, None, ("editor: approve",)),
    (ONCE, "changes_requested", ("editor: request_changes",)),
    (ONCE, None, ("admin: trash", "admin: restore", "editor: approve")),
    (TWICE, None, ("editor: approve", "moderator: approve")),
    (TWICE, "rejected", ("editor: approve", "moderator: reject")),
    (BRIEFLY, "approval_expired", ()),
    (ESCALATED, "approval_expired", ()),
)
"""By which category something is reviewed, how that ends, and what people do."""
_OF_LEAVERS = (parcels.sent_in_time, parcels.sent_too_late, parcels.taken_over)
_PAUSES = (timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=17))


def run(world: World, seed: int) -> None:
    """Run the schedule of a number.

    Raises:
        AssertionError: something does not hold; its notes name the seed and what happened.
    """
    world.reset(seed)
    storm = _Storm(world)
    try:
        storm.rage()
        if seed % LOOK_CLOSELY_EVERY == 0:
            assert_nothing_unscanned_is_readable(world.pipeline)
        world.settle()
        truth.all_is_well(world)
        if seed % ALL_AGAIN_EVERY == 0:
            _deliver_everything_again(world)
            truth.all_is_well(world)
        if seed % LOOK_CLOSELY_EVERY == 0:
            assert_nothing_unscanned_is_readable(world.pipeline)
    except Exception as error:
        error.add_note(f"seed {seed}: {', '.join(storm.told)}")
        raise


def _deliver_everything_again(world: World) -> None:
    """Let old messages come back long after all was done."""
    world.pass_time(timedelta(days=1))
    letters = world.random.sample(world.delivered, len(world.delivered))
    for letter in letters:
        assert world.deliver([letter]), f"an old message to {letter.function} fails"
    world.deliver_all()


class _Storm:
    """The time in which things go wrong."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random
        self._away: dict[str, int] = {}
        self._risk = self._random.choice((0.0, 0.02, 0.05, 0.1))
        self._overload = self._random.choice((0.0, 0.0, 0.02, 0.05))
        self.told: list[str] = []
        cargo = _cargo(self._random)
        for parcel in cargo:
            if parcel.review and not parcel.of:
                world.review(parcel.review)
        world.parcels += cargo
        world.wire.meanwhile = self._meanwhile

    def rage(self) -> None:
        """Let chance do this and that until everything is done, or it was enough."""
        for _ in range(_LONGEST * (2 if self._world.reviews else 1)):
            busy = [parcel for parcel in self._world.parcels if self._world.may_act(parcel)]
            if not busy and not self._world.post:
                break
            self._happen(busy)
            if self._random.random() < 0.3:
                truth.nothing_unscanned(self._world)

    def _happen(self, busy: list[Parcel]) -> None:
        chance, world = self._random.random(), self._world
        if busy and (chance < 0.4 or (chance < 0.85 and not world.post)):
            parcel = self._random.choice(busy)
            done = world.act(parcel, self._suffers)
            self._tell(f"{parcel.name} {'did' if done else 'has still to do'} its step")
            world.collect()
        elif chance < 0.85:
            self._post_moves()
        elif chance < 0.9 and world.reviews and self._random.random() < 0.5:
            world.tend(self._suffers)
            self._tell("tended")
        elif chance < 0.9:
            world.sweep(self._suffers)
            self._tell("swept")
        elif chance < 0.96:
            world.pass_time(self._random.choice(_PAUSES))
            self._tell(f"{world.elapsed} have passed")
        elif self._random.random() < 0.5:
            world.scanner_leaves()
            self._tell("the scanner left")
        else:
            world.scanner_returns()
            self._tell("the scanner came back")

    def _post_moves(self) -> None:
        """Deliver any letter, or some to the same function at once; lose or double one."""
        letter, chance = self._any_letter(), self._random.random()
        if letter.function == STREAM:
            done = self._world.deliver([letter], self._suffers)
            self._tell(f"a record was told{'' if done else ' in vain'}")
            return
        if chance < 0.08:
            self._world.post.remove(letter)
            self._tell(f"a letter to {letter.function} got lost")
            return
        if chance < 0.2:
            self._world.post.append(Letter(letter.function, letter.message))
        together = [letter]
        if letter.function == "route_upload":
            others = [x for x in self._world.post if x.function == letter.function]
            together += [x for x in others if x is not letter and chance > 0.6]
        done = self._world.deliver(together, self._suffers)
        self._tell(f"{len(together)} to {letter.function}{'' if done else ' failed'}")

    def _any_letter(self) -> Letter:
        """Choose one; of a stream's the first."""
        letter = self._random.choice(self._world.post)
        if letter.function == STREAM:
            return next(first for first in self._world.post if first.function == STREAM)
        return letter

    def _meanwhile(self) -> None:
        """What another process does between two calls of one."""
        if self._world.post and self._random.random() < 0.8:
            letter = self._any_letter()
            self._tell(f"({letter.function} meanwhile)")
            self._world.deliver([letter])
        else:
            self._tell("(swept meanwhile)")
            self._world.sweep()
            if self._world.reviews:
                self._world.tend()

    def _suffers(self, call: Call) -> Fault | None:
        if self._away.get(call.service, 0) > 0:
            self._away[call.service] -= 1
            return "refused"
        if self._random.random() < self._overload:
            self._away[call.service] = self._random.choice((0, 1, 3, 8, 20))
            self._tell(f"{call.service} is overloaded")
            return "refused"
        if self._random.random() < self._risk:
            fault = self._random.choice(_FAULTS)
            self._tell(f"{fault} {call.operation}:")
            return fault
        return None

    def _tell(self, what: str) -> None:
        self.told.append(what)


def _cargo(chance: random.Random) -> list[Parcel]:
    """Choose one to four parcels, often with the same bytes."""
    tasks = chance.choice((BARE, BARE, {}, {"generate_thumbnail": False}))
    makers = (
        lambda: [parcels.image(**tasks)],
        lambda: [parcels.image(**tasks), parcels.image("duplicate")],
        lambda: [parcels.text(**tasks), parcels.text("duplicate", **BARE)],
        lambda: [parcels.text(**tasks)],
        lambda: [parcels.text("first", **BARE), parcels.version("first")],
        lambda: [parcels.virus()],
        lambda: [parcels.torn_image()],
        lambda: [parcels.wrong_size()],
        lambda: [parcels.in_parts()],
        lambda: [parcels.aborted(multipart=chance.random() < 0.5)],
        lambda: [parcels.aborted(by=chance.choice(("editor", "admin")))],
        lambda: [parcels.too_few()],
        parcels.crowded,
        parcels.superseded,
        parcels.taken_down,
        parcels.given_back,
        parcels.banned,
        lambda: [parcels.taken_from_review()],
        lambda: [parcels.moved(chance.choice(("editor: approve", "editor: reject")))],
        lambda: [parcels.delegated()],
        lambda: [parcels.by_hand()],
        lambda: [
            chance.choice((parcels.sent_in_time, parcels.sent_too_late, parcels.taken_over))()
        ],
        lambda: [_reviewed(parcels.image(**tasks), chance)],
        lambda: [_reviewed(parcels.text(**tasks), chance)],
    )
    chosen = [
        parcel for make in chance.sample(makers, chance.choice((1, 1, 2))) for parcel in make()
    ]
    chance.shuffle(chosen)
    return sorted(chosen, key=lambda parcel: parcel.of is not None)


def _reviewed(parcel: Parcel, chance: random.Random) -> Parcel:
    category, ends, deeds = chance.choice(_REVIEWS)
    return parcels.reviewed(parcel, category, *deeds, ends=ends)
