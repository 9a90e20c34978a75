"""Downloads: a signed, short-lived URL that saves under the right name."""

import base64
from datetime import UTC, datetime, timedelta
from email.message import Message
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assets.downloads import disposition
from chalicelib.core import clock
from chalicelib.core.aws import client
from local.cloud import media_key_ids, media_keys
from tests.assets.stages import SHA256, asset
from tests.cloud import EDGE_URL, Cloud, Tenant
from tests.shared import Team, assert_problem, audit


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "viewer")


def location(cloud: Cloud, acme: Tenant, asset_id: str) -> str:
    answer = cloud.get(f"/assets/{asset_id}/download/", acme.email("admin"))
    assert (answer.status, answer.content) == (302, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.headers["Location"]


def from_cloudfront(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "=").replace("~", "/"))


def check(policy: bytes, signature: str) -> None:
    key = serialization.load_pem_public_key(media_keys().public.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(from_cloudfront(signature), policy, padding.PKCS1v15(), hashes.SHA1())


def test_the_url_is_signed_for_one_file_and_five_minutes(cloud: Cloud, acme: Tenant) -> None:
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!")
    url = location(cloud, acme, asset_id)
    assert url.startswith(f"{EDGE_URL}/originals/{acme.id}/{SHA256}?")
    unsigned, _, rest = url.partition("&Expires=")
    query = parse_qs(urlsplit(url).query)
    assert query["Key-Pair-Id"] == media_key_ids(client("cloudfront"))
    expires = int(query["Expires"][0])
    lifetime = datetime.fromtimestamp(expires, UTC) - clock.now()
    assert timedelta(minutes=4, seconds=50) < lifetime <= timedelta(minutes=5)
    assert rest.startswith(query["Expires"][0])
    policy = (
        f'{{"Statement":[{{"Resource":"{unsigned}",'
        f'"Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'
    )
    check(policy.encode(), query["Signature"][0])
    for changed in (policy.replace(SHA256, "0" * 64), policy.replace(str(expires), "9999999999")):
        with pytest.raises(InvalidSignature):
            check(changed.encode(), query["Signature"][0])
    assert query["response-content-type"] == ["image/jpeg"]


HOSTILE = [
    "a+b.jpg",
    "two words.jpg",
    "100%.jpg",
    "🐚 reef.jpg",
    'quo"te.jpg',
    "semi;colon.jpg",
    "back\\slash.jpg",
    "per%22cent.jpg",
    "naïve café.jpg",
    "日本語.jpg",
    "a&response-content-type=text/html.jpg",
    "x?y=z#frag.jpg",
    "n" * 1000 + ".jpg",
    "<script>alert(1)</script>.jpg",
    "\u202egpj.exe",
]


@pytest.mark.parametrize("filename", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_any_file_name_is_saved_as_itself(cloud: Cloud, acme: Tenant, filename: str) -> None:
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!", filename=filename)
    kept = cloud.get(f"/assets/{asset_id}/", acme.email("admin")).json["filename"]
    query = parse_qs(urlsplit(location(cloud, acme, asset_id)).query, strict_parsing=True)
    assert set(query) == {
        "response-content-disposition",
        "response-content-type",
        "Expires",
        "Signature",
        "Key-Pair-Id",
    }
    (header,) = query["response-content-disposition"]
    assert header.startswith("attachment; ")
    assert unquote(header.partition("filename*=UTF-8''")[2]) == kept


@given(st.text())
def test_a_disposition_is_one_plain_header_whatever_the_name(filename: str) -> None:
    try:
        filename.encode()
    except UnicodeEncodeError:
        return
    header = disposition(filename)
    assert header.isascii()
    assert header.isprintable()
    plain = header.partition('filename="')[2].partition('"')[0]
    assert not set(plain) & set('"\\%')
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    assert unquote(header.partition("filename*=UTF-8''")[2]) == filename


def test_each_download_is_counted_once_and_a_refused_one_is_not(cloud: Cloud, team: Team) -> None:
    acme = team("admin")
    good = asset(cloud, acme.id, acme.email("admin"), "approved!")
    bad = asset(cloud, acme.id, acme.email("admin"), "quarantined", "infected")
    for _ in range(3):
        location(cloud, acme, good)
    for asset_id in (bad, clock.new_id()):
        cloud.get(f"/assets/{asset_id}/download/", acme.email("admin"))
    cloud.get(f"/assets/{good}/download/?version=9", acme.email("admin"))
    cloud.get(f"/assets/{good}/download/?rendition=web", acme.email("admin"))
    records = audit(cloud, acme.email("admin"), "&action=asset.downloaded")
    assert [record["subject"]["id"] for record in records] == [good] * 3


@pytest.mark.parametrize(
    ("state", "scan", "status", "code"),
    [
        ("uploading", "pending", 409, "not_ready"),
        ("scanning", "pending", 409, "not_ready"),
        ("failed", "clean", 409, "not_ready"),
        ("failed", "unscannable", 409, "not_ready"),
        ("processing", "pending", 409, "not_ready"),
        ("approved!", "pending", 409, "not_ready"),
        ("approved!", "unscannable", 409, "not_ready"),
        ("approved!", "infected", 403, "quarantined"),
        ("quarantined", "infected", 403, "quarantined"),
    ],
)
def test_what_is_not_known_to_be_clean_is_never_given(
    cloud: Cloud, acme: Tenant, state: str, scan: str, status: int, code: str
) -> None:
    asset_id = asset(cloud, acme.id, acme.email("admin"), state, scan)
    for query in ("", "?version=1"):
        path = f"/assets/{asset_id}/download/{query}"
        answer = cloud.get(path, acme.email("admin"))
        assert_problem(answer, status, code)
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "query", ["version=2", "version=9999999", "rendition=none", "rendition=../x"]
)
def test_versions_and_renditions_that_are_not_there_are_not_found(
    cloud: Cloud, acme: Tenant, query: str
) -> None:
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!")
    answer = cloud.get(f"/assets/{asset_id}/download/?{query}", acme.email("admin"))
    assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    "query", ["version=0", "version=-1", "version=x", "version=1&version=1", "v=1"]
)
def test_a_version_is_a_number_from_1(cloud: Cloud, acme: Tenant, query: str) -> None:
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!")
    answer = cloud.get(f"/assets/{asset_id}/download/?{query}", acme.email("admin"))
    assert_problem(answer, 422, "invalid")


def test_thumbnails_are_signed_by_one_policy_of_their_content(cloud: Cloud, acme: Tenant) -> None:
    from chalicelib.assets.models import AssetMetadata, asset_key

    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!")
    item = AssetMetadata.get(asset_key(acme.id, asset_id), "ASSET")
    sizes = {"small": [150, 84], "large": [600, 338]}
    shown_face = msgspec.structs.replace(item.current, thumbnails=sizes)
    item.update(actions=[AssetMetadata.current.set(shown_face)])
    shown = cloud.get(f"/assets/{asset_id}/", acme.email("admin")).json["thumbnails"]
    assert {size: [t["width"], t["height"]] for size, t in shown.items()} == sizes
    queries = {thumbnail["url"].partition("?")[2] for thumbnail in shown.values()}
    (signed,) = queries
    query = parse_qs(signed)
    policy = from_cloudfront(query["Policy"][0])
    assert f"{EDGE_URL}/renditions/{acme.id}/{SHA256}/*".encode() in policy
    check(policy, query["Signature"][0])
    for size, thumbnail in shown.items():
        path = urlsplit(thumbnail["url"]).path
        assert path == f"/renditions/{acme.id}/{SHA256}/thumbnail-{size}.webp"
