"""What was measured, as Markdown that a terminal shows as well as a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTRODUCTION = """# Benchmarks

Written by `make bench`, part by part; `python -m bench --help` names the parts. Peers take turns in
one run, after a warm-up, and medians are compared, so that only the ratios mean something: the
milliseconds are those of one machine at one time and promise nothing.
"""


@dataclass(frozen=True)
class Goal:
    """What a part shall reach, and whether it did."""

    wish: str
    measured: str
    met: bool

    def __str__(self) -> str:
        return f"- {'met' if self.met else '**missed**'}: {self.wish}; measured {self.measured}"


@dataclass(frozen=True)
class Table:
    """Rows of text under a head; all columns but the first hold numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(len(line[n]) for line in lines) for n in range(len(self.head))]
        rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
        return "\n".join(
            "| " + " | ".join(_padded(cell, widths[n], n > 0) for n, cell in enumerate(line)) + " |"
            for line in [self.head, rule, *self.rows]
        )


@dataclass(frozen=True)
class Section:
    """One part's results."""

    title: str
    text: str
    goals: Sequence[Goal] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    def __str__(self) -> str:
        blocks = [f"## {self.title}", self.text, "\n".join(map(str, self.goals))]
        blocks += [*map(str, self.tables), *self.notes]
        return "\n\n".join(block for block in blocks if block) + "\n"


def ratio(value: float) -> str:
    """Write a ratio."""
    return f"{value:.2f}"


def milliseconds(seconds: float) -> str:
    """Write a time."""
    return f"{seconds * 1000:.1f}" if seconds < 0.1 else f"{seconds * 1000:.0f}"


def write(page: Path, sections: Sequence[Section], order: Sequence[str]) -> None:
    """Put sections into the page, in the order of all titles; other sections stay as they are."""
    kept = _sections(page.read_text()) if page.exists() else {}
    kept |= {section.title: str(section) for section in sections}
    known = [kept[title] for title in order if title in kept]
    page.parent.mkdir(exist_ok=True)
    page.write_text("\n".join([INTRODUCTION, *known]))


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def _padded(cell: str, width: int, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)
