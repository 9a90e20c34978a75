"""Serve originals and renditions to signed URLs, as CloudFront does from its buckets."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from local.edge.answers import CHUNK_BYTES, Answer, Headers, Refused, Request

_OVERRIDES = {
    "response-content-disposition": "ResponseContentDisposition",
    "response-content-type": "ResponseContentType",
}
_GIVEN = {
    "ContentType": "Content-Type",
    "ContentDisposition": "Content-Disposition",
    "ContentRange": "Content-Range",
    "CacheControl": "Cache-Control",
    "ETag": "ETag",
}
_CONDITIONS = {"if-none-match": "IfNoneMatch", "if-match": "IfMatch"}


def serve(request: Request, bucket: str, key: str, s3: Any, headers: Headers) -> Answer:
    """Answer GET or HEAD of a signed URL, in whole or the range that was asked for.

    Args:
        request: a request whose signature has been verified.
        bucket: where the object is.
        key: the object's key.
        s3: a client.
        headers: what every answer carries.

    Raises:
        Refused: there is no such object, or no such range in it.
    """
    arguments: dict[str, Any] = {
        argument: value
        for name, argument in _OVERRIDES.items()
        if (value := request.parameter(name)) is not None
    }
    for name, argument in (*_CONDITIONS.items(), ("range", "Range")):
        if name in request.headers:
            arguments[argument] = request.headers[name]
    read = s3.head_object if request.method == "HEAD" else s3.get_object
    try:
        found = read(Bucket=bucket, Key=key, **arguments)
    except ClientError as error:
        return _failed(error, headers)
    given = [(name, str(found[part])) for part, name in _GIVEN.items() if part in found]
    status = 206 if "ContentRange" in found else 200
    given += [("Accept-Ranges", "bytes"), ("Content-Length", str(found["ContentLength"])), *headers]
    body = () if request.method == "HEAD" else _pieces(found["Body"])
    return Answer(status, given, iter(body))


def _failed(error: ClientError, headers: Headers) -> Answer:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status == 304:
        return Answer(304, headers)
    if status == 416:
        raise Refused(416, "InvalidRange", "The requested range is not satisfiable")
    if status == 412:
        raise Refused(412, "PreconditionFailed", "A precondition did not hold.")
    if status in (403, 404):
        # A bucket that may not be listed does not tell what is missing from what is forbidden.
        raise Refused(403, "AccessDenied", "Access Denied")
    raise error


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(CHUNK_BYTES)
    finally:
        body.close()
