"""Short-lived links: CloudFront signed URLs for media, presigned S3 requests for uploads."""

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from chalicelib.core.aws import presigner
from chalicelib.core.secrets import secret
from chalicelib.core.settings import settings

WINDOW_SECONDS = 600
"""Thumbnails are signed by one policy per content and this window, not one by one."""


def media_url(path: str, now: datetime, lifetime: timedelta, query: dict[str, str]) -> str:
    """Sign one file's URL on the media domain; path, query and expiry cannot be changed.

    Args:
        path: such as `originals/{tenant}/{sha256}`.
        now: the present time.
        lifetime: how long it may be fetched.
        query: parameters of the answer, such as `response-content-disposition`.
    """
    url = unsigned_url(path)
    if query:
        url += "?" + urlencode(query, quote_via=quote)
    return str(_signer().generate_presigned_url(url, date_less_than=now + lifetime))


def unsigned_url(path: str) -> str:
    """Return a file's URL on the media domain, which refuses it without a signature."""
    return f"{settings().media_url}/{quote(path)}"


def folder_query(folder: str, now: datetime) -> str:
    """Sign everything below a folder of the media domain, as a query to add to its files.

    The query stands still for a window of 10 minutes, so that browsers can cache, and stays
    valid for one to two windows. Whoever holds it opens every file in the folder, so a folder
    holds the files of one content alone.
    """
    return _lasting_query(f"{unsigned_url(folder)}/*", _window(now), _signer())


def file_url(path: str, now: datetime) -> str:
    """Sign one file's URL, which stands still and stays valid as long as those of a folder."""
    url = unsigned_url(path)
    return f"{url}?{_lasting_query(url, _window(now), _signer())}"


def _window(now: datetime) -> int:
    return math.floor(now.timestamp() / WINDOW_SECONDS)


@lru_cache(maxsize=8192)
def _lasting_query(resource: str, window: int, signer: Any) -> str:
    expires = datetime.fromtimestamp((window + 2) * WINDOW_SECONDS, UTC)
    policy = signer.build_policy(resource, expires)
    return str(signer.generate_presigned_url(resource, policy=policy)).partition("?")[2]


def presigned_post(
    bucket: str, key: str, conditions: list[Any], fields: dict[str, str], lifetime: timedelta
) -> dict[str, Any]:
    """Allow a browser to post one object: `{"url", "fields"}`."""
    post: dict[str, Any] = presigner().generate_presigned_post(
        bucket,
        key,
        Fields=fields,
        Conditions=conditions,
        ExpiresIn=int(lifetime.total_seconds()),
    )
    return post


def presigned_part(
    bucket: str, key: str, upload: str, part_number: int, lifetime: timedelta
) -> str:
    """Allow a browser to put one part of a multipart upload."""
    return str(
        presigner().generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": bucket,
                "Key": key,
                "UploadId": upload,
                "PartNumber": part_number,
            },
            ExpiresIn=int(lifetime.total_seconds()),
        )
    )


class MediaKey(msgspec.Struct):
    """What the secret of the media key holds, as JSON."""

    key_id: str
    """CloudFront's id of the public half."""
    private_key: str
    """RSA, as PEM."""


def _signer() -> Any:
    """Return what signs media URLs, by the key that is in force."""
    return _signer_with(secret(settings().media_key_secret))


@lru_cache(maxsize=2)
def _signer_with(text: str) -> Any:
    from botocore.signers import CloudFrontSigner
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    told = msgspec.json.decode(text, type=MediaKey)
    key = serialization.load_pem_private_key(told.private_key.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # CloudFront takes RSA keys here

    def sign(message: bytes) -> bytes:
        return key.sign(message, padding.PKCS1v15(), hashes.SHA1())  # CloudFront's own algorithm

    return CloudFrontSigner(told.key_id, sign)
