"""Transactions are done once, whatever DynamoDB says of them on the way."""

from typing import Any

import pytest
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError

from chalicelib.assets.models import Branch, branch_key
from chalicelib.core import clock
from chalicelib.core.tables import find, put, transact
from tests.cloud import Cloud

UNDER_WAY = "TransactionInProgressException"
CANCELLED = "TransactionCanceledException"


class Answers:
    """What DynamoDB says of the first transactions, and the tokens under which they came.

    What comes again under the token of one that is done is not done again.
    """

    def __init__(self, patch: pytest.MonkeyPatch, *codes: str) -> None:
        self.tokens: list[str] = []
        self._codes = list(codes)
        real = Connection.transact_write_items

        def write(connection: Connection, **request: Any) -> None:
            token = request["client_request_token"] or clock.new_id()  # as the client makes one
            code = self._codes.pop(0) if self._codes else None
            if code != CANCELLED and token not in self.tokens:
                real(connection, **request)
            self.tokens.append(token)
            if code is not None:
                raise _failure(code)

        patch.setattr(Connection, "transact_write_items", write)


def _failure(code: str) -> TransactWriteError:
    reasons = [CancellationReason("TransactionConflict")] if code == CANCELLED else []
    answer = {"Error": {"Code": code, "Message": ""}}
    cause = VerboseClientError(answer, "TransactWriteItems", cancellation_reasons=reasons)
    return TransactWriteError("refused", cause)


def branch() -> Branch:
    made: Any = {"name": "draft", "head": 1, "base": 1, "created_by": {}, "created_at": ""}
    return Branch(f"{clock.new_id()}#{clock.new_id()}", branch_key("draft"), **made)


def test_a_transaction_under_way_is_not_begun_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(monkeypatch, UNDER_WAY, UNDER_WAY)
    transact(put(branch(), condition=Branch.pk.does_not_exist()))
    assert len(answers.tokens) == 3
    assert len(set(answers.tokens)) == 1


def test_a_transaction_that_was_cancelled_is_begun_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(monkeypatch, CANCELLED, UNDER_WAY)
    made = branch()
    transact(put(made, condition=Branch.pk.does_not_exist()))
    first, *others = answers.tokens
    assert len(others) == 2
    assert {first}.isdisjoint(others)
    assert len(set(others)) == 1
    assert find(Branch, made.pk, made.sk) is not None
