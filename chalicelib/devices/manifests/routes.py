"""What players ask for: their manifest, and its files."""

import msgspec

from chalicelib.core import clock
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.http import is_known
from chalicelib.core.api.replies import NotModified, Redirect, Reply, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound
from chalicelib.devices import tokens
from chalicelib.devices.manifests import files, making
from chalicelib.devices.manifests.making import Manifest
from chalicelib.devices.tokens import Player

_VARIABLES = {
    "device_id": "The device's id.",
    "asset_id": "The asset's id.",
    "file": "The version and the extension of the file, such as `3.mp4`.",
}

api = Routes[Player](
    __name__,
    audience=Audience.DEVICES,
    loaders={"device_id": ("device_id", tokens.themselves)},
    variables=_VARIABLES,
)
addresses = Routes[None](
    __name__,
    base="",
    audience=Audience.ANYONE,
    variables=_VARIABLES,
    tags={"d": "The files of a device's manifest."},
)


class KeyQuery(msgspec.Struct):
    """What makes an address good.

    Attributes:
        k: as the manifest says it; an address is good for nothing without it.
    """

    k: str | None = None


@api.get("/devices/{device_id}/manifest")
def show_manifest(device: Player, if_none_match: str | None) -> Tagged[Manifest] | NotModified:
    """Show what the device's Anthias is to hold; 304 while that is what it was."""
    now = clock.now()
    etag = making.known_etag(device, now)
    if etag is not None and is_known(if_none_match, etag):
        return NotModified(etag)
    made = making.make(device, now)
    if is_known(if_none_match, made.etag):
        return NotModified(made.etag)
    return Tagged(made.manifest, made.etag)


@addresses.get("/d/{device_id}/{asset_id}/{file}", problems=[NotFound])
def fetch_file(device_id: str, asset_id: str, file: str, query: KeyQuery) -> Redirect:
    """Lead a device on to a signed URL of a file, while it is published."""
    now = clock.now()
    served = files.find(device_id, asset_id, file, query.k, now)
    return Redirect(files.signed_url(served, now))


@addresses.head("/d/{device_id}/{asset_id}/{file}", problems=[NotFound])
def check_file(device_id: str, asset_id: str, file: str, query: KeyQuery) -> Reply[None]:
    """Tell whether a file is there, which Anthias asks every quarter of an hour."""
    served = files.find(device_id, asset_id, file, query.k, clock.now())
    headers = {"Content-Type": served.file.content_type, "ETag": f'"{served.file.sha256}"'}
    return Reply(None, 200, headers)
