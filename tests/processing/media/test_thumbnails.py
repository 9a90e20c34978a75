"""Whatever the file, the asked sizes come back, smallest first."""

from pathlib import Path

from chalicelib.processing.media import sandbox, thumbnails

SIZES = {"large": (600, 600), "small": (150, 150)}


def test_a_type_that_cannot_show_itself_gets_its_card(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"PK")
    pictures = thumbnails.make(str(path), "application/x-unknown", SIZES)
    assert [(p.name, p.width, p.content_type) for p in pictures] == [
        ("small", 150, "image/webp"),
        ("large", 600, "image/webp"),
    ]


def test_pictures_come_back_from_the_sandbox_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Opening hours")
    outcome = sandbox.run(thumbnails.make, str(path), "text/plain", SIZES)
    assert outcome.result == thumbnails.make(str(path), "text/plain", SIZES)
