"""S3 buckets."""

from typing import Any

from local.resources.calls import Aws, Made, Properties, arguments, rename, tags


def create_bucket(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a bucket with everything that its properties ask for."""
    s3 = aws("s3")
    wanted = dict(properties)
    bucket = wanted.pop("BucketName", name.lower())
    tags(wanted)
    wanted.pop("LoggingConfiguration", None)  # Nothing reads the logs of one machine.
    unknown = sorted(set(wanted) - set(_SETTERS))
    if unknown:
        raise ValueError(f"bucket {bucket}: the provisioner does not know {unknown}")
    region = s3.meta.region_name
    place = {} if region == "us-east-1" else {"LocationConstraint": region}
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
    for property_name, value in wanted.items():
        operation, method, change = _SETTERS[property_name]
        settings = arguments(s3, operation, {"Bucket": bucket} | change(value))
        getattr(s3, method)(**settings)
    return Made(
        bucket,
        {
            "Arn": f"arn:aws:s3:::{bucket}",
            "DomainName": f"{bucket}.s3.amazonaws.com",
            "RegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
        },
    )


def _encryption(value: Properties) -> Properties:
    rules = [
        rename(rule, ServerSideEncryptionByDefault="ApplyServerSideEncryptionByDefault")
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _cors(value: Properties) -> Properties:
    rules = [
        rename(rule, ExposedHeaders="ExposeHeaders", Id="ID", MaxAge="MaxAgeSeconds")
        for rule in value["CorsRules"]
    ]
    return {"CORSConfiguration": {"CORSRules": rules}}


def _lifecycle(value: Properties) -> Properties:
    return {"LifecycleConfiguration": {"Rules": [_lifecycle_rule(r) for r in value["Rules"]]}}


def _lifecycle_rule(rule: Properties) -> Properties:
    changed = rename(rule, Id="ID")
    expiration = {
        api_name: changed.pop(name)
        for name, api_name in (
            ("ExpirationInDays", "Days"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        )
        if name in changed
    }
    if expiration:
        changed["Expiration"] = expiration
    changed["Filter"] = {"Prefix": changed.pop("Prefix", "")}
    return changed


def _notifications(value: Properties) -> Properties:
    def changed(entry: Properties, target: str) -> Properties:
        moved = rename(entry, **{target: f"{target}Arn"})
        moved["Events"] = [moved.pop("Event")]
        if "Filter" in moved:
            rules = moved["Filter"]["S3Key"]["Rules"]
            moved["Filter"] = {"Key": {"FilterRules": rules}}
        return moved

    configuration: dict[str, Any] = {}
    for target in ("Queue", "Topic"):
        entries = value.get(f"{target}Configurations", [])
        configuration[f"{target}Configurations"] = [changed(e, target) for e in entries]
    return {"NotificationConfiguration": configuration}


_SETTERS: dict[str, tuple[str, str, Any]] = {
    "VersioningConfiguration": (
        "PutBucketVersioning",
        "put_bucket_versioning",
        lambda value: {"VersioningConfiguration": value},
    ),
    "BucketEncryption": ("PutBucketEncryption", "put_bucket_encryption", _encryption),
    "PublicAccessBlockConfiguration": (
        "PutPublicAccessBlock",
        "put_public_access_block",
        lambda value: {"PublicAccessBlockConfiguration": value},
    ),
    "OwnershipControls": (
        "PutBucketOwnershipControls",
        "put_bucket_ownership_controls",
        lambda value: {"OwnershipControls": value},
    ),
    "CorsConfiguration": ("PutBucketCors", "put_bucket_cors", _cors),
    "LifecycleConfiguration": (
        "PutBucketLifecycleConfiguration",
        "put_bucket_lifecycle_configuration",
        _lifecycle,
    ),
    "NotificationConfiguration": (
        "PutBucketNotificationConfiguration",
        "put_bucket_notification_configuration",
        _notifications,
    ),
}
