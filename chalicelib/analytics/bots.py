"""Bots, by a list that others keep: crawlers, monitors, and what loads previews for chats.

See `docs/decisions/visits.md`. RE2 matches it, whose time no text can stretch. It is half a
megabyte, so import this late.
"""

from functools import lru_cache

import re2
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

_LIBRARY = "http-library"
"""How the list tags libraries for HTTP, such as curl."""

_PATTERN_MEMORY_BYTES = 64 * 1024 * 1024


def is_listed(user_agent: str) -> bool:
    """Return whether the list knows a program as a bot.

    A library for HTTP alone is none: it does not say whose program uses it, and the API is there
    for programs.
    """
    return _pattern(of_libraries=False).search(user_agent) is not None


def is_library(user_agent: str) -> bool:
    """Return whether a program says no more than which library for HTTP it uses."""
    return _pattern(of_libraries=True).search(user_agent) is not None and not is_listed(user_agent)


@lru_cache(maxsize=2)
def _pattern(*, of_libraries: bool) -> re2._Regexp:
    options = re2.Options()
    options.max_mem = _PATTERN_MEMORY_BYTES
    patterns = [
        crawler["pattern"]
        for crawler in CRAWLER_USER_AGENTS_DATA
        if (_LIBRARY in crawler.get("tags", [])) is of_libraries
    ]
    return re2.compile("|".join(f"(?:{pattern})" for pattern in patterns), options)
