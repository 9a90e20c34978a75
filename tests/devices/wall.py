"""A tenant's screens: made by its members, fed and heard by their players."""

import hashlib
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from tests.assets.stages import SHA256, asset
from tests.cloud import Answer, Cloud
from tests.shared import Team, assert_problem

Json = dict[str, Any]


class Player(NamedTuple):
    """A device's id and its token."""

    id: str
    token: str


class Wall:
    """One tenant's screens; its admin does everything unless said otherwise."""

    def __init__(self, cloud: Cloud, team: Team) -> None:
        self.cloud = cloud
        self.tenant = team("admin", "editor", "viewer")
        self.other = team("admin")

    def call(
        self, method: str, path: str, body: Any = None, role: str = "admin", **more: Any
    ) -> Answer:
        return self.cloud.call(method, path, self.tenant.email(role), body, **more)

    def get(self, path: str, role: str = "admin", **more: Any) -> Answer:
        return self.call("GET", path, None, role, **more)

    def post(self, path: str, body: Any = None, role: str = "admin", **more: Any) -> Answer:
        return self.call("POST", path, {} if body is None else body, role, **more)

    def made(self, path: str, body: Any, role: str = "admin") -> Json:
        """Make something that there is then."""
        answer = self.post(path, body, role)
        assert answer.status == 201, answer.content
        found: Json = answer.json
        return found

    def device(self, **more: Any) -> Player:
        """Make a device."""
        made = self.made("/devices/", {"name": "Lobby", "time_zone": "UTC"} | more)
        return Player(made["id"], made["token"])

    def asset(self, title: str = "photo", **more: Any) -> str:
        """Make an asset that is published; gives its id."""
        sha256 = hashlib.sha256(title.encode()).hexdigest()
        admin, described = self.tenant.email("admin"), {"title": title} | more
        return asset(self.cloud, self.tenant.id, admin, "approved!", sha256=sha256, **described)

    def many(self, count: int) -> list[str]:
        """Write many published assets of the category `many`, the oldest first; gives their ids."""
        admin = self.tenant.email("admin")
        made = asset(self.cloud, self.tenant.id, admin, "approved!", category="many")
        first = AssetMetadata.get(asset_key(self.tenant.id, made), "ASSET")
        ids = [made, *(clock.new_id(clock.now() + timedelta(seconds=n)) for n in range(1, count))]
        with AssetMetadata.batch_write() as batch:
            for asset_id in ids[1:]:
                own = hashlib.sha256(asset_id.encode()).hexdigest()
                faces = {
                    name: {"S": first.serialize()[name]["S"].replace(SHA256, own)}
                    for name in ("current", "published")
                }
                image = (
                    first.serialize()
                    | faces
                    | {
                        "pk": {"S": asset_key(self.tenant.id, asset_id)},
                        "asset_id": {"S": asset_id},
                    }
                )
                batch.save(AssetMetadata.from_raw_data(image))
        return ids

    def playlist(self, *items: Any, **more: Any) -> str:
        """Make a playlist of asset ids, or of whole items; gives its id."""
        listed = [{"asset_id": one} if isinstance(one, str) else one for one in items]
        made = self.made("/playlists/", {"name": "Loop", "items": listed} | more, "editor")
        return str(made["id"])

    def give(self, where: Player | str, *playlist_ids: str) -> None:
        """Have a device, or a group by its name, play playlists."""
        place = f"device_groups/{where}" if isinstance(where, str) else f"devices/{where.id}"
        body = {"playlist_ids": playlist_ids}
        answer = self.call("PUT", f"/{place}/playlists/", body, "editor")
        assert answer.status == 200, answer.content

    def manifest(self, player: Player) -> Json:
        """Fetch what a player's Anthias is to hold."""
        answer = self.as_player(player, "GET", "manifest")
        assert answer.status == 200, answer.content
        found: Json = answer.json
        return found

    def order(self, player: Player) -> list[str]:
        return list(self.manifest(player)["order"])

    def playing(self, player: Player, at: str = "") -> list[str]:
        """Give the assets that a device shows, now or at a time."""
        query = f"?at={quote(at)}" if at else ""
        answer = self.get(f"/devices/{player.id}/schedule/{query}", "viewer")
        assert answer.status == 200, answer.content
        return [one["asset_id"] for one in answer.json["items"]]

    def as_player(
        self, player: Player, method: str, what: str, body: Any = None, **headers: str
    ) -> Answer:
        """Ask as a player, for `devices/{id}/{what}/`."""
        sent = {"authorization": f"Bearer {player.token}"} | headers
        path = f"/devices/{player.id}/{what}/"
        return self.cloud.call(method, path, body=body, headers=sent)

    def assert_refused(self, answer: Answer, status: int, code: str) -> Json:
        return assert_problem(answer, status, code)


@pytest.fixture
def wall(cloud: Cloud, team: Team) -> Wall:
    """A tenant's screens, and another tenant."""
    return Wall(cloud, team)
