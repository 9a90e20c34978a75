"""Asking for a zip over HTTP; `GET processing/{id}/status/` tells what becomes of it."""

from typing import Annotated

import msgspec

from chalicelib.assets.collections import registry, shapes
from chalicelib.assets.downloads import NotReady
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, invalid
from chalicelib.processing.zips import jobs
from chalicelib.processing.zips.planning import MOST_ASSETS, ZipTooLarge
from chalicelib.processing.zips.rights import Reader
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](__name__, scopes=scopes.ASSETS)

AssetIds = Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST_ASSETS)]


class ZipWanted(msgspec.Struct, kw_only=True):
    """What goes into a zip: these assets or those of a collection.

    Attributes:
        asset_ids: assets by their ids, in their order; either these or `collection_id`.
        collection_id: the collection whose assets are wanted, as far as you see them.
        rendition: the name of a rendition of each; the originals unless said otherwise.
    """

    asset_ids: AssetIds | msgspec.UnsetType = msgspec.UNSET
    collection_id: str | msgspec.UnsetType = msgspec.UNSET
    rendition: str | None = None


class ZipAsked(msgspec.Struct):
    """The job that makes a zip.

    Attributes:
        job_id: its id, to ask for its status, which has the `download_url` once it is done.
    """

    job_id: str


@api.post("/assets/zip", may=MEMBERS, status=202, problems=[NotFound, NotReady, ZipTooLarge])
def request_zip(actor: Actor, body: ZipWanted) -> ZipAsked:
    """Have a zip made of what you may download of several assets."""
    now, name = clock.now(), "assets"
    reader = Reader(actor.tenant_id, actor)
    if isinstance(body.asset_ids, list):
        if body.collection_id is not msgspec.UNSET:
            raise invalid("collection_id", "Give asset_ids or collection_id, not both")
        if len({*body.asset_ids}) < len(body.asset_ids):
            raise invalid("asset_ids", "An asset is named more than once")
        found = reader.find_all(body.asset_ids, now)
    elif isinstance(body.collection_id, str):
        collection = registry.visible(actor, body.collection_id)
        seen = shapes.seen_assets(collection, actor, now)
        found = reader.find((asset.asset_id for asset, _ in seen), now)
        name = collection.values["name"]
    else:
        raise invalid("asset_ids", "Give asset_ids or collection_id")
    job_id = jobs.request(
        actor.tenant_id,
        [*found.values()],
        actor.person,
        now,
        as_member=True,
        key=actor.key,
        rendition=body.rendition,
        name=name,
    )
    return ZipAsked(job_id)
