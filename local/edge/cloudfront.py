"""Verify CloudFront's signed URLs, with canned and with custom policies.

Follows "Use signed URLs" of the Amazon CloudFront developer guide.
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.edge.answers import Refused, Request

TrustedKeys = Mapping[str, rsa.RSAPublicKey]
"""Public keys by the id that CloudFront gave them."""

_OWN = ("Expires", "Policy", "Signature", "Key-Pair-Id")


def verify(request: Request, origin: str, keys: TrustedKeys, now: datetime) -> None:
    """Check the signature of a media URL, and that its policy allows this request now.

    Args:
        request: what was asked for.
        origin: scheme and host of the media domain, as URLs are signed for it.
        keys: the trusted key group.
        now: the present time.

    Raises:
        Refused: it does not.
    """
    key_id = request.parameter("Key-Pair-Id")
    signature = request.parameter("Signature")
    policy, expires = request.parameter("Policy"), request.parameter("Expires")
    if key_id is None:
        raise Refused(403, "MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
    if signature is None or (policy is None) == (expires is None) or key_id not in keys:
        raise _denied()
    url = f"{origin}{request.raw_path}"
    others = [part for part in request.raw_query.split("&") if part.partition("=")[0] not in _OWN]
    if any(others):
        url += "?" + "&".join(others)
    signed = _decoded(policy) if policy else canned_policy(url, expires or "").encode()
    try:
        keys[key_id].verify(
            # CloudFront signs with SHA-1; its documents name no other hash for RSA keys.
            _decoded(signature),
            signed,
            padding.PKCS1v15(),
            hashes.SHA1(),
        )
    except InvalidSignature:
        raise _denied() from None
    _check_policy(signed, url, request.client, now)


def canned_policy(url: str, expires: str) -> str:
    """Write the policy that a canned signature covers.

    Raises:
        Refused: the expiry is not a number of seconds.
    """
    if not re.fullmatch(r"[0-9]{1,12}", expires):
        raise _denied()
    return (
        f'{{"Statement":[{{"Resource":"{url}",'
        f'"Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'
    )


def _check_policy(policy: bytes, url: str, client: str, now: datetime) -> None:
    try:
        (statement,) = json.loads(policy)["Statement"]
        resource, conditions = statement["Resource"], dict(statement["Condition"])
        before = conditions.pop("DateLessThan")["AWS:EpochTime"]
        after = conditions.pop("DateGreaterThan", {"AWS:EpochTime": 0})["AWS:EpochTime"]
        network = conditions.pop("IpAddress", {"AWS:SourceIp": "0.0.0.0/0"})["AWS:SourceIp"]
        allowed = (
            not conditions
            and after < now.timestamp() < before
            and ipaddress.ip_address(client) in ipaddress.ip_network(network, strict=False)
            and _matches(resource, url)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        allowed = False
    if not allowed:
        raise _denied()


def _matches(resource: Any, url: str) -> bool:
    pattern = "".join(
        {"*": ".*", "?": "."}.get(character, re.escape(character)) for character in resource
    )
    return re.fullmatch(pattern, url, re.DOTALL) is not None


def _decoded(text: str) -> bytes:
    """Undo base64 in the alphabet that CloudFront uses in URLs."""
    try:
        return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True)
    except (binascii.Error, ValueError):
        raise _denied() from None


def _denied() -> Refused:
    return Refused(403, "AccessDenied", "Access denied")
