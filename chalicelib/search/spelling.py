"""Typing errors: which words of a tenant's assets a misspelled one may stand for.

One error is forgiven: a letter too many, too few, another, or two that changed places. It lies in
one half of the word, so that the other half finds the candidates: by their beginnings, or, in a
list of words written backwards, by their ends.
"""

from collections.abc import Iterable, Iterator

from chalicelib.core.settings import settings
from chalicelib.core.tables import Item
from chalicelib.search.models import Term, family_key

SHORTEST = 5
"""In shorter words an error makes too many others."""

_BACKWARDS = "backwards"
_MOST = 200


class BackwardsWord(Item):
    """A word that some asset has or has had (`pk` tenant and `backwards`, `sk` from its end)."""

    class Meta:  # noqa: D106
        table_name = settings().search_table


def remember(tenant_id: str, words: Iterable[str]) -> None:
    """Let words be found by their ends. Idempotent."""
    with BackwardsWord.batch_write() as batch:
        for item in items(tenant_id, words):
            batch.save(item)


def items(tenant_id: str, words: Iterable[str]) -> Iterator[BackwardsWord]:
    """Give the items by which words are found by their ends, as they are to be written."""
    for word in words:
        if len(word) >= SHORTEST - 1:
            yield BackwardsWord(family_key(tenant_id, _BACKWARDS), word[::-1])


def meant(tenant_id: str, word: str) -> list[str]:
    """Return words of a tenant's assets from which one is a typing error away, at most 200."""
    if len(word) < SHORTEST:
        return []
    half = len(word) // 2
    first, last = word[:half], word[half:]
    swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
    found = {swapped: None}
    for item in Term.query(
        family_key(tenant_id, "word"),
        Term.sk.startswith(first),
        attributes_to_get=["pk", "sk"],
    ):
        found[str(item.sk).rpartition("#")[0]] = None
    backwards = family_key(tenant_id, _BACKWARDS)
    for one in BackwardsWord.query(backwards, BackwardsWord.sk.startswith(last[::-1])):
        found[str(one.sk)[::-1]] = None
    return [one for one in found if one != word and is_one_error(word, one)][:_MOST]


def is_one_error(typed: str, meant_word: str) -> bool:
    """Return whether one typing error makes the one of the other."""
    if typed == meant_word or abs(len(typed) - len(meant_word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant_word)) and typed[start] == meant_word[start]:
        start += 1
    rest, wanted = typed[start:], meant_word[start:]
    if len(rest) == len(wanted):
        swapped = rest[1:2] + rest[:1] + rest[2:]
        return rest[1:] == wanted[1:] or (len(rest) > 1 and swapped == wanted)
    return rest[1:] == wanted if len(rest) > len(wanted) else rest == wanted[1:]
