"""What the application segments of a JPEG say."""

from chalicelib.processing.media.pictures.formats.jpeg_notes import Collected

ICC, XMP = b"ICC_PROFILE\0", b"http://ns.adobe.com/xap/1.0/\0"


def test_the_first_note_of_each_kind_counts() -> None:
    collected = Collected()
    for body in (b"Exif\0\0first", b"Exif\0\0second", XMP + b"<x/>", XMP + b"<y/>"):
        assert collected.take(0xE1, body)
    notes, icc, broken = collected.joined()
    assert (notes.exif, notes.xmp, icc, broken) == (b"first", b"<x/>", b"", False)


def test_a_profile_is_put_together_of_its_numbered_parts() -> None:
    collected = Collected()
    for number, part in ((2, b"flood"), (1, b"ebb and ")):
        assert collected.take(0xE2, ICC + bytes([number, 2]) + part)
    assert collected.joined()[1:] == (b"ebb and flood", False)


def test_a_profile_that_lacks_a_part_is_broken_and_counts_for_nothing() -> None:
    collected = Collected()
    collected.take(0xE2, ICC + bytes([1, 2]) + b"ebb")
    assert collected.joined()[1:] == (b"", True)


def test_what_the_decoder_needs_is_kept_in_its_plain_form() -> None:
    collected = Collected()
    assert collected.take(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0")
    assert collected.take(0xEE, b"Adobe\0\x64\0\0\0\0\1")
    assert [kept[:2] for kept in collected.kept] == [b"\xff\xe0", b"\xff\xee"]
    assert not collected.take(0xE0, b"JFIF\0short")
    assert not collected.take(0xEE, b"Adobe")


def test_a_camera_s_file_of_several_pictures_is_told() -> None:
    collected = Collected()
    assert not collected.several
    assert collected.take(0xE2, b"MPF\0II*\0")
    assert collected.several
