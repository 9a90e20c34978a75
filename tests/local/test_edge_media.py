"""Media comes to those alone who hold a URL signed by a trusted key, as from CloudFront."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from local import cloud
from tests.local.conftest import EDGE_URL
from tests.local.wire import Reply, call

PATH = "/originals/acme/0123"
BODY = bytes(range(100))
SOON = datetime.now(UTC) + timedelta(hours=1)


def _signer(key_id: str, private_key: rsa.RSAPrivateKey) -> CloudFrontSigner:
    return CloudFrontSigner(
        key_id, lambda message: private_key.sign(message, padding.PKCS1v15(), hashes.SHA1())
    )


@pytest.fixture
def signer(aws: Any) -> CloudFrontSigner:
    s3 = aws.client("s3")
    for name, kind in (("ORIGINALS", "image/jpeg"), ("RENDITIONS", "image/webp")):
        bucket = aws.environment[f"REEF_{name}_BUCKET"]
        s3.put_object(Bucket=bucket, Key="acme/0123", Body=BODY, ContentType=kind)
    s3.put_object(Bucket=aws.uploads, Key="acme/0123", Body=b"unscanned")
    key = load_pem_private_key(cloud.media_keys().private.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return _signer(cloud.media_key_ids(aws.client("cloudfront"))[0], key)


def _signed(signer: CloudFrontSigner, path: str = PATH, **policy: Any) -> str:
    if policy:
        policy.setdefault("date_less_than", SOON)
        text = signer.build_policy(policy.pop("resource", EDGE_URL + path), **policy)
        return str(signer.generate_presigned_url(EDGE_URL + path, policy=text))
    return str(signer.generate_presigned_url(EDGE_URL + path, date_less_than=SOON))


def _get(edge: Any, url: str, **headers: str) -> Reply:
    return call(edge, "GET", url, headers={n.replace("_", "-"): v for n, v in headers.items()})


def test_a_signed_url_gives_the_bytes(edge: Any, signer: Any) -> None:
    reply = _get(edge, _signed(signer))
    assert (reply.status, reply.body) == (200, BODY)
    assert reply.headers["Content-Type"] == "image/jpeg"
    assert reply.headers["Content-Length"] == "100"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (
        _get(edge, _signed(signer, "/renditions/acme/0123")).headers["Content-Type"] == "image/webp"
    )


def test_head_gives_the_headers_alone(edge: Any, signer: Any) -> None:
    reply = call(edge, "HEAD", _signed(signer))
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (200, b"", "100")


@pytest.mark.parametrize(
    ("asked", "status", "expected", "content_range"),
    [
        ("bytes=0-9", 206, BODY[:10], "bytes 0-9/100"),
        ("bytes=90-", 206, BODY[90:], "bytes 90-99/100"),
        ("bytes=-5", 206, BODY[-5:], "bytes 95-99/100"),
        ("bytes=100-", 416, None, None),
    ],
)
def test_a_range_gives_that_part(
    edge: Any, signer: Any, asked: str, status: int, expected: Any, content_range: Any
) -> None:
    reply = _get(edge, _signed(signer), Range=asked)
    assert reply.status == status
    if expected is not None:
        assert (reply.body, reply.headers["Content-Range"]) == (expected, content_range)


def test_the_signed_query_says_how_the_file_is_named(edge: Any, signer: Any) -> None:
    query = "?response-content-disposition=" + quote("attachment; filename*=UTF-8''a%20b.jpg")
    url = _signed(signer, PATH + query + "&response-content-type=text%2Fplain")
    reply = _get(edge, url)
    assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.jpg"
    assert reply.headers["Content-Type"] == "text/plain"
    assert _get(edge, url.replace("plain", "html")).status == 403
    assert _get(edge, url + "&response-content-type=text%2Fhtml").status == 403


@pytest.mark.parametrize("parameter", ["Expires", "Signature", "Key-Pair-Id"])
def test_every_part_of_the_signature_is_needed(edge: Any, signer: Any, parameter: str) -> None:
    url, _, query = _signed(signer).partition("?")
    kept = [part for part in query.split("&") if not part.startswith(f"{parameter}=")]
    assert _get(edge, f"{url}?{'&'.join(kept)}").status == 403
    assert _get(edge, url).status == 403


def test_another_path_needs_another_signature(edge: Any, signer: Any) -> None:
    for path in ("/originals/globex/0123", "/renditions/acme/0123", "/originals/acme/01234"):
        assert _get(edge, _signed(signer).replace(PATH, path)).status == 403


def test_a_later_expiry_is_refused(edge: Any, signer: Any) -> None:
    expires = str(int(SOON.timestamp()))
    assert _get(edge, _signed(signer).replace(expires, f"9{expires}")).status == 403


def test_an_expired_url_is_refused(edge: Any, signer: Any, clock: Any) -> None:
    canned, custom = _signed(signer), _signed(signer, resource=f"{EDGE_URL}/originals/*")
    assert [_get(edge, url).status for url in (canned, custom)] == [200, 200]
    clock.ahead = timedelta(hours=1, seconds=1)
    assert [_get(edge, url).status for url in (canned, custom)] == [403, 403]


def test_a_signature_by_another_key_is_refused(aws: Any, edge: Any, signer: Any) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert _get(edge, _signed(_signer(signer.key_id, other))).status == 403
    assert _get(edge, _signed(_signer("KUNKNOWN", other))).status == 403


def test_a_right_signature_under_an_unknown_key_id_is_refused(edge: Any, signer: Any) -> None:
    assert _get(edge, _signed(signer).replace(signer.key_id, "KUNKNOWN")).status == 403


@pytest.mark.parametrize("garbage", ["", "x", "!!!", "AAAA", "%00", "ü"])
def test_a_signature_of_garbage_is_refused(edge: Any, signer: Any, garbage: str) -> None:
    base = f"{EDGE_URL}{PATH}?Expires=9999999999&Key-Pair-Id={signer.key_id}&Signature="
    assert _get(edge, base + quote(garbage, safe="%")).status == 403


def test_a_custom_policy_opens_what_its_wildcard_matches(edge: Any, signer: Any) -> None:
    url = _signed(signer, "/renditions/acme/0123", resource=f"{EDGE_URL}/renditions/acme/*")
    assert _get(edge, url).status == 200
    assert _get(edge, url.replace("/acme/", "/globex/")).status == 403
    assert _get(edge, url.replace("/renditions/", "/originals/")).status == 403
    one = _signed(signer, resource=f"{EDGE_URL}/originals/acme/012?")
    assert _get(edge, one).status == 200


@pytest.mark.parametrize("trick", ["acme/../globex", "acme/%2e%2e/globex", "acme/./x/../../globex"])
def test_dots_do_not_lead_out_of_a_signed_folder(
    aws: Any, edge: Any, signer: Any, trick: str
) -> None:
    bucket = aws.environment["REEF_RENDITIONS_BUCKET"]
    aws.client("s3").put_object(Bucket=bucket, Key="globex/0123", Body=b"foreign")
    url = _signed(signer, "/renditions/acme/0123", resource=f"{EDGE_URL}/renditions/acme/*")
    reply = _get(edge, url.replace("acme/0123", f"{trick}/0123"))
    assert (reply.status, b"foreign" in reply.body) == (400, False)


def test_a_tampered_custom_policy_is_refused(edge: Any, signer: Any) -> None:
    url = _signed(signer, resource=f"{EDGE_URL}/originals/acme/*")
    old = url.partition("Policy=")[2].partition("&")[0]
    policy = json.loads(base64.b64decode(old.translate(str.maketrans("-_~", "+=/"))))
    policy["Statement"][0]["Resource"] = f"{EDGE_URL}/*"
    text = base64.b64encode(json.dumps(policy).encode()).decode()
    new = text.translate(str.maketrans("+=/", "-_~"))
    assert _get(edge, url.replace(old, new)).status == 403


def test_a_policy_may_ask_for_a_time_and_an_address(edge: Any, signer: Any) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    assert _get(edge, _signed(signer, date_greater_than=past)).status == 200
    assert _get(edge, _signed(signer, date_greater_than=SOON)).status == 403
    assert _get(edge, _signed(signer, ip_address="127.0.0.0/8")).status == 200
    assert _get(edge, _signed(signer, ip_address="10.0.0.0/8")).status == 403


def test_a_policy_beside_an_expiry_is_refused(edge: Any, signer: Any) -> None:
    assert _get(edge, _signed(signer) + "&Policy=abc").status == 403
    assert _get(edge, _signed(signer) + "&Expires=9999999999").status in (400, 403)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "OPTIONS"])
def test_media_is_only_read(edge: Any, signer: Any, method: str) -> None:
    assert call(edge, method, _signed(signer)).status == 403


def test_what_does_not_exist_is_refused_like_what_is_forbidden(edge: Any, signer: Any) -> None:
    assert _get(edge, _signed(signer, "/originals/acme/none")).status == 403


def test_uploads_and_other_buckets_are_not_media(aws: Any, edge: Any, signer: Any) -> None:
    for place in ("uploads", aws.uploads, aws.environment["REEF_SIGNATURES_BUCKET"]):
        assert _get(edge, _signed(signer, f"/{place}/acme/0123")).status in (404, 405)


def test_an_unchanged_file_is_not_sent_again(edge: Any, signer: Any) -> None:
    url = _signed(signer)
    etag = _get(edge, url).headers["ETag"]
    assert _get(edge, url, If_None_Match=etag).status == 304
