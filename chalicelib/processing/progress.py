"""How far an upload has come: its version, its scan and its content, read in few requests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.assets import catalog
from chalicelib.assets.contents import Content
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    asset_key,
    content_key,
    version_key,
)
from chalicelib.assets.tasks import ContentTask, Task, TaskStatus
from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.tables import Key, find_many, find_together
from chalicelib.processing import content_tasks, tasks
from chalicelib.processing.conversion import requests
from chalicelib.processing.conversion.models import Conversion, sort_key
from chalicelib.processing.models import ProcessingJob
from chalicelib.processing.tasks import CONTENT_TASKS

_UNKNOWN = "There is no such job."

_STATUS: dict[str, TaskStatus] = {
    "uploading": "pending",
    "scanning": "running",
    "processing": "running",
    "failed": "failed",
}


@dataclass(frozen=True)
class Progress:
    """An upload with its version, its job and its content, as they were read.

    `conversions` are those that Reef itself asked for of the content.
    """

    upload: Upload
    version: AssetVersion | None
    job: ProcessingJob | None
    content: Content | None
    conversions: Sequence[Conversion] = ()

    @property
    def version_status(self) -> str:
        """The state of the version; one that is gone has failed."""
        return str(self.version.status) if self.version else "failed"

    @property
    def status(self) -> TaskStatus:
        """The state of the job as a whole; it goes on after the version is ready."""
        ready = _STATUS.get(self.version_status, "completed")
        left = {conversion.shown.status for conversion in self.conversions}
        if ready != "completed" or not left:
            return ready
        if left & {"pending", "running"}:
            return "running"
        return "failed" if "failed" in left else "completed"

    @property
    def scan(self) -> Task:
        """The scan, which comes first; of a job that is long over, that it came to its end."""
        if self.is_forgotten:
            return Task(job_type="virus_scan", status="completed")
        return (self.job.scan_task if self.job else None) or Task(job_type="virus_scan")

    @property
    def is_forgotten(self) -> bool:
        """Whether the job is long over, and nothing but that is known of it."""
        over = bool(self.upload.state == "ended") and self.version_status != "failed"
        return self.job is None and over

    @property
    def tasks(self) -> list[Task]:
        """The tasks that a job shows: the scan, and what was asked to be made of clean bytes."""
        unmade = self.version_status in {"quarantined", "failed"} and self.content is None
        if unmade or self.is_forgotten:
            return [self.scan]
        known = {name: self._task(name) for name in CONTENT_TASKS}
        return [
            self.scan,
            *(
                task
                for name, task in known.items()
                if name in self.upload.tasks or (name == "decoding" and task.status == "failed")
            ),
            *(self._shown(conversion.shown) for conversion in self.conversions),
        ]

    def _task(self, name: ContentTask) -> Task:
        """Return a task on the content; of one that an earlier job began only how it stands."""
        found = content_tasks.task_of(self.content, name) if self.content is not None else None
        return Task(job_type=tasks.job_type_of(name)) if found is None else self._shown(found)

    def _shown(self, found: Task) -> Task:
        since = self.scan.started_at
        if found.started_at is None or (since is not None and found.started_at >= since):
            return found
        return Task(job_type=found.job_type, status=found.status, error=found.error)


def find(actor: Actor, job_or_asset_id: str) -> Progress:
    """Find the upload that a job processes, by the job's id or its asset's.

    Raises:
        NotFound: there is none, or the actor may not see the asset.
    """
    upload, job = _upload_and_job(actor.tenant_id, job_or_asset_id)
    if upload is None:
        upload, job = _latest_of(actor, job_or_asset_id)
    if upload is None:
        raise NotFound(_UNKNOWN)
    key = asset_key(upload.tenant_id, upload.asset_id)
    asset, version, content = find_together(
        (AssetMetadata, key, "ASSET"),
        (AssetVersion, key, version_key(upload.number)),
        _content_of(upload, job),
    )
    with _unknown_if_unseen():
        seen = catalog.visible(actor, asset)
    if not catalog.sees_version(seen, actor, upload.number):
        raise NotFound(_UNKNOWN)
    read = Progress(upload, version, job, content, _conversions_of(content))
    return _read_again(read) if _is_behind(read) else read


def of_many(tenant_id: str, wanted: Sequence[tuple[str, int]]) -> list[Progress]:
    """Read the uploads that made versions, by asset and number, a hundred in four requests.

    Versions that no upload made are left out.
    """
    keys = [(asset_key(tenant_id, asset_id), version_key(number)) for asset_id, number in wanted]
    versions = [one for one in find_many(AssetVersion, keys) if one.upload_id is not None]
    own = [asset_key(tenant_id, str(version.upload_id)) for version in versions]
    uploads = {one.pk: one for one in find_many(Upload, [(key, "UPLOAD") for key in own])}
    jobs = {one.pk: one for one in find_many(ProcessingJob, [(key, "JOB") for key in own])}
    named = {content_key(tenant_id, str(job.sha256)) for job in jobs.values() if job.sha256}
    contents = {one.pk: one for one in find_many(Content, [(key, "CONTENT") for key in named])}
    asked = [(pk, sk) for pk, one in contents.items() for sk in _wanted_of(one)]
    conversions = find_many(Conversion, asked)
    found = []
    for version, key in zip(versions, own, strict=True):
        if key not in uploads:
            continue
        job = jobs.get(key)
        sha256 = str(job.sha256) if job is not None and job.sha256 else ""
        content = contents.get(content_key(tenant_id, sha256))
        ours = [one for one in conversions if content is not None and one.pk == content.pk]
        found.append(Progress(uploads[key], version, job, content, ours))
    return found


def refreshed(before: Progress) -> Progress:
    """Return how far an upload has come since."""
    read = _read_again(before)
    return _read_again(read) if _is_behind(read) else read


def _read_again(before: Progress) -> Progress:
    upload = before.upload
    version, job, content = find_together(
        (AssetVersion, asset_key(upload.tenant_id, upload.asset_id), version_key(upload.number)),
        (ProcessingJob, asset_key(upload.tenant_id, upload.upload_id), "JOB"),
        _content_of(upload, before.job),
    )
    return Progress(upload, version, job, content, _conversions_of(content))


def _conversions_of(content: Content | None) -> list[Conversion]:
    """Read the conversions that every content of its kind gets; those of members are no job's."""
    if content is None:
        return []
    return find_many(Conversion, [(content.pk, key) for key in _wanted_of(content)])


