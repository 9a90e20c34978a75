"""Zips are streamed: in little memory whatever their size, and as every program reads them."""

import io
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.processing.zips import streaming
from chalicelib.processing.zips.streaming import Entry
from local.functions import ROOT
from tests.cloud import Cloud
from tests.processing.zips import storing

MADE = datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)

STREAMED = """
import json, resource, sys
from datetime import UTC, datetime
from chalicelib.processing.zips import streaming
from chalicelib.processing.zips.streaming import Entry

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def write(sizes):
    now = datetime.now(UTC)
    entries = [Entry(f"{n}.mp4", "b", f"{n}", size, now) for n, size in enumerate(sizes)]
    streaming.write("b", "zip", entries, lambda gone: None, lambda read: None)

write([1])
before = peak()
write([int(size) for size in sys.argv[1:]])
json.dump({"growth": peak() - before}, sys.stdout)
"""


def no_note(_: Any) -> None:
    return None


def entry(name: str, data: bytes) -> Entry:
    """Keep bytes; gives the entry for them."""
    bucket, key = settings().originals_bucket, f"t/{name}"
    storage.put(bucket, key, data, "image/jpeg")
    return Entry(name, bucket, key, len(data), MADE)


def written(*entries: Entry, note: Any = no_note) -> bytes:
    """Write a zip; gives its bytes."""
    bucket = settings().renditions_bucket
    streaming.write(bucket, "zips/t/j/000.zip", entries, note, lambda _: None)
    return storage.read(bucket, "zips/t/j/000.zip")


def test_three_hundred_megabytes_pass_through_less_than_128_of_memory() -> None:
    megabytes = 1024 * 1024
    with storing.serve() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        done = subprocess.run(
            [sys.executable, "-c", STREAMED, *(str(100 * megabytes) for _ in range(3))],
            env=os.environ | {"AWS_ENDPOINT_URL": url, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert sum(storing.Void.written) > 300 * megabytes
    assert max(storing.Void.written) <= streaming.PART_BYTES
    assert json.loads(done.stdout)["growth"] < 128 * megabytes


def test_parts_of_s3_and_pieces_that_are_read_leave_no_trace(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    del cloud
    monkeypatch.setattr(streaming, "PIECE_BYTES", 5_000_000)
    data = os.urandom(streaming.PART_BYTES + 12_345)
    with zipfile.ZipFile(io.BytesIO(written(entry("a.mp4", data), entry("b", b"")))) as archive:
        assert archive.testzip() is None
        assert archive.read("a.mp4") == data
        assert archive.read("b") == b""
        info = archive.getinfo("a.mp4")
        assert (info.date_time, info.compress_type) == (MADE.timetuple()[:6], zipfile.ZIP_STORED)


def test_what_is_larger_than_old_zips_can_be_is_written_as_zip64(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del cloud
    for limit in ("ZIP64_LIMIT", "ZIP_FILECOUNT_LIMIT"):
        monkeypatch.setattr(zipfile, limit, 1)
    data = written(entry("a.bin", b"one"), entry("b.bin", b"two"))
    assert b"PK\x06\x06" in data  # the end record of ZIP64
    monkeypatch.undo()
    assert_every_program_reads(data, tmp_path, ["a.bin", "b.bin"])


def test_names_in_every_script_are_read_by_other_programs(cloud: Cloud, tmp_path: Path) -> None:
    del cloud
    names = ["plain.jpg", "grüße.jpg", "写真.png", "🎉.gif"]
    data = written(
        *(entry(name, name.encode()) for name in names), note=lambda _: ("missing.txt", "für")
    )
    assert_every_program_reads(data, tmp_path, [*names, "missing.txt"])
    assert (tmp_path / "python" / "写真.png").read_text() == "写真.png"
    assert (tmp_path / "python" / "missing.txt").read_text() == "für"


def assert_every_program_reads(data: bytes, folder: Path, names: list[str]) -> None:
    """Unpack a zip by Python's module, and by Info-ZIP's unzip where there is one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == names
        archive.extractall(folder / "python")
    assert {path.name for path in (folder / "python").iterdir()} == {*names}
    if shutil.which("unzip") is None:
        return
    (folder / "it.zip").write_bytes(data)
    subprocess.run(
        ["unzip", "-q", "it.zip"],
        cwd=folder,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        check=True,
        capture_output=True,
    )
    assert {path.name for path in folder.iterdir()} == {"python", "it.zip", *names}
