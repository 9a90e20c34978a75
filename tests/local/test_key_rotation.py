"""The key that signs media is rotated as docs/rotating-keys.md says, and nobody notices."""

from datetime import timedelta
from typing import Any

import pytest
from moto.cloudfront.models import cloudfront_backends

from chalicelib.core import clock, secrets, signing
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from local.cloud import media_key_ids, media_secret, new_key_pair
from local.provision import ACCOUNT_ID
from tests.cloud import Cloud
from tests.edge import edge
from tests.local.wire import get

PATH = "renditions/acme/0123/small.webp"


@pytest.fixture
def served(cloud: Cloud) -> Any:
    """The edge, once it has something to serve."""
    bucket = settings().renditions_bucket
    client("s3").put_object(Bucket=bucket, Key=PATH.partition("/")[2], Body=b"a picture")
    return edge()


def signed() -> list[str]:
    """Sign a file in each way that Reef knows."""
    now, url = clock.now(), signing.unsigned_url(PATH)
    return [
        signing.media_url(PATH, now, timedelta(minutes=5), {}),
        signing.file_url(PATH, now),
        f"{url}?{signing.folder_query(PATH.rpartition('/')[0], now)}",
    ]


def statuses(served: Any, urls: list[str]) -> set[int]:
    return {get(served, url).status for url in urls}


def trust(key_ids: list[str]) -> None:
    """Change CloudFront's group as a deployment does; moto has no call for it."""
    (group,) = cloudfront_backends[ACCOUNT_ID]["aws"].key_groups.values()
    group.items = key_ids


def test_links_open_media_throughout_a_rotation(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudfront = client("cloudfront")
    (old_id,) = media_key_ids(cloudfront)
    by_the_old = signed()
    assert statuses(served, by_the_old) == {200}

    private, public = new_key_pair()
    config = {"Name": "reef-other-media", "CallerReference": "1", "EncodedKey": public}
    made = cloudfront.create_public_key(PublicKeyConfig=config)
    new_id = made["PublicKey"]["Id"]
    trust([old_id, new_id])
    served = edge()
    assert statuses(served, by_the_old + signed()) == {200}

    client("secretsmanager").put_secret_value(
        SecretId=settings().media_key_secret, SecretString=media_secret(new_id, private)
    )
    assert all(f"Key-Pair-Id={old_id}" in url for url in signed())
    monkeypatch.setattr(secrets, "KEPT_SECONDS", 0)
    by_the_new = signed()
    assert all(f"Key-Pair-Id={new_id}" in url for url in by_the_new)
    assert statuses(served, by_the_old + by_the_new) == {200}

    trust([new_id])
    served = edge()
    assert statuses(served, by_the_new) == {200}
    assert statuses(served, by_the_old) == {403}


def test_the_edge_learns_of_a_changed_group_by_itself(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = signed()
    assert statuses(served, urls) == {200}
    monkeypatch.setattr("local.edge.application._KEYS_LAST", timedelta())
    served = edge()
    assert statuses(served, urls) == {200}
    trust([])
    assert statuses(served, urls) == {403}


def test_while_secrets_cannot_be_read_what_was_read_goes_on_to_count(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert statuses(served, signed()) == {200}
    client("secretsmanager").delete_secret(SecretId=settings().media_key_secret)
    monkeypatch.setattr(secrets, "KEPT_SECONDS", 0)
    assert statuses(served, signed()) == {200}
