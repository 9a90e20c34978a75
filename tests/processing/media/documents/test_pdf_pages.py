"""Pictures of a PDF's pages, in bounds."""

import io
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.processing.media import sandbox
from chalicelib.processing.media.documents import pdf_pages
from chalicelib.processing.media.documents.pdf_pages import MOST_PAGES, PAGE_BOX
from chalicelib.processing.problems import Unreadable
from tests import media_files


def test_every_page_is_drawn_once_in_its_order(tmp_path: Path) -> None:
    path = media_files.pdf_of_pages(tmp_path / "a.pdf", 3)
    pages = sandbox.run(pdf_pages.draw, path).result
    assert [page.name for page in pages] == ["page-1", "page-2", "page-3"]
    for page in pages:
        picture = Image.open(io.BytesIO(page.data))
        assert picture.size == (page.width, page.height) == (1600, 2134)
        assert (picture.format, page.content_type) == ("WEBP", "image/webp")
    assert len({page.data for page in pages}) == 3


def test_a_long_document_gives_its_first_pages(tmp_path: Path) -> None:
    path = media_files.pdf_of_pages(tmp_path / "a.pdf", MOST_PAGES + 3)
    outcome = sandbox.run(pdf_pages.draw, path, limits=pdf_pages.LIMITS)
    assert [page.name for page in outcome.result] == [f"page-{n}" for n in range(1, MOST_PAGES + 1)]
    assert outcome.peak_memory_bytes < 300 * 1024**2


def test_pages_that_take_too_long_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_pages, "DRAWING_SECONDS", 0.0)
    assert pdf_pages.draw(media_files.pdf_of_pages(tmp_path / "a.pdf", 3)) == []


def test_a_broken_page_costs_itself_alone(tmp_path: Path) -> None:
    path = Path(media_files.pdf_of_pages(tmp_path / "a.pdf", 3))
    before, second, after = path.read_bytes().partition(b"\n7 0 obj\n")
    path.write_bytes(before + second + after.replace(b"/Type /Page ", b"/Type /Nope ", 1))
    assert [page.name for page in pdf_pages.draw(str(path))] == ["page-1", "page-3"]


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 1), (1, 14_400), (300, 400)])
def test_a_page_of_any_size_fits_into_the_box(tmp_path: Path, size: tuple[int, int]) -> None:
    path = media_files.pdf(tmp_path / "a.pdf", size=size)
    (page,) = sandbox.run(pdf_pages.draw, path).result
    assert page.width <= PAGE_BOX[0]
    assert page.height <= PAGE_BOX[1]
    assert page.width == PAGE_BOX[0] or page.height == PAGE_BOX[1]


def test_an_encrypted_one_has_none(tmp_path: Path) -> None:
    assert pdf_pages.draw(media_files.encrypted_pdf(tmp_path / "a.pdf")) == []


def test_a_damaged_one_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(Unreadable, match="PDF"):
        pdf_pages.draw(str(path))
