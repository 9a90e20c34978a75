"""The user pool: who can sign in, and how they get to know."""

from typing import Any

import pytest
from moto.ses.models import ses_backends

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.cloud import Cloud, Tenant
from tests.shared import Team


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "viewer")


def sent() -> list[Any]:
    messages: list[Any] = ses_backends["123456789012"]["us-east-1"].sent_messages
    return messages


def test_an_invitation_is_mailed_with_a_password_that_works_once(
    cloud: Cloud, acme: Tenant
) -> None:
    before = len(sent())
    body = {"email": "new@acme.test", "roles": ["editor", "Legal Team"]}
    answer = cloud.post("/members/", acme.email("admin"), body)
    assert answer.status == 201
    assert answer.json == body | {
        "id": answer.json["id"],
        "is_active": True,
        "created_at": answer.json["created_at"],
    }
    (mail,) = sent()[before:]
    assert mail.destinations["ToAddresses"] == ["new@acme.test"]
    assert mail.subject == "Your invitation to Reef"
    assert f"Sign in at {settings().public_url}/\n" in mail.body
    assert "with the address new@acme.test\n" in mail.body
    password = mail.body.partition("temporary password ")[2].split()[0]
    challenge = client("cognito-idp").admin_initiate_auth(
        UserPoolId=settings().user_pool_id,
        ClientId=settings().jwt_audience,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "new@acme.test", "PASSWORD": password},
    )
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_the_user_pool_itself_sends_nothing_and_knows_the_tenant(
    cloud: Cloud, acme: Tenant
) -> None:
    body = {"email": "pool@acme.test", "roles": ["viewer"]}
    member = cloud.post("/members/", acme.email("admin"), body).json
    user = client("cognito-idp").admin_get_user(
        UserPoolId=settings().user_pool_id, Username="pool@acme.test"
    )
    attributes = {a["Name"]: a["Value"] for a in user["UserAttributes"]}
    assert attributes["custom:tenant_id"] == acme.id
    assert attributes["email_verified"] == "true"
    assert attributes["sub"] == member["id"]


def test_an_interrupted_invitation_can_be_repeated(cloud: Cloud, team: Team) -> None:
    from chalicelib.tenants import directory

    tenant = team("admin")
    left_behind = directory.create(tenant.id, "half@way.test")
    answer = cloud.post(
        "/members/", tenant.email("admin"), {"email": "half@way.test", "roles": ["viewer"]}
    )
    assert (answer.status, answer.json["id"]) == (201, left_behind.id)
