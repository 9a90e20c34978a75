"""What people can see of what people write."""

import pytest

from chalicelib.core import texts
from chalicelib.core.errors import Invalid


@pytest.mark.parametrize("text", ["a", "   é ", "👩‍🚀", "\u202e."])
def test_what_can_be_seen_are_words(text: str) -> None:
    assert texts.has_words(text)


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u00ad", "\n\t", "\ufeff"])
def test_spaces_and_what_is_invisible_are_none(text: str) -> None:
    assert not texts.has_words(text)
    with pytest.raises(Invalid, match="title: Must not be blank"):
        texts.require_line("title", text)


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "a\u2028b", "a\ud800"])
def test_a_line_holds_no_control_characters(text: str) -> None:
    with pytest.raises(Invalid, match="Control characters"):
        texts.require_line("title", text)
    texts.require_line("title", "Ebb and flood 👩‍🚀")


def test_a_text_may_have_several_lines_and_loses_the_space_around_it() -> None:
    assert texts.require_text("body", " a\n\tb\r\n ") == "a\n\tb"
    for text in ("", " \n", "\u200b", "a\0", "a\x1b[2J", "a\ud800"):
        with pytest.raises(Invalid, match="body"):
            texts.require_text("body", text)
