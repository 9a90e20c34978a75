"""Reading a table's stream as Lambda does: shard by shard, each in its order."""

import json
import logging
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

log = logging.getLogger(__name__)

Event = dict[str, Any]

_LOOK_FOR_SHARDS_SECONDS = 5.0
_KINDS = {"INSERT", "MODIFY", "REMOVE"}


class Taken(NamedTuple):
    """How many records a round handed over, and whether any of them has to come again."""

    records: int
    failed: bool


class Stream:
    """The stream of one table, read for one function from its beginning.

    Args:
        dynamodb: the client that knows the table.
        streams: the client that reads streams.
        table: the table's name.
        checkpoints: a file that keeps how far each shard was read, for the next process.
    """

    def __init__(
        self, dynamodb: Any, streams: Any, table: str, checkpoints: Path | None = None
    ) -> None:
        self._client = streams
        self._arn: str = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        self._region: str = streams.meta.region_name
        self._file = checkpoints
        self._done: dict[str, str] = (
            json.loads(checkpoints.read_text()) if checkpoints and checkpoints.exists() else {}
        )
        self._shards: dict[str, str | None] = {}
        self._ended: set[str] = set()
        self._iterators: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._looked_at = float("-inf")

    def take(self, size: int, invoke: Callable[[Event], Any]) -> Taken:
        """Hand the next batch of each shard to a function.

        What it reports as failed comes again, before anything behind it; a function that breaks
        gets the whole batch again, cut in halves until one passes.

        Args:
            size: the most records in a batch.
            invoke: calls the function with an event and gives its answer.
        """
        records, failed = 0, False
        for shard in self._open_shards():
            found = self._read(shard, min(size, self._sizes.get(shard, size)))
            if found:
                records += len(found)
                failed |= not self._hand_over(shard, found, invoke)
        return Taken(records, failed)

    def _open_shards(self) -> Iterator[str]:
        if time.monotonic() - self._looked_at > _LOOK_FOR_SHARDS_SECONDS:
            self._look_for_shards()
        for shard, parent in list(self._shards.items()):
            if shard not in self._ended and (parent not in self._shards or parent in self._ended):
                yield shard

    def _look_for_shards(self) -> None:
        options: dict[str, str] = {}
        while True:
            told = self._client.describe_stream(StreamArn=self._arn, **options)["StreamDescription"]
            for shard in told["Shards"]:
                self._shards[shard["ShardId"]] = shard.get("ParentShardId")
            if "LastEvaluatedShardId" not in told:
                break
            options = {"ExclusiveStartShardId": told["LastEvaluatedShardId"]}
        self._looked_at = time.monotonic()

    def _read(self, shard: str, limit: int) -> list[Event]:
        if shard not in self._iterators:
            self._iterators[shard] = self._iterator(shard)
        try:
            answer = self._client.get_records(ShardIterator=self._iterators[shard], Limit=limit)
        except Exception:
            del self._iterators[shard]  # It may have expired; the next one is made anew.
            raise
        found: list[Event] = answer["Records"]
        following = answer.get("NextShardIterator")
        if following:
            self._iterators[shard] = following
        elif not found:
            self._ended.add(shard)
            self._looked_at = float("-inf")
        else:
            del self._iterators[shard]
        return found

    def _iterator(self, shard: str) -> str:
        where = {"ShardIteratorType": "TRIM_HORIZON"}
        if shard in self._done:
            where = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "SequenceNumber": self._done[shard],
            }
        answer = self._client.get_shard_iterator(StreamArn=self._arn, ShardId=shard, **where)
        iterator: str = answer["ShardIterator"]
        return iterator

    def _hand_over(self, shard: str, found: list[Event], invoke: Callable[[Event], Any]) -> bool:
        try:
            answer = invoke({"Records": [self._as_lambda_gets_it(record) for record in found]})
        except Exception:
            log.exception("a batch of %d failed", len(found))
            self._sizes[shard] = max(1, len(found) // 2)
            self._iterators.pop(shard, None)
            return False
        self._sizes.pop(shard, None)
        numbers = [record["dynamodb"]["SequenceNumber"] for record in found]
        done = _done(numbers, answer)
        if done:
            self._done[shard] = numbers[done - 1]
            self._keep()
        if done < len(found):
            self._iterators.pop(shard, None)
        return done == len(found)

    def _keep(self) -> None:
        if self._file is None:
            return
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(self._done))
            fresh.replace(self._file)
        except OSError as error:
            # What was done is known as long as this process lives; after that it comes again.
            log.warning("what was done is not kept in %s: %s", self._file, error)

    def _as_lambda_gets_it(self, record: Event) -> Event:
        told = _plain(record["dynamodb"])
        told["ApproximateCreationDateTime"] = int(
            record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
        )
        # DynamoDB Local has a name of its own for what its time to live removes.
        kind = record["eventName"] if record["eventName"] in _KINDS else "REMOVE"
        own = {"eventName": kind, "dynamodb": told, "eventSourceARN": self._arn}
        return record | own | {"eventSource": "aws:dynamodb", "awsRegion": self._region}


def _done(numbers: list[str], answer: Any) -> int:
    """Return how many records are done, by the rules of ReportBatchItemFailures."""
    failures = (answer or {}).get("batchItemFailures") or []
    failed = [failure.get("itemIdentifier") for failure in failures]
    if any(identifier not in numbers for identifier in failed):
        log.error("the answer names unknown records: %s", failures)
        return 0
    return min((numbers.index(identifier) for identifier in failed), default=len(numbers))


def _plain(value: Any) -> Any:
    """Write bytes in base64, as JSON has to."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
