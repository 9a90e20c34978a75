"""Forms posted to the edge are held to their signed policies as by S3."""

import base64
import json
import tempfile
from datetime import timedelta
from typing import Any

import pytest

from tests.local.wire import call, form

KEY = "acme/asset/upload"


@pytest.fixture
def post(aws: Any) -> dict[str, Any]:
    """A presigned POST for 1 to 10 bytes of JPEG under KEY."""
    return aws.presigner.generate_presigned_post(
        aws.uploads,
        KEY,
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[{"Content-Type": "image/jpeg"}, ["content-length-range", 1, 10]],
        ExpiresIn=300,
    )


def _send(edge: Any, post: Any, file: bytes | None = b"hello", **changes: str | None) -> Any:
    fields = {
        name: value for name, value in (post["fields"] | changes).items() if value is not None
    }
    body, headers = form(fields, file)
    return call(edge, "POST", post["url"], body, headers)


def _stored(aws: Any) -> list[str]:
    return [
        o["Key"] for o in aws.client("s3").list_objects_v2(Bucket=aws.uploads).get("Contents", [])
    ]


def _resigned(post: Any, change: Any) -> dict[str, str]:
    """The post's fields with another policy and the old signature."""
    policy = json.loads(base64.b64decode(post["fields"]["policy"]))
    change(policy)
    return {"policy": base64.b64encode(json.dumps(policy).encode()).decode()}


def test_a_form_that_fits_its_policy_is_stored(aws: Any, edge: Any, post: Any) -> None:
    reply = _send(edge, post)
    assert (reply.status, reply.body) == (204, b"")
    stored = aws.client("s3").get_object(Bucket=aws.uploads, Key=KEY)
    assert (stored["Body"].read(), stored["ContentType"]) == (b"hello", "image/jpeg")
    assert reply.headers["ETag"] == stored["ETag"]
    assert reply.headers["x-amz-version-id"] == stored["VersionId"]


def test_what_comes_after_the_file_is_ignored(aws: Any, edge: Any, post: Any) -> None:
    body, headers = form(post["fields"], b"hello", key="elsewhere", acl="public-read")
    assert call(edge, "POST", post["url"], body, headers).status == 204
    assert _stored(aws) == [KEY]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"key": "globex/asset/upload"}, 403, "AccessDenied"),
        ({"key": "acme/asset/upload/../../../x"}, 403, "AccessDenied"),
        ({"Content-Type": "text/html"}, 403, "AccessDenied"),
        ({"Content-Type": None}, 403, "AccessDenied"),
        ({"acl": "public-read"}, 403, "AccessDenied"),
        ({"x-amz-meta-note": "unlisted"}, 403, "AccessDenied"),
        ({"x-amz-signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
        ({"x-amz-signature": None}, 403, "AccessDenied"),
        ({"policy": None}, 403, "AccessDenied"),
        ({"policy": "not base64"}, 403, "SignatureDoesNotMatch"),
        ({"x-amz-credential": "other/20260101/us-east-1/s3/aws4_request"}, 400, None),
        ({"x-amz-algorithm": "AWS4-ECDSA-P256-SHA256"}, 400, "InvalidArgument"),
        ({"x-amz-date": "yesterday"}, 400, None),
        ({"key": None}, 403, "AccessDenied"),
    ],
)
def test_a_changed_field_is_refused(
    aws: Any, edge: Any, post: Any, changes: Any, status: int, code: str | None
) -> None:
    reply = _send(edge, post, **changes)
    assert reply.status == status
    if code:
        assert f"<Code>{code}</Code>".encode() in reply.body
    assert _stored(aws) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda policy: policy.update(expiration="2099-01-01T00:00:00Z"),
        lambda policy: policy["conditions"].append(["starts-with", "$x-amz-meta-note", ""]),
        lambda policy: policy.update(conditions=[]),
    ],
)
def test_a_tampered_policy_is_refused(aws: Any, edge: Any, post: Any, change: Any) -> None:
    reply = _send(edge, post, **_resigned(post, change))
    assert (reply.status, b"SignatureDoesNotMatch" in reply.body) == (403, True)
    assert _stored(aws) == []


@pytest.mark.parametrize(
    ("size", "status", "code"),
    [(0, 400, b"EntityTooSmall"), (1, 204, b""), (10, 204, b""), (11, 400, b"EntityTooLarge")],
)
def test_the_file_has_the_size_that_the_policy_allows(
    aws: Any, edge: Any, post: Any, size: int, status: int, code: bytes
) -> None:
    reply = _send(edge, post, b"x" * size)
    assert (reply.status, code in reply.body) == (status, True)
    assert _stored(aws) == ([KEY] if status == 204 else [])


