"""The Lambdas of screens: what follows from changes of assets, and from time."""

from chalice.app import Blueprint, Rate

from chalicelib.core import clock, entrypoint, records
from chalicelib.core.records import Record
from chalicelib.devices import watching
from chalicelib.devices.playlists import following

bp = Blueprint(__name__)


@bp.on_sqs_message(queue="screen-changes", batch_size=10)
@entrypoint.whole_batch(records.parse)
def follow_assets(changes: list[Record]) -> None:
    """Make anew what playlists come to whose assets have changed."""
    following.follow(changes, clock.now())


@bp.schedule(Rate(1, unit=Rate.MINUTES))
@entrypoint.scheduled
def watch_devices() -> None:
    """Notice devices that fell silent, and end roll-outs whose time is over."""
    watching.watch(clock.now())
