"""A worker that is killed in each piece of a long film: the film comes out once, and whole."""

import itertools
import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.processing.conversion import splitting
from chalicelib.processing.conversion.divisions import Division
from chalicelib.processing.conversion.films import Codec
from chalicelib.processing.conversion.transcoding import Film
from tests.faults import parcels, state, truth
from tests.faults.stories import ALL, passed, sent
from tests.faults.wire import Call, Fault
from tests.faults.world import Letter, World

PIECES = ["sound", "0000", "0001", "0002"]

make_piece, join = splitting.make_piece, splitting.join


def be_killed_in_a_piece(
    source: str, name: str, division: Division, codec: Codec, target: str, seconds: float
) -> None:
    """Leave half a piece, as a process does that the kernel kills while it writes."""
    make_piece(source, name, division, codec, target, seconds)
    _leave_half_and_die(target)


def be_killed_joining(
    paths: list[str], division: Division, codec: Codec, length: float, target: str, seconds: float
) -> Film:
    """Leave half a film."""
    made = join(paths, division, codec, length, target, seconds)
    _leave_half_and_die(target)
    return made


def _leave_half_and_die(target: str) -> None:
    os.truncate(target, Path(target).stat().st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)


def dies_after(operation: str) -> Callable[[Call], Fault | None]:
    return lambda call: "dies after" if call.operation == operation else None


def waiting(world: World) -> list[Letter]:
    """Give what asks for pieces, or for their joining."""
    return [letter for letter in world.post if letter.function == "convert_media"]


def asked(world: World) -> list[str]:
    """Give the names of the pieces that are asked for."""
    return [json.loads(letter.message["Body"])["asked"] for letter in waiting(world)]


def kept() -> list[int]:
    """Give how often each piece was written."""
    return [times for _, key, times in state.stored_keys() if "/pieces/" in key]


def test_a_film_whose_workers_are_killed_in_every_piece_comes_out_once_and_whole(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.reset(1)
    for prepare in (sent(parcels.long_film(), through=ALL), passed("convert_media")):
        prepare(world)
    assert asked(world) == PIECES
    for number, letter in enumerate(waiting(world)):
        with monkeypatch.context() as killing:
            killing.setattr(splitting, "make_piece", be_killed_in_a_piece)
            assert not world.deliver([letter])
        assert kept() == [1] * number  # half a piece is none
        for operation in ("PutObject", "UpdateItem"):
            assert not world.deliver([letter], dies_after(operation))
        assert world.deliver([letter])
        assert kept() == [1] * (number + 1)  # what was written is not made again
    assert asked(world) == ["join"]
    (letter,) = waiting(world)
    with monkeypatch.context() as killing:
        killing.setattr(splitting, "join", be_killed_joining)
        assert not world.deliver([letter])
    for operation in ("PutObject", "TransactWriteItems"):
        assert not world.deliver([letter], dies_after(operation))
    world.settle()
    truth.all_is_well(world)
    assert kept() == []
    (conversion,) = [row for row in state.rows() if row.get("sk") == "CONVERSION#master"]
    assert conversion["task"]["attempts"] == 1
    assert_is_whole(tmp_path / "made.mp4")


def assert_is_whole(path: Path) -> None:
    """See that every frame of the film is there, each a tenth of a second after the other."""
    bucket = settings().renditions_bucket
    (key,) = [key for key in state.keys(bucket) if key.endswith("master.mp4") or "/master" in key]
    path.write_bytes(storage.read(bucket, key))
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries"]
    told = subprocess.run(
        [*command, "packet=pts_time", "-of", "csv=p=0", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    times = sorted(float(line.strip(",")) for line in told.split())
    assert {round(after - before, 3) for before, after in itertools.pairwise(times)} == {0.1}
    assert 50 <= len(times) <= 51  # the sound ends a little later
