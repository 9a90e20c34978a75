"""S3: what Reef reads, writes and copies, each in one place."""

from collections.abc import Iterator
from typing import Any

from chalicelib.core.aws import client

_CHUNK_BYTES = 64 * 1024


class ObjectGone(Exception):
    """The object is not there (any more)."""


class PartsRefused(Exception):
    """S3 does not join these parts: one but the last is smaller than 5 MiB, or not its own."""


def first_version(bucket: str, key: str) -> tuple[str, int] | None:
    """Find the oldest version of a key: its version id and size in bytes.

    A presigned POST can be used twice; the first object is the one that counts.
    """
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    versions = [v for page in pages for v in page.get("Versions", []) if v["Key"] == key]
    if not versions:
        return None
    # S3 lists the newest first; the order breaks ties of one second.
    oldest = min(reversed(versions), key=lambda v: v["LastModified"])
    return oldest["VersionId"], oldest["Size"]


def stream(bucket: str, key: str, version_id: str) -> Iterator[bytes]:
    """Read one object version in chunks.

    Raises:
        ObjectGone: it is not there.
    """
    body = _get(bucket, key, VersionId=version_id)["Body"]
    with body:
        yield from body.iter_chunks(_CHUNK_BYTES)


def read(bucket: str, key: str) -> bytes:
    """Read a small object.

    Raises:
        ObjectGone: it is not there.
    """
    with _get(bucket, key)["Body"] as body:
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


def upload(path: str, bucket: str, key: str) -> None:
    """Write a file of any size to an object."""
    client("s3").upload_file(path, bucket, key)


def keys(bucket: str) -> list[str]:
    """List the keys of a small bucket."""
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def delete(bucket: str, key: str) -> None:
    """Remove an object; again is fine."""
    client("s3").delete_object(Bucket=bucket, Key=key)


def delete_folder(bucket: str, prefix: str) -> None:
    """Remove every object whose key begins so; again is fine."""
    s3 = client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        found = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if found:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})


def delete_versions(bucket: str, key: str) -> None:
    """Remove every version of an object; again is fine."""
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


def reading_url(bucket: str, key: str, lifetime_seconds: int) -> str:
    """Allow one process to read one object without credentials, as ffmpeg does."""
    return str(
        client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=lifetime_seconds
        )
    )


def start_multipart(bucket: str, key: str) -> str:
    """Open a multipart upload; gives its id."""
    return str(client("s3").create_multipart_upload(Bucket=bucket, Key=key)["UploadId"])


def parts(bucket: str, key: str, upload: str) -> list[dict[str, Any]]:
    """List the parts that arrived: `{"PartNumber", "ETag", "Size"}`, by number.

    Raises:
        ObjectGone: the multipart upload is completed or aborted.
    """
    s3 = client("s3")
    try:
        pages = s3.get_paginator("list_parts").paginate(Bucket=bucket, Key=key, UploadId=upload)
        return [part for page in pages for part in page.get("Parts", [])]
    except s3.exceptions.ClientError as error:
        raise _gone_or(error) from error


def complete_multipart(bucket: str, key: str, upload: str, arrived: list[dict[str, Any]]) -> None:
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
    """Throw away a multipart upload and its parts; again is fine."""
    s3 = client("s3")
    try:
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    except s3.exceptions.ClientError as error:
        problem = _gone_or(error)
        if not isinstance(problem, ObjectGone):
            raise


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
