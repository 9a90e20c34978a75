"""Long films: pieces made at the same time, asked for by the state machine, and joined at the end.

The item is the truth; an execution that is not of its `run` any more is answered and does nothing.
Pieces lie under names of their own, so that one made before a crash is not made again.
"""

import logging
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.assets.contents import Content
from chalicelib.assets.tasks import Task, TaskError
from chalicelib.core import clock, storage
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, update
from chalicelib.processing import run_tasks
from chalicelib.processing.conversion import makers
from chalicelib.processing.conversion.divisions import SOUND, Division
from chalicelib.processing.conversion.makers import Made
from chalicelib.processing.conversion.models import Conversion

log = logging.getLogger(__name__)

IN_PIECES = {"master": "h264", "hevc": "hevc"}
"""Renditions that are made in pieces where the film is long, and their codecs."""

_LEASE, _LEASE_A_PIECE = timedelta(minutes=60), timedelta(minutes=3)
"""How long an execution is left alone: ten pieces are made at a time, each in ten minutes."""

_OVER = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""What Step Functions says of tokens that nobody waits with any more."""

GAVE_UP = TaskError(
    "processing_failed", "Reef could not convert a part of the video; try again later."
)


def begin(content: Content, conversion: Conversion, task: Task) -> bool:
    """Have a film made in pieces where it is too long for one call; gives whether it is.

    Raises:
        MediaProblem: the film cannot be read, or is longer than what can be converted at all.
        WorkerFailed: the surroundings failed.
    """
    if conversion.name not in IN_PIECES or not _may_be_long(content):
        return False
    division = _divided(content, conversion.name)
    if division.segments == 1:
        return False
    run = clock.new_id()
    lease = _LEASE + _LEASE_A_PIECE * division.segments
    update(
        conversion,
        Conversion.division.set(division),
        Conversion.run.set(run),
        Conversion.pieces_done.remove(),
        *Conversion.due_actions(clock.now() + lease, f"{conversion.pk}#{conversion.sk}"),
        condition=Conversion.task == task,
    )
    asked = {
        "tenant_id": content.tenant_id,
        "sha256": content.sha256,
        "conversion": conversion.sk,
        "run": run,
        "pieces": division.pieces,
    }
    client("stepfunctions").start_execution(
        stateMachineArn=settings().conversion_machine,
        name=run,
        input=msgspec.json.encode(asked).decode(),
    )
    return True


def make_piece(content: Content, conversion: Conversion, name: str) -> None:
    """Make one piece of a film, unless it is there. Idempotent.

    Raises:
        MediaProblem: the film cannot be encoded.
        WorkerFailed: the surroundings failed.
    """
    from chalicelib.processing.conversion import splitting
    from chalicelib.processing.media import sandbox

    division = conversion.division
    assert division is not None  # its run has begun
    key, began = _piece_key(content, conversion, name), time.monotonic()
    bucket = settings().renditions_bucket
    if not storage.exists(bucket, key):
        seconds, limits = makers.bounds()
        with tempfile.TemporaryDirectory(prefix="reef-") as folder:
            target = f"{folder}/piece.mp4"
            told = (name, division, IN_PIECES[conversion.name], target, seconds - 5)
            with run_tasks.source_of(content) as source:
                sandbox.run(splitting.make_piece, source, *told, limits=limits)
            storage.upload(target, bucket, key, "video/mp4")
    took = time.monotonic() - began
    try:
        update(
            conversion,
            Conversion.pieces_done.add({f"{name}:{took:.1f}"}),
            condition=Conversion.run == conversion.run,
        )
    except ConditionFailed:
        log.info("another run has begun", extra={"conversion": conversion.sk})


def joined(content: Content, conversion: Conversion, folder: str) -> Made:
    """Join the pieces of a film in a folder.

    Raises:
        MediaProblem: what comes of it is not the film.
        WorkerFailed: the surroundings failed.
    """
    from chalicelib.processing.conversion import splitting
    from chalicelib.processing.media import sandbox

    division = conversion.division
    assert division is not None  # its run has begun
    paths = []
    for name in division.pieces:
        paths.append(f"{folder}/{name}.mp4")
        key = _piece_key(content, conversion, name)
        storage.download(settings().renditions_bucket, key, paths[-1])
    seconds, limits = makers.bounds()
    target = f"{folder}/made.mp4"
    codec, length = IN_PIECES[conversion.name], content.technical.get("duration_seconds")
    told = (division, codec, length, target, seconds - 5)
    outcome = sandbox.run(splitting.join, paths, *told, limits=limits)
    for path in paths:
        Path(path).unlink()
    return makers.film_made(content, conversion.name, outcome, target)


def forget_pieces(content: Content, conversion: Conversion) -> None:
    """Delete the pieces of a film that has been joined. Idempotent."""
    if conversion.division is not None:
        folder = f"{content.key}/pieces/{conversion.name}-"
        storage.delete_folder(settings().renditions_bucket, folder)


def answer(token: str) -> None:
    """Tell the state machine that what it waits for is over."""
    states = client("stepfunctions")
    try:
        states.send_task_success(taskToken=token, output="{}")
    except states.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in _OVER:
            raise


def _may_be_long(content: Content) -> bool:
    """Tell by what is known of a film whether it may need pieces; short ones cost nothing so."""
    facts: dict[str, Any] = content.technical
    known = [facts.get(name) for name in ("duration_seconds", "width", "height", "frame_rate")]
    if not all(known):
        return True
    seconds, width, height, rate = (float(one or 0) for one in known)
    work = max(1.0, width * height * rate / (1920 * 1080 * 30))
    return seconds * work * 3 > settings().conversion_segment_seconds


def _divided(content: Content, name: str) -> Division:
    from chalicelib.processing.conversion import splitting
    from chalicelib.processing.media import sandbox

    most = settings().conversion_segment_seconds
    with run_tasks.source_of(content) as source:
        told = (content.content_type, most, name == "hevc")
        return sandbox.run(splitting.divide, source, *told).result


def _piece_key(content: Content, conversion: Conversion, name: str) -> str:
    """Return where a piece lies: by how the film is divided, since that decides what is in it."""
    assert conversion.division is not None  # its run has begun
    frames = "" if name == SOUND else f"-{conversion.division.frames}"
    return f"{content.key}/pieces/{conversion.name}{frames}-{name}.mp4"
