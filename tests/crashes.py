"""AWS calls counted, failed and cut off: what a process that dies, or a lost answer, leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import botocore.endpoint
import pytest
from botocore.exceptions import ConnectionClosedError
from moto.core.botocore_stubber import BotocoreStubber

How = Literal["before", "after", "lost"]


class Crash(BaseException):
    """The process has died; nothing in it runs any more."""


class Faults:
    """Listens to every AWS call of this process, and breaks one of them.

    `before`: the process dies before the call. `after`: it dies when the call has been done.
    `lost`: the call is done, its answer gets lost, and the client sends it once more.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.fired = False
        self._countdown = 0
        self._how: How = "before"
        self._dead = False
        self._listening = False
        self._transactions: dict[str, Any] = {}
        real = BotocoreStubber.process_request

        def process(stubber: BotocoreStubber, request: Any) -> Any:
            return self._process(lambda: real(stubber, request), request)

        monkeypatch.setattr(BotocoreStubber, "process_request", process)
        monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)

    def arm(self, calls: int, how: How) -> None:
        """Break the n-th call from here."""
        self._countdown, self._how, self.fired = calls, how, False

    def disarm(self) -> None:
        """Break nothing."""
        self._countdown, self.fired = 0, False

    @contextmanager
    def process(self) -> Iterator[list[str]]:
        """Run something as a process of its own: it is listened to, and may die.

        Yields:
            The calls that it makes, as `service:operation`.
        """
        self._listening, self._dead, self.calls = True, False, []
        try:
            yield self.calls
        finally:
            self._listening = self._dead = False

    def _process(self, send: Any, request: Any) -> Any:
        if not self._listening:
            return send()
        if self._dead:
            raise Crash
        self.calls.append(named(request))
        self._countdown -= 1
        if self._countdown != 0:
            return self._once(send, request)
        self.fired = True
        if self._how != "before":
            self._once(send, request)
        if self._how == "lost":
            raise ConnectionClosedError(endpoint_url=request.url)
        self._dead = True
        raise Crash

    def _once(self, send: Any, request: Any) -> Any:
        """DynamoDB answers a transaction sent again as it did the first time; moto does not."""
        if not self.calls[-1].endswith(":TransactWriteItems"):
            return send()
        key = bytes(request.body).decode()
        if key not in self._transactions:
            self._transactions[key] = send()
        return self._transactions[key]


def named(request: Any) -> str:
    """Name a call: `dynamodb:GetItem`, `s3:PUT`, `sqs:SendMessage`."""
    target = request.headers.get("X-Amz-Target", b"")
    text = target.decode() if isinstance(target, bytes) else str(target)
    service, _, operation = text.partition(".")
    if operation:
        return f"{service.split('_')[0].lower().removeprefix('amazon')}:{operation}"
    host = request.url.split("/")[2]
    service = next(name for name in ("s3", "ses", "email", "cognito", "sqs", "sns") if name in host)
    copied = " copy" if "x-amz-copy-source" in request.headers else ""
    return f"{service}:{request.method}{copied}"
