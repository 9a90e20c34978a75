"""Bringing stored items to the schema version of the code, while everybody goes on working.

Code reads an item in its present form and in the one before; a step here writes the present one.
Each item is moved by one conditional transaction that notes its version, so that the command can be
cut off anywhere, run again, and run twice at once.
"""

import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, transact
from chalicelib.tenants import memberships
from chalicelib.tenants.audit.seals import Image
from chalicelib.tenants.models import Member

log = logging.getLogger(__name__)


class Step(NamedTuple):
    """One kind of item of a table, the version that it is to have, and how one gets there.

    `move` gets an item in DynamoDB's own form; it raises `ConditionFailed` where that has changed,
    or is gone.
    """

    name: str
    table: Callable[[], str]
    prefix: str
    version: int
    move: Callable[[Image], None]


class Migrated(NamedTuple):
    """How many items were moved, and how many could not be, for they changed meanwhile."""

    moved: int
    left: int


def migrate(most: int | None = None) -> dict[str, Migrated]:
    """Move what is of an earlier version, at most so many items; return what came of each step."""
    return {step.name: _run(step, most) for step in STEPS}


def _run(step: Step, most: int | None) -> Migrated:
    moved = left = 0
    for image in _behind(step):
        if most is not None and moved >= most:
            break
        try:
            step.move(image)
            moved += 1
        except ConditionFailed:
            left += 1
            log.info("changed meanwhile", extra={"step": step.name, "item": image["sk"]["S"]})
    return Migrated(moved, left)


def _behind(step: Step) -> Iterator[Image]:
    """Read the items of a step that are of an earlier version."""
    pages = client("dynamodb").get_paginator("scan")
    for page in pages.paginate(
        TableName=step.table(),
        ConsistentRead=True,
        FilterExpression="begins_with(sk, :prefix) AND "
        "(attribute_not_exists(schema_version) OR schema_version < :version)",
        ExpressionAttributeValues={
            ":prefix": {"S": step.prefix},
            ":version": {"N": str(step.version)},
        },
    ):
        yield from page["Items"]


def _note_membership(image: Image) -> None:
    """Note under the person that they are a member of this tenant."""
    member = Member(image["pk"]["S"], image["sk"]["S"])
    there = Member.created_at == image["created_at"]["S"]
    transact(
        memberships.joining(member.id, {member.pk}),
        change(member, Member.schema_version.set(2), condition=there),
    )


STEPS = (Step("memberships", lambda: settings().tenants_table, "MEMBER#", 2, _note_membership),)
