"""What a deployment can set, read from the environment in this file alone."""

import os
from functools import lru_cache
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

SCANNER_LIMIT_BYTES = 2_147_483_647
"""ClamAV passes larger streams without looking at them, so Reef never accepts one."""

DEFAULT_MIME_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/tiff",
    "image/svg+xml",
    "image/bmp",
    "image/vnd.microsoft.icon",
    "image/vnd.adobe.photoshop",
    "image/jp2",
    "video/mp4",
    "video/quicktime",
    "video/x-msvideo",
    "video/webm",
    "video/x-matroska",
    "video/x-ms-wmv",
    "video/x-flv",
    "audio/mpeg",
    "audio/wav",
    "audio/ogg",
    "audio/flac",
    "audio/mp4",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/zip",
)

Bytes = Annotated[int, msgspec.Meta(ge=0)]
MimeTypes = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=255)], ...],
    msgspec.Meta(max_length=200),
]
Side = Annotated[int, msgspec.Meta(ge=16, le=4096)]
LONGEST_HOURS = 87_600
"""Ten years: no share link is good for longer, unless it is for ever."""

Hours = Annotated[float, msgspec.Meta(gt=0, le=LONGEST_HOURS)]
QrSide = Annotated[int, msgspec.Meta(ge=100, le=2000)]
ShareRoles = Annotated[
    tuple[Literal["contributor", "editor", "admin"], ...], msgspec.Meta(min_length=1, max_length=3)
]
EmbedHosts = Annotated[
    tuple[
        Annotated[
            str,
            msgspec.Meta(
                pattern=r"^(\*\.)?([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(:[0-9]{1,5})?$",
                max_length=253,
            ),
        ],
        ...,
    ],
    msgspec.Meta(max_length=100),
]
"""Hosts as Content-Security-Policy takes them: a name, perhaps with a port, or `*.` before it."""


HostPorts = Annotated[
    tuple[
        Annotated[
            str,
            msgspec.Meta(
                pattern=r"^(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,253}):[0-9]{1,5}$", max_length=259
            ),
        ],
        ...,
    ],
    msgspec.Meta(max_length=100),
]
"""Hosts with their ports, such as `127.0.0.1:9199` or `[::1]:9199`."""

RenditionSide = Annotated[int, msgspec.Meta(ge=1, le=4096)]


class RenditionDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rendition of the tenant's own: how large, in which form.

    Attributes:
        width: in pixels; with `fit: inside` the most that it may have.
        height: as `width`.
        fit: `inside` shows the whole picture and never enlarges it; `crop` fills width and height,
            around the asset's focal point.
        format: what it is written as.
        quality: of JPEG and WebP, 1 to 100.
        watermark: a line that is written into a corner; null for none.
    """

    width: RenditionSide
    height: RenditionSide
    fit: Literal["inside", "crop"] = "inside"
    format: Literal["jpeg", "webp", "png"] = "jpeg"
    quality: Annotated[int, msgspec.Meta(ge=1, le=100)] = 82
    watermark: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None


RESERVED_RENDITIONS = (
    "original|master|web|hevc|optimised|preview|poster|page|clip|strip|grid|thumbnail|described"
)
RenditionName = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^(?!({RESERVED_RENDITIONS})(-|$))[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40
    ),
]
"""Names of the tenant's own renditions; none that Reef gives itself."""

Renditions = Annotated[dict[RenditionName, RenditionDefinition], msgspec.Meta(max_length=50)]


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
    analytics_table: str = ""
    shares_table: str = ""
    search_table: str = ""
    handles_table: str = ""
    devices_table: str = ""
    webhooks_table: str = ""
    uploads_bucket: str = ""
    originals_bucket: str = ""
    renditions_bucket: str = ""
    signatures_bucket: str = ""
    scan_small_queue: str = ""
    scan_large_queue: str = ""
    thumbnails_queue: str = ""
    metadata_queue: str = ""
    visits_queue: str = ""
    share_mails_queue: str = ""
    zips_queue: str = ""
    transfers_queue: str = ""
    conversion_queue: str = ""
    conversion_machine: str = ""
    webhook_deliveries_queue: str = ""
    records_topic: str = ""
    records_dead_queue: str = ""
    approval_machine: str = ""
    user_pool_id: str = ""
    jwt_issuer: str = ""
    jwt_audience: str = ""
    jwks_url: str = ""
    public_url: str = ""
    upload_url: str = ""
    media_url: str = ""
    media_key_secret: str = ""
    cursor_key_secret: str = ""
    edge_secret: str = ""
    mail_from: str = ""
    clamd_socket: str | None = None
    signatures_folder: str | None = None
    signature_urls: tuple[str, ...] = ()
    log_level: str = "INFO"

    thumbnail_sizes: dict[str, tuple[Side, Side]] = msgspec.field(
        default_factory=lambda: {"small": (150, 150), "medium": (300, 300), "large": (600, 600)}
    )
    max_file_size: Annotated[int, msgspec.Meta(ge=1, le=SCANNER_LIMIT_BYTES)] = 104_857_600
    allowed_mime_types: MimeTypes = DEFAULT_MIME_TYPES
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
    default_expiry_hours: Hours = 168
    allow_never_expire: bool = False
    max_download_limit: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1000
    enable_social_sharing: bool = True
    qr_code_size: tuple[QrSide, QrSide] = (200, 200)
    short_url_length: Annotated[int, msgspec.Meta(ge=6, le=32)] = 8
    share_password_required: bool = False
    share_max_expiry_hours: Hours = LONGEST_HOURS
    share_roles: ShareRoles = ("contributor", "editor", "admin")
    embed_hosts: EmbedHosts = ()
    record_visitors: bool = True
    extract_gps: bool = False
    device_silent_minutes: Annotated[float, msgspec.Meta(gt=0, le=43_200)] = 15
    rescan_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 7
    conversion_segment_seconds: Annotated[float, msgspec.Meta(ge=2, le=600)] = 240
    renditions: Renditions = msgspec.field(default_factory=dict)
    storage_quota_bytes: Bytes = 107_374_182_400
    max_open_uploads: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1000
    max_versions: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    webhook_allowed_hosts: HostPorts = ()


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
    "default_expiry_hours",
    "allow_never_expire",
    "max_download_limit",
    "enable_social_sharing",
    "qr_code_size",
    "share_password_required",
    "share_max_expiry_hours",
    "share_roles",
    "embed_hosts",
    "record_visitors",
    "extract_gps",
    "device_silent_minutes",
    "renditions",
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
    """Return this process's settings, read once."""
    return parse(dict(os.environ))


def for_tenant(overrides: dict[str, Any]) -> Settings:
    """Return the settings in force for a tenant that overrides some of them."""
    known = {name: value for name, value in overrides.items() if name in TENANT_SETTINGS}
    if not known:
        return settings()
    return msgspec.convert(msgspec.to_builtins(settings()) | known, Settings)
