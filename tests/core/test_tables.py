"""Transactions are done once, whatever DynamoDB says of them on the way."""

from typing import Any

import pytest
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError

from chalicelib.assets.models import Branch, branch_key
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import find, find_together, put, transact
from chalicelib.tenants.models import Tenant
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
    made: Any = {"name": "draft", "head": 1, "base": 1, "created_by": SYSTEM, "created_at": ""}
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


def test_items_of_several_tables_are_read_together(cloud: Cloud) -> None:
    made, tenant = branch(), Tenant(clock.new_id(), "TENANT", name="Acme", created_at="")
    transact(put(made), put(tenant))
    there = find_together(
        (Tenant, tenant.pk, "TENANT"), (Branch, made.pk, made.sk), (Branch, made.pk, "BRANCH#none")
    )
    assert [item and (type(item), item.pk) for item in there] == [
        (Tenant, tenant.pk),
        (Branch, made.pk),
        None,
    ]


def test_what_can_be_no_key_and_what_is_not_asked_for_are_not_found(cloud: Cloud) -> None:
    made = branch()
    transact(put(made))
    unasked, impossible, found = find_together(
        None, (Branch, "n" * 2000, made.sk), (Branch, made.pk, made.sk)
    )
    assert (unasked, impossible) == (None, None)
    assert found is not None
    assert found.name == "draft"


def test_nothing_asked_for_asks_nothing(cloud: Cloud) -> None:
    assert find_together(None, (Branch, "n" * 2000, "none")) == (None, None)
