"""The user pool: who can sign in. What they may do stands in the member record alone."""

import secrets
import string
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.core import mail
from chalicelib.core.aws import client
from chalicelib.core.errors import invalid
from chalicelib.core.settings import settings

_PASSWORD_LENGTH = 16

TEMPORARY_PASSWORD = timedelta(days=7)
"""How long a temporary password works, by the pool's policy."""


@dataclass(frozen=True)
class PoolUser:
    """A user of the pool.

    `password` is known of one that was just created. `tenant_id` is the tenant of their next
    token. `has_password` says whether they have chosen a password of their own, or sign in at
    their company's identity provider.
    """

    id: str
    email: str
    tenant_id: str
    password: str | None = None
    has_password: bool = False


def create(tenant_id: str, email: str) -> PoolUser:
    """Create a user whose tokens are for a tenant, or find the one who has the address already.

    That one's password and tenant are left alone.

    Raises:
        Invalid: the pool does not take the address.
    """
    cognito = client("cognito-idp")
    pool = settings().user_pool_id
    initial = temporary_password()
    try:
        user = cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            TemporaryPassword=initial,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "custom:tenant_id", "Value": tenant_id},
            ],
        )["User"]
        attributes = {a["Name"]: a["Value"] for a in user["Attributes"]}
        return PoolUser(attributes["sub"], email, tenant_id, initial)
    except cognito.exceptions.InvalidParameterException:
        raise invalid("email", "The user pool does not take this address") from None
    except cognito.exceptions.UsernameExistsException:
        user = cognito.admin_get_user(UserPoolId=pool, Username=email)
        attributes = {a["Name"]: a["Value"] for a in user["UserAttributes"]}
        return PoolUser(
            attributes["sub"],
            email,
            attributes.get("custom:tenant_id", ""),
            has_password=user["UserStatus"] != "FORCE_CHANGE_PASSWORD",
        )


def delete(user_id: str) -> None:
    """Remove a user by the `sub`; an address can have become another person's. Idempotent."""
    cognito = client("cognito-idp")
    try:
        cognito.admin_delete_user(UserPoolId=settings().user_pool_id, Username=user_id)
    except cognito.exceptions.UserNotFoundException:
        return


def choose_tenant(user_id: str, tenant_id: str) -> None:
    """Have a user's next tokens be for a tenant, which they cannot change themselves."""
    cognito = client("cognito-idp")
    try:
        cognito.admin_update_user_attributes(
            UserPoolId=settings().user_pool_id,
            Username=user_id,
            UserAttributes=[{"Name": "custom:tenant_id", "Value": tenant_id}],
        )
    except cognito.exceptions.UserNotFoundException:
        return  # removed everywhere at this moment


def leave(user_id: str, tenant_id: str, other_id: str) -> None:
    """Have a user's next tokens be for another tenant, where they are for the one that was left."""
    cognito = client("cognito-idp")
    try:
        user = cognito.admin_get_user(UserPoolId=settings().user_pool_id, Username=user_id)
    except cognito.exceptions.UserNotFoundException:
        return
    if {"Name": "custom:tenant_id", "Value": tenant_id} in user["UserAttributes"]:
        choose_tenant(user_id, other_id)


def mail_password(user: PoolUser) -> None:
    """Mail a new member where to sign in and with what: a password that works once."""
    password = user.password or temporary_password()
    if user.password is None:
        set_password(user.id, password, lasting=False)
    _invite(
        user.email,
        f"with the address {user.email}\n"
        f"and the temporary password {password}\n\n"
        "You will be asked for a password of your own.\n",
    )


def mail_welcome(user: PoolUser) -> None:
    """Mail a new member who has a way to sign in that there is one more team to choose."""
    _invite(
        user.email,
        f"with the address {user.email}, as you do for your other team,\n"
        "and choose the team to work in.\n",
    )


def _invite(email: str, how: str) -> None:
    text = (
        "You have been invited to Reef, where your team keeps the media for its screens.\n\n"
        f"Sign in at {settings().public_url}/\n{how}"
    )
    mail.send(email, "Your invitation to Reef", text)


def set_password(user_id: str, password: str, *, lasting: bool) -> None:
    """Set a user's password: a lasting one, or one that has to be changed at once."""
    client("cognito-idp").admin_set_user_password(
        UserPoolId=settings().user_pool_id, Username=user_id, Password=password, Permanent=lasting
    )


def temporary_password() -> str:
    """Return a random password that holds a character of every class the pool asks for."""
    alphabet = string.ascii_letters + string.digits
    body = "".join(secrets.choice(alphabet) for _ in range(_PASSWORD_LENGTH))
    return f"{body}aA1-"
