"""The emulated AWS says when the disk is full, instead of breaking."""

import errno
import io
import os
import tempfile
from typing import Any

import pytest

from local.moto_server import backend


class FileOnFullDisk(io.BytesIO):
    """Takes no byte."""

    def write(self, _: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_object_for_which_there_is_no_room_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = backend("s3").test_client()
    assert s3.put("/full-disk", base_url="http://127.0.0.1").status_code == 200

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda *_: FileOnFullDisk())
    answer = s3.put("/full-disk/key", base_url="http://127.0.0.1", data=b"x")
    assert (answer.status_code, b"<Code>InsufficientStorage</Code>" in answer.data) == (507, True)
    monkeypatch.undo()
    answer = s3.put("/full-disk/key", base_url="http://127.0.0.1", data=b"x")
    assert answer.status_code == 200
