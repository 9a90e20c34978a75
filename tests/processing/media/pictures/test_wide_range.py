"""Light beyond a usual screen's is toned down to it."""

from itertools import pairwise

import pytest
from PIL import Image

from chalicelib.processing.media.pictures import wide_range

PQ, HLG = (9, 16, 0, 1), (9, 18, 0, 1)


def shown(cicp: tuple[int, int, int, int], value: int) -> tuple[int, ...]:
    table = wide_range.table(cicp)
    assert table is not None
    found: tuple[int, ...] = Image.new("RGB", (1, 1), (value,) * 3).filter(table).getpixel((0, 0))
    return found


@pytest.mark.parametrize("cicp", [PQ, HLG])
def test_brighter_stays_brighter_from_black_to_white(cicp: tuple[int, int, int, int]) -> None:
    greys = [shown(cicp, value)[0] for value in range(0, 256, 32)]
    assert all(a <= b + 1 for a, b in pairwise(greys)), greys
    assert greys[0] <= 2
    assert shown(cicp, 255)[0] >= 250
    for value in (64, 128, 192):
        red, green, blue = shown(cicp, value)
        assert max(red, green, blue) - min(red, green, blue) <= 2, "a grey stays one"


@pytest.mark.parametrize("cicp", [(9, 1, 0, 1), (2, 16, 0, 1), (9, 16, 9, 1), (9, 16, 0, 0)])
def test_a_usual_range_and_what_is_not_known_are_left_alone(
    cicp: tuple[int, int, int, int],
) -> None:
    assert wide_range.table(cicp) is None
