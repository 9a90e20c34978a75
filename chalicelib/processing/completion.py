"""The versions that wait for their content: moved on when every task on it has ended.

The last task to end moves every version that is attached; whoever attaches later finds the tasks
done and moves itself.
"""

from datetime import datetime
from typing import Any

from chalicelib.assets import contents, faces
from chalicelib.assets.admission import Candidate
from chalicelib.assets.contents import Content, ContentReference
from chalicelib.assets.models import asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import life as upload_life
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.moves import Move, Standing, VersionRef
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.optimistic_locking import attempts
from chalicelib.core.tables import ConditionFailed, Write, check
from chalicelib.processing.conversion import requests
from chalicelib.workflows import review_policy


def advance_all(content: Content, now: datetime) -> None:
    """Move every attached version on, if nothing is left to do. Idempotent.

    Raises:
        RetryLater: a retry has just begun, or too many change a version at the same time.
    """
    if contents.is_done(content):
        for reference in contents.references(content):
            try:
                advance(content, reference, now)
            except ConditionFailed as changed:
                raise RetryLater("the content or its version is just changing", 1) from changed


def advance(content: Content, reference: ContentReference, now: datetime) -> None:
    """Move one attached version out of `processing`, once; judged anew whenever it has changed.

    The renditions that it gets by itself are asked for before, so that a crash in between leaves
    the upload unfinished, and the sweeper asks for them.

    Raises:
        ConditionFailed: it would fail, but a retry has meanwhile taken the content's failure back.
    """
    if content.failure is None:
        requests.ask_for_wanted(content, now)
    ref = VersionRef(content.tenant_id, reference.asset_id, reference.number)
    ending = ending_of(content, reference)
    facts: dict[str, Any] = {
        "kind": content.kind,
        "technical": content.technical,
        "thumbnails": content.thumbnails,
        "renditions": content.renditions_of(reference.asset_id),
    }
    kept: dict[str, Any] = {"embedded": content.embedded}
    if content.failure is not None:
        facts["status_reason"] = content.failure
        moves.move(ref, Move(life.NOT_PROCESSED, now, found=facts, kept=kept, also=ending))
        return
    for attempt in attempts(moves.read(ref), lambda _: moves.read(ref), None):
        with attempt as standing:
            if standing is None or standing.version.status != "processing":
                return  # another delivery moved it on
            admitted = review_policy.decide(_candidate(content, standing), now)
            wanted = Move(
                life.PROCESSED[admitted.status],
                now,
                found=facts | {"status_reason": admitted.reason},
                kept=kept | admitted.kept,
                publish=admitted.publish,
                also=[*ending, *admitted.writes],
            )
            moves.write(standing, wanted)
    admitted.afterwards()


def ending_of(content: Content, reference: ContentReference) -> list[Write]:
    """End the upload together with its version, and fail it only while the failure stands."""
    writes: list[Write] = []
    if reference.upload_id is not None:
        upload = Upload(asset_key(content.tenant_id, reference.upload_id), "UPLOAD")
        writes.append(upload_life.moved(upload, upload_life.DONE, None))
    if content.failure is not None:
        stands = Content.failure.exists() & Content.pending.does_not_exist()
        writes.append(check(content, stands & contents.is_kept(content)))
    return writes


def _candidate(content: Content, standing: Standing) -> Candidate:
    """Describe a version that is ready to those who judge it."""
    face = faces.copied(standing.version.face)
    face.kind, face.content_type = content.kind, content.content_type
    return Candidate(
        asset=standing.asset,
        version=standing.version,
        face=face,
        text=lambda: content.text,
        embedded=content.embedded,
    )
