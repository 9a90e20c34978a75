"""Which of a version's files a board plays."""

from chalicelib.assets.faces import Face, Rendition
from chalicelib.processing.conversion import boards
from chalicelib.processing.conversion.boards import Playable

SHA, OTHER = "a" * 64, "b" * 64


def face(kind: str, content_type: str, *renditions: Rendition) -> Face:
    return Face(
        number=1,
        filename="a",
        kind=kind,
        content_type=content_type,
        size_bytes=10,
        sha256=SHA,
        renditions=list(renditions),
    )


def film(name: str, sha256: str = OTHER, codec: str = "h264") -> Rendition:
    return Rendition(name, "video/mp4", 2, 2, 5, sha256=sha256, video_codec=codec)


def test_pictures_are_played_as_they_are_or_in_their_web_form() -> None:
    original = Playable(None, "image/png", "png", SHA, 10)
    assert boards.playable(face("image", "image/png"), "pi2") == original
    assert boards.playable(face("image", "image/tiff"), "pi2") == "pending"
    web = Rendition("web", "image/jpeg", 2, 2, 5, sha256=OTHER)
    made = Playable("web", "image/jpeg", "jpg", OTHER, 5)
    assert boards.playable(face("image", "image/tiff", web), "pi1") == made


def test_films_are_played_as_the_best_that_a_board_decodes() -> None:
    master = Playable("master", "video/mp4", "mp4", OTHER, 5)
    both = face("video", "video/webm", film("master"), film("hevc", codec="hevc"))
    assert boards.playable(both, "pi3") == boards.playable(both, None) == master
    hevc = boards.playable(both, "pi4-64")
    assert isinstance(hevc, Playable)
    assert hevc.rendition == "hevc"
    alone = face("video", "video/webm", film("master"))
    assert boards.playable(alone, "x86") == master
    assert boards.playable(face("video", "video/webm"), "x86") == "pending"
    assert boards.playable(alone, "pi1") == "unplayable"
    own = face("video", "video/mp4", film("master", SHA))
    assert boards.playable(own, "pi2") == Playable(None, "video/mp4", "mp4", SHA, 10)


def test_no_board_plays_sounds_and_office_but_pdfs_are_films_of_their_pages() -> None:
    assert boards.playable(face("audio", "audio/mpeg"), "x86") == "unplayable"
    assert boards.playable(face("document", "application/msword"), "x86") == "unplayable"
    waiting = face("document", "application/pdf")
    waiting.technical = {"pages": 70}
    assert boards.playable(waiting, "x86") == "pending"
    assert boards.playable(waiting, "pi1") == "unplayable"
    assert boards.film_seconds(waiting) == 500.0
    document = face("document", "application/pdf", film("slides"))
    made = Playable("slides", "video/mp4", "mp4", OTHER, 5)
    assert boards.playable(document, "pi2") == boards.playable(document, "pi5") == made
    assert boards.film_seconds(document) is None
    for facts in ({"encrypted": True}, {"damaged": True}):
        document.technical = facts
        assert boards.playable(document, "pi2") == "unplayable"
    document.technical = {"encrypted": True, "pages": 1}
    assert boards.playable(document, "pi2") == made
