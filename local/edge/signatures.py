"""Verify AWS signatures version 4, in query strings and of POST policies.

Follows "Authenticating Requests: Using Query Parameters" and "Browser-Based Uploads Using POST" of
the Amazon S3 API reference.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from local.edge.answers import Refused, Request

ALGORITHM = "AWS4-HMAC-SHA256"
_LONGEST = 604_800
_CLOCK_SKEW = timedelta(minutes=15)
_UNSIGNED = "UNSIGNED-PAYLOAD"


class Credentials(NamedTuple):
    """The one pair of keys that local mode signs with, and the region it is for."""

    access_key: str
    secret_key: str
    region: str


def verify_presigned(request: Request, credentials: Credentials, now: datetime) -> None:
    """Check a presigned URL: signature, time, and that everything that counts is signed.

    Raises:
        Refused: anything is wrong.
    """
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    given = {name: request.parameter(f"X-Amz-{name}") for name in names}
    if all(value is None for value in given.values()):
        raise Refused(403, "AccessDenied", "Access Denied")
    parameters = {name: value for name, value in given.items() if value is not None}
    if len(parameters) < len(names) or parameters["Algorithm"] != ALGORITHM:
        raise _malformed("Query-string authentication needs all its X-Amz- parameters.")
    moment = _time(parameters["Date"])
    scope = check_scope(parameters["Credential"], credentials, moment)
    _check_times(moment, parameters["Expires"], now)

    signed = parameters["SignedHeaders"].split(";")
    _check_signed_headers(request, signed)
    canonical = "\n".join(
        [
            request.method,
            quote(request.path, safe="/-_.~", errors="surrogateescape"),
            _canonical_query(request),
            "".join(f"{name}:{_trimmed(request.headers[name])}\n" for name in signed),
            parameters["SignedHeaders"],
            request.headers.get("x-amz-content-sha256", _UNSIGNED),
        ]
    )
    digest = hashlib.sha256(canonical.encode(errors="surrogateescape")).hexdigest()
    text = "\n".join([ALGORITHM, parameters["Date"], scope, digest])
    check_signature(text, parameters["Signature"], credentials, moment)


def check_scope(credential: str, credentials: Credentials, moment: datetime) -> str:
    """Check whom and what a signature is for, and give the scope that is signed with it.

    Raises:
        Refused: an unknown key, another day, region or service.
    """
    access_key, _, scope = credential.partition("/")
    if scope != f"{moment:%Y%m%d}/{credentials.region}/s3/aws4_request":
        raise _malformed("The credential is for another day, region or service.")
    if access_key != credentials.access_key:
        raise Refused(403, "InvalidAccessKeyId", "The access key does not exist.")
    return scope


def check_signature(text: str, signature: str, credentials: Credentials, moment: datetime) -> None:
    """Compare a signature with the one that the text deserves.

    Raises:
        Refused: they differ.
    """
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (f"{moment:%Y%m%d}", credentials.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    wanted = hmac.new(key, text.encode(errors="surrogateescape"), "sha256").hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.encode(errors="replace")):
        raise Refused(403, "SignatureDoesNotMatch", "The signature does not match what was signed.")


def parse_time(text: str) -> datetime:
    """Read an `X-Amz-Date`.

    Raises:
        Refused: it is not one.
    """
    return _time(text)


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _malformed("X-Amz-Date must be as 20260131T235959Z.") from None


def _check_times(moment: datetime, expires: str, now: datetime) -> None:
    if not re.fullmatch(r"[0-9]{1,6}", expires) or not 1 <= int(expires) <= _LONGEST:
        raise _malformed(f"X-Amz-Expires must be from 1 to {_LONGEST} seconds.")
    if moment - now > _CLOCK_SKEW:
        raise Refused(403, "AccessDenied", "Request is not valid yet")
    if now >= moment + timedelta(seconds=int(expires)):
        raise Refused(403, "AccessDenied", "Request has expired")


def _check_signed_headers(request: Request, signed: list[str]) -> None:
    if "host" not in signed or not set(signed) <= set(request.headers):
        raise Refused(
            403, "SignatureDoesNotMatch", "A header that was signed is not in the request."
        )
    amazon = {name for name in request.headers if name.startswith("x-amz-")}
    unsigned = amazon - set(signed) - {"x-amz-content-sha256"}
    if unsigned:
        raise Refused(
            403,
            "AccessDenied",
            f"There were headers present in the request which were not signed: {sorted(unsigned)}",
        )


def _canonical_query(request: Request) -> str:
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in request.query
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def _trimmed(value: str) -> str:
    return " ".join(value.split())


def _malformed(message: str) -> Refused:
    return Refused(400, "AuthorizationQueryParametersError", message)