def _wanted_of(content: Content) -> list[str]:
    keys = [sort_key(name) for name in requests.wanted(content)]
    return [key for key in keys if key in (content.conversions or ())]


def _is_behind(read: Progress) -> bool:
    """Return whether a task is told as not yet over that the version has gone past.

    They are not read at one moment: the version may be as it is when the task has ended, and the
    task as it was before.
    """
    ended = [task.status in {"completed", "failed"} for task in read.tasks]
    if read.status in {"completed", "failed"}:
        return not all(ended)
    return read.version_status == "processing" and not ended[0]


def _upload_and_job(tenant_id: str, upload_id: str) -> tuple[Upload | None, ProcessingJob | None]:
    key = asset_key(tenant_id, upload_id)
    return find_together((Upload, key, "UPLOAD"), (ProcessingJob, key, "JOB"))


def _latest_of(actor: Actor, asset_id: str) -> tuple[Upload | None, ProcessingJob | None]:
    """Read the upload, and its job, of the version that the actor sees of an asset."""
    with _unknown_if_unseen():
        asset = catalog.visible(actor, asset_id)
    face = catalog.face_for(asset, actor, clock.now())
    assert face is not None  # it is visible
    version = catalog.version(asset.tenant_id, asset.asset_id, face.number)
    if version is None or version.upload_id is None:
        return None, None
    return _upload_and_job(actor.tenant_id, version.upload_id)


@contextmanager
def _unknown_if_unseen() -> Iterator[None]:
    """Let a job that the actor may not see answer as one that does not exist."""
    try:
        yield
    except NotFound:
        raise NotFound(_UNKNOWN) from None


def _content_of(upload: Upload, job: ProcessingJob | None) -> Key[Content] | None:
    """Return where the content lies that the upload's scan has found, as far as that is known."""
    if job is None or job.sha256 is None:
        return None
    return Content, content_key(upload.tenant_id, job.sha256), "CONTENT"
