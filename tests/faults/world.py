"""A Reef with one tenant whose time, ids and messages the harness moves by hand."""

import copy
import gc
import hashlib
import itertools
import random
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core import clock, queues, settings, storage, tables
from chalicelib.core.outbox import SYSTEM
from chalicelib.processing.conversion import on_demand
from chalicelib.processing.media import sandbox
from chalicelib.processing.scanning import clamd as clamds
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.tenants import invitations
from chalicelib.workflows.moderation import bans, flags, takedowns
from local import clamav
from tests import cloud as clouds
from tests.faults import clients, parcels, people, state, work
from tests.faults.film_machine import FilmMachine
from tests.faults.machines import Machines
from tests.faults.parcels import DELEGATE, LEAVER, MOST_VERSIONS, TEXT, Parcel
from tests.faults.wire import Died, Plan, Wire, nothing
from tests.journeys import pipeline as journeys
from tests.journeys.pipeline import FUNCTIONS, Pipeline

MOST_RECEIVES = 5
"""After so many the queue gives a message up; the same number stands in `infra/`."""

STREAM = "dispatch_records"
"""The function that follows a stream, whose records keep their order."""

FOLLOWERS = ("keep_time", "end_workflows", "notify", "convert_media")
"""The functions that follow what is ready or reviewed, beside those of an upload."""

_ROUNDS = 40
_WAITS = (timedelta(minutes=17), timedelta(minutes=17), timedelta(hours=2, minutes=10))
_BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
_PATIENCE = timedelta(seconds=41)
"""After this a client repeats a request; its first run is no longer in progress then."""

_STEPS = clients.STEPS | people.STEPS

AGAIN = ("scanner_unavailable", "processing_failed")
"""Failures that are AWS's or the scanner's fault: people are told to try again, and do."""


