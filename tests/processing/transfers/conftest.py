"""A tenant at a desk of its own."""

import pytest

from tests.cloud import Cloud
from tests.processing.transfers.desk import WHO, Desk
from tests.shared import Team, cloud, team

__all__ = ["cloud", "team"]


@pytest.fixture
def desk(cloud: Cloud, team: Team) -> Desk:
    """A tenant that no other test knows."""
    return Desk(cloud, team(*WHO))
