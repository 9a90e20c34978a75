"""MP3 and AAC are told from frames that follow each other."""

from chalicelib.processing.media.types import mpeg_audio

LAYER_3 = b"\xff\xfb\x90\x00" + b"\x55" * 413
"""128 kbit/s at 44.1 kHz: 417 bytes."""
ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)
"""A frame of 16 bytes."""


def id3(size: int) -> bytes:
    return b"ID3\x04\0\0" + bytes([0, 0, size >> 7, size & 127]) + bytes(size)


def test_two_frames_that_follow_each_other_are_a_sound() -> None:
    assert mpeg_audio.sniff(LAYER_3 * 2) == "audio/mpeg"
    assert mpeg_audio.sniff(ADTS * 2) == "audio/aac"
    assert mpeg_audio.sniff(LAYER_3) is None
    assert mpeg_audio.sniff(LAYER_3[:-1] * 2) is None


def test_tags_and_zeros_may_come_before() -> None:
    tagged = id3(200) + id3(10) + bytes(30) + LAYER_3 * 2
    assert mpeg_audio.after_tags(tagged) == 230
    assert mpeg_audio.sniff(tagged) == "audio/mpeg"


def test_a_sound_that_was_joined_at_any_moment_goes_on_in_frames() -> None:
    joined = LAYER_3[100:] + LAYER_3 * 5
    assert mpeg_audio.sniff(joined) is None
    assert mpeg_audio.is_inside_frames(joined)
    assert not mpeg_audio.is_inside_frames(LAYER_3[100:] + LAYER_3)
    assert not mpeg_audio.is_inside_frames(b"\xff" * 500)
