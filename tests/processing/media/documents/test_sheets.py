"""Every script is lettered in a font that has it; one that none has gets the type's card."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from chalicelib.processing.media import cards, thumbnails
from chalicelib.processing.media.documents import fonts, lettering, sheets
from tests.languages import MORE, SAMPLES

BOX = (600, 600)
SIZES = {"only": BOX}
TEXTS = {name: text for name, (text, _) in SAMPLES.items()} | MORE


def sheet(folder: Path, text: str, encoding: str = "utf-8") -> Image.Image | None:
    path = folder / "a.txt"
    path.write_bytes(text.encode(encoding))
    return sheets.first_lines(str(path), BOX)


def lettered(text: str) -> Image.Image:
    paper = Image.new("RGB", (900, 60), "white")
    lettering.draw(ImageDraw.Draw(paper), text, (10, 40, 880), 24, (0, 0, 0))
    return paper.convert("L")


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.invert(picture.convert("L")).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_letter_has_a_shape(text: str, tmp_path: Path) -> None:
    assert lettering.missing(text) == 0
    assert sheet(tmp_path, text) is not None


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_different_letters_look_different(text: str) -> None:
    letters = sorted({letter for letter in text if letter.isalpha()})[:8]
    shapes = {lettered(letter).tobytes() for letter in letters}
    assert len(shapes) == len(letters)
    assert lettered("\ufffd").tobytes() not in shapes


def test_accents_are_not_the_letters_without_them() -> None:
    for accented, plain in zip("äöüßéèçñåøżęž", "aousceenaoaze", strict=True):
        assert lettered(accented).tobytes() != lettered(plain).tobytes()


@pytest.mark.parametrize("text", [TEXTS["Hebrew"], TEXTS["Arabic"]])
def test_what_is_written_from_right_to_left_stands_on_the_right(text: str) -> None:
    left, _, right, _ = ink(lettered(text[:20]))
    assert left > 400
    assert right > 860


def test_arabic_letters_join() -> None:
    joined, apart = lettered("ميناء"), lettered(" ".join("ميناء").replace(" ", "\u200c"))
    assert joined.tobytes() != apart.tobytes()


def test_signs_of_devanagari_change_places() -> None:
    """The short i is written before the consonant that it is spoken after."""
    consonant, syllable = ink(lettered("क")), ink(lettered("कि"))
    assert syllable[2] - syllable[0] > consonant[2] - consonant[0]


def test_a_line_never_leaves_its_place() -> None:
    for text in TEXTS.values():
        left, _, right, _ = ink(lettered(text * 20))
        assert left >= 8
        assert right <= 892


def test_a_line_in_several_scripts_keeps_their_order() -> None:
    whole = ink(lettered("Hafen 港口 порт ท่าเรือ"))
    first = ink(lettered("Hafen 港口 порт"))
    assert whole[0] == first[0]
    assert whole[2] > first[2] + 40


@pytest.mark.parametrize("text", ["𓀀𓀁𓀂𓀃 𓀄𓀅𓀆", "𒀀𒀁𒀂𒀃𒀄", "𐘀𐘁𐘂𐘃"])
def test_a_script_that_no_font_has_gets_the_types_card(text: str, tmp_path: Path) -> None:
    assert sheet(tmp_path, text) is None
    made = thumbnails.make(str(tmp_path / "a.txt"), "text/plain", SIZES)
    card = cards.make("text/plain", SIZES)
    assert made[0].data == card[0].data


def test_a_letter_that_is_missing_among_others_is_no_reason(tmp_path: Path) -> None:
    assert sheet(tmp_path, "Opening hours of the harbour museum 𓀀") is not None


def test_without_joining_arabic_would_be_no_arabic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "shapes", lambda: False)
    assert lettering.missing(TEXTS["Arabic"]) > 0.9
    assert lettering.missing(TEXTS["Russian"]) == 0


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "utf-16-le"])
def test_an_encoding_changes_nothing_of_what_is_drawn(encoding: str, tmp_path: Path) -> None:
    text = TEXTS["Japanese"] + "\n本日の予定\n"
    one, other = sheet(tmp_path, text), sheet(tmp_path, text, encoding)
    assert one is not None
    assert other is not None
    assert one.tobytes() == other.tobytes()


def test_lines_stay_on_their_sheet(tmp_path: Path) -> None:
    made = sheet(tmp_path, "The harbour museum is open every day\n" * 200)
    assert made is not None
    _, _, _, bottom = ink(made.crop((5, 5, 445, 595)))
    assert bottom < 570


def test_a_sheet_is_a_thumbnail_of_any_size(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("ab\ncd")
    for side in (16, 40, 2000):
        made = thumbnails.make(str(path), "text/plain", {"only": (side, side)})
        assert Image.open(io.BytesIO(made[0].data)).height == side
