"""Which assets go into which file of a zip, and under which names."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.assets import file_names
from chalicelib.core.errors import PayloadTooLarge

MOST_ASSETS = 1000
MOST_BYTES = 40_000_000_000

MOST_BYTES_A_FILE = 4_000_000_000
"""What one run finishes in its 15 minutes at 5 MB a second, a tenth of what Lambda reads and
writes; and every program that knows zips opens a file of less than 4 GiB."""


class ZipTooLarge(PayloadTooLarge):
    """These assets are too much for one zip; ask for fewer at a time."""

    code, title = "zip_too_large", "Too much for one zip"


class Wanted(NamedTuple):
    """An asset that goes into a zip, and how many bytes of it."""

    asset_id: str
    size_bytes: int


def split(wanted: Sequence[Wanted]) -> list[list[Wanted]]:
    """Divide assets into files of a bounded size, in their order.

    Raises:
        ZipTooLarge: together they are larger than what one job makes.
    """
    total = sum(one.size_bytes for one in wanted)
    if total > MOST_BYTES:
        raise ZipTooLarge(
            f"These assets have {total} bytes together; a zip has at most {MOST_BYTES}."
        )
    parts: list[list[Wanted]] = []
    room = -1
    for one in wanted:
        if one.size_bytes > room:
            parts.append([])
            room = MOST_BYTES_A_FILE
        parts[-1].append(one)
        room -= one.size_bytes
    return parts


class Names:
    """Gives each file of a zip a name of its own, also where capitals make no difference."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return a name, or the first of `name (2)`, `name (3)` … that is free."""
        free, number = name, 1
        while _folded(free) in self._taken:
            number += 1
            free = file_names.numbered(name, number)
        self._taken.add(_folded(free))
        return free


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
