"""One player: the agent's settings, a fake Reef and a fake Anthias, over real HTTP."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.device.player import Player


@pytest.fixture
def player() -> Iterator[Player]:
    # The agent waits for the disk at each step, which the tests need not.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        made = Player(Path(folder))
        yield made
        made.close()
