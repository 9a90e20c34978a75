"""The sparse index of what somebody has to look after, sharded so that no partition gets hot."""

import hashlib
from datetime import datetime

from chalicelib.core import clock

SHARDS = 4


def due_key(moment: datetime, identifier: str) -> tuple[str, str]:
    """Give the shard and the sort key under which something is found once it is due."""
    shard = int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % SHARDS
    return str(shard), f"{clock.timestamp(moment)}#{identifier}"
