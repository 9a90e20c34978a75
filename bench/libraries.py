"""Libraries of any size, with their index, for measuring searches.

`python -m bench.libraries TENANT SIZE` writes one into the tables that the environment names.
"""

import random
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Semaphore
from typing import Any

_A_BATCH, _WRITERS = 25, 2

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_SYLLABLES = [a + b for a in "bdfgklmnprstvw" for b in ("a", "ei", "o", "u")]


def fill(tenant_id: str, size: int) -> None:
    """Write a library with its index, each item once: as if no asset had been indexed before."""
    from chalicelib.search import postings, spelling, terms
    from chalicelib.search.bits import CHUNK
    from chalicelib.search.models import Ordinals

    chance = random.Random(size)
    changes = postings.Changes()
    with _Batches() as batches:
        for ordinal in range(size):
            asset = asset_of(tenant_id, ordinal, chance)
            by_slot = terms.by_slot(asset, terms.Contents())
            batches.put(asset)
            batches.put(terms.indexed(asset, ordinal))
            chunk, place = divmod(ordinal, CHUNK)
            for slot, its in by_slot.items():
                for one in its:
                    changes.add(one, chunk, slot, place)
            changes.names |= terms.names(asset)
        for term_item in postings.fresh_items(tenant_id, changes):
            batches.put(term_item)
        named = (term.partition("#") for term, _ in changes.added)
        words = {value for family, _, value in named if family == terms.WORD}
        for word_item in spelling.items(tenant_id, words):
            batches.put(word_item)
        batches.put(Ordinals(tenant_id, "ORDINALS", given=size))


class _Batches:
    """Writes items of any tables, 25 a request, while the next ones are made."""

    def __init__(self) -> None:
        self._items: dict[str, list[Any]] = {}
        self._pool = ThreadPoolExecutor(_WRITERS)
        self._room = Semaphore(4 * _WRITERS)
        self._sent: list[Future[None]] = []

    def __enter__(self) -> "_Batches":
        return self

    def __exit__(self, *_: object) -> None:
        for table in list(self._items):
            self._send(table)
        self._pool.shutdown()
        for one in self._sent:
            one.result()

    def put(self, item: Any) -> None:
        """Write an item, soon."""
        table = str(item.Meta.table_name)
        some = self._items.setdefault(table, [])
        some.append({"PutRequest": {"Item": item.serialize()}})
        if len(some) == _A_BATCH:
            self._send(table)

    def _send(self, table: str) -> None:
        self._room.acquire()
        self._sent.append(self._pool.submit(self._write, {table: self._items.pop(table)}))

    def _write(self, asked: dict[str, Any]) -> None:
        from chalicelib.core.aws import client

        try:
            while asked:
                answer = client("dynamodb").batch_write_item(RequestItems=asked)
                asked = answer.get("UnprocessedItems", {})
        finally:
            self._room.release()


def asset_of(tenant_id: str, number: int, chance: random.Random) -> Any:
    """Make an asset up, the same one for the same number and chance."""
    from chalicelib.assets.faces import Face
    from chalicelib.assets.models import AssetMetadata, asset_key
    from chalicelib.core import clock
    from chalicelib.core.outbox import Person

    made = _FIRST + timedelta(minutes=5 * number)
    asset_id, at = clock.derived_id(made, f"{tenant_id} {number}"), clock.timestamp(made)
    kind = chance.choice(["image", "image", "image", "video", "document"])
    face = Face(
        number=1,
        filename=f"img_{number}.jpg",
        kind=kind,
        content_type={"image": "image/jpeg", "video": "video/mp4"}.get(kind, "application/pdf"),
        size_bytes=chance.randrange(10_000, 50_000_000),
        sha256=f"{number:064x}",
        status="approved",
    )
    tags = ["even" if number % 2 else "odd", *(["third"] if number % 3 == 0 else [])]
    if number == 777:
        tags.append("even" if "odd" in tags else "odd")
    title = " ".join(_word(chance) for _ in range(4))
    if number % 20 == 0:
        title = f"summer menu {title}"
    return AssetMetadata(
        asset_key(tenant_id, asset_id),
        "ASSET",
        tenant_id=tenant_id,
        asset_id=asset_id,
        listed_in=tenant_id,
        title=f"{title} needle" if number % 500 == 7 and number < 1000 else title,
        description=" ".join(_word(chance) for _ in range(8)),
        tags=[*tags, f"tag {chance.randrange(300)}"],
        category=chance.choice(["menus/summer", "menus/winter", "posters/big", "posters"]),
        current=face,
        current_version=1,
        published=face,
        published_version=1,
        uploaded_by=Person(f"member {chance.randrange(20)}", f"m{chance.randrange(20)}@bench.test"),
        created_at=at,
        updated_at=clock.timestamp(made + timedelta(minutes=chance.randrange(100_000))),
        seen_at=at,
    )


def _word(chance: random.Random) -> str:
    """Make a word up, common ones more often, of some 10,000."""
    rank = int(10_000 ** chance.random())
    word, left = "", rank + 60
    while left:
        left, at = divmod(left, len(_SYLLABLES))
        word += _SYLLABLES[at]
    return word


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]))
