"""What has been moved already, kept in a file, so that a run goes on where the last one ended."""

import hashlib
import os
from pathlib import Path
from typing import Literal

import msgspec

Stage = Literal["reserved", "sent", "done", "failed", "playlist"]


class Note(msgspec.Struct, omit_defaults=True):
    """What became of one thing: the last note of a key counts.

    Attributes:
        key: device, asset of the player, and sha256 or address; or device and number of a playlist.
        stage: `reserved` before its bytes are sent, `sent` until Reef has processed it, `done`, or
            `failed`, which is tried again.
        reef_id: what it is in Reef.
        upload_id: of an upload that is not sent yet.
        items: digest of what a playlist says.
    """

    key: str
    stage: Stage
    reef_id: str = ""
    upload_id: str = ""
    items: str = ""


class Progress:
    """The notes of a file; each is on the disk before the next step is taken."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._notes: dict[str, Note] = {}
        if path is not None and path.exists():
            for line in path.read_bytes().splitlines():
                try:
                    note = msgspec.json.decode(line, type=Note)
                except msgspec.MsgspecError:
                    continue  # cut off when the last run was killed
                self._notes[note.key] = note

    def of(self, key: str) -> Note | None:
        """Return the last note of a key."""
        return self._notes.get(key)

    def note(self, note: Note) -> Note:
        """Keep a note; without a file it lasts as long as this run."""
        self._notes[note.key] = note
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(b"\n" + msgspec.json.encode(note) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        return note


def digest(value: object) -> str:
    """Return a short digest of anything that JSON can say."""
    encoded = msgspec.json.encode(value, order="deterministic")
    return hashlib.sha256(encoded).hexdigest()[:32]
