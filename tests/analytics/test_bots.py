"""Bots are told by a list, libraries for HTTP are none."""

import pytest

from chalicelib.analytics import bots
from tests.analytics.visitors import CHROME, GOOGLEBOT, IPHONE


def test_the_list_knows_bots_and_no_browsers() -> None:
    assert bots.is_listed(GOOGLEBOT)
    assert not bots.is_listed(CHROME)
    assert not bots.is_listed(IPHONE)
    assert not bots.is_listed("")


@pytest.mark.parametrize("user_agent", ["curl/8.5.0", "python-httpx/0.27.0", "Go-http-client/1.1"])
def test_a_library_is_no_bot(user_agent: str) -> None:
    assert bots.is_library(user_agent)
    assert not bots.is_listed(user_agent)


def test_a_bot_that_names_its_library_is_a_bot() -> None:
    named = "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)"
    assert bots.is_listed(named)
    assert not bots.is_library(named)
