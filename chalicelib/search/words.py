"""Words as people search for them: in any script, whatever their case and accents."""

import unicodedata
from collections.abc import Iterator

LONGEST = 64
"""Longer words are cut here, in texts and in queries alike."""

_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "æ": "ae", "œ": "oe"}
)
"""Letters with a stroke and ligatures, which Unicode does not take apart."""

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Chinese characters, here and below
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts that put no spaces between words."""


def folded(text: str) -> str:
    """Return a text without differences of case, accent and form of writing."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(one for one in apart if unicodedata.category(one) != "Mn")
    return unicodedata.normalize("NFC", bare.translate(_PLAIN))


def same_word(text: str) -> str:
    """Return the form in which tags and values of fields are compared: that of `unique_words`."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> Iterator[str]:
    """Give the words of a text in their order, as the index knows them.

    Where a script has no spaces, they are each character and each two that stand together. A symbol
    such as an emoji is a word.
    """
    for run in _runs(text):
        if _is_unspaced(run[0]):
            yield from run
            yield from _pairs(run)
        else:
            yield run[:LONGEST]


def asked_words(text: str) -> list[str]:
    """Return the words that a query asks for, each once; the last one may be a beginning."""
    asked: dict[str, None] = {}
    for run in _runs(text):
        split = len(run) > 1 and _is_unspaced(run[0])
        for word in _pairs(run) if split else [run[:LONGEST]]:
            asked.pop(word, None)
            asked[word] = None
    return list(asked)


def _pairs(run: str) -> Iterator[str]:
    return (run[start : start + 2] for start in range(len(run) - 1))


def _runs(text: str) -> Iterator[str]:
    """Give stretches of letters and digits of one kind of script, and single symbols."""
    run, unspaced = "", False
    for one in folded(text):
        category = unicodedata.category(one)
        if category[0] in "LNM":
            if run and _is_unspaced(one) != unspaced:
                yield run
                run = ""
            unspaced = _is_unspaced(one)
            run += one
            continue
        if run:
            yield run
            run = ""
        if category == "So":
            yield one
    if run:
        yield run


def _is_unspaced(character: str) -> bool:
    code = ord(character)
    return code >= _UNSPACED[0][0] and any(low <= code <= high for low, high in _UNSPACED)
