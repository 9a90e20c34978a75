"""GIFs are taken apart by their blocks."""

import io

import pytest
from PIL import Image

from chalicelib.processing.media.pictures.formats import gif
from chalicelib.processing.media.pictures.formats.parts import Assembled, NotShown, Parts


def written(frames: int = 1) -> bytes:
    pictures = [Image.new("RGB", (20, 10), (40 * n, 80, 120)) for n in range(frames)]
    data = io.BytesIO()
    pictures[0].save(
        data, "GIF", save_all=frames > 1, append_images=pictures[1:], duration=100, loop=0
    )
    return data.getvalue()


def apart(data: bytes) -> Parts:
    return gif.take_apart(io.BytesIO(data))


def test_the_first_frame_is_a_picture_of_its_own() -> None:
    data = written()
    found = apart(data)
    assert (found.width, found.height, found.frames, found.duration_ms) == (20, 10, 1, 0)
    assert not found.damaged
    still = Image.open(Assembled(io.BytesIO(data), found.still))
    assert still.convert("RGB").getpixel((3, 3)) == (0, 80, 120)


def test_frames_and_their_times_are_counted() -> None:
    found = apart(written(4))
    assert (found.frames, found.duration_ms, found.damaged) == (4, 400, False)
    assert len(found.later) == 3


def test_what_is_cut_is_damaged_and_a_frame_that_lacks_its_end_does_not_count() -> None:
    found = apart(written(4)[:-20])
    assert found.damaged
    assert found.frames == 3


@pytest.mark.parametrize("data", [b"", b"GIF89a", written()[:13], b"PNG" + written()])
def test_what_has_no_frame_is_not_shown(data: bytes) -> None:
    with pytest.raises(NotShown):
        apart(data)


def test_an_xmp_packet_stands_in_its_blocks_as_it_is() -> None:
    data = written()
    packet = b"<?xpacket begin=''?><x:xmpmeta/><?xpacket end='r'?>"
    trailer = bytes([1, *range(255, -1, -1), 0])
    block = b"!\xff\x0bXMP DataXMP" + packet + trailer
    assert apart(data[:-1] + block + b";").notes.xmp == packet


def test_blocks_are_walked_across_pieces_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(frames=3)
    whole = apart(data)
    for length in range(1, 40):
        monkeypatch.setattr(gif, "_PIECE", length)
        assert apart(data) == whole
        assert apart(data[:-20]).damaged
