"""Where what belongs to a content lies."""

from chalicelib.assets import faces
from chalicelib.assets.faces import Rendition


def test_what_is_made_twice_by_chance_has_its_digest_in_its_key() -> None:
    page = Rendition("page-1", "image/webp", 1, 1, 1)
    assert faces.rendition_path("t", "abc", page) == "t/abc/page-1.webp"
    film = Rendition("master", "video/mp4", 2, 2, 1, sha256="0123456789abcdef" * 4)
    assert faces.rendition_path("t", "abc", film) == "t/abc/master-0123456789abcdef.mp4"
