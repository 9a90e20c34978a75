"""S3: what Reef reads, writes and copies, each in one place."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from chalicelib.core.aws import client

_CHUNK_BYTES = 64 * 1024


class ObjectGone(Exception):
    """The object is not there (any more)."""


class PartsRefused(Exception):
    """S3 does not join these parts: one but the last is smaller than 5 MiB, or not its own."""


class PartName(TypedDict):
    """A part of an upload in parts, as S3 joins it to others."""

    PartNumber: int
    ETag: str


class Part(PartName):
    """A part of an upload in parts, as S3 lists it."""

    Size: int


class Stored(NamedTuple):
    """An object version; S3 tells its time in whole seconds."""

    version_id: str
    size_bytes: int
    modified_at: datetime


class Listed(NamedTuple):
    """An object as S3 lists it; the tag tells its bytes from others."""

    key: str
    size_bytes: int
    modified_at: datetime
    etag: str


def first_version(bucket: str, key: str) -> Stored | None:
    """Find the oldest version of a key.

    A presigned POST can be used twice; the first object is the one that counts.
    """
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    versions = [v for page in pages for v in page.get("Versions", []) if v["Key"] == key]
    if not versions:
        return None
    # S3 lists the newest first; the order breaks ties of one second.
    oldest = min(reversed(versions), key=lambda v: v["LastModified"])
    return Stored(oldest["VersionId"], oldest["Size"], oldest["LastModified"])


def stream(bucket: str, key: str, version_id: str | None = None) -> Iterator[bytes]:
    """Read an object, or one version of it, in chunks.

    Raises:
        ObjectGone: it is not there.
    """
    which = {"VersionId": version_id} if version_id else {}
    body = _get(bucket, key, **which)["Body"]
    with body:
        yield from body.iter_chunks(_CHUNK_BYTES)


def exists(bucket: str, key: str) -> bool:
    """Return whether an object is there."""
    s3 = client("s3")
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except s3.exceptions.ClientError as error:
        problem = _gone_or(error)
        if not isinstance(problem, ObjectGone):
            raise
        return False
    return True


def read(bucket: str, key: str) -> bytes:
    """Read a small object.

    Raises:
        ObjectGone: it is not there.
    """
    with _get(bucket, key)["Body"] as body:
        data: bytes = body.read()
    return data


def read_range(bucket: str, key: str, begin: int, length: int) -> bytes:
    """Read so many bytes of an object from an offset.

    Raises:
        ObjectGone: it is not there.
    """
    with _get(bucket, key, Range=f"bytes={begin}-{begin + length - 1}")["Body"] as body:
        data: bytes = body.read()
    return data


def download(bucket: str, key: str, path: str) -> None:
    """Write an object to a file.

    Raises:
        ObjectGone: it is not there.
    """
    body = _get(bucket, key)["Body"]
    with body, open(path, "wb") as file:
        for chunk in body.iter_chunks(1024 * 1024):
            file.write(chunk)


def put(bucket: str, key: str, data: bytes, content_type: str) -> None:
    """Write a small object."""
    client("s3").put_object(
        Bucket=bucket,
        Key=key,
        Body=data,
        ContentType=content_type,
        CacheControl="private, max-age=31536000, immutable",
    )


def upload(path: str, bucket: str, key: str, content_type: str | None = None) -> None:
    """Write a file of any size to an object; with its type where it never changes afterwards."""
    more = {"CacheControl": "private, max-age=31536000, immutable", "ContentType": content_type}
    client("s3").upload_file(path, bucket, key, ExtraArgs=more if content_type else None)


def keys(bucket: str) -> list[str]:
    """List the keys of a small bucket."""
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def listed(bucket: str, after: str = "") -> Iterator[Listed]:
    """List the objects of a bucket of any size in the order of their keys, from behind one."""
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, StartAfter=after)
    for page in pages:
        for item in page.get("Contents", []):
            yield Listed(item["Key"], item["Size"], item["LastModified"], item["ETag"])


def delete(bucket: str, key: str) -> None:
    """Remove an object. Idempotent."""
    client("s3").delete_object(Bucket=bucket, Key=key)


def delete_version(bucket: str, key: str, version_id: str) -> None:
    """Remove one version of an object, without a marker in its place. Idempotent."""
    client("s3").delete_object(Bucket=bucket, Key=key, VersionId=version_id)


def delete_folder(bucket: str, prefix: str) -> None:
    """Remove every object whose key begins so. Idempotent."""
    s3 = client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        found = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if found:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})


def delete_versions(bucket: str, key: str) -> None:
    """Remove every version of an object. Idempotent."""
    s3 = client("s3")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    for page in pages:
        found = [
            {"Key": key, "VersionId": item["VersionId"]}
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if item["Key"] == key
        ]
        if found:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})


def copy(source: tuple[str, str, str], bucket: str, key: str, content_type: str) -> None:
    """Copy one object version inside S3.

    Args:
        source: bucket, key and version id.
        bucket: where to.
        key: as what.
        content_type: the type that the bytes have, whatever the uploader said.

    Raises:
        ObjectGone: the source is not there.
    """
    name, source_key, version_id = source
    s3 = client("s3")
    try:
        s3.copy_object(
            CopySource={"Bucket": name, "Key": source_key, "VersionId": version_id},
            Bucket=bucket,
            Key=key,
            MetadataDirective="REPLACE",
            ContentType=content_type,
            CacheControl="private, max-age=31536000, immutable",
        )
    except s3.exceptions.ClientError as error:
        raise _gone_or(error) from error


def start_multipart(bucket: str, key: str, **headers: str) -> str:
    """Open a multipart upload, with headers of the object such as `ContentType`; gives its id."""
    made = client("s3").create_multipart_upload(Bucket=bucket, Key=key, **headers)
    return str(made["UploadId"])


def put_part(bucket: str, key: str, upload: str, number: int, data: bytes) -> PartName:
    """Send one part of a multipart upload; gives it as `complete_multipart` takes it.

    Raises:
        ObjectGone: the multipart upload is completed or aborted.
    """
    s3 = client("s3")
    try:
        made = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=data)
    except s3.exceptions.ClientError as error:
        raise _gone_or(error) from error
    return {"PartNumber": number, "ETag": made["ETag"]}


def parts(bucket: str, key: str, upload: str) -> list[Part]:
    """List the parts that arrived, by number.

    Raises:
        ObjectGone: the multipart upload is completed or aborted.
    """
    s3 = client("s3")
    try:
        pages = s3.get_paginator("list_parts").paginate(Bucket=bucket, Key=key, UploadId=upload)
        return [part for page in pages for part in page.get("Parts", [])]
    except s3.exceptions.ClientError as error:
        raise _gone_or(error) from error


def complete_multipart(bucket: str, key: str, upload: str, arrived: Sequence[PartName]) -> None:
    """Join the parts into one object.

    Raises:
        ObjectGone: the multipart upload is completed or aborted.
        PartsRefused: S3 does not take the parts.
    """
    s3 = client("s3")
    listed = [{"PartNumber": p["PartNumber"], "ETag": p["ETag"]} for p in arrived]
    try:
        s3.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": listed}
        )
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in {"EntityTooSmall", "InvalidPart"}:
            raise PartsRefused(error.response["Error"]["Message"]) from error
        raise _gone_or(error) from error


def abort_multipart(bucket: str, key: str, upload: str) -> None:
    """Abort a multipart upload and its parts. Idempotent."""
    s3 = client("s3")
    try:
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    except s3.exceptions.ClientError as error:
        problem = _gone_or(error)
        if not isinstance(problem, ObjectGone):
            raise


def abort_every_multipart(bucket: str, key: str) -> None:
    """Abort every multipart upload of a key that is under way. Idempotent."""
    found = client("s3").list_multipart_uploads(Bucket=bucket, Prefix=key)
    for upload in found.get("Uploads", []):
        if upload["Key"] == key:
            abort_multipart(bucket, key, upload["UploadId"])


def _get(bucket: str, key: str, **more: str) -> dict[str, Any]:
    s3 = client("s3")
    try:
        answer: dict[str, Any] = s3.get_object(Bucket=bucket, Key=key, **more)
    except s3.exceptions.ClientError as error:
        raise _gone_or(error) from error
    return answer


def _gone_or(error: Any) -> Exception:
    code = error.response["Error"]["Code"]
    if code in {"NoSuchKey", "NoSuchVersion", "NoSuchUpload", "404"}:
        return ObjectGone(code)
    return error if isinstance(error, Exception) else ObjectGone(code)
