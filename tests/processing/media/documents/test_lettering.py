"""Lines are lettered in any script, and never beyond their width."""

from PIL import Image, ImageDraw

from chalicelib.processing.media.documents import lettering

INK = (0, 0, 0)


def drawn(line: str, width: int = 380) -> tuple[int, int, int, int] | None:
    """Letter a line on white; gives the box of what is not white."""
    picture = Image.new("RGB", (400, 60), "white")
    lettering.draw(ImageDraw.Draw(picture), line, (10, 40, width), 24, INK)
    return Image.eval(picture.convert("L"), lambda value: 255 - value).getbbox()


def test_what_has_no_shape_is_not_shown() -> None:
    assert lettering.shown("Ebb\tand\x00 flood\u202e  ") == "Ebb and  flood"
    assert lettering.shown("e\u0301") == "e\u0301"


def test_the_share_of_what_no_font_has() -> None:
    assert lettering.missing("Ebb 潮 flood") == 0
    assert lettering.missing("ab\U000f1234\U000f1235") == 0.5
    assert lettering.missing("  ") == 0


def test_a_line_never_exceeds_its_width() -> None:
    short, long = drawn("Ebb", 100), drawn("Ebb and flood " * 20, 100)
    assert short is not None
    assert long is not None
    assert short[2] < long[2] <= 112


def test_a_line_written_from_right_to_left_stands_at_the_right() -> None:
    left, right = drawn("Ebb"), drawn("גאות")
    assert left is not None
    assert right is not None
    assert left[0] < 20
    assert 380 < right[2] <= 392


def test_an_empty_line_draws_nothing() -> None:
    assert drawn("") is None
