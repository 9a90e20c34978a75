"""Names of files: short, readable, and saved by nobody as a program that a text was not."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assets.downloads import disposition
from chalicelib.assets.file_names import LONGEST_BYTES, cleaned, download_name
from chalicelib.assets.metadata.descriptions import checked_title, title_of
from chalicelib.core import texts
from tests.assets.shelf import Shelf

ANY_TEXT = st.text(st.characters(codec=None), max_size=400)
TRICKY = st.text(
    st.sampled_from("ab.. /\\\u2028\u202e\u200d\u200b\0\ud800\ufeff\u0301\U0001f469\xa0"),
    max_size=300,
)


@given(ANY_TEXT | TRICKY)
def test_a_cleaned_name_is_short_and_stays_as_it_is(name: str) -> None:
    kept = cleaned(name)
    assert len(kept.encode()) <= LONGEST_BYTES
    assert cleaned(kept) == kept
    assert kept.isprintable() or not set(kept) & set("\r\n\0\u2028\u2029\u202e")
    assert kept not in (".", "..")
    assert "/" not in kept


@given(ANY_TEXT | TRICKY)
def test_a_title_made_of_a_name_can_be_saved_again(name: str) -> None:
    kept = cleaned(name)
    if texts.has_words(kept):
        title = title_of(kept)
        assert checked_title(title) == title
        assert 1 <= len(title) <= 500


@given(ANY_TEXT | TRICKY, st.sampled_from(["text/plain", "image/jpeg"]))
def test_a_download_has_a_short_name(name: str, content_type: str) -> None:
    saved = download_name(name, content_type)
    assert saved.strip(". ")
    assert len(saved.encode()) <= LONGEST_BYTES + 1
    assert len(disposition(saved)) < 1100


RUN = [
    "run.bat",
    "a.PS1",
    "a.hta",
    "a.js",
    "a.Sh",
    "a.cmd",
    "a.vbs",
    "a.html",
    "a.svg",
    "a.py",
    "a.jar",
]


@pytest.mark.parametrize("name", [*RUN, "a.bat.", "a.bat . ", "a\u202e.bat", "b/.js", ".js"])
def test_a_text_is_not_saved_as_a_program(name: str) -> None:
    assert download_name(name, "text/plain").endswith(".txt")
    assert len(download_name("n" * 300 + name, "text/plain").encode()) <= LONGEST_BYTES


@pytest.mark.parametrize(
    "name", ["a.txt", "a.md", "a.csv", "a.srt", "notes", "a.b.c", "bat", "README"]
)
def test_other_texts_keep_their_names(name: str) -> None:
    assert download_name(name, "text/plain") == name


@pytest.mark.parametrize("name", ["con", "NUL.txt", "com1.jpg", "lpt9", "aux.tar.gz"])
def test_names_of_devices_are_saved_as_files(name: str) -> None:
    assert download_name(name, "image/jpeg") == f"_{name}"
    assert download_name(f"x{name}", "image/jpeg") == f"x{name}"


NAMES = [
    "Plan\u2028A.txt",
    "a\u2029b\x85c.txt",
    "photo\u202etxt.exe",
    "n" * 300,
    "\U0001f419" * 1020,
    ".txt",
    " a .txt",
    "aux.txt",
    "\u200b.txt",
    "x. . .txt",
    "e\u0301\u0301.txt",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:16]))
def test_what_was_made_of_a_name_can_be_saved_again_by_put_and_by_patch(
    shelf: Shelf, name: str
) -> None:
    asset_id = shelf.add(name.encode(), filename=name)
    shown = shelf.get(f"/metadata/{asset_id}/").json
    said = {
        field: value for field, value in shown.items() if field not in ("technical", "embedded")
    }
    answer = shelf.call("PUT", f"/metadata/{asset_id}/", said)
    assert answer.status == 200, answer.content
    assert answer.json["title"] == shown["title"]
    answer = shelf.call("PATCH", f"/assets/{asset_id}/", {"title": shown["title"]})
    assert answer.status == 200, answer.content
    url = shelf.get(f"/assets/{asset_id}/download/").headers["Location"]
    assert len(url) < 3000
    assert urlsplit(url).query.isascii()
