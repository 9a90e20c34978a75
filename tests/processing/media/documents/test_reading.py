"""Each type of document goes to its reader, and shows the best that there is."""

from pathlib import Path

import pytest

from chalicelib.core.settings import DEFAULT_MIME_TYPES
from chalicelib.processing.media.documents import reading
from chalicelib.processing.media.documents.document import Document
from tests import office_files

BOX = (600, 600)
DOCUMENTS = [
    name
    for name in DEFAULT_MIME_TYPES
    if name.startswith("application/") and name != "application/pdf"
]


@pytest.mark.parametrize("content_type", [*DOCUMENTS, "text/csv"])
def test_every_document_that_is_accepted_is_read(content_type: str) -> None:
    assert reading.reads(content_type)


def test_the_best_picture_is_shown() -> None:
    thumbnail, rows, text = office_files.thumbnail(), [["a", "b"]], "Low tide"
    kinds = [
        reading.picture(document, "application/x", BOX)[1]
        for document in (
            Document(thumbnail=thumbnail, rows=rows, text=text),
            Document(thumbnail=b"broken", rows=rows),
            Document(text=text),
            Document(text="\U00012000" * 30),
            Document(),
        )
    ]
    assert kinds == ["embedded", "text", "text", "card", "card"]
    assert reading.picture(Document(rows=rows), "application/zip", BOX)[1] == "listing"
    assert reading.picture(Document(), "application/x", BOX)[0] is None


def test_a_newer_document_behind_a_password_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = office_files.compound(tmp_path / "a.docx", {"EncryptedPackage": b"x"})
    assert reading.read(path, office_files.WORD).encrypted
