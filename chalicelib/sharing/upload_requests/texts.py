"""What the pages of upload requests say, in English."""

from chalicelib.sharing.pages.texts import day, size

SCRIPT = {
    "waiting": "Waiting",
    "sending": "Sending",
    "received": "Received. Thank you!",
    "failed": "That did not work. Check your connection and try again.",
    "retry": "Try again",
    "refused": "{type} is not accepted here.",
}
"""What the page's script says of each file."""


def limits(files: int, size_bytes: int, expires_at: str) -> str:
    """Say how much can still be sent, and until when."""
    count = "One more file" if files == 1 else f"Up to {files} files"
    return (
        f"{count}, {size(size_bytes)} together, until {day(expires_at)}, {expires_at[11:16]} UTC."
    )
