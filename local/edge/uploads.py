"""Take uploads as S3's front door does: a browser's POST, and PUT of an object or a part."""

import base64
import hashlib
import tempfile
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import IO, Any
from xml.sax.saxutils import escape

from local.edge import policies
from local.edge.answers import Answer, Headers, Refused, Request
from local.edge.forms import read_form
from local.edge.signatures import Credentials, verify_presigned

_STORED_FIELDS = {
    "content-type": "ContentType",
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
}
_POST_FIELDS = {
    "key",
    "bucket",
    "policy",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-signature",
    "success_action_status",
    *_STORED_FIELDS,
}
_CHECKSUMS: dict[str, Callable[[], Any]] = {
    "content-md5": hashlib.md5,
    "x-amz-checksum-sha256": hashlib.sha256,
    "x-amz-checksum-sha1": hashlib.sha1,
}


def post(request: Request, bucket: str, s3: Any, credentials: Credentials, now: datetime) -> Answer:
    """Store the file of a signed form.

    Raises:
        Refused: the form does not fit its policy, or the policy is not signed or over.
    """

    def check(fields: dict[str, str]) -> policies.Sizes:
        sizes = policies.verify(fields, bucket, credentials, now)
        unknown = {
            name
            for name in set(fields) - _POST_FIELDS
            if not name.startswith(("x-amz-meta-", "x-ignore-"))
        }
        if unknown:
            raise Refused(501, "NotImplemented", f"The local edge does not know {sorted(unknown)}.")
        if not fields.get("key") or "${filename}" in fields["key"]:
            raise Refused(400, "InvalidArgument", "key has to be the object's whole key.")
        _check_key(fields["key"])
        return sizes

    with tempfile.TemporaryFile() as spool:
        fields = read_form(request, spool, check)
        stored = s3.put_object(
            Bucket=bucket, Key=fields["key"], Body=_rewound(spool), **_description(fields)
        )
    return _posted(fields, bucket, stored)


def put(
    request: Request, bucket: str, key: str, s3: Any, credentials: Credentials, now: datetime
) -> Answer:
    """Store an object or one part of one, sent to a presigned URL.

    Raises:
        Refused: the URL is not signed for exactly this, or over, or the bytes differ from their
            checksum.
    """
    request.body_length()
    verify_presigned(request, credentials, now)
    _check_key(key)
    upload_id, part_number = request.parameter("uploadId"), request.parameter("partNumber")
    others = {name for name, _ in request.query if not name.lower().startswith("x-amz-")}
    if others - {"uploadId", "partNumber", "x-id"} or (upload_id is None) != (part_number is None):
        raise Refused(501, "NotImplemented", "The local edge stores objects and parts alone.")
    with tempfile.TemporaryFile() as spool:
        _spool_checked(request, spool)
        if upload_id is None:
            described = _description(request.headers)
            stored = s3.put_object(Bucket=bucket, Key=key, Body=_rewound(spool), **described)
        else:
            part: dict[str, Any] = {"Bucket": bucket, "Key": key, "UploadId": upload_id}
            # moto breaks on a part of an upload that it does not know; this asks it first.
            s3.list_parts(**part, MaxParts=1)
            number = _part_number(part_number or "")
            stored = s3.upload_part(**part, PartNumber=number, Body=_rewound(spool))
    return Answer(200, _stored_headers(stored), [])


def _check_key(key: str) -> None:
    if {".", ".."} & set(key.split("/")) or len(key.encode("utf-8", "surrogateescape")) > 1024:
        raise Refused(
            400, "InvalidURI", "A key here has no . or .. between slashes, and 1024 bytes."
        )


def _part_number(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 10_000:
        return int(text)
    raise Refused(400, "InvalidArgument", "Part number must be an integer between 1 and 10000")


def _description(named: dict[str, str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        argument: named[name] for name, argument in _STORED_FIELDS.items() if name in named
    }
    prefix = "x-amz-meta-"
    metadata = {n.removeprefix(prefix): v for n, v in named.items() if n.startswith(prefix)}
    return described | ({"Metadata": metadata} if metadata else {})


def _spool_checked(request: Request, spool: IO[bytes]) -> None:
    named = dict(request.headers)
    named.update({name.lower(): value for name, value in request.query})
    sums = {name: make() for name, make in _CHECKSUMS.items() if name in named}
    crc = 0
    for piece in request.body():
        spool.write(piece)
        crc = zlib.crc32(piece, crc)
        for made in sums.values():
            made.update(piece)
    digests = {name: made.digest() for name, made in sums.items()}
    if "x-amz-checksum-crc32" in named:
        digests["x-amz-checksum-crc32"] = crc.to_bytes(4, "big")
    for name, digest in digests.items():
        if base64.b64encode(digest).decode() != named[name]:
            raise Refused(400, "BadDigest", f"The bytes do not have the {name} that was given.")


def _rewound(spool: IO[bytes]) -> IO[bytes]:
    spool.seek(0)
    return spool


def _posted(fields: dict[str, str], bucket: str, stored: dict[str, Any]) -> Answer:
    headers = _stored_headers(stored)
    if fields.get("success_action_status") == "200":
        return Answer(200, headers, [])
    if fields.get("success_action_status") != "201":
        return Answer(204, headers)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<PostResponse><Bucket>{escape(bucket)}</Bucket><Key>{escape(fields['key'])}</Key>"
        f"<ETag>{escape(stored['ETag'])}</ETag></PostResponse>"
    )
    return Answer(201, [*headers, ("Content-Type", "application/xml")], [body.encode()])


def _stored_headers(stored: dict[str, Any]) -> Headers:
    headers = [("ETag", stored["ETag"])]
    if "VersionId" in stored:
        headers.append(("x-amz-version-id", stored["VersionId"]))
    return headers
