"""What the route of bulk changes takes and answers."""

from typing import Annotated, Literal

import msgspec

from chalicelib.assets.metadata.descriptions import Scalar

Operation = Literal[
    "tag",
    "untag",
    "set_category",
    "set_custom_fields",
    "delete",
    "restore",
    "publish",
    "add_to_collection",
]
Value = list[str] | dict[str, Scalar | None] | str | msgspec.UnsetType | None


class BulkChange(msgspec.Struct, kw_only=True):
    """One change of many assets.

    Attributes:
        asset_ids: which; one that is named twice is changed once.
        operation: what to do with each: `publish` takes the newest `main` version, `delete` puts
            into the trash.
        value: the words to `tag` or `untag`; the path to `set_category`, null for none; the fields
            to `set_custom_fields`, null to remove one; the id of the collection to
            `add_to_collection`, behind what it holds; nothing for the others.
    """

    asset_ids: Annotated[list[str], msgspec.Meta(min_length=1, max_length=500)]
    operation: Operation
    value: Value = msgspec.UNSET


class BulkResult(msgspec.Struct):
    """What became of one asset.

    Attributes:
        asset_id: as it was given.
        status: whether it is as it was asked for.
        code: why not, as the request for that asset alone would say; `not_done` where the time was
            over before its turn, so that it can be asked for again; null if `ok`.
    """

    asset_id: str
    status: Literal["ok", "error"]
    code: str | None


class BulkResults(msgspec.Struct):
    """What became of each asset.

    Attributes:
        results: one for each id, in their order.
    """

    results: list[BulkResult]
