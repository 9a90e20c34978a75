"""A library made and edited at random, and queries near to what is in it."""

import random
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from chalicelib.core import clock
from tests.assets.stages import SHA256, asset
from tests.cloud import Cloud, Tenant
from tests.search import oracle
from tests.search.oracle import Query

WORDS = ["Summer", "sümmer", "sum", "menu", "Menü", "winter", "Wintermärchen", "café", "ZÜRICH"]
TAGS = ["Menu", "menu", "Hot", "hot deal", "Zürich"]
CATEGORIES = ["menus", "menus/summer", "menus/summer/kids", "menusetc", "posters"]
STATES = ["uploading", "scanning", "approved", "approved!", "failed", "rejected", "in_review"]

_LARGEST = 50


class Library:
    """A tenant's assets, made and edited at random."""

    def __init__(self, cloud: Cloud, tenant: Tenant, chance: random.Random) -> None:
        self.cloud, self.tenant, self.chance = cloud, tenant, chance
        self.ids: list[str] = []
        self.empty: set[str] = set()
        for _ in range(24):
            self.add()

    def add(self) -> None:
        who = self.chance.choice(["admin", "contributor", "other"])
        state = self.chance.choice(STATES)
        types = {"image/jpeg": "a.jpg", "video/mp4": "b.mp4", "application/pdf": "menu card.pdf"}
        content_type, filename = self.chance.choice(list(types.items()))
        made = asset(
            self.cloud,
            self.tenant.id,
            self.tenant.email(who),
            state,
            content_type=content_type,
            filename=filename,
            size_bytes=self.chance.choice([1, 7, 40, 41, 1000, 1023, 1024, 5000]),
            **self.said(),
        )
        self.ids.append(made)
        if state in ("uploading", "failed"):
            self.empty.add(made)

    def said(self) -> dict[str, Any]:
        some = self.chance.sample
        said = {
            "title": " ".join(some(WORDS, self.chance.randint(1, 3))),
            "description": " ".join(some(WORDS, self.chance.randint(0, 2))),
            "tags": some(TAGS, self.chance.randint(0, 3)),
            "keywords": some(WORDS, self.chance.randint(0, 1)),
            "custom_fields": self.chance.choice([{}, {"shelf": "B4"}, {"shelf": ["B4", "c"]}]),
        }
        if self.chance.random() < 0.7:
            said["category"] = self.chance.choice(CATEGORIES)
        if self.chance.random() < 0.4:
            far, near = timedelta(days=2), timedelta(hours=3)
            shift = self.chance.choice([-far, -near, near, far])
            name = self.chance.choice(["valid_from", "expires_at"])
            said["rights"] = {name: clock.timestamp(clock.now() + shift)}
        return said

    def edit(self) -> None:
        """Do something to some asset, which may be refused."""
        asset_id, admin = self.chance.choice(self.ids), self.tenant.email("admin")
        deed = self.chance.randrange(8)
        if deed == 0 and len(self.ids) < _LARGEST:
            self.add()
        elif deed == 1:
            self.cloud.call("DELETE", f"/assets/{asset_id}/", admin)
        elif deed == 2:
            self.cloud.post(f"/assets/{asset_id}/restore/", admin)
        elif deed == 3 and asset_id in self.empty:
            self.cloud.call("DELETE", f"/assets/{asset_id}/?purge=true", admin)
            self.ids.remove(asset_id)
        elif deed == 4:
            self.rename()
        else:
            said = self.said()
            names = self.chance.sample(list(said), 2)
            body = {name: said[name] for name in names}
            self.cloud.call("PATCH", f"/assets/{asset_id}/", admin, body)

    def rename(self) -> None:
        """Rename or remove a tag everywhere, or move a part of the categories."""
        admin, some = self.tenant.email("admin"), self.chance.sample
        tag, other = some(TAGS, 2)
        deed = self.chance.randrange(3)
        if deed == 0:
            self.cloud.call("PATCH", f"/tags/{quote(tag)}/", admin, {"name": other})
        elif deed == 1:
            self.cloud.call("DELETE", f"/tags/{quote(tag)}/", admin)
        else:
            old, new = some(CATEGORIES, 2)
            self.cloud.post("/categories/move/", admin, {"from": old, "to": new})

    def query(self, every: list[oracle.Asset]) -> Query:
        """Make a query up, near to what there is."""
        chance, one = self.chance, self.chance.choice(every or [_NOTHING])
        options: Query = {
            "q": " ".join(chance.sample(WORDS, chance.randint(1, 2)))[: chance.randint(2, 30)],
            "kind": chance.choice(["image", "video", "document"]),
            "content_type": one["content_type"],
            "status": chance.choice([one["status"], "approved", "expired", "trashed"]),
            "category": chance.choice(CATEGORIES),
            "tag": chance.sample(TAGS, chance.randint(1, 2)),
            "uploaded_by": chance.choice(list(one["uploaded_by"].values())),
            "created_after": one["created_at"],
            "created_before": chance.choice([one["created_at"], clock.timestamp(clock.now())]),
            "min_size_bytes": chance.choice([0, 8, one["size_bytes"], 6000]),
            "max_size_bytes": chance.choice([0, 8, one["size_bytes"], 6000]),
            "sha256": SHA256,
            "custom.shelf": chance.choice(["B4", "c", "d"]),
            "trashed": True,
        }
        picked = chance.sample(list(options), chance.choice([0, 1, 1, 2, 2, 3]))
        query = {name: options[name] for name in picked}
        orders_of = ["created_at", "updated_at", "title", "size_bytes"]
        if chance.random() < 0.6:
            query["sort"] = chance.choice(orders_of)
        if chance.random() < 0.4:
            query["order"] = chance.choice(["asc", "desc"])
        return query


_NOTHING: oracle.Asset = {
    "content_type": "image/jpeg",
    "status": "approved",
    "uploaded_by": {"id": "nobody", "email": "nobody@acme.test"},
    "created_at": "2026-01-01T00:00:00.000Z",
    "size_bytes": 5,
}
