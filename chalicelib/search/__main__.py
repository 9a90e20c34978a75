"""`python -m chalicelib.search rebuild TENANT`: make an index again, run with AWS credentials."""

import argparse
import sys

from chalicelib.search import rebuilding


def main() -> int:
    """Run one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="reef-search", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    again = commands.add_parser("rebuild", help="index all assets of a tenant again")
    again.add_argument("tenant_id")
    options = parser.parse_args()
    count, wrong = rebuilding.rebuild(options.tenant_id)
    print(f"{count} assets indexed, {wrong} wrong entries removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
