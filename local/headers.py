"""The response headers that infra's CloudFront policies add, with one machine's origins in them."""

from collections.abc import Mapping
from typing import Any

from local.cloud import REGION, STACK, reefs_template
from local.intrinsics import Scope
from local.provision import ACCOUNT_ID

Headers = list[tuple[str, str]]

_SIGN_IN = "sign-in"
_MEDIA = "media.invalid"


def media_headers() -> Headers:
    """Return what every answer with media carries."""
    return _policy("MediaHeaders", {})


def site_headers(environment: Mapping[str, str]) -> Headers:
    """Return what every file of the site carries.

    Args:
        environment: the functions' environment, which names this machine's origins.
    """
    production = {
        f"https://{_MEDIA}": environment["REEF_MEDIA_URL"],
        f"https://s3.{REGION}.amazonaws.com": environment["REEF_UPLOAD_URL"],
        f"https://{_SIGN_IN}.auth.{REGION}.amazoncognito.com": environment["REEF_PUBLIC_URL"],
    }
    names = {"UploadsBucket": environment["REEF_UPLOADS_BUCKET"], "UserPoolDomain": _SIGN_IN}
    return [(name, _replaced(value, production)) for name, value in _policy("SiteHeaders", names)]


def _policy(logical_id: str, names: Mapping[str, str]) -> Headers:
    fragments = reefs_template()
    pseudo = {
        "AWS::StackName": STACK,
        "AWS::AccountId": ACCOUNT_ID,
        "AWS::Region": REGION,
        "AWS::URLSuffix": "amazonaws.com",
    }
    scope = Scope(fragments, pseudo, names.__getitem__, lambda *_: _MEDIA)
    properties = fragments["Resources"][logical_id]["Properties"]
    config = scope.resolve(properties)["ResponseHeadersPolicyConfig"]
    security = [
        header
        for name, settings in config.get("SecurityHeadersConfig", {}).items()
        for header in _security_header(name, settings)
    ]
    own = config.get("CustomHeadersConfig", {}).get("Items", [])
    return security + [(item["Header"], item["Value"]) for item in own]


def _security_header(name: str, settings: Mapping[str, Any]) -> Headers:
    match name:
        case "ContentSecurityPolicy":
            return [("Content-Security-Policy", settings["ContentSecurityPolicy"])]
        case "ContentTypeOptions":
            return [("X-Content-Type-Options", "nosniff")]
        case "FrameOptions":
            return [("X-Frame-Options", settings["FrameOption"])]
        case "ReferrerPolicy":
            return [("Referrer-Policy", settings["ReferrerPolicy"])]
        case "StrictTransportSecurity":
            return []  # One machine speaks plain HTTP.
    raise LookupError(f"local mode does not know the security header {name}")


def _replaced(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text
