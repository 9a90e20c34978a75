"""The user pool: who can sign in. What they may do stands in the member record alone."""

import secrets
import string
from dataclasses import dataclass

from chalicelib.core import mail
from chalicelib.core.aws import client
from chalicelib.core.errors import Conflict, invalid
from chalicelib.core.settings import settings

_PASSWORD_LENGTH = 16


@dataclass(frozen=True)
class NewUser:
    """A user of the pool, with the temporary password that lets them in the first time."""

    id: str
    email: str
    password: str


def create(tenant_id: str, email: str, password: str | None) -> NewUser:
    """Create a user, or take over one that an earlier, interrupted invitation left behind.

    Raises:
        Conflict: the address belongs to somebody else's user.
        Invalid: the pool does not take the address.
    """
    cognito = client("cognito-idp")
    pool = settings().user_pool_id
    initial = password or _temporary_password()
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
    except cognito.exceptions.InvalidParameterException:
        raise invalid("email", "The user pool does not take this address") from None
    except cognito.exceptions.UsernameExistsException:
        user = cognito.admin_get_user(UserPoolId=pool, Username=email)
        attributes = {a["Name"]: a["Value"] for a in user["UserAttributes"]}
        if attributes.get("custom:tenant_id") != tenant_id:
            raise Conflict(f"{email} cannot be invited; use another address.") from None
        _set_password(email, initial, lasting=False)
    if password is not None:
        _set_password(email, password, lasting=True)
    return NewUser(attributes["sub"], email, initial)


def delete(email: str) -> None:
    """Remove a user; again is fine."""
    cognito = client("cognito-idp")
    try:
        cognito.admin_delete_user(UserPoolId=settings().user_pool_id, Username=email)
    except cognito.exceptions.UserNotFoundException:
        return


def send_invitation(user: NewUser) -> None:
    """Mail a new member where to sign in and with what."""
    link = f"{settings().public_url}/"
    text = (
        "You have been invited to Reef, where your team keeps the media for its screens.\n\n"
        f"Sign in at {link}\n"
        f"with the address {user.email}\n"
        f"and the temporary password {user.password}\n\n"
        "You will be asked for a password of your own.\n"
    )
    mail.send(user.email, "Your invitation to Reef", text)


def _set_password(email: str, password: str, *, lasting: bool) -> None:
    client("cognito-idp").admin_set_user_password(
        UserPoolId=settings().user_pool_id, Username=email, Password=password, Permanent=lasting
    )


def _temporary_password() -> str:
    """Make a random password that holds a character of every class the pool asks for."""
    alphabet = string.ascii_letters + string.digits
    body = "".join(secrets.choice(alphabet) for _ in range(_PASSWORD_LENGTH))
    return f"{body}aA1-"