@dataclass(eq=False)
class Letter:
    """A message of a queue."""

    function: str
    message: dict[str, Any]
    receives: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether its queue has given it up; a stream gives nothing up."""
        return self.receives >= MOST_RECEIVES and self.function != STREAM


@dataclass
class Kept:
    """A world as it stood."""

    stored: state.Saved
    elapsed: timedelta
    ticks: int
    ids: Any
    parcels: list[Parcel]
    post: list[Letter]
    machines: tuple[Machines, FilmMachine]
    knows_more: bool


class World:
    """One Reef, its clients and its post."""

    def __init__(
        self, pipeline: Pipeline, clamd: Clamd, newer: Clamd, patch: pytest.MonkeyPatch
    ) -> None:
        self.pipeline = pipeline
        self.wire = Wire(patch)
        self.random = random.Random()
        self.elapsed = timedelta()
        self.parcels: list[Parcel] = []
        self.post: list[Letter] = []
        self.delivered: list[Letter] = []
        self.sweeps = 0
        self.templates: dict[str, str] = {}
        self.strangers: set[str] = set()
        self.is_cleaned = self.knows_more = False
        self._clamd, self._newer = clamd, newer
        self._ticks = self._dispatched = 0
        self._ids = random.Random()
        patch.setattr(clock, "now", self._now)
        patch.setattr(tables, "time", SimpleNamespace(sleep=lambda _: None))  # who repeats a write
        patch.setattr(secrets, "randbits", lambda bits: self._ids.getrandbits(bits))
        patch.setattr(sandbox, "run", work.remembering(sandbox.run))
        # What goes in slices goes on at the next version already.
        for module, name in ((takedowns, "SLICE"), (bans, "SLICE"), (flags, "_SLICES_AT_ONCE")):
            patch.setattr(module, name, 1)
        pipeline.configure(
            max_versions=MOST_VERSIONS,
            conversion_segment_seconds=2,
            renditions={parcels.BANNER: {"width": 16, "height": 16, "fit": "crop"}},
        )
        for wait in ("WAIT_SECONDS", "SHORT_WAIT_SECONDS"):
            patch.setattr(on_demand, wait, 0.0)
        self._invite(**{LEAVER: "contributor", DELEGATE: "viewer"})
        state.wipe()
        self._empty = state.save()
        self._warm_up()

    @property
    def reviews(self) -> bool:
        """Whether anything is reviewed, so that what follows from records is followed."""
        return bool(self.templates)

    def _invite(self, **people: str) -> None:
        acme = self.pipeline.acme
        for name, role in people.items():
            member = invitations.invite(
                acme.id, acme.email(name), [role], SYSTEM, self.moment, password=clouds.PASSWORD
            )
            acme.members[name] = member.id

    def _warm_up(self) -> None:
        """Do all once, so that no first time, a key read or a sign-in, differs from the others."""
        self.reset(0)
        self.parcels.append(parcels.image())
        self.settle()
        self.reset(0)
        self.review(parcels.TWICE)
        deeds = ("editor: approve", "moderator: approve")
        self.parcels.append(parcels.reviewed(parcels.image(), parcels.TWICE, *deeds))
        self.settle()
        for name in self.pipeline.acme.members:
            self.call("GET", "/me/", who=name)

    def _now(self) -> datetime:
        """Give a time that stands still but for a millisecond each time it is asked for."""
        self._ticks += 1
        return self.moment

    @property
    def moment(self) -> datetime:
        """The present time, without asking for it."""
        return _BEGIN + self.elapsed + timedelta(milliseconds=self._ticks)

    def reset(self, seed: int) -> None:
        """Begin afresh: nothing stored but the tenant, and all chance decided by a number."""
        state.restore(self._empty)
        self.random = random.Random(seed)
        self._ids = random.Random(seed)
        self._ticks = 0
        self.elapsed = timedelta()
        self.parcels, self.post, self.delivered = [], [], []
        self.sweeps = self._dispatched = 0
        self.templates = {}
        self.strangers = set()
        self.is_cleaned = self.knows_more = False
        self.wire.machines, self.wire.films = Machines(), FilmMachine()
        self.scanner_returns()

    def keep(self) -> Kept:
        """Remember everything as it is now."""
        self.collect()
        parcels = [replace(parcel) for parcel in self.parcels]
        post = [replace(letter) for letter in self.post]
        ids = self._ids.getstate()
        machines = copy.deepcopy((self.wire.machines, self.wire.films))
        stood = state.save(), self.elapsed, self._ticks, ids
        return Kept(*stood, parcels, post, machines, self.knows_more)

    def go_back(self, kept: Kept) -> None:
        """Make everything as it was."""
        state.restore(kept.stored)
        self.elapsed, self._ticks = kept.elapsed, kept.ticks
        self._ids.setstate(kept.ids)
        self.parcels = [replace(parcel) for parcel in kept.parcels]
        self.post = [replace(letter) for letter in kept.post]
        self.wire.machines, self.wire.films = copy.deepcopy(kept.machines)
        self.knows_more = kept.knows_more
        self.delivered = []
        self.sweeps = self._dispatched = 0
        self.scanner_returns()

    def standing(self) -> str:
        """Describe all that outlives a process; from the same standing the same follows."""
        post = [(x.function, _subject(x.message), x.receives) for x in self.post]
        clients = [(parcel.todo, parcel.reserved is not None) for parcel in self.parcels]
        machines = self.wire.machines.running, self.wire.films.running
        return repr((state.rows(), state.stored_keys(), post, clients, machines))

    def scanner_leaves(self) -> None:
        """Let nobody answer where clamd was."""
        self.pipeline.configure(clamd_socket="/nowhere/clamd.sock")

    def scanner_returns(self) -> None:
        """Let clamd answer again."""
        self.pipeline.scan_with(self._newer if self.knows_more else self._clamd)

    def scanner_learns(self) -> None:
        """Let clamd know the worm, and the mirror say that there are other signatures."""
        self.knows_more = True
        self.scanner_returns()
        self.strangers.add(hashlib.sha256(parcels.WORM).hexdigest())
        self.mirror_changes(2)

    def mirror_changes(self, number: int) -> None:
        """Let the mirror hold other signatures than before."""
        data, binary = f"signatures {number}".encode(), "application/octet-stream"
        storage.put(settings.settings().signatures_bucket, "daily.cld", data, binary)

    def review(self, category: str) -> None:
        """Have what is uploaded into a category reviewed, and follow what happens to it."""
        if category in self.templates:
            return
        body = {"name": category, "category": category, "steps": parcels.STEPS[category]}
        made = self.call("POST", "/workflow_templates/", who="admin", body=body)
        assert made.status == 201, made.content
        self.templates[category] = made.json["id"]

    def workflow(self, parcel: Parcel) -> state.Row | None:
        """Give the newest review of a parcel's version."""
        if parcel.reserved is None:
            return None
        rows = [row for row in state.rows() if row.get("sk") == "WORKFLOW"]
        mine = [row for row in rows if row["asset_id"] == parcel.asset_id]
        return next((row for row in reversed(mine) if row["number"] == parcel.number), None)

    def may_act(self, parcel: Parcel) -> bool:
        """Say whether what a parcel's people do next is possible yet."""
        if not parcel.todo:
            return False
        if any(other.name == parcel.after and other.todo for other in self.parcels):
            return False
        base = self.base(parcel)
        if base is not None and base.reserved is None:
            return False
        return parcel.tried or people.may(self, parcel)

    def helper(self, parcel: Parcel) -> str:
        """Say who tries again what has failed: the uploader, or an admin where they have left."""
        return "admin" if parcel.who == LEAVER else parcel.who

    def call(
        self, method: str, path: str, plan: Plan = nothing, who: str = "contributor", **more: Any
    ) -> Any:
        """Call the API as somebody; None where the process died before it answered."""
        self.pass_time(timedelta(seconds=1))
        try:
            with self.wire.watched(plan):
                return self.pipeline.cloud.call(method, path, self.pipeline.who(who), **more)
        except Died:
            return None

    def act(self, parcel: Parcel, plan: Plan = nothing) -> bool:
        """Let a client take its next step; False where it has to take it again."""
        done = _STEPS[parcel.todo[0]](self, parcel, plan)
        parcel.tried = not done
        if done:
            refused = parcel.todo[0] == "reserve" and parcel.reserved is None
            parcel.todo = () if refused else parcel.todo[1:]
        else:
            self.pass_time(_PATIENCE)
        return done

    def ask(self, parcel: Parcel) -> None:
        """Let a request of a client's come once more."""
        _STEPS[parcel.todo[0]](self, parcel, nothing)

    def finish_clients(self) -> None:
        """Let every client do all that it meant to and can do now."""
        for parcel in self.parcels:
            for _ in range(10):
                if self.may_act(parcel):
                    self.act(parcel)
            assert not self.may_act(parcel), f"{parcel.name}: {parcel.todo[0]} is refused for ever"

    def finish(self) -> None:
        """Let clients, functions and reviewers do what they can, until nobody can do more."""
        while True:
            self.finish_clients()
            self.deliver_all()
            if not any(self.may_act(parcel) for parcel in self.parcels):
                return

    def collect(self) -> list[Letter]:
        """Take what waits in the queues to the post; gives what is new."""
        every = [s for s in self.pipeline.cloud.app.event_sources if hasattr(s, "queue")]
        functions = (*FUNCTIONS, *FOLLOWERS)
        sources = [source for source in every if source.name in functions]
        new = [
            Letter(source.name, journeys.message(body))
            for source in sources
            for body in state.take_messages(source.queue)
        ]
        assert {source.name for source in sources} == {*functions}
        for body in self.wire.machines.messages(self.moment):
            new.append(Letter("keep_time", journeys.message(body)))
        for body in self.wire.films.messages(self.moment):
            new.append(Letter("convert_media", journeys.message(body)))
        if self.reviews:
            told = state.records(self._dispatched)
            self._dispatched += len(told)
            new += [Letter(STREAM, record) for record in told]
        self.post += new
        return new

    def deliver(self, letters: Sequence[Letter], plan: Plan = nothing) -> bool:
        """Hand letters of one function over; what fails goes back to the post."""
        for letter in letters:
            letter.receives += 1
            if letter in self.post:
                self.post.remove(letter)
        self.delivered += [letter for letter in letters if letter not in self.delivered]
        try:
            with self.wire.watched(plan):
                back = self._hand_over(letters)
        except Died:
            back = letters
        kept = [letter for letter in back if not letter.is_lost]
        if letters[0].function == STREAM:
            self.post[:0] = kept  # a stream hands over nothing before what has failed
        else:
            self.post += kept
        self.collect()
        return not back

    def _hand_over(self, letters: Sequence[Letter]) -> Sequence[Letter]:
        """Invoke a function; gives what comes back."""
        messages, function = [letter.message for letter in letters], letters[0].function
        if function == STREAM:
            told = clouds.answer(self.pipeline.source(function), {"Records": messages})
            return letters if told["batchItemFailures"] else []
        failed = self.pipeline.deliver(function, messages)
        return [letter for letter in letters if letter.message["MessageId"] in failed]

    def deliver_all(self, *functions: str) -> None:
        """Hand over every letter, of some functions or of all, until none is left."""
        self.collect()
        while waiting := [x for x in self.post if not functions or x.function in functions]:
            self.deliver(waiting[:1])

    def sweep(self, plan: Plan = nothing) -> None:
        """Run the Lambda that looks after uploads."""
        self._run_scheduled("chalicelib.processing.events.sweep_unfinished", plan)

    def tend(self, plan: Plan = nothing) -> None:
        """Run the Lambda that looks after reviews."""
        self._run_scheduled("chalicelib.workflows.events.tend_workflows", plan)

    def clean(self, plan: Plan = nothing) -> None:
        """Run the Lambda that scans recent contents again and deletes what nothing has."""
        self.is_cleaned = True
        self._run_scheduled("chalicelib.processing.events.clean_up", plan)

    def send_late_mails(self) -> None:
        """Run the Lambda that sends what could not be sent at once."""
        self._run_scheduled("chalicelib.notifications.events.send_digests", nothing)

    def _run_scheduled(self, handler: str, plan: Plan) -> None:
        self.sweeps += 1
        try:
            with self.wire.watched(plan):
                clouds.invoke(handler, SCHEDULED)
        except Died:
            pass
        except Exception:
            # EventBridge's next minute is the retry.
            if plan is nothing:
                raise
        self.collect()

    def pass_time(self, time: timedelta) -> None:
        """Let time go by."""
        self.elapsed += time

    def settle(self) -> None:
        """Let AWS be well again, everybody do what is left, and the sweeper look after the rest."""
        self.scanner_returns()
        self.finish()
        if self.is_cleaned:
            self.pass_time(timedelta(hours=6))
            self.clean()
            self.finish()
        waits = itertools.chain(_WAITS, itertools.repeat(timedelta(hours=26)))
        for wait in itertools.islice(waits, _ROUNDS):
            self._try_failed_again()
            unfinished = [row for row in state.rows() if {"due_shard", "digest_shard"} & row.keys()]
            # An execution whose token got lost waits until the time of its step is over.
            executions = {**self.wire.machines.running, **self.wire.films.running}
            if not unfinished and not self.post and not executions:
                break
            self.pass_time(wait)
            self.sweep()
            self.tend()
            self.send_late_mails()
            self.finish()
        self._resolve_reservations()

    def _try_failed_again(self) -> None:
        for parcel in self.parcels:
            reason = parcel.reserved and self.outcome(parcel)[1]
            if reason in AGAIN and reason != parcel.ends[1]:
                parcel.todo = ("retry", *(parcel.deeds or parcel.todo))
        self.finish()

    def _resolve_reservations(self) -> None:
        """Upload once more, much later: it looks after what crashes have left behind."""
        if any(row.get("reservations") for row in state.rows()):
            self.pass_time(timedelta(hours=2))
            late = Parcel("late", b"late", ("failed", "aborted"), TEXT, ("reserve", "abort"))
            self.parcels.append(late)
            self.finish()

    def base(self, parcel: Parcel) -> Parcel | None:
        """Give the parcel of whose asset another makes a version; None where it makes an asset."""
        return next((other for other in self.parcels if other.name == parcel.of), None)

    def outcome(self, parcel: Parcel) -> tuple[str, str | None]:
        """Give a parcel's status and reason as its table has them."""
        (face,) = [row["face"] for row in state.rows() if _is_version(row, parcel)]
        return face["status"], face["status_reason"]


