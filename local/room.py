"""Room on the disk where a run keeps files: what is said when there is none, and who is told."""

import errno
import json
import logging
import shutil
import tempfile
import uuid
from pathlib import Path

from local.edge.answers import Answer, Refused

log = logging.getLogger("local.room")

STATUS = 507
CODE = "InsufficientStorage"
LEAST_BYTES = 8 * 1024 * 1024
"""With less than this, nothing of use can be written any more."""

_FULL = {errno.ENOSPC, errno.EDQUOT}


def is_missing(error: OSError) -> bool:
    """Return whether an error says that the disk, or this user's share of it, is full."""
    return error.errno in _FULL


class DiskFull(Refused):
    """There is no room for what was sent: a failure of this machine, which S3 does not know."""

    def __init__(self) -> None:
        folder = tempfile.gettempdir()
        message = (
            f"This machine's disk is full at {folder}. Make room there, or stop Reef, which "
            "empties it, and start it with TMPDIR on a larger disk; then send this again."
        )
        super().__init__(STATUS, CODE, message)

    def answer(self) -> Answer:
        """Return a problem, as the API answers with."""
        problem = {
            "type": "about:blank",
            "title": "Insufficient Storage",
            "status": self.status,
            "detail": self.message,
            "code": "disk_full",
            "request_id": str(uuid.uuid4()),
        }
        headers = [("Content-Type", "application/problem+json"), ("Retry-After", "30")]
        return Answer(self.status, headers, [json.dumps(problem).encode()])


class Room:
    """Watches the free bytes of a folder's disk.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._was_full = folder, False

    def change(self) -> str | None:
        """Return what to tell the user, once each time that the disk gets full or free again."""
        full = shutil.disk_usage(self._folder).free < LEAST_BYTES
        if full == self._was_full:
            return None
        self._was_full = full
        if full:
            return (
                f"the disk is full at {self._folder.parent}: uploads are refused and work waits"
                " until there is room"
            )
        return f"there is room at {self._folder.parent} again: uploads and work go on"