def test_a_large_file_is_refused_however_it_is_cut_into_pieces(
    aws: Any, edge: Any, post: Any
) -> None:
    assert _send(edge, post, b"x" * 3_000_000).status == 400
    assert _stored(aws) == []


def test_an_expired_policy_is_refused(aws: Any, edge: Any, post: Any, clock: Any) -> None:
    clock.ahead = timedelta(seconds=301)
    reply = _send(edge, post)
    assert (reply.status, b"Policy expired" in reply.body) == (403, True)
    assert _stored(aws) == []


def test_a_form_for_another_bucket_is_refused(aws: Any, edge: Any, post: Any) -> None:
    originals = aws.environment["REEF_ORIGINALS_BUCKET"]
    post["url"] = post["url"].replace(aws.uploads, originals)
    assert _send(edge, post).status == 403


def test_a_field_that_comes_twice_is_refused(edge: Any, post: Any) -> None:
    body, headers = form(post["fields"] | {"KEY": "globex/other"})
    assert call(edge, "POST", post["url"], body, headers).status == 400


def test_a_form_without_a_file_is_refused(edge: Any, post: Any) -> None:
    assert _send(edge, post, None).status == 400


def test_a_form_that_breaks_off_is_refused(aws: Any, edge: Any, post: Any) -> None:
    body, headers = form(post["fields"], b"hello")
    cut = body[: body.index(b"hello") + 3]
    reply = call(edge, "POST", post["url"], cut, headers | {"Content-Length": str(len(body))})
    assert reply.status == 400
    reply = call(edge, "POST", post["url"], cut, headers)
    assert reply.status == 400
    assert _stored(aws) == []


def test_fields_before_the_file_are_limited(edge: Any, post: Any) -> None:
    assert _send(edge, post, **{"x-ignore-this": "x" * 21_000}).status == 400


def test_a_chunked_form_is_told_to_send_its_length(edge: Any, post: Any) -> None:
    body, headers = form(post["fields"])
    reply = call(edge, "POST", post["url"], body, headers | {"Transfer-Encoding": "chunked"})
    assert reply.status == 411


def test_success_action_status_has_to_be_in_the_policy(aws: Any, edge: Any, post: Any) -> None:
    assert _send(edge, post, success_action_status="201").status == 403
    allowed = aws.presigner.generate_presigned_post(
        aws.uploads, KEY, {"success_action_status": "201"}, [{"success_action_status": "201"}]
    )
    reply = _send(edge, allowed)
    assert (reply.status, b"<PostResponse>" in reply.body) == (201, True)


def test_only_reefs_own_pages_may_upload_from_a_browser(aws: Any, edge: Any, post: Any) -> None:
    own = {"Origin": "http://127.0.0.1:8000", "Access-Control-Request-Method": "POST"}
    reply = call(edge, "OPTIONS", post["url"], headers=own)
    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Origin"] == own["Origin"]
    assert (
        call(edge, "OPTIONS", post["url"], headers=own | {"Origin": "http://a.test"}).status == 403
    )
    body, headers = form(post["fields"])
    reply = call(edge, "POST", post["url"], body, headers | own)
    assert "ETag" in reply.headers["Access-Control-Expose-Headers"]
    body, headers = form(post["fields"] | {"key": "other"})
    reply = call(edge, "POST", post["url"], body, headers | own)
    assert (reply.status, "Access-Control-Allow-Origin" in reply.headers) == (403, True)


def test_an_unknown_bucket_is_not_found(edge: Any) -> None:
    assert call(edge, "POST", "http://127.0.0.1:8001/none", b"").status == 404
    assert call(edge, "GET", "http://127.0.0.1:8001/").status == 404


def test_a_full_disk_is_told_and_the_next_upload_goes_on(
    aws: Any, edge: Any, post: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def full() -> Any:
        return open("/dev/full", "w+b", buffering=0)

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "TemporaryFile", full)
        reply = _send(edge, post)
    problem = json.loads(reply.body)
    assert (reply.status, problem["code"]) == (507, "disk_full")
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert [record.levelname for record in caplog.records if "disk is full" in record.message] == [
        "ERROR"
    ]
    assert _stored(aws) == []
    assert _send(edge, post).status == 204
