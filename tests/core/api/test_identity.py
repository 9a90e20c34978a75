"""Who is asking: what a token must be, and what it cannot do."""

import base64
import gzip
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import moto.cognitoidp
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.cloud import PASSWORD, Answer, Cloud, Tenant
from tests.shared import Team, assert_problem


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "viewer")


def ask(cloud: Cloud, token: str) -> Answer:
    return cloud.get("/tenant/", headers={"authorization": f"Bearer {token}"})


def pool_key() -> Any:
    """Give the private key that moto's user pools sign with."""
    packed = Path(moto.cognitoidp.__path__[0]) / "resources" / "jwks-private.json.gz"
    return jwt.PyJWK(json.loads(gzip.decompress(packed.read_bytes()))).key


def claims_of(cloud: Cloud, email: str) -> dict[str, Any]:
    return jwt.decode(cloud.token(email), options={"verify_signature": False})


def signed(claims: dict[str, Any], key: Any = None, algorithm: str = "RS256") -> str:
    return jwt.encode(claims, key or pool_key(), algorithm, headers={"kid": "dummy"})


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_of_the_pool_is_accepted(cloud: Cloud, acme: Tenant) -> None:
    claims = claims_of(cloud, acme.email("viewer"))
    assert ask(cloud, signed(claims)).json["id"] == acme.id
    assert ask(cloud, cloud.token(acme.email("viewer"))).json["id"] == acme.id


def test_the_scheme_is_written_in_any_case(cloud: Cloud, acme: Tenant) -> None:
    token = cloud.token(acme.email("viewer"))
    assert cloud.get("/tenant/", headers={"authorization": f"bEARER {token}"}).status == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer ü.ü.ü",
        "rk_1",
        "é",
    ],
)
def test_without_a_token_nobody_is_let_in(cloud: Cloud, header: str) -> None:
    answer = cloud.get("/tenant/", headers={"authorization": header})
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_forged_signature_is_refused(cloud: Cloud, acme: Tenant) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = claims_of(cloud, acme.email("admin"))
    assert_problem(ask(cloud, signed(claims, stranger)), 401, "unauthenticated")
    head, payload, signature = cloud.token(acme.email("admin")).split(".")
    cut = f"{head}.{payload}.{signature[:-8]}AAAAAAAA"
    assert_problem(ask(cloud, cut), 401, "unauthenticated")
    assert_problem(ask(cloud, f"{head}.{payload}."), 401, "unauthenticated")


def test_changed_claims_are_refused(cloud: Cloud, acme: Tenant) -> None:
    head, _, signature = cloud.token(acme.email("viewer")).split(".")
    claims = claims_of(cloud, acme.email("viewer")) | {"sub": acme.members["admin"]}
    assert_problem(ask(cloud, f"{head}.{encoded(claims)}.{signature}"), 401, "unauthenticated")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_an_unsigned_token_is_refused(cloud: Cloud, acme: Tenant, algorithm: str) -> None:
    claims = claims_of(cloud, acme.email("admin"))
    head = encoded({"alg": algorithm, "typ": "JWT", "kid": "dummy"})
    for signature in ("", cloud.token(acme.email("admin")).split(".")[2]):
        assert_problem(ask(cloud, f"{head}.{encoded(claims)}.{signature}"), 401, "unauthenticated")


def test_the_public_key_is_no_shared_secret(cloud: Cloud, acme: Tenant) -> None:
    public = pool_key().public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = encoded({"alg": "HS256", "typ": "JWT", "kid": "dummy"})
    message = f"{head}.{encoded(claims_of(cloud, acme.email('admin')))}"
    tag = hmac.new(pem, message.encode(), hashlib.sha256).digest()
    forged = f"{message}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"
    assert_problem(ask(cloud, forged), 401, "unauthenticated")


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_other_algorithms_with_the_right_key_are_refused(
    cloud: Cloud, acme: Tenant, algorithm: str
) -> None:
    token = signed(claims_of(cloud, acme.email("admin")), algorithm=algorithm)
    assert_problem(ask(cloud, token), 401, "unauthenticated")


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(time.time()) - 60},
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_stranger"},
        {"aud": "another-client"},
        {"token_use": "access"},
        {"nbf": int(time.time()) + 86_400},
        {"custom:tenant_id": ""},
        {"custom:tenant_id": ["a"]},
        {"email": 7},
    ],
    ids=["exp", "iss", "aud", "token_use", "nbf", "no tenant", "tenants", "email"],
)
def test_a_signed_token_with_a_wrong_claim_is_refused(
    cloud: Cloud, acme: Tenant, changed: dict[str, Any]
) -> None:
    token = signed(claims_of(cloud, acme.email("admin")) | changed)
    assert_problem(ask(cloud, token), 401, "unauthenticated")


