"""Links are signed for one file or folder, and stand still for a while."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from chalicelib.core import signing
from chalicelib.core.settings import settings
from tests.cloud import Cloud

NOW = datetime(2026, 1, 2, 3, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_a_link_expires_and_carries_how_it_is_to_be_answered(cloud: Cloud) -> None:
    how = {"response-content-disposition": 'attachment; filename="a b.txt"'}
    url = signing.media_url("originals/acme/0 1", NOW, 5 * MINUTE, how)
    assert url.startswith(f"{settings().media_url}/originals/acme/0%201?")
    asked = query(url)
    assert asked["response-content-disposition"] == list(how.values())
    assert asked["Expires"] == [str(int((NOW + 5 * MINUTE).timestamp()))]
    assert {"Signature", "Key-Pair-Id"} <= asked.keys()


def test_files_and_folders_stand_still_for_ten_minutes(cloud: Cloud) -> None:
    for sign in (signing.file_url, signing.folder_query):
        signed = {sign("renditions/acme/01", NOW + MINUTE * n) for n in range(10)}
        assert len(signed) == 1
        assert sign("renditions/acme/01", NOW + 10 * MINUTE) not in signed
        assert sign("renditions/acme/02", NOW) not in signed


def test_a_browser_may_post_one_object_of_one_size_within_its_time(cloud: Cloud) -> None:
    size = ["content-length-range", 3, 3]
    post = signing.presigned_post("uploads", "acme/1", [size], {}, 5 * MINUTE)
    assert post["url"].startswith(settings().upload_url)
    assert post["fields"]["key"] == "acme/1"
    assert {"policy", "x-amz-signature"} <= {name.lower() for name in post["fields"]}


def test_a_browser_may_put_one_part(cloud: Cloud) -> None:
    url = signing.presigned_part("uploads", "acme/1", "joined", 7, 5 * MINUTE)
    asked = query(url)
    assert urlsplit(url).path == "/uploads/acme/1"
    assert (asked["partNumber"], asked["uploadId"]) == (["7"], ["joined"])
    assert asked["X-Amz-Expires"] == ["300"]
