"""Whether people can read what people write."""

import unicodedata

from chalicelib.core.errors import invalid


def has_words(text: str) -> bool:
    """Return whether there is anything to see: more than spaces and invisible characters."""
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


def require_text(field: str, text: str) -> str:
    """Check a text of several lines, such as a comment; return it without the space around it.

    Raises:
        Invalid: it is blank, or holds control characters other than line breaks and tabs.
    """
    text = text.strip()
    if not has_words(text):
        raise invalid(field, "Must not be blank")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\r\n\t" for c in text):
        raise invalid(field, "Control characters such as NUL are not allowed")
    return text