@pytest.mark.parametrize(
    "missing", ["exp", "iss", "aud", "sub", "token_use", "custom:tenant_id", "email"]
)
def test_a_signed_token_without_a_claim_is_refused(
    cloud: Cloud, acme: Tenant, missing: str
) -> None:
    claims = claims_of(cloud, acme.email("admin"))
    del claims[missing]
    assert_problem(ask(cloud, signed(claims)), 401, "unauthenticated")


def test_an_access_token_is_no_id_token(cloud: Cloud, acme: Tenant) -> None:
    tokens = client("cognito-idp").admin_initiate_auth(
        UserPoolId=settings().user_pool_id,
        ClientId=settings().jwt_audience,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": acme.email("admin"), "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    assert ask(cloud, tokens["IdToken"]).status == 200
    assert_problem(ask(cloud, tokens["AccessToken"]), 401, "unauthenticated")


@pytest.mark.parametrize("header", [{"alg": "RS256", "kid": "unknown"}, {"alg": "RS256"}, []])
def test_a_header_that_names_no_known_key_is_refused(
    cloud: Cloud, acme: Tenant, header: Any
) -> None:
    _, payload, signature = cloud.token(acme.email("admin")).split(".")
    token = f"{encoded(header)}.{payload}.{signature}"
    assert_problem(ask(cloud, token), 401, "unauthenticated")


def test_a_deeply_nested_token_is_refused_like_any_other(cloud: Cloud) -> None:
    nested = base64.urlsafe_b64encode(b"[" * 5000).rstrip(b"=").decode()
    head = encoded({"alg": "RS256", "kid": "dummy"})
    for token in (f"{nested}.e30.e30", f"{head}.{nested}.e30"):
        assert_problem(ask(cloud, token), 401, "unauthenticated")


def test_a_tenant_that_does_not_exist_has_no_members(cloud: Cloud, acme: Tenant) -> None:
    claims = claims_of(cloud, acme.email("admin")) | {"custom:tenant_id": "nowhere"}
    assert_problem(ask(cloud, signed(claims)), 403, "forbidden")


def test_a_removed_member_is_refused_at_once(cloud: Cloud, team: Team) -> None:
    acme = team("admin", "viewer")
    token = cloud.token(acme.email("viewer"))
    assert ask(cloud, token).status == 200
    gone = cloud.call("DELETE", f"/members/{acme.members['viewer']}/", acme.email("admin"))
    assert gone.status == 204
    assert_problem(ask(cloud, token), 403, "forbidden")


def test_a_deactivated_member_is_refused_until_activated(cloud: Cloud, team: Team) -> None:
    acme = team("admin", "viewer")
    path, admin = f"/members/{acme.members['viewer']}/", acme.email("admin")
    assert cloud.call("PATCH", path, admin, {"is_active": False}).status == 200
    assert_problem(ask(cloud, cloud.token(acme.email("viewer"))), 403, "forbidden")
    assert cloud.call("PATCH", path, admin, {"is_active": True}).status == 200
    assert ask(cloud, cloud.token(acme.email("viewer"))).status == 200


def test_a_role_change_acts_at_the_next_request(cloud: Cloud, team: Team) -> None:
    acme = team("admin", "editor")
    path, editor = f"/members/{acme.members['editor']}/", acme.email("editor")
    assert_problem(cloud.get("/members/", editor), 403, "forbidden")
    cloud.call("PATCH", path, acme.email("admin"), {"roles": ["admin"]})
    assert cloud.get("/members/", editor).status == 200
    cloud.call("PATCH", path, acme.email("admin"), {"roles": ["viewer"]})
    assert_problem(cloud.get("/members/", editor), 403, "forbidden")


def test_roles_in_the_token_count_for_nothing(cloud: Cloud, acme: Tenant) -> None:
    more = {"roles": ["admin"], "custom:roles": "admin", "cognito:groups": ["admin"]}
    token = signed(claims_of(cloud, acme.email("viewer")) | more)
    answer = cloud.get("/members/", headers={"authorization": f"Bearer {token}"})
    assert_problem(answer, 403, "forbidden")


def test_an_issuer_that_cannot_be_reached_is_not_the_token_s_fault(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.core import settings as settings_module
    from chalicelib.core.api import identity

    token = cloud.token(acme.email("admin"))
    caches = (settings_module.settings, identity._keys)
    monkeypatch.setenv("REEF_JWKS_URL", "http://127.0.0.1:9/jwks.json")
    for cache in caches:
        cache.cache_clear()
    try:
        assert_problem(ask(cloud, token), 500, "internal")
    finally:
        monkeypatch.undo()
        for cache in caches:
            cache.cache_clear()
