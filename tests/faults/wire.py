"""The line between Reef and AWS, at botocore's HTTP layer, where answers get lost."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint
from botocore.exceptions import ConnectionClosedError

from chalicelib.core import clock
from tests.faults.film_machine import FilmMachine
from tests.faults.machines import ANSWERED, Machines, response

Fault = Literal["dies before", "dies after", "answer lost", "refused", "overtaken"]
"""The process dies before a call is sent, or after it was done; the answer gets lost, so that the
SDK sends again; AWS refuses; or something else happens right before."""


class Died(BaseException):
    """The process is gone; nothing of ours catches this."""


class Call(NamedTuple):
    """One HTTP request, numbered from 1 since the line was last watched."""

    number: int
    service: str
    operation: str


Plan = Callable[[Call], Fault | None]


def nothing(call: Call) -> Fault | None:
    """Let every call through."""
    del call
    return None


class Wire:
    """Carries requests, and lets each suffer what the plan in force says."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.calls: list[Call] = []
        self.suffered: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.machines = Machines()
        self.films = FilmMachine()
        self._plan: Plan | None = None
        self._dead = False
        self._done: dict[str, Any] = {}
        real = Endpoint._do_get_response

        def carry(endpoint: Endpoint, request: Any, operation: Any, context: Any) -> Any:
            def send() -> Any:
                if operation.name in ANSWERED:
                    body = json.loads(request.body)
                    is_film = self.films.concerns(operation.name, body)
                    machine = self.films if is_film else self.machines
                    return machine.answer(operation.name, body, clock.now())
                if operation.name == "TransactWriteItems":
                    token = json.loads(request.body)["ClientRequestToken"]
                    return self._once(token, lambda: real(endpoint, request, operation, context))
                return real(endpoint, request, operation, context)

            if self._plan is None:
                return send()
            service = operation.service_model.service_name
            return self._carry(Call(len(self.calls) + 1, service, operation.name), send)

        patch.setattr(Endpoint, "_do_get_response", carry)
        # The SDK's waits between its attempts would take minutes.
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))

    @contextmanager
    def watched(self, plan: Plan = nothing) -> Iterator[None]:
        """Let calls suffer by a plan for a while; whoever died is dead until the end of it."""
        before = self._plan, self._dead, self.calls
        self._plan, self._dead, self.calls = plan, False, []
        try:
            yield
        finally:
            self._plan, self._dead, self.calls = before

    def _carry(self, call: Call, send: Callable[[], Any]) -> Any:
        if self._dead:
            raise Died
        self.calls.append(call)
        assert self._plan is not None
        fault = self._plan(call)
        if fault is not None:
            self.suffered.append(f"{call.service}.{call.operation} {fault}")
        if fault == "dies before":
            self._dead = True
            raise Died
        if fault == "refused":
            return refusal(call), None
        if fault == "overtaken":
            with self.watched():
                self.meanwhile()
        answer = send()
        if fault == "dies after":
            self._dead = True
            raise Died
        if fault == "answer lost":
            return None, ConnectionClosedError(endpoint_url=call.service)
        return answer

    def _once(self, token: str, send: Callable[[], Any]) -> Any:
        """Do a transaction that is sent again only once, as DynamoDB does and moto does not."""
        if token not in self._done:
            answer = send()
            response, _ = answer
            if response is None or response[0].status_code != 200:
                return answer
            self._done = {token: answer}  # it is sent again at once or never
        return self._done[token]


_REFUSALS = {
    "dynamodb": (400, ["ProvisionedThroughputExceededException", "ThrottlingException"]),
    "s3": (503, ["SlowDown"]),
    "sqs": (503, ["ServiceUnavailable"]),
}


def refusal(call: Call) -> tuple[AWSResponse, dict[str, Any]]:
    """Answer as the service does when it has too much to do."""
    status, codes = _REFUSALS.get(call.service, (400, ["ThrottlingException"]))
    code = codes[call.number % len(codes)]
    error: dict[str, Any] = {"Error": {"Code": code, "Message": "Slow down."}}
    if call.operation == "TransactWriteItems":
        reason = ("TransactionConflict", "ThrottlingError")[call.number % 2]
        error["Error"]["Code"] = "TransactionCanceledException"
        error["CancellationReasons"] = [{"Code": "None"}, {"Code": reason, "Message": "Busy."}]
    error["ResponseMetadata"] = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
    return response(status), error
