"""Objects and parts put to the edge are held to their presigned URLs as by S3."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from tests.local.wire import call

KEY = "acme/asset/upload"


@pytest.fixture
def part_url(aws: Any) -> str:
    upload = aws.client("s3").create_multipart_upload(Bucket=aws.uploads, Key=KEY)
    return _presigned(aws, "upload_part", UploadId=upload["UploadId"], PartNumber=1)


def _presigned(aws: Any, operation: str, **parameters: Any) -> str:
    return aws.presigner.generate_presigned_url(
        operation, Params={"Bucket": aws.uploads, "Key": KEY, **parameters}, ExpiresIn=300
    )


def _stored(aws: Any) -> list[str]:
    return [
        o["Key"] for o in aws.client("s3").list_objects_v2(Bucket=aws.uploads).get("Contents", [])
    ]


def test_a_part_is_stored_at_its_presigned_url(aws: Any, edge: Any, part_url: str) -> None:
    reply = call(edge, "PUT", part_url, b"part")
    assert reply.status == 200
    assert reply.headers["ETag"] == f'"{hashlib.md5(b"part").hexdigest()}"'


def test_an_object_is_stored_at_its_presigned_url(aws: Any, edge: Any) -> None:
    url = _presigned(aws, "put_object", ContentType="image/png")
    assert call(edge, "PUT", url, b"png", {"Content-Type": "image/png"}).status == 200
    assert call(edge, "PUT", url, b"png", {"Content-Type": "text/html"}).status == 403
    assert call(edge, "PUT", url, b"png").status == 403
    stored = aws.client("s3").get_object(Bucket=aws.uploads, Key=KEY)
    assert stored["ContentType"] == "image/png"


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("partNumber=1", "partNumber=2", 403),
        ("/acme/", "/globex/", 403),
        ("X-Amz-Expires=300", "X-Amz-Expires=3000", 403),
        ("X-Amz-Expires=300", "X-Amz-Expires=0", 400),
        ("X-Amz-Expires=300", "X-Amz-Expires=999999", 400),
        ("X-Amz-Signature=", "X-Amz-Signature=0", 403),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", 400),
        ("Credential=local%2F", "Credential=other%2F", 403),
        ("%2Fs3%2F", "%2Fsqs%2F", 400),
        ("SignedHeaders=host", "SignedHeaders=x-none", 403),
        ("partNumber=1", "partNumber=1&partNumber=2", 403),
        ("127.0.0.1:8001", "localhost:8001", 403),
    ],
)
def test_a_changed_presigned_url_is_refused(
    edge: Any, part_url: str, old: str, new: str, status: int
) -> None:
    assert old in part_url
    assert call(edge, "PUT", part_url.replace(old, new), b"part").status == status


def test_a_url_without_a_signature_is_refused(edge: Any, part_url: str) -> None:
    bare = part_url.partition("&X-Amz-Algorithm")[0]
    assert call(edge, "PUT", bare, b"part").status == 403
    assert call(edge, "PUT", bare.partition("?")[0], b"part").status == 403


def test_a_presigned_url_works_for_its_method_alone(edge: Any, part_url: str) -> None:
    assert call(edge, "POST", part_url, b"part").status == 405
    assert call(edge, "GET", part_url).status == 405
    assert call(edge, "DELETE", part_url).status == 405


def test_a_header_for_s3_has_to_be_signed(edge: Any, part_url: str) -> None:
    reply = call(edge, "PUT", part_url, b"part", {"x-amz-acl": "public-read"})
    assert (reply.status, b"not signed" in reply.body) == (403, True)


def test_an_expired_presigned_url_is_refused(edge: Any, part_url: str, clock: Any) -> None:
    clock.ahead = timedelta(seconds=301)
    assert call(edge, "PUT", part_url, b"part").status == 403
    clock.ahead = timedelta(minutes=-16)
    assert call(edge, "PUT", part_url, b"part").status == 403


def test_a_presigned_url_for_reading_uploads_is_not_served(aws: Any, edge: Any) -> None:
    aws.client("s3").put_object(Bucket=aws.uploads, Key=KEY, Body=b"unscanned")
    assert call(edge, "GET", _presigned(aws, "get_object")).status == 405


@pytest.mark.parametrize(
    ("header", "make"),
    [
        ("ContentMD5", hashlib.md5),
        ("ChecksumSHA256", hashlib.sha256),
        ("ChecksumSHA1", hashlib.sha1),
    ],
)
def test_bytes_that_differ_from_a_signed_checksum_are_refused(
    aws: Any, edge: Any, header: str, make: Any
) -> None:
    digest = base64.b64encode(make(b"png").digest()).decode()
    url = _presigned(aws, "put_object", **{header: digest})
    name = {"ContentMD5": "content-md5"}.get(header, f"x-amz-checksum-{header[8:].lower()}")
    sent = {} if name in url.lower() and f"{name}=" in url.lower() else {name: digest}
    assert call(edge, "PUT", url, b"PNG", sent).status == 400
    assert _stored(aws) == []
    assert call(edge, "PUT", url, b"png", sent).status == 200


def test_an_aborted_multipart_upload_takes_no_more_parts(
    aws: Any, edge: Any, part_url: str
) -> None:
    s3 = aws.client("s3")
    (upload,) = s3.list_multipart_uploads(Bucket=aws.uploads)["Uploads"]
    s3.abort_multipart_upload(Bucket=aws.uploads, Key=KEY, UploadId=upload["UploadId"])
    reply = call(edge, "PUT", part_url, b"part")
    assert (reply.status, b"NoSuchUpload" in reply.body) == (404, True)
