"""What the routes of uploads take and answer."""

from typing import Annotated, Literal

import msgspec

from chalicelib.assets.faces import Status
from chalicelib.assets.preflight import Preflight


class NewAsset(msgspec.Struct):
    """The asset that an upload will fill.

    Attributes:
        id: its id, which it keeps for ever.
        status: `uploading`, or how far the bytes that it is linked to are.
    """

    id: str
    status: Status


class NewVersion(msgspec.Struct):
    """The version that an upload will fill.

    Attributes:
        number: from 1 upwards, through all branches of the asset.
    """

    number: int


class NewJob(msgspec.Struct):
    """The job that processes an upload.

    Attributes:
        id: to ask `GET processing/{id}/status/` for.
        status: always `pending`.
    """

    id: str
    status: Literal["pending"] = "pending"


class UploadShown(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How to send the bytes: a presigned POST, or the plan of a multipart upload.

    Attributes:
        upload_id: names the upload in `uploads/`.
        method: `POST` sends one form with all of `fields` and, last, the `file` to `url`;
            `MULTIPART` asks for URLs of parts.
        expires_at: by then the bytes have to be there, or the upload fails and its quota is free
            again.
        url: where to post the form; left out of a multipart upload.
        fields: the fields of the form, which go before the file; left out of a multipart upload.
        part_size_bytes: the size of every part but the last; left out of a POST.
        part_count: how many parts there are, numbered from 1; left out of a POST.
    """

    upload_id: str
    method: Literal["POST", "MULTIPART"]
    expires_at: str
    url: str | None = None
    fields: dict[str, str] | None = None
    part_size_bytes: int | None = None
    part_count: int | None = None


class UploadReserved(msgspec.Struct):
    """A reserved upload; `duplicate_of` lists assets with the same sha256.

    Attributes:
        asset: the asset that it fills.
        version: the version that it fills.
        duplicate_of: the ids of assets with the same `sha256` that you see; null where there are
            none.
        upload: how to send the bytes; null where there are none to send.
        job: what will process them.
        preflight: what will be made of the file for screens, by its declared type.
    """

    asset: NewAsset
    version: NewVersion
    duplicate_of: list[str] | None
    upload: UploadShown | None
    job: NewJob
    preflight: Preflight


class OpenUpload(msgspec.Struct, kw_only=True):
    """An upload whose bytes have not come yet.

    Attributes:
        upload_id: names the upload in `uploads/`.
        asset_id: the asset that it fills.
        version: the number of the version that it fills.
        filename: the name that was declared.
        content_type: the media type that was declared.
        size_bytes: the size that was declared, which counts in the quota.
        method: how its bytes are sent.
        part_size_bytes: the size of every part but the last; null for a POST.
        part_count: how many parts there are; null for a POST.
        created_at: when it was reserved.
        expires_at: by then the bytes have to be there.
    """

    upload_id: str
    asset_id: str
    version: int
    filename: str
    content_type: str
    size_bytes: int
    method: Literal["POST", "MULTIPART"]
    part_size_bytes: int | None
    part_count: int | None
    created_at: str
    expires_at: str


class PartNumbers(msgspec.Struct):
    """The parts to sign URLs for.

    Attributes:
        part_numbers: from 1 to the upload's `part_count`.
    """

    part_numbers: Annotated[
        list[Annotated[int, msgspec.Meta(ge=1, le=10_000)]],
        msgspec.Meta(min_length=1, max_length=1000),
    ]


class PartUrl(msgspec.Struct):
    """Where and how to PUT one part.

    Attributes:
        part_number: the part.
        url: where to PUT its bytes, signed for these alone.
        headers: what to send with them.
    """

    part_number: int
    url: str
    headers: dict[str, str]


class PartUrls(msgspec.Struct):
    """Where to PUT parts; ask for new URLs after `expires_at`, or when storage answers 403.

    Attributes:
        parts: one for each number that was asked for.
        expires_at: when the URLs stop working; ask for new ones then, or when storage answers 403.
    """

    parts: list[PartUrl]
    expires_at: str


class ArrivedPart(msgspec.Struct):
    """A part that S3 has.

    Attributes:
        part_number: the part.
        size_bytes: how many bytes of it there are.
        etag: what storage calls these bytes.
    """

    part_number: int
    size_bytes: int
    etag: str


class ArrivedParts(msgspec.Struct):
    """The parts that S3 has.

    Attributes:
        parts: by their numbers, upwards.
    """

    parts: list[ArrivedPart]
