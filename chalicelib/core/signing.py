"""Short-lived links: CloudFront signed URLs for media, presigned S3 requests for uploads."""

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from chalicelib.core.aws import presigner
from chalicelib.core.secrets import secret
from chalicelib.core.settings import settings

WINDOW_SECONDS = 600
"""Thumbnails are signed by one policy per folder and this window, not one by one."""


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
    """Give a file's URL on the media domain, which refuses it without a signature."""
    return f"{settings().media_url}/{quote(path)}"


def folder_query(folder: str, now: datetime) -> str:
    """Sign everything below a folder of the media domain, as a query to add to its files.

    The query stands still for a window of 10 minutes, so that browsers can cache, and stays
    valid for one to two windows.
    """
    window = math.floor(now.timestamp() / WINDOW_SECONDS)
    return _folder_query(folder, window)


@lru_cache(maxsize=1024)
def _folder_query(folder: str, window: int) -> str:
    resource = f"{settings().media_url}/{quote(folder)}/*"
    expires = datetime.fromtimestamp((window + 2) * WINDOW_SECONDS, UTC)
    signer = _signer()
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


@lru_cache(maxsize=1)
def _signer() -> Any:
    from botocore.signers import CloudFrontSigner
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = serialization.load_pem_private_key(
        secret(settings().media_key_secret).encode(), password=None
    )
    assert isinstance(key, rsa.RSAPrivateKey)  # CloudFront takes RSA keys here

    def sign(message: bytes) -> bytes:
        return key.sign(message, padding.PKCS1v15(), hashes.SHA1())  # CloudFront's own algorithm

    return CloudFrontSigner(settings().media_key_id, sign)
