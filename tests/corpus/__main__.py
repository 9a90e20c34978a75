"""Puts a folder of samples through what handles media.

`python -m tests.corpus FOLDER` prints a table of outcomes, `--mutations N` damages each file N
times by chance, `--metadata` compares with exiftool, `--sheet FILE` draws all thumbnails.
FOLDER is by default what REEF_SAMPLES names.
"""

import argparse
import io
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

import tests.conftest  # noqa: F401  # sets the environment
from chalicelib.processing.media import sandbox
from chalicelib.processing.media.documents.archives import MOST_MEMBER_BYTES
from tests.corpus import fields, outcomes
from tests.corpus.mutations import mutated

LONGEST_SECONDS = 125
"""A file's time in both functions; no outcome may take longer."""

MOST_MUTATED_BYTES = 4_000_000
GOOD_ENDS = {"", "unreadable", "too_large_to_decode", "type_mismatch", "processing_timeout"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 where an outcome is none that may be."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("REEF_SAMPLES", ""))
    parser.add_argument("--mutations", type=int, default=0, metavar="N", help="of each file")
    parser.add_argument("--seed", default="0", help="of the mutations")
    parser.add_argument("--metadata", action="store_true", help="compare with exiftool")
    parser.add_argument("--sheet", help="a picture of all thumbnails")
    options = parser.parse_args(arguments)
    if not options.folder:
        parser.error("name a folder, or set REEF_SAMPLES")
    paths = sorted(path for path in Path(options.folder).rglob("*") if path.is_file())
    sandbox.warm_up()
    if options.metadata:
        return _compare(paths)
    if options.mutations:
        return _mutate(paths, options.mutations, options.seed)
    return _table(paths, Path(options.folder), options.sheet)


def _table(paths: list[Path], folder: Path, sheet: str | None) -> int:
    ends: Counter[str] = Counter()
    pictures, odd = [], 0
    for path in paths:
        outcome = outcomes.of_file(path)
        end = outcome.reason or outcome.status
        ends[end] += 1
        odd += outcome.reason not in GOOD_ENDS
        print(
            path.relative_to(folder),
            outcome.content_type,
            end,
            f"{outcome.seconds:.2f} s",
            f"{outcome.peak_bytes >> 20} MiB",
            outcome.note,
            sep="\t",
            flush=True,
        )
        if outcome.thumbnail:
            pictures.append(outcome.thumbnail)
    print(f"{len(paths)} files:", ", ".join(f"{count} {end}" for end, count in ends.most_common()))
    if sheet:
        _draw(pictures, sheet)
    return int(odd > 0)


def _mutate(paths: list[Path], count: int, seed: str) -> int:
    ends: Counter[str] = Counter()
    failed: list[str] = []
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory(prefix="reef-corpus-") as name:
        for path, number, damaged in _damaged(paths, count, seed):
            victim = Path(name) / f"damaged{path.suffix}"
            victim.write_bytes(damaged)
            outcome = outcomes.of_file(victim, outcomes.declared_type(path))
            ends[outcome.reason or outcome.status] += 1
            slowest = max(slowest, (outcome.seconds, f"{path} {number}"))
            late = outcome.seconds > LONGEST_SECONDS
            if outcome.reason not in GOOD_ENDS or late:
                failed.append(f"{path} {seed} {number}: {outcome.reason} {outcome.seconds:.0f} s")
                print(failed[-1], flush=True)
    print(f"{sum(ends.values())} damaged files:", dict(ends.most_common()))
    print(f"slowest: {slowest[0]:.1f} s, {slowest[1]}")
    left = _left_over()
    print(
        f"folders left over: {len(left)}; unpacked at most {MOST_MEMBER_BYTES >> 20} MiB a member"
    )
    return int(bool(failed or left))


def _damaged(paths: list[Path], count: int, seed: str) -> Iterator[tuple[Path, int, bytes]]:
    whole = [path for path in paths if path.stat().st_size <= MOST_MUTATED_BYTES]
    for number in range(count):
        for path in whole:
            chance = random.Random(f"{seed} {path.name} {number}")
            yield path, number, mutated(path.read_bytes(), chance)


def _left_over() -> list[str]:
    mine = Path(tempfile.gettempdir()).glob(f"reef-{sandbox.warm_up()}-*")
    return [path.name for path in mine]


def _compare(paths: list[Path]) -> int:
    theirs = fields.by_exiftool(paths)
    there, found = Counter[str](), Counter[str]()
    for path in paths:
        facts = outcomes.facts_of(path)
        if facts is None:
            continue
        ours = facts.embedded | facts.technical
        for name, same, value, own in fields.compared(theirs.get(str(path), {}), ours):
            there[name] += 1
            found[name] += same
            if not same:
                print(f"{path.name}\t{name}\texiftool: {str(value)[:80]}\tReef: {str(own)[:80]}")
    for name, count in there.most_common():
        print(f"{name}\t{found[name]} of {count}")
    share = sum(found.values()) / max(1, sum(there.values()))
    print(
        f"{sum(found.values())} of {sum(there.values())} values, {share:.1%}, {len(there)} fields"
    )
    return int(share < 0.95)


def _draw(pictures: list[bytes], path: str) -> None:
    side, across = 150, 12
    rows = -(-len(pictures) // across)
    sheet = Image.new("RGB", (side * across, side * rows), (200, 200, 210))
    for number, data in enumerate(pictures):
        picture = Image.open(io.BytesIO(data)).convert("RGBA")
        picture.thumbnail((side - 6, side - 6))
        place = number % across * side + 3, number // across * side + 3
        sheet.paste(picture, place, picture)
    sheet.save(path)


if __name__ == "__main__":
    sys.exit(main())
