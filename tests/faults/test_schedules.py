"""Whatever order chance and faults give to things, the uploads end as they should."""

import pytest

from tests.faults import schedules
from tests.faults.world import World

SCHEDULES = 200
TOGETHER = 10


@pytest.mark.parametrize("first", range(0, SCHEDULES, TOGETHER))
def test_ten_schedules_by_their_numbers(world: World, first: int) -> None:
    for seed in range(first, first + TOGETHER):
        schedules.run(world, seed)
