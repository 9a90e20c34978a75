"""Reef's page as a visitor uses it, and what it says to the browser's console meanwhile."""

import json
import re
import time
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, FilePayload, Locator, Page, expect

from tests.stack import Stack

PROCESSING_MS = 90_000
"""How long a file may take from the last byte to its end on a busy machine, in milliseconds."""

_SESSION_SECONDS = 30 * 60
"""How long tokens are taken up; they last an hour."""


class Console:
    """One visitor's page."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self._stack = stack
        self._said: list[str] = []
        # A test can be faster than the sign-in form is at taking the focus.
        self._expected = ["Autofocus processing was blocked"]
        page.on("console", self._hear)
        page.on("pageerror", self._hear_error)

    def expect_message(self, pattern: str) -> None:
        """Let the browser report what fits a pattern, such as a status that is asked for."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        """List what was said to the console and not expected."""
        return [
            said
            for said in self._said
            if not any(re.search(pattern, said) for pattern in self._expected)
        ]

    def ask_to_sign_in(self, email: str, password: str) -> None:
        """Go to the issuer's page and hand in its form."""
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button[type=submit]").click()

    def sign_in(self, email: str) -> None:
        """Sign in, and wait until the library is there."""
        self.ask_to_sign_in(email, self._stack.password(email))
        self.await_library()

    def arrive(self, link: str, email: str, title: str) -> None:
        """Open a link as a mail has it, sign in, and come to the page of this title."""
        self.page.goto(link)
        self.ask_to_sign_in(email, self._stack.password(email))
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    def await_library(self) -> None:
        """Wait until the library, or that it is empty, is shown."""
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        expect(self.page.get_by_role("status", name="Loading the library")).to_have_count(0)

    def upload(self, *files: FilePayload | Path) -> None:
        """Choose files."""
        chosen = self.page.get_by_label("Files", exact=True)
        if all(isinstance(file, Path) for file in files):
            chosen.set_input_files([file for file in files if isinstance(file, Path)])
        else:
            chosen.set_input_files([file for file in files if not isinstance(file, Path)])

    def row(self, filename: str) -> Locator:
        """Find a file in the list of uploads."""
        name = self.page.locator(".upload-name").filter(has_text=filename)
        return self.page.locator(".upload").filter(has=name)

    def card(self, title: str) -> Locator:
        """Find an asset in the grid by its whole title."""
        cards = self.page.get_by_role("list", name="Assets").locator("a")
        return cards.filter(has=self.page.get_by_title(title, exact=True))

    def expect_outcome(self, filename: str, words: str) -> None:
        """Wait until the list of uploads says what became of a file."""
        expect(self.row(filename)).to_contain_text(words, timeout=PROCESSING_MS)

    def expect_picture(self, title: str) -> None:
        """Wait until an asset's thumbnail is shown in the grid, and check that it has pixels."""
        picture = self.card(title).locator("img")
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 1

    def open_detail(self, title: str) -> Locator:
        """Open an asset's detail."""
        self.card(title).click()
        detail = self.page.get_by_role("dialog")
        expect(detail.get_by_role("heading", name=title)).to_be_visible()
        return detail

    def _hear(self, message: ConsoleMessage) -> None:
        self._said.append(f"{message.type}: {message.text} {message.location['url']}")

    def _hear_error(self, error: Error) -> None:
        self._said.append(f"error: {error.message}")


class Sessions:
    """Who has signed in already: their tabs go on, as after a reload, without the form."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}

    def take_up(self, console: Console, email: str) -> None:
        """Sign in with tokens of an earlier test where they are good, and wait for the library."""
        tokens, begun = self._kept.get(email, ("", 0.0))
        if tokens and time.monotonic() < begun + _SESSION_SECONDS:
            # Once: who signs out stays so, and other tabs have no part in it.
            console.page.add_init_script(
                "if (self === top && !sessionStorage.getItem('taken-up')) {"
                "sessionStorage.setItem('taken-up', 'yes');"
                f"sessionStorage.setItem('reef.tokens', {json.dumps(tokens)});"
                "}"
            )
            console.page.goto("/")
            console.await_library()
            return
        console.page.goto("/")
        console.sign_in(email)
        kept = console.page.evaluate("() => sessionStorage.getItem('reef.tokens')")
        self._kept[email] = kept, time.monotonic()
