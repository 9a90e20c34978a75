"""`python -m chalicelib.processing`: what the deployment's admin does, run with AWS credentials."""

import argparse
import sys

from chalicelib.core import clock, dead_letters
from chalicelib.core.settings import settings
from chalicelib.processing import cleaning, expired


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="reef-processing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dead-letters", help="count the messages that failed for good, by queue")
    redrive = commands.add_parser("redrive", help="send them back to where they came from")
    redrive.add_argument("queue", nargs="?", help="one dead-letter queue; all without it")
    clean = commands.add_parser(
        "clean-up", help="delete objects that nothing refers to, and what has had its time"
    )
    clean.add_argument("--dry-run", action="store_true", help="count them, and delete nothing")
    options = parser.parse_args(arguments)
    if options.command == "clean-up":
        found = cleaning.clean(clock.now(), dry_run=options.dry_run)
        what = "found" if options.dry_run else "deleted"
        print(f"{what}: {found.originals} originals, {found.renditions} renditions,")
        print(f"{found.freed_bytes} bytes of {found.looked_at} objects;")
        old = expired.drop(clock.now(), dry_run=options.dry_run)
        print(f"past their time: {old.jobs} items of jobs, {old.visits} of visits,")
        print(f"{old.uploads} uploads that never came")
    elif options.command == "redrive":
        for name, number in dead_letters.redrive(_prefix(), options.queue).items():
            print(f"{name}: {number} sent back")
    else:
        for queue in dead_letters.waiting(_prefix()):
            print(f"{queue.name}: {queue.waiting} (from {queue.source})")
    return 0


def _prefix() -> str:
    """Return how the names of the deployment's queues begin: `reef-`."""
    return settings().thumbnails_queue.rsplit("/", 1)[1].removesuffix("thumbnails")


if __name__ == "__main__":
    sys.exit(main())
