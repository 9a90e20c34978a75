"""What the routes of upload requests take and answer."""

from typing import Annotated

import msgspec

from chalicelib.assets.metadata.descriptions import CategoryPath, Words
from chalicelib.assets.uploads.drafts import Sha256
from chalicelib.assets.uploads.shapes import UploadShown
from chalicelib.core.outbox import Person

_GIB = 1024**3


class Terms(msgspec.Struct, kw_only=True):
    """What an upload request asks for, and how much it takes.

    Attributes:
        title: what it is about, for those who open it.
        note: what to send, and how; for those who open it.
        max_files: so many files it takes.
        max_bytes: so many bytes it takes, of all files together.
        category: the path that what is sent gets, which may decide who has to approve it.
        tags: words that what is sent gets.
    """

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    max_files: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    max_bytes: Annotated[int, msgspec.Meta(ge=1, le=1024 * _GIB)] = _GIB
    category: CategoryPath | None = None
    tags: Words = []


class NewUploadRequest(Terms, kw_only=True):
    """An upload request to make.

    Attributes:
        expires_in_hours: how long it takes files; fractions are allowed, and the tenant's
            `DEFAULT_EXPIRY_HOURS` hold unless it is given.
    """

    expires_in_hours: Annotated[float, msgspec.Meta(gt=0, le=8760)] | None = None


class UploadRequestShown(msgspec.Struct, kw_only=True):
    """An upload request, as its owner sees it.

    Attributes:
        id: its id.
        url: the address to pass on; whoever has it can send files.
        title: what it is about.
        note: what to send, and how; may be empty.
        max_files: so many files it takes.
        max_bytes: so many bytes it takes, of all files together.
        category: what is sent gets this category; null for none.
        tags: what is sent gets these.
        files: how many files were announced by it so far.
        total_bytes: how many bytes these have.
        is_active: whether it takes further files.
        expires_at: when its time is over.
        created_by: whose it is, and whose the assets are that come by it.
        created_at: when it was made.
    """

    id: str
    url: str
    title: str
    note: str
    max_files: int
    max_bytes: int
    category: str | None
    tags: list[str]
    files: int
    total_bytes: int
    is_active: bool
    expires_at: str
    created_by: Person
    created_at: str


class GuestFile(msgspec.Struct, kw_only=True):
    """A file that a guest is about to send.

    Attributes:
        filename: the file's own name, without folders.
        size_bytes: exactly how many bytes will come; others are refused.
        content_type: the media type; what the bytes turn out to be wins.
        sha256: of the bytes, in hexadecimal; makes sure that they arrive whole.
        comment: a word to those who asked for it.
    """

    filename: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]
    content_type: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    sha256: Sha256 | None = None
    comment: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class GuestUpload(msgspec.Struct):
    """Where a guest sends a file, and how much more may come.

    Attributes:
        upload: how to send the bytes: one form.
        files_left: so many further files the request takes.
        bytes_left: so many further bytes it takes.
    """

    upload: UploadShown
    files_left: int
    bytes_left: int
