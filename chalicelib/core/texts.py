"""Whether people can read what people write."""

import unicodedata

from chalicelib.core.errors import invalid


def has_words(text: str) -> bool:
    """Say whether there is anything to see: more than spaces and invisible characters."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


def require_line(field: str, text: str) -> None:
    """Check a name, a title or the like.

    Raises:
        Invalid: it is blank, or holds control characters such as line breaks.
    """
    if not has_words(text):
        raise invalid(field, "Must not be blank")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise invalid(field, "Control characters such as NUL and line breaks are not allowed")
