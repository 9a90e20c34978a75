"""One running Reef for all browser tests, and a console for each visitor."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.console import Console, Sessions
from tests.browser.reviews import Reviews
from tests.stack import Stack, running_stack

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one process, so that one Reef serves them all."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def sessions() -> Sessions:
    return Sessions()


@pytest.fixture
def visit(stack: Stack, browser: Browser, sessions: Sessions) -> Iterator[Callable[..., Console]]:
    """Open consoles, each in a browser session of its own; none may say anything unexpected."""
    consoles: list[Console] = []

    def open_console(email: str | None = None, **options: Any) -> Console:
        page = browser.new_context(base_url=stack.url, **options).new_page()
        page.set_default_timeout(20_000)
        consoles.append(console := Console(page, stack))
        if email is None:
            page.goto("/")
        else:
            sessions.take_up(console, email)
        return console

    yield open_console
    for console in consoles:
        console.page.context.close()
    assert [said for console in consoles for said in console.unexpected()] == []


@pytest.fixture
def editor(visit: Callable[..., Console]) -> Console:
    """The console of an editor of the tenant that takes large files."""
    return visit("editor@acme.test")


@pytest.fixture(scope="session")
def reviews(stack: Stack, browser: Browser) -> Reviews:
    """Have WebP pictures reviewed, which no other test uploads."""
    return Reviews(stack, browser.new_context(base_url=stack.url).request)
