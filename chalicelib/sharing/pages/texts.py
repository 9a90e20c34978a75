"""What the pages of shares say, in English."""

from datetime import datetime

UNITS = ("bytes", "KB", "MB", "GB")

KINDS = {
    "image": "Picture",
    "video": "Film",
    "audio": "Sound",
    "document": "Document",
    "link": "Link",
    "other": "File",
    "collection": "Collection",
}

SAID = {
    "share_expired": ("This link has expired", "Ask whoever sent it to you for a new one."),
    "share_revoked": (
        "This link was withdrawn",
        "Ask whoever sent it to you for a new one.",
    ),
    "asset_unavailable": (
        "This is not available any more",
        "Ask the person who sent you the link for another one.",
    ),
    "download_limit_reached": (
        "All downloads have been taken",
        "The person who sent you the link can allow more.",
    ),
    "download_not_allowed": ("This cannot be downloaded", "The link is for looking at it alone."),
    "upload_request_expired": (
        "The time to send files is over",
        "Ask whoever sent you the link for a new one.",
    ),
    "upload_request_ended": (
        "No files are taken here any more",
        "Ask whoever sent you the link for a new one.",
    ),
    "upload_request_used_up": (
        "As many files have come as were asked for",
        "Whoever sent you the link can send another.",
    ),
    "comments_not_allowed": ("Comments are closed", "This link takes no comments."),
    "not_found": ("There is nothing here", "Check the address; perhaps a part of it is missing."),
    "zip_too_large": ("This is too much for a zip", "Download the files one by one."),
    "not_ready": ("There is nothing to download", "The file is not there; try again later."),
    "too_many_attempts": (
        "Too many attempts",
        "Wait a little before you try again.",
    ),
}
"""Heading and advice by the code of the failure."""

TROUBLE = ("That did not work", "Try again in a little while.")

LOCKED_TITLE = "Shared with you"
"""The title of a page that must not tell what it locks."""


def size(size_bytes: int) -> str:
    """Write a size as people read it, such as `1.4 MB`."""
    number, unit = float(size_bytes), 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    digits = 0 if unit == 0 or number >= 100 else 1
    return f"{number:.{digits}f} {UNITS[unit]}"


def day(timestamp: str) -> str:
    """Write a day as people read it, such as `3 May 2026`."""
    moment = datetime.fromisoformat(timestamp)
    return f"{moment.day} {moment:%B %Y}"


def type_name(content_type: str, filename: str) -> str:
    """Name a type of file in short, such as `JPEG`."""
    extension = filename.rpartition(".")[2] if "." in filename else ""
    return (extension or content_type.rpartition("/")[2])[:12].upper()


NETWORKS = {
    "x": "X",
    "facebook": "Facebook",
    "linkedin": "LinkedIn",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "email": "E-mail",
}

WRONG_PASSWORD = "That is not the password. Try again."
WRONG_CODE = "That is not the code, or it is too old. Try again."


def wait(seconds: str) -> str:
    """Say how long to wait before another attempt."""
    return f"Too many attempts. Try again in {seconds} seconds."


OBJECTION = "No more mails about this link?"
OBJECTED = ("You get no more mails about this link", "You can close this page.")
