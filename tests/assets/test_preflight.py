"""What a type's files become for screens."""

import pytest

from chalicelib.assets import preflight
from chalicelib.assets.preflight import Preflight


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        ("image/jpg", Preflight("as_it_is", [])),
        ("image/tiff", Preflight("converted", ["web"])),
        ("image/avif", Preflight("converted", ["web"])),
        ("video/mp4; codecs=avc1", Preflight("converted", ["master"])),
        ("application/pdf", Preflight("as_pages", ["slides"])),
        ("audio/mpeg", Preflight("never", [])),
        ("text/plain", Preflight("never", [])),
        ("application/zip", Preflight("never", [])),
    ],
)
def test_a_type_tells_what_will_be_made(content_type: str, told: Preflight) -> None:
    assert preflight.of_type(content_type) == told
