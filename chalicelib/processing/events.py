"""The Lambdas of the pipeline: each takes messages of one queue, or a schedule."""

from datetime import datetime

import msgspec
from chalice.app import Blueprint, Rate

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.models import asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock, entrypoint, queues
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from chalicelib.processing import (
    arrivals,
    cleaning,
    completion,
    ingest,
    recent_scans,
    refreshing,
    rescanning,
    run_tasks,
    sweeper,
)
from chalicelib.processing.transfers import jobs as transfers

bp = Blueprint(__name__)


class Arrived(msgspec.Struct):
    """An upload, or a file to import, that has come; `at` is when S3 says that it came."""

    tenant_id: str
    upload_id: str
    at: datetime | None = None


class ScannedAgain(msgspec.Struct):
    """A content that is to be scanned again, as part of a job or of none."""

    tenant_id: str
    sha256: str
    job_id: str | None = None


class Stored(msgspec.Struct):
    """A content that has something to be done."""

    tenant_id: str
    sha256: str


def _uploads(body: str) -> list[Arrived]:
    """Read S3 events of the uploads bucket: keys are tenant/asset/upload, tenant/imports/job."""
    named = [(key.split("/"), at) for key, at in queues.created(body)]
    return [Arrived(key[0], key[2], at) for key, at in named if len(key) == 3]


def _to_scan(body: str) -> list[Arrived | ScannedAgain]:
    """Read what asks for a scan: of an upload, or once more of a content."""
    if "sha256" in msgspec.json.decode(body, type=dict):
        return [msgspec.json.decode(body, type=ScannedAgain)]
    return [msgspec.json.decode(body, type=Arrived)]


def _contents(body: str) -> list[Stored]:
    """Read what asks for a task: an S3 event of the originals bucket, or Reef itself."""
    if "tenant_id" in msgspec.json.decode(body, type=dict):
        return [msgspec.json.decode(body, type=Stored)]
    keys = [key.split("/") for key, _ in queues.created(body)]
    return [Stored(*key) for key in keys if len(key) == 2]


@bp.on_sqs_message(queue="uploads-arrived", batch_size=10)
@entrypoint.batch(_uploads)
def route_upload(arrived: Arrived) -> None:
    """Send an arrived upload to the scan queue for its size, a file to import to its job."""
    key = asset_key(arrived.tenant_id, arrived.upload_id)
    upload = find(Upload, key, "UPLOAD")
    if upload is not None:
        arrivals.route(upload, clock.now(), arrived.at)
    else:
        transfers.arrived(arrived.tenant_id, arrived.upload_id)


@bp.on_sqs_message(queue="scan-small", batch_size=1)
@entrypoint.batch(_to_scan)
def scan_upload(arrived: Arrived | ScannedAgain) -> None:
    """Scan one upload and act on the verdict."""
    _scan(arrived)


@bp.on_sqs_message(queue="scan-large", batch_size=1)
@entrypoint.batch(_to_scan)
def scan_large_upload(arrived: Arrived | ScannedAgain) -> None:
    """Scan one large upload, with more time and disk."""
    _scan(arrived)


@bp.on_sqs_message(queue="thumbnails", batch_size=1)
@entrypoint.batch(_contents)
def make_thumbnails(stored: Stored) -> None:
    """Make the thumbnails of one content."""
    content = contents.get(stored.tenant_id, stored.sha256)
    if content is not None:
        run_tasks.make_thumbnails(content, clock.now())
        completion.advance_all(content, clock.now())
        _show_rerun(content)
    else:  # purged, and what was copied or made meanwhile is left over
        contents.forget(stored.tenant_id, stored.sha256, clock.now())


@bp.on_sqs_message(queue="metadata", batch_size=1)
@entrypoint.batch(_contents)
def read_metadata(stored: Stored) -> None:
    """Read the metadata of one content."""
    content = contents.get(stored.tenant_id, stored.sha256)
    if content is not None:
        run_tasks.read_metadata(content, clock.now())
        completion.advance_all(content, clock.now())
        _show_rerun(content)


@bp.schedule(Rate(1, unit=Rate.MINUTES))
@entrypoint.scheduled
def sweep_unfinished() -> None:
    """Send on what got stuck."""
    sweeper.sweep(clock.now())


@bp.schedule(Rate(6, unit=Rate.HOURS))
@entrypoint.scheduled
def refresh_signatures() -> None:
    """Fetch the newest virus signatures."""
    from chalicelib.processing.scanning import scanner_source  # needs the scanner's layer
    from chalicelib.processing.scanning.signatures import Freshclam

    scanner_source.refresh(Freshclam(custom_urls=settings().signature_urls), clock.now())


@bp.schedule(Rate(6, unit=Rate.HOURS))
@entrypoint.scheduled
def clean_up() -> None:
    """Scan recent contents again where signatures have changed, and delete what nothing has."""
    recent_scans.ask(clock.now())
    cleaning.clean(clock.now())


def _scan(arrived: Arrived | ScannedAgain) -> None:
    if isinstance(arrived, Arrived):
        ingest.examine(arrived.tenant_id, arrived.upload_id, clock.now())
    else:
        rescanning.rescan(arrived.tenant_id, arrived.sha256, arrived.job_id, clock.now())


def _show_rerun(content: Content) -> None:
    """Show what tasks found that were run again, once all of them have ended."""
    if content.is_rerun:
        fresh = contents.get(content.tenant_id, content.sha256)
        if fresh is not None and contents.is_done(fresh):
            refreshing.show(fresh)
