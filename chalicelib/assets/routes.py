"""Assets and uploads over HTTP."""

from typing import Annotated

import msgspec

from chalicelib.analytics import visits
from chalicelib.assets import (
    catalog,
    downloads,
    examples,
    page_pictures,
    purging,
    trash,
    usage,
)
from chalicelib.assets.admission import RuleBlocks
from chalicelib.assets.downloads import NotReady, Quarantined
from chalicelib.assets.metadata import edits
from chalicelib.assets.metadata.answers import Answers
from chalicelib.assets.metadata.descriptions import AssetChange, changed_values
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.shapes import AssetShown, shown
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Redirect, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Forbidden, PreconditionFailed
from chalicelib.tenants import roles, scopes
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"asset_id": ("asset", catalog.visible)},
    variables={"asset_id": "The asset's id."},
    tags={"assets": "Assets with their versions and branches: find, change, publish, download."},
)


def _shown(actor: Actor, asset: AssetMetadata) -> AssetShown:
    now = clock.now()
    face = catalog.face_for(asset, actor, now)
    assert face is not None  # the loader has seen to it
    answer = shown(asset, face, now, actor)
    answer.duplicate_of = None
    if face.deduplicated is True:
        others = catalog.with_sha256(actor, str(face.sha256))
        answer.duplicate_of = [one for one in others if one != asset.asset_id] or None
    answer.pages = page_pictures.urls(asset.tenant_id, face, now)
    return answer


_answers = Answers(_shown)


class DeleteQuery(msgspec.Struct):
    """Whether to remove an asset for good.

    Attributes:
        purge: remove it with its bytes, which cannot be undone; admins alone may.
    """

    purge: bool = False


class DownloadQuery(msgspec.Struct):
    """Which bytes of an asset.

    Attributes:
        version: its number; the published one unless said otherwise, or the newest where none is.
        rendition: the name of a rendition, also of one that the tenant has defined, which is made
            when it is first asked for; the original unless said otherwise.
        redirect: false answers the URL as JSON, for programs that cannot follow a redirect.
    """

    version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    rendition: str | None = None
    redirect: bool = True


class SignedUrl(msgspec.Struct):
    """Where bytes can be fetched for a few minutes, for programs that cannot follow a redirect.

    Attributes:
        url: good for anybody who has it, until `expires_at`.
        expires_at: some minutes from now.
    """

    url: str
    expires_at: str


@api.get("/assets/{asset_id}", may=MEMBERS, example=examples.ASSET)
def show_asset(actor: Actor, asset: AssetMetadata) -> Tagged[AssetShown]:
    """Show one asset."""
    return _answers.tagged(actor, asset)


@api.patch(
    "/assets/{asset_id}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, RuleBlocks, PreconditionFailed],
)
def change_asset(
    actor: Actor, asset: AssetMetadata, body: AssetChange, if_match: str | None
) -> Tagged[AssetShown]:
    """Change what is said of an asset; rights and custom fields merge, null removes."""
    return _answers.edited(actor, asset, if_match, lambda before: changed_values(before, body))


@api.delete(
    "/assets/{asset_id}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[PreconditionFailed],
)
def delete_asset(
    actor: Actor, asset: AssetMetadata, query: DeleteQuery, if_match: str | None
) -> None:
    """Put an asset into the trash, or remove it for good."""
    if query.purge and not actor.has(roles.ADMINS):
        raise Forbidden("Only admins remove assets for good.")
    now = clock.now()
    with _answers.showing_current(actor, asset):
        if query.purge:
            edits.require_match(asset, if_match)
            if trash.purge(asset, actor.person, now):
                purging.work(asset, now)
        else:
            trash.trash(asset, actor.person, now, if_match)


@api.post("/assets/{asset_id}/restore", may=CONTRIBUTORS, guard=catalog.require_edit)
def restore_asset(actor: Actor, asset: AssetMetadata) -> Tagged[AssetShown]:
    """Take an asset out of the trash."""
    return _answers.tagged(actor, trash.restore(asset, actor.person, clock.now()))


@api.get("/assets/{asset_id}/usage", may=MEMBERS)
def show_usage(actor: Actor, asset: AssetMetadata) -> dict[str, int]:
    """Count the places of each kind where an asset is used, as far as you may know of them."""
    return usage.count(actor, asset.asset_id)


@api.get(
    "/assets/{asset_id}/download",
    may=MEMBERS,
    problems=[NotReady, Quarantined],
    example=examples.DOWNLOAD,
)
def download_asset(
    actor: Actor, asset: AssetMetadata, query: DownloadQuery
) -> Redirect | SignedUrl:
    """Redirect to a signed URL of the bytes, or with `redirect=false` show it; one download."""
    now = clock.now()
    face = downloads.chosen_face(asset, actor, query.version, now)
    rendition = downloads.chosen_rendition(asset, face, query.rendition, actor)
    now = clock.now()  # a rendition may have been waited for
    url = downloads.signed_url(asset, face, rendition, now)
    download = downloads.download_record(asset, face, actor.person, now)
    download.save()
    visits.send(downloads.visit(asset, face, rendition, download))
    if query.redirect:
        return Redirect(url)
    return SignedUrl(url, clock.timestamp(now + downloads.LIFETIME))
