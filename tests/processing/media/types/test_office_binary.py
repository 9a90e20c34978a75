"""Compound files are told by the names in their directory."""

import pytest

from chalicelib.processing.media.types import office_binary


def directory(*names: str) -> bytes:
    entries = [(name.encode("utf-16-le") + bytes(2)).ljust(128, b"\0") for name in names]
    return office_binary.SIGNATURE.ljust(512, b"\0") + b"".join(entries)


@pytest.mark.parametrize(
    ("names", "content_type"),
    [
        (("Root Entry", "WordDocument"), "application/msword"),
        (("Root Entry", "Workbook"), "application/vnd.ms-excel"),
        (("Root Entry", "Book"), "application/vnd.ms-excel"),
        (("Root Entry", "PowerPoint Document"), "application/vnd.ms-powerpoint"),
        (("Root Entry", "PowerPoint Document", "Workbook"), "application/vnd.ms-powerpoint"),
        (("Root Entry", "__properties_version1.0"), None),
    ],
)
def test_the_first_known_stream_tells(names: tuple[str, ...], content_type: str | None) -> None:
    assert office_binary.content_type(directory(*names)) == content_type


def test_a_name_within_a_text_is_no_stream() -> None:
    text = office_binary.SIGNATURE + b"x" * 40 + "WordDocument".encode("utf-16-le") + bytes(90)
    assert office_binary.content_type(text) is None
    assert not office_binary.is_encrypted(text)
    assert office_binary.is_encrypted(directory("EncryptionInfo", "EncryptedPackage"))
