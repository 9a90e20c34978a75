"""Relevance: what has the words in its title comes first, then what has them in its tags."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.search.bits import Bits
from chalicelib.search.models import Slot
from chalicelib.search.postings import Posting, together

_RANKED_WORDS = 8
"""So many words of a query decide the order; what has all of them is found by more."""


class Rank(NamedTuple):
    """How well an asset fits: how many of the words are in its title, wholly there, in its tags."""

    titled: int = 0
    whole: int = 0
    labelled: int = 0


def classes(hits: Bits, words: list[list[Posting]]) -> list[tuple[Rank, Bits]]:
    """Part what was found into classes with their ranks, the best first.

    Args:
        hits: what was found.
        words: of each word who has it; of the last one first the word itself, where there is such a
            word, and then all that begin like it.
    """
    ranked = {Rank(): hits}
    for some in words[:_RANKED_WORDS]:
        ranked = _parted(ranked, _with(some, "title"), Rank(titled=1))
        ranked = _parted(ranked, _with(some[:1], "title"), Rank(whole=1))
        ranked = _parted(ranked, _with(some, "label"), Rank(labelled=1))
    return sorted(ranked.items(), key=lambda ranked_bits: ranked_bits[0], reverse=True)


def _with(some: list[Posting], slot: Slot) -> Bits:
    return together([one.slot(slot) for one in some])


def _parted(ranked: dict[Rank, Bits], better: Bits, by: Rank) -> dict[Rank, Bits]:
    parted: dict[Rank, Bits] = {}
    for rank, bits in ranked.items():
        for one, its in _raised(rank, by, bits & better, bits - better):
            parted[one] = parted.get(one, Bits()) | its
    return parted


def _raised(rank: Rank, by: Rank, better: Bits, others: Bits) -> Iterator[tuple[Rank, Bits]]:
    if better:
        yield Rank(*(one + more for one, more in zip(rank, by, strict=True))), better
    if others:
        yield rank, others
