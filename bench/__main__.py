"""Measure Reef against its peers: `python -m bench [PART ...]`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    approving,
    converting,
    describing,
    dropping,
    formats,
    importing,
    moving_in,
    polling,
    scanning,
    searching,
    signing,
    thumbnails,
    uploading,
)
from bench.report import Section, write

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"

Part = Callable[[bool], Section]

PARTS: dict[str, tuple[str, Part]] = {
    "thumbnails": (thumbnails.TITLE, thumbnails.measure),
    "formats": (formats.TITLE, formats.measure),
    "metadata": (describing.TITLE, describing.measure),
    "conversion": (converting.TITLE, converting.measure),
    "scan": (scanning.TITLE, scanning.measure),
    "signing": (signing.TITLE, signing.measure),
    "import": (importing.TITLE, importing.measure),
    "upload": (uploading.TITLE, uploading.measure),
    "drop": (dropping.TITLE, dropping.measure),
    "search": (searching.TITLE, searching.measure),
    "approvals": (approving.TITLE, approving.measure),
    "agent": (polling.TITLE, polling.measure),
    "moving-in": (moving_in.TITLE, moving_in.measure),
}


def main() -> int:
    """Measure the named parts, or all, print them, and write them down."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--quick", action="store_true", help="few and small samples, and nothing written down"
    )
    options = parser.parse_args()
    unknown = set(options.parts) - PARTS.keys()
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    sections = []
    for name in options.parts or PARTS:
        title, measure = PARTS[name]
        print(f"bench: {name} …", file=sys.stderr, flush=True)
        section = measure(options.quick)
        assert section.title == title  # by which it finds its place on the page
        print(section, flush=True)
        sections.append(section)
    if not options.quick:
        write(PAGE, sections, [title for title, _ in PARTS.values()])
    return 0


if __name__ == "__main__":
    sys.exit(main())
