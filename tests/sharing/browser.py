"""A browser without scripts, as visitors of shares may have one."""

from urllib.parse import urlencode

import pytest

from tests.cloud import Answer
from tests.sharing.counter import Counter

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Browser:
    """A browser that runs no scripts and keeps the one cookie that it is given."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.cookie = ""

    def open(self, path: str, method: str = "GET", **headers: str) -> Answer:
        sent = headers | ({"cookie": self.cookie} if self.cookie else {})
        return self._kept(self.counter.cloud.fetch(method, path, headers=sent))

    def submit(self, path: str, **fields: str) -> Answer:
        sent = FORM | ({"cookie": self.cookie} if self.cookie else {})
        body = urlencode(fields).encode()
        return self._kept(self.counter.cloud.fetch("POST", path, None, body, sent))

    def _kept(self, answer: Answer) -> Answer:
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return answer


@pytest.fixture
def browser(counter: Counter) -> Browser:
    return Browser(counter)
