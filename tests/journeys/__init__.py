"""Whole stories, told through the API and the queues."""

import pytest

pytest.register_assert_rewrite("tests.journeys.pipeline")
