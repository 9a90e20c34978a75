"""First pages of PDF and text, and what they say."""

import contextlib
import io
import time
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.processing.media import metadata, sandbox, thumbnails
from chalicelib.processing.media.documents import pdf, text_files
from chalicelib.processing.problems import Unreadable
from tests import media_files

SIZES = {"small": (150, 150), "large": (600, 600)}


def drawn(path: str, content_type: str) -> Image.Image:
    pictures = thumbnails.make(path, content_type, SIZES)
    assert [picture.name for picture in pictures] == ["small", "large"]
    return Image.open(io.BytesIO(pictures[1].data)).convert("L")


def ink(image: Image.Image) -> int:
    return sum(image.histogram()[:100])


class TestPdf:
    def test_its_first_page_is_drawn_on_white(self, tmp_path: Path) -> None:
        page = drawn(media_files.pdf(tmp_path / "a.pdf"), "application/pdf")
        assert page.size == (450, 600)
        assert page.getpixel((440, 590)) == 255
        assert 200 < ink(page) < 20_000

    def test_its_facts_and_text_are_read(self, tmp_path: Path) -> None:
        facts = metadata.read(media_files.pdf(tmp_path / "a.pdf"), "application/pdf")
        assert facts.kind == "document"
        assert facts.technical == {"pages": 1, "encrypted": False, "pdf_version": "1.4"}
        assert facts.embedded == {"pdf.Title": "Harbour plan"}
        assert facts.text == "Hello Reef"

    @pytest.mark.parametrize(
        ("title", "said"),
        [
            ("D83D0041", "\ufffdA"),
            ("0041D83D", "A\ufffd"),
            ("DE000041", "\ufffdA"),
            ("D83DDE00", "\U0001f600"),
        ],
    )
    def test_half_a_surrogate_costs_itself(self, tmp_path: Path, title: str, said: str) -> None:
        path = Path(media_files.pdf(tmp_path / "a.pdf"))
        data = path.read_bytes()
        path.write_bytes(data.replace(b"(Harbour plan)", f"<FEFF{title}>".encode()))
        facts = sandbox.run(metadata.read, str(path), "application/pdf").result
        assert facts.technical["pages"] == 1
        assert facts.embedded["pdf.Title"] == said

    @pytest.mark.parametrize("before", [1, 286, 700, 1000])
    def test_it_may_begin_later(self, tmp_path: Path, before: int) -> None:
        path = Path(media_files.pdf(tmp_path / "a.pdf"))
        path.write_bytes(b"--form-data\r\n".ljust(before, b"-")[:before] + path.read_bytes())
        assert metadata.read(str(path), "application/pdf").technical["pages"] == 1
        assert ink(drawn(str(path), "application/pdf")) > 200

    @pytest.mark.parametrize(
        ("font", "encoding", "order", "text"),
        [
            ("STSong-Light", "UniGB-UCS2-H", "GB1", "港口博物馆"),
            ("MSung-Light", "UniCNS-UCS2-H", "CNS1", "港口博物館"),
            ("HeiseiKakuGo-W5", "UniJIS-UCS2-H", "Japan1", "港の博物館"),
            ("HYGoThic-Medium", "UniKS-UCS2-H", "Korea1", "항구박물관"),
        ],
    )
    def test_letters_whose_font_is_not_embedded_are_drawn(
        self, tmp_path: Path, font: str, encoding: str, order: str, text: str
    ) -> None:
        path = media_files.pdf_naming_a_font(tmp_path / "a.pdf", font, encoding, order, text)
        page = drawn(path, "application/pdf")
        assert ink(page) > 1_000
        assert len(page.crop(page.point(lambda v: 255 - v).getbbox()).getcolors(256) or []) > 10

    def test_an_encrypted_one_shows_its_types_card(self, tmp_path: Path) -> None:
        path = media_files.encrypted_pdf(tmp_path / "a.pdf")
        with pytest.raises(pdf.Encrypted), pdf.opened_pdf(path):
            pass
        assert drawn(path, "application/pdf").size == (600, 600)
        facts = metadata.read(path, "application/pdf")
        assert (facts.technical, facts.text) == ({"encrypted": True}, "")

    def test_one_that_opens_without_its_password_is_drawn(self, tmp_path: Path) -> None:
        path = media_files.encrypted_pdf(tmp_path / "a.pdf", password="")
        assert drawn(path, "application/pdf").size == (450, 600)
        assert metadata.read(path, "application/pdf").technical["encrypted"] is True

    def test_a_huge_page_costs_no_more_than_a_small_one(self, tmp_path: Path) -> None:
        path = media_files.pdf(tmp_path / "a.pdf", size=(14_400, 14_400))
        outcome = sandbox.run(thumbnails.make, path, "application/pdf", SIZES)
        assert outcome.result[1].width == 600
        assert outcome.peak_memory_bytes < 150 * 1024**2

    @pytest.mark.parametrize("size", [(14_400, 1), (1, 14_400)])
    def test_a_page_like_a_thread_is_drawn(self, tmp_path: Path, size: tuple[int, int]) -> None:
        path = media_files.pdf(tmp_path / "a.pdf", size=size)
        assert max(drawn(path, "application/pdf").size) == 600

    @pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\ntrailer<</Root 1 0 R>>"])
    def test_a_damaged_one_is_unreadable(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        with pytest.raises(Unreadable, match="PDF"):
            drawn(str(path), "application/pdf")
        with pytest.raises(Unreadable, match="PDF"):
            metadata.read(str(path), "application/pdf")

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
    def test_a_cut_one_never_ends_otherwise_than_by_a_problem(
        self, tmp_path: Path, share: float
    ) -> None:
        path = media_files.cut(media_files.pdf(tmp_path / "a.pdf"), share)
        with contextlib.suppress(Unreadable):
            sandbox.run(thumbnails.make, path, "application/pdf", SIZES)


class TestText:
    def text_file(self, folder: Path, data: bytes) -> str:
        path = folder / "a.txt"
        path.write_bytes(data)
        return str(path)

    def test_its_first_lines_are_drawn(self, tmp_path: Path) -> None:
        empty = drawn(self.text_file(tmp_path, b"\n"), "text/plain")
        full = drawn(self.text_file(tmp_path, b"Opening hours\n" * 40), "text/plain")
        assert full.size == (450, 600)
        assert ink(full) > ink(empty) + 1000

    @pytest.mark.parametrize(
        ("data", "expected", "encoding"),
        [
            (b"plain\r\nwords\r", "plain\nwords\n", "utf-8"),
            ("gr\u00fc\u00dfe".encode(), "gr\u00fc\u00dfe", "utf-8"),
            (b"\xef\xbb\xbfmark", "mark", "utf-8"),
            ("gr\u00fc\u00dfe".encode("utf-16"), "gr\u00fc\u00dfe", "utf-16-le"),
            (b"\xfe\xff" + "gr\u00fc\u00dfe".encode("utf-16-be"), "gr\u00fc\u00dfe", "utf-16-be"),
            ("gr\u00fc\u00dfe".encode("cp1252"), "gr\u00fc\u00dfe", "windows-1252"),
            (b"nul\0nul", "nulnul", "utf-8"),
        ],
    )
    def test_its_encoding_is_found(
        self, tmp_path: Path, data: bytes, expected: str, encoding: str
    ) -> None:
        facts = metadata.read(self.text_file(tmp_path, data), "text/plain")
        assert (facts.text, facts.technical["encoding"]) == (expected, encoding)

    def test_a_character_cut_at_the_limit_does_not_change_the_encoding(
        self, tmp_path: Path
    ) -> None:
        path = self.text_file(tmp_path, b"x" + "\u20ac".encode() * 30_000)
        facts = metadata.read(path, "text/plain")
        assert facts.technical["encoding"] == "utf-8"
        assert len(facts.text.encode()) <= text_files.MAX_TEXT_BYTES
        assert "\ufffd" not in facts.text

    def test_one_endless_line_is_drawn_quickly(self, tmp_path: Path) -> None:
        path = self.text_file(tmp_path, b"x" * 5_000_000)
        began = time.monotonic()
        assert drawn(path, "text/plain").size == (450, 600)
        assert time.monotonic() - began < 2

    def test_any_characters_can_be_drawn(self, tmp_path: Path) -> None:
        text = "\u202e\ud83d\ude00 \u0000\u0007\t\u6e2f\u53e3 \u05d0\u05d1".encode(
            "utf-8", "surrogatepass"
        )
        assert drawn(self.text_file(tmp_path, text), "text/plain").size == (450, 600)
