"""Objects are written, found, copied and deleted; what is not there is told as gone."""

from pathlib import Path

import pytest

from chalicelib.core import clock, storage
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.storage import ObjectGone
from tests.cloud import Cloud


@pytest.fixture
def folder(cloud: Cloud) -> str:
    """Name a folder that no other test writes into."""
    return clock.new_id()


def put(key: str, data: bytes, bucket: str = "") -> str:
    """Write an object; gives its version's id."""
    told = client("s3").put_object(Bucket=bucket or settings().uploads_bucket, Key=key, Body=data)
    return str(told.get("VersionId", ""))


def below(folder: str) -> list[str]:
    names = storage.keys(settings().renditions_bucket)
    return [name.removeprefix(folder) for name in names if name.startswith(folder)]


def test_the_oldest_version_of_a_key_counts(folder: str) -> None:
    bucket = settings().uploads_bucket
    assert storage.first_version(bucket, f"{folder}/a") is None
    first = put(f"{folder}/a", b"first")
    put(f"{folder}/a", b"second, longer")
    put(f"{folder}/ab", b"another key that begins alike")
    found = storage.first_version(bucket, f"{folder}/a")
    assert found is not None
    assert (found.version_id, found.size_bytes) == (first, 5)
    assert b"".join(storage.stream(bucket, f"{folder}/a", first)) == b"first"
    storage.delete_version(bucket, f"{folder}/a", first)
    with pytest.raises(ObjectGone):
        list(storage.stream(bucket, f"{folder}/a", first))
    storage.delete_versions(bucket, f"{folder}/a")
    assert storage.first_version(bucket, f"{folder}/a") is None
    assert storage.first_version(bucket, f"{folder}/ab") is not None


def test_bytes_are_read_whole_in_part_and_into_a_file(folder: str, tmp_path: Path) -> None:
    bucket = settings().renditions_bucket
    storage.put(bucket, f"{folder}/a.txt", b"Ebb and flood.", "text/plain")
    assert storage.read(bucket, f"{folder}/a.txt") == b"Ebb and flood."
    assert storage.read_range(bucket, f"{folder}/a.txt", 4, 3) == b"and"
    storage.download(bucket, f"{folder}/a.txt", str(tmp_path / "a"))
    storage.upload(str(tmp_path / "a"), bucket, f"{folder}/b.txt")
    assert storage.read(bucket, f"{folder}/b.txt") == b"Ebb and flood."


def test_what_is_not_there_is_gone(folder: str, tmp_path: Path) -> None:
    bucket = settings().renditions_bucket
    with pytest.raises(ObjectGone):
        storage.read(bucket, f"{folder}/none")
    with pytest.raises(ObjectGone):
        storage.download(bucket, f"{folder}/none", str(tmp_path / "none"))
    with pytest.raises(ObjectGone):
        storage.copy((settings().uploads_bucket, f"{folder}/none", "null"), bucket, "x", "a/b")
    storage.delete(bucket, f"{folder}/none")


def test_a_folder_is_deleted_with_what_begins_alike(folder: str) -> None:
    bucket = settings().renditions_bucket
    for name in ("/1.webp", "-difference/2.png", "x"):
        storage.put(bucket, f"{folder}{name}", b"p", "image/webp")
    storage.delete_folder(bucket, f"{folder}/")
    assert below(folder) == ["-difference/2.png", "x"]
    storage.delete_folder(bucket, folder)
    assert below(folder) == []


def test_a_copy_is_of_the_version_named_and_has_the_type_given(folder: str) -> None:
    first = put(f"{folder}/a", b"clean")
    put(f"{folder}/a", b"swapped")
    source = (settings().uploads_bucket, f"{folder}/a", first)
    storage.copy(source, settings().originals_bucket, f"{folder}/a", "image/png")
    told = client("s3").get_object(Bucket=settings().originals_bucket, Key=f"{folder}/a")
    assert (told["Body"].read(), told["ContentType"]) == (b"clean", "image/png")


def test_parts_are_listed_and_joined_until_they_are_dropped(folder: str) -> None:
    bucket, key = settings().uploads_bucket, f"{folder}/film"
    joined = storage.start_multipart(bucket, key)
    client("s3").upload_part(Bucket=bucket, Key=key, UploadId=joined, PartNumber=1, Body=b"all")
    arrived = storage.parts(bucket, key, joined)
    assert [(part["PartNumber"], part["Size"]) for part in arrived] == [(1, 3)]
    storage.complete_multipart(bucket, key, joined, arrived)
    with pytest.raises(ObjectGone):
        storage.parts(bucket, key, joined)
    dropped = storage.start_multipart(bucket, key)
    storage.abort_multipart(bucket, key, dropped)
    storage.abort_multipart(bucket, key, dropped)
    with pytest.raises(ObjectGone):
        storage.parts(bucket, key, dropped)
