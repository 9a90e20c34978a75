"""What is made beside the thumbnails, by type; what fails costs itself alone."""

from pathlib import Path

from chalicelib.processing.media import renditions, sandbox
from tests import media_files


def names(path: str, content_type: str) -> list[str]:
    assert renditions.are_made(content_type)
    drawn = sandbox.run(renditions.draw, path, content_type, limits=renditions.LIMITS)
    return [picture.name for picture in drawn.result]


def test_each_type_has_its_own(tmp_path: Path) -> None:
    pages = media_files.pdf_of_pages(tmp_path / "a.pdf", 2)
    assert names(pages, "application/pdf") == ["page-1", "page-2"]
    assert names(media_files.animation(tmp_path / "a.gif"), "image/gif") == ["preview"]
    assert names(media_files.image_file(tmp_path / "a.png"), "image/png") == []
    film = media_files.video(tmp_path / "a.mp4", 3, size="160x120")
    assert names(film, "video/mp4") == ["strip", "preview"]
    assert names(media_files.sound(tmp_path / "b.mp4", 3, "-c:a", "aac"), "video/mp4") == []
    for content_type in ("image/jpeg", "audio/mpeg", "text/plain", "application/zip"):
        assert not renditions.are_made(content_type)


def test_a_broken_animation_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a" + bytes(7))
    assert names(str(path), "image/gif") == []
