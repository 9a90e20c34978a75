"""Whether scanned bytes are taken: from an uploader who may, and as they were declared."""

from datetime import UTC, datetime

from chalicelib.assets import media_types
from chalicelib.assets.upload_models import Upload
from chalicelib.core.tables import find
from chalicelib.processing.originals import Clean
from chalicelib.tenants import accounts, roles
from chalicelib.tenants.models import FormerMember, Member, Tenant, former_key

REASONS = {
    "size_mismatch": "The file does not have the size that was declared.",
    "checksum_mismatch": "The file does not have the sha256 that was declared.",
    "type_mismatch": "The file is not of the type that was declared, or not of one accepted here.",
    "unreadable": "The file is empty.",
    "source_gone": "The file with the same bytes has been deleted meanwhile; upload it again.",
    "uploader_inactive": "Its uploader might not upload any more; an admin can take it over.",
    "unscannable": "The scanner could not look at all of the file.",
    "scanner_unavailable": "The virus scanner could not be reached; try again later.",
}
"""What people read of an upload that failed, by the version's `status_reason`."""


def refusal(upload: Upload, clean: Clean, tenant: Tenant, sender: Member | None) -> str | None:
    """Return why an upload's bytes are not taken; None where they are.

    Args:
        upload: what was declared, by whom, and when S3 had it.
        clean: the bytes as they are.
        tenant: whose upload it is.
        sender: the member who declared it; None where they were removed.
    """
    declared = upload.declared
    if not (upload.taken_over or _sender_was_entitled(upload, sender)):
        return "uploader_inactive"
    if clean.size_bytes != declared.size_bytes:
        return "size_mismatch"
    if declared.sha256 and declared.sha256 != clean.sha256:
        return "checksum_mismatch"
    if clean.size_bytes == 0:
        return "unreadable"
    effective = accounts.settings_in_force(tenant)
    allowed = {media_types.canonical(name) for name in effective.allowed_mime_types}
    sniffed = clean.content_type
    if sniffed not in allowed or not media_types.same_family(declared.content_type, sniffed):
        return "type_mismatch"
    return None


def _sender_was_entitled(upload: Upload, member: Member | None) -> bool:
    """Return whether the sender might upload when S3 had all of the bytes.

    What it gets after they lost that right is not theirs to send.
    """
    if member is not None and roles.may_upload(member):
        return True
    key = former_key(upload.created_by.id)
    left = member or find(FormerMember, upload.tenant_id, key)
    if left is None or left.upload_lost_at is None:
        return False
    said = upload.received_at
    received = datetime.fromisoformat(said) if said else datetime.max.replace(tzinfo=UTC)
    return received < datetime.fromisoformat(left.upload_lost_at)
