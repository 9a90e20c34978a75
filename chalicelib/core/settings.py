"""What a deployment can set, read from the environment in this file alone."""

import os
from functools import lru_cache
from typing import Annotated, Any, get_type_hints

import msgspec

SCANNER_LIMIT_BYTES = 2_147_483_647
"""ClamAV passes larger streams without looking at them, so Reef never accepts one."""

DEFAULT_MIME_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/quicktime",
    "video/x-msvideo",
    "video/webm",
    "audio/mpeg",
    "audio/wav",
    "audio/ogg",
    "application/pdf",
    "text/plain",
)

Bytes = Annotated[int, msgspec.Meta(ge=0)]
Side = Annotated[int, msgspec.Meta(ge=16, le=4096)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment's settings; each field is read from `REEF_` + its name in capitals.

    Sizes are bytes, times are in the unit that the name ends in.
    """

    tenants_table: str = ""
    assets_table: str = ""
    processing_table: str = ""
    audit_table: str = ""
    requests_table: str = ""
    workflows_table: str = ""
    notifications_table: str = ""
    uploads_bucket: str = ""
    originals_bucket: str = ""
    renditions_bucket: str = ""
    signatures_bucket: str = ""
    scan_small_queue: str = ""
    scan_large_queue: str = ""
    thumbnails_queue: str = ""
    metadata_queue: str = ""
    records_topic: str = ""
    approval_machine: str = ""
    user_pool_id: str = ""
    jwt_issuer: str = ""
    jwt_audience: str = ""
    jwks_url: str = ""
    public_url: str = ""
    upload_url: str = ""
    media_url: str = ""
    media_key_id: str = ""
    media_key_secret: str = ""
    cursor_key_secret: str = ""
    mail_from: str = ""
    clamd_socket: str | None = None
    signatures_folder: str | None = None
    log_level: str = "INFO"

    thumbnail_sizes: dict[str, tuple[Side, Side]] = msgspec.field(
        default_factory=lambda: {"small": (150, 150), "medium": (300, 300), "large": (600, 600)}
    )
    max_file_size: Annotated[int, msgspec.Meta(ge=1, le=SCANNER_LIMIT_BYTES)] = 104_857_600
    allowed_mime_types: tuple[str, ...] = DEFAULT_MIME_TYPES
    virus_scan_enabled: bool = True
    allow_unscanned: bool = False
    auto_generate_thumbnails: bool = True
    auto_extract_metadata: bool = True
    auto_publish: bool = True
    auto_create_workflows: bool = True
    escalation_enabled: bool = True
    email_notifications: bool = True
    default_timeout_hours: Annotated[float, msgspec.Meta(gt=0, le=8760)] = 72
    trash_retention_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30
    storage_quota_bytes: Bytes = 107_374_182_400


TENANT_SETTINGS = (
    "max_file_size",
    "allowed_mime_types",
    "auto_generate_thumbnails",
    "auto_extract_metadata",
    "auto_publish",
    "auto_create_workflows",
    "escalation_enabled",
    "email_notifications",
    "default_timeout_hours",
    "trash_retention_days",
)
"""The settings that a tenant's admins may override through `PATCH tenant/`."""


def parse(environment: dict[str, str]) -> Settings:
    """Build the settings from environment variables.

    Lists and maps are written as JSON.

    Raises:
        msgspec.ValidationError: a value does not fit its setting.
    """
    values: dict[str, Any] = {}
    for name, kind in get_type_hints(Settings).items():
        text = environment.get(f"REEF_{name.upper()}")
        if text is None:
            continue
        values[name] = text if kind in (str, str | None) else msgspec.json.decode(text)
    return msgspec.convert(values, Settings)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Give this process's settings, read once."""
    return parse(dict(os.environ))


def for_tenant(overrides: dict[str, Any]) -> Settings:
    """Give the settings in force for a tenant that overrides some of them."""
    known = {name: value for name, value in overrides.items() if name in TENANT_SETTINGS}
    if not known:
        return settings()
    return msgspec.convert(msgspec.to_builtins(settings()) | known, Settings)
