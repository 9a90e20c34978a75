"""The Lambdas of the pipeline: each takes messages of one queue, or a schedule."""

import msgspec
from chalice.app import Blueprint, Rate

from chalicelib.assets import contents
from chalicelib.assets.models import Upload, asset_key
from chalicelib.core import clock, entrypoint, queues
from chalicelib.core.tables import find
from chalicelib.processing import arrivals, derive, ingest, sweeping

bp = Blueprint(__name__)


class Arrived(msgspec.Struct):
    """An upload whose bytes are to be scanned."""

    tenant_id: str
    upload_id: str


class Stored(msgspec.Struct):
    """A content that has something to be done."""

    tenant_id: str
    sha256: str


def _uploads(body: str) -> list[Arrived]:
    """Read S3 events of the uploads bucket, whose keys are tenant/asset/upload."""
    keys = [key.split("/") for key in queues.created_keys(body)]
    return [Arrived(key[0], key[2]) for key in keys if len(key) == 3]


def _arrivals(body: str) -> list[Arrived]:
    return [msgspec.json.decode(body, type=Arrived)]


def _contents(body: str) -> list[Stored]:
    """Read what asks for a task: an S3 event of the originals bucket, or Reef itself."""
    if "tenant_id" in msgspec.json.decode(body, type=dict):
        return [msgspec.json.decode(body, type=Stored)]
    keys = [key.split("/") for key in queues.created_keys(body)]
    return [Stored(*key) for key in keys if len(key) == 2]


@bp.on_sqs_message(queue="uploads-arrived", batch_size=10)
@entrypoint.batch(_uploads)
def route_upload(arrived: Arrived) -> None:
    """Send an arrived upload to the scan queue for its size."""
    upload = _upload(arrived)
    if upload is not None:
        arrivals.route(upload, clock.now())


@bp.on_sqs_message(queue="scan-small", batch_size=1)
@entrypoint.batch(_arrivals)
def scan_upload(arrived: Arrived) -> None:
    """Scan one upload and act on the verdict."""
    _scan(arrived)


@bp.on_sqs_message(queue="scan-large", batch_size=1)
@entrypoint.batch(_arrivals)
def scan_large_upload(arrived: Arrived) -> None:
    """Scan one large upload, with more time and disk."""
    _scan(arrived)


@bp.on_sqs_message(queue="thumbnails", batch_size=1)
@entrypoint.batch(_contents)
def make_thumbnails(stored: Stored) -> None:
    """Make the thumbnails of one content."""
    content = contents.get(stored.tenant_id, stored.sha256)
    if content is not None:
        derive.make_thumbnails(content, clock.now())
    else:  # purged, and what was copied or made meanwhile is left over
        contents.forget(stored.tenant_id, stored.sha256, clock.now())


@bp.on_sqs_message(queue="metadata", batch_size=1)
@entrypoint.batch(_contents)
def read_metadata(stored: Stored) -> None:
    """Read the metadata of one content."""
    content = contents.get(stored.tenant_id, stored.sha256)
    if content is not None:
        derive.read_metadata(content, clock.now())


@bp.schedule(Rate(1, unit=Rate.MINUTES))
@entrypoint.scheduled
def sweep_unfinished() -> None:
    """Send on what got stuck."""
    sweeping.sweep(clock.now())


@bp.schedule(Rate(6, unit=Rate.HOURS))
@entrypoint.scheduled
def refresh_signatures() -> None:
    """Fetch the newest virus signatures."""
    from chalicelib.processing import supply  # needs the scanner's layer
    from chalicelib.processing.signatures import Freshclam

    supply.refresh(Freshclam(), clock.now())


def _upload(arrived: Arrived) -> Upload | None:
    return find(Upload, asset_key(arrived.tenant_id, arrived.upload_id), "UPLOAD")


def _scan(arrived: Arrived) -> None:
    upload = _upload(arrived)
    if upload is not None:
        ingest.examine(upload, clock.now())
