"""Large objects stay on disk in the emulated S3, take little memory, and stay what they are."""

import hashlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local import ports
from local.cloud import AWS_ENVIRONMENT
from local.serving import RETURN_MEMORY
from tests.stack import ROOT

BUCKET = "large-objects"
PART_BYTES, PARTS = 6 * 1024 * 1024, 24
WHOLE = PART_BYTES * PARTS
ACROSS = f"{PART_BYTES - 8}-{PART_BYTES + 7}"


class Server:
    """A moto of its own."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self._pid = process.pid
        self.s3: Any = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(request_checksum_calculation="when_required"),
        )

    def allow(self, more_bytes: int) -> None:
        """Let it have no more than so much memory of its own beyond what it has."""
        status = Path(f"/proc/{self._pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmData"))
        most = int(line.split()[1]) * 1024 + more_bytes
        resource.prlimit(self._pid, resource.RLIMIT_DATA, (most, most))

    def upload(self, key: str, parts: list[bytes]) -> Any:
        place = {"Bucket": BUCKET, "Key": key}
        upload = {**place, "UploadId": self.s3.create_multipart_upload(**place)["UploadId"]}
        named = []
        for number, part in enumerate(parts, 1):
            etag = self.s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"]
            named.append({"PartNumber": number, "ETag": etag})
        return self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": named})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    [port] = ports.free(1)
    process = subprocess.Popen(
        [sys.executable, "-m", "local.moto_server", str(port)],
        cwd=ROOT,
        env=os.environ | AWS_ENVIRONMENT | RETURN_MEMORY,
    )
    try:
        give_up_at = time.monotonic() + 60
        while not ports.answers(port):
            assert process.poll() is None
            assert time.monotonic() < give_up_at
            time.sleep(0.1)
        running = Server(port, process)
        running.s3.create_bucket(Bucket=BUCKET)
        yield running
    finally:
        process.terminate()
        process.wait()


def test_an_upload_in_parts_is_joined_copied_and_read_without_taking_it_into_memory(
    server: Server,
) -> None:
    parts = [os.urandom(1024) * (PART_BYTES // 1024) for _ in range(PARTS)]
    small = server.s3.put_object(Bucket=BUCKET, Key="small", Body=b"small")
    assert small["ETag"] == f'"{hashlib.md5(b"small").hexdigest()}"'
    server.allow(WHOLE)  # bodies of parts, some of which wait for the garbage collector
    done = server.upload("large", parts)
    server.s3.copy_object(Bucket=BUCKET, Key="copy", CopySource=f"{BUCKET}/large")
    for _ in range(8):
        ranged = server.s3.get_object(Bucket=BUCKET, Key="copy", Range=f"bytes={ACROSS}")
        assert ranged["Body"].read() == parts[0][-8:] + parts[1][:8]
        assert ranged["ContentRange"] == f"bytes {ACROSS}/{WHOLE}"
    whole = server.s3.get_object(Bucket=BUCKET, Key="copy")
    read = hashlib.sha256()
    for piece in whole["Body"].iter_chunks(PART_BYTES):
        read.update(piece)
    assert whole["ContentLength"] == WHOLE
    assert read.digest() == hashlib.sha256(b"".join(parts)).digest()
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-{PARTS}"'


def test_parts_that_do_not_fit_together_are_refused(server: Server) -> None:
    with pytest.raises(ClientError, match="EntityTooSmall"):
        server.upload("short", [b"too short", b"end"])
    place = {"Bucket": BUCKET, "Key": "other"}
    upload = {**place, "UploadId": server.s3.create_multipart_upload(**place)["UploadId"]}
    server.s3.upload_part(**upload, PartNumber=1, Body=b"x")
    foreign = {"Parts": [{"PartNumber": 1, "ETag": '"0"'}]}
    with pytest.raises(ClientError, match="InvalidPart"):
        server.s3.complete_multipart_upload(**upload, MultipartUpload=foreign)
    with pytest.raises(ClientError, match="InvalidPart"):
        server.s3.complete_multipart_upload(
            **upload, MultipartUpload={"Parts": [{"PartNumber": 2, "ETag": '"0"'}]}
        )


def test_a_whole_object_of_one_part_may_be_small_or_empty(server: Server) -> None:
    for key, content in (("small", b"small"), ("empty", b"")):
        server.upload(key, [content])
        assert server.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == content
