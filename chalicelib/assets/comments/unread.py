"""How much of an asset's comments a member has not read yet."""

from contextlib import suppress

from chalicelib.assets.comments import threads
from chalicelib.assets.comments.models import (
    AssetComment,
    CommentsRead,
    comment_key,
    read_key,
)
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.api.identity import Actor
from chalicelib.core.tables import ConditionFailed, change, check, find, transact

MOST_COUNTED = 1000
_LAST = comment_key("~")
"""Behind every comment: ids hold digits, letters and dashes alone."""


def count(actor: Actor, asset: AssetMetadata) -> int:
    """Count the comments of others that the actor sees and has not read, up to 1000."""
    mark = find(CommentsRead, asset.pk, read_key(actor.id))
    through = comment_key("" if mark is None else str(mark.through))
    newer = AssetComment.query(
        asset.pk,
        AssetComment.sk.between(through, _LAST),
        consistent_read=True,
    )
    found = 0
    for comment in newer:
        others = comment.author.id != actor.id and comment.sk != through
        if others and comment.deleted_at is None and threads.is_seen(comment, asset, actor):
            found += 1
        if found == MOST_COUNTED:
            break
    return found


def mark_read(actor: Actor, asset: AssetMetadata, comment_id: str | None) -> None:
    """Note that the actor has read all comments up to one, or all there are; never back again.

    Raises:
        NotFound: the actor sees no such comment.
    """
    if comment_id is not None:
        through = threads.visible(actor, asset, comment_id).id
    else:
        newest = AssetComment.query(
            asset.pk,
            AssetComment.sk.between(comment_key(""), _LAST),
            consistent_read=True,
            scan_index_forward=False,
            limit=1,
        )
        through = next((comment.id for comment in newest), "")
    if not through:
        return
    mark = CommentsRead(asset.pk, read_key(actor.id))
    behind = CommentsRead.through.does_not_exist() | (CommentsRead.through < through)
    actions = [CommentsRead.through.set(through), CommentsRead.schema_version.set(1)]
    with suppress(ConditionFailed):  # they have read on already, or the asset is being purged
        transact(
            change(mark, *actions, condition=behind), check(asset, AssetMetadata.listed_in.exists())
        )
