"""Cards are drawn once per type and size."""

import pytest

from chalicelib.core.settings import DEFAULT_MIME_TYPES
from chalicelib.processing.media import cards

SIZES = {"small": (150, 150), "medium": (300, 300), "large": (600, 600)}


@pytest.mark.parametrize("content_type", [*DEFAULT_MIME_TYPES, "application/x-unknown"])
def test_every_type_has_a_card_in_every_size(content_type: str) -> None:
    made = cards.make(content_type, SIZES)
    assert [(p.name, p.width, p.height) for p in made] == [
        ("small", 150, 150),
        ("medium", 300, 300),
        ("large", 600, 600),
    ]


def test_types_of_different_kinds_look_different() -> None:
    pdf, mp3 = (cards.make(name, SIZES)[0].data for name in ("application/pdf", "audio/mpeg"))
    assert pdf != mp3


def test_a_card_is_drawn_once() -> None:
    assert cards.type_card("text/plain", (90, 90)) is cards.type_card("text/plain", (90, 90))


def test_the_smallest_box_gets_a_card() -> None:
    assert cards.type_card("application/pdf", (16, 16)).size == (16, 16)
