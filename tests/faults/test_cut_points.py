"""Whatever call to AWS is the last of a process, or goes wrong, the upload ends as it should."""

from collections import Counter

import pytest

from tests.faults.cuts import cut_everywhere
from tests.faults.flows import FLOWS
from tests.faults.stories import Flow
from tests.faults.world import World


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_flow_cut_anywhere_ends_as_it_should(world: World, flow: Flow) -> None:
    cuts = cut_everywhere(world, flow)
    assert cuts.ways == Counter(
        {
            "refused": len(cuts.calls),
            "dies before": 1,
            "dies after": cuts.writes,
            "answer lost": cuts.writes,
            "denied": cuts.transactions,
            "overtaken": cuts.writes,
        }
    )
    assert cuts.writes > 0
