"""Drawings of declared transitions, as the documents show them."""

from collections.abc import Iterable

Arrow = tuple[str, str, str]
"""From which state, to which, and in which word; `[*]` is before the first one."""


def drawn(arrows: Iterable[Arrow]) -> str:
    """Return a Mermaid state diagram, one line for each pair of states with all of its words."""
    words: dict[tuple[str, str], list[str]] = {}
    for source, target, word in arrows:
        known = words.setdefault((source, target), [])
        if word and word not in known:
            known.append(word)
    lines = [
        f"    {source} --> {target}" + (f": {', '.join(said)}" if said else "")
        for (source, target), said in words.items()
    ]
    return "\n".join(["stateDiagram-v2", *lines])
