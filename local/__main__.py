"""`python -m local run` and `python -m local token EMAIL`."""

import argparse
import sys

from local import ports
from local.run import run
from local.token import print_token


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("run", help="run all of Reef on this machine")
    start.add_argument("--port", default="8000", help="and the next one (default 8000)")
    start.add_argument("--demo", action="store_true", help="put sample media through the API")
    start.add_argument(
        "--visibility-seconds",
        type=int,
        help="when unfinished messages come back, instead of the queues' own times",
    )
    start.add_argument(
        "--no-workers",
        action="store_true",
        help="start no workers; whoever asks so runs the functions itself",
    )
    token = commands.add_parser("token", help="print an ID token of a member")
    token.add_argument("email")
    token.add_argument("--port", default="8000", help="of the run (default 8000)")
    options = parser.parse_args()
    try:
        port = ports.read(options.port)
    except ports.PortUnusable as unusable:
        print(f"reef: {unusable}", file=sys.stderr)
        return 2
    if options.command == "token":
        return print_token(options.email, port)
    try:
        return run(
            port,
            demo=options.demo,
            visibility_seconds=options.visibility_seconds,
            workers=not options.no_workers,
        )
    except KeyboardInterrupt:  # before anything was started
        return 0


if __name__ == "__main__":
    sys.exit(main())