@contextmanager
def running(clamd: Clamd) -> Iterator[World]:
    """Start a world of its own, with logs that say little: failures are its daily bread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REEF_LOG_LEVEL", "CRITICAL")
        gc.freeze()
        patch.setattr(clock, "now", lambda: _BEGIN)
        with clouds.running() as cloud, _knowing_more() as newer:
            yield World(Pipeline(cloud, clamd, patch), clamd, newer, patch)
    settings.settings.cache_clear()


@contextmanager
def _knowing_more() -> Iterator[Clamd]:
    """Start a clamd that knows the worm, too."""
    with tempfile.TemporaryDirectory(prefix="r-", dir="/tmp") as folder:
        database = Path(folder) / "signatures"
        clamav.refresh(database)
        (database / "newer.ndb").write_text(f"Reef.Worm:0:*:{parcels.WORM.hex()}\n")
        with clamds.start(folder, database) as started:
            yield started


def _subject(message: dict[str, Any]) -> object:
    """Give what a message is about, without the time at which S3 wrote it."""
    if "dynamodb" in message:
        return message["dynamodb"]["Keys"]
    body = message["Body"]
    return [one.key for one in queues.created(body)] if "Records" in body else body


def _is_version(row: state.Row, parcel: Parcel) -> bool:
    mine = row.get("asset_id") == parcel.asset_id and row.get("number") == parcel.number
    return mine and "face" in row


SCHEDULED = {
    "id": "1",
    "account": "123456789012",
    "detail": {},
    "detail-type": "Scheduled Event",
    "region": "us-east-1",
    "resources": [],
    "source": "aws.events",
    "time": "2026-01-01T12:00:00Z",
    "version": "0",
}
