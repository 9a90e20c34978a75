"""One spelling per type, and which of them belong together."""

import pytest

from chalicelib.assets import media_types
from chalicelib.core.settings import DEFAULT_MIME_TYPES


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("image/jpg", "image/jpeg"),
        (" IMAGE/JPEG ; charset=binary", "image/jpeg"),
        ("audio/mp3", "audio/mpeg"),
        ("audio/x-wav", "audio/wav"),
        ("video/avi", "video/x-msvideo"),
        ("video/mov", "video/quicktime"),
        ("application/ogg", "audio/ogg"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("something/else", "something/else"),
        ("", ""),
    ],
)
def test_canonical(given: str, expected: str) -> None:
    assert media_types.canonical(given) == expected


def test_canonical_types_stay_as_they_are() -> None:
    assert [media_types.canonical(name) for name in DEFAULT_MIME_TYPES] == list(DEFAULT_MIME_TYPES)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("image/webp", "image"),
        ("video/quicktime", "video"),
        ("audio/ogg", "audio"),
        ("application/pdf", "document"),
        ("text/plain", "document"),
        ("application/vnd.oasis.opendocument.text", "document"),
        ("application/zip", "other"),
        ("application/x-empty", "other"),
    ],
)
def test_kind_of(given: str, expected: str) -> None:
    assert media_types.kind_of(given) == expected


def test_sound_and_video_are_one_family() -> None:
    assert media_types.same_family("audio/mp4", "video/mp4")
    assert media_types.same_family("video/ogg", "audio/ogg")
    assert media_types.same_family("image/jpg", "image/png")
    assert not media_types.same_family("image/jpeg", "text/html")
    assert not media_types.same_family("video/mp4", "application/vnd.apple.mpegurl")


@pytest.mark.parametrize("name", DEFAULT_MIME_TYPES)
def test_every_accepted_type_has_an_extension(name: str) -> None:
    assert media_types.extension_for(name) != "bin"
    assert (media_types.kind_of(name) == "other") == (name == "application/zip")


def test_an_unknown_type_has_the_extension_bin() -> None:
    assert media_types.extension_for("application/x-secret") == "bin"
