"""What every test stands on: an AWS of its own, a real clamd, sample files."""

import os
from collections.abc import Iterator

import pytest
from moto import mock_aws
from playwright.sync_api import Browser

from local.cloud import AWS_ENVIRONMENT
from tests import chromium, emulation
from tests import cloud as clouds

pytest_plugins = ["tests.house.recorder"]

os.environ.update(AWS_ENVIRONMENT)
emulation.improve()
with mock_aws():  # models take their tables' names when they are imported
    os.environ.update(clouds.environment())


@pytest.fixture
def cloud() -> Iterator[clouds.Cloud]:
    """A whole Reef in this process, empty."""
    with clouds.running() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, one for all tests of a process."""
    with chromium.launched() as browser:
        yield browser
