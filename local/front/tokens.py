"""Plays Cognito's token endpoint: codes with PKCE, refresh tokens, and local mode's own grants."""

import base64
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from botocore.exceptions import ClientError, ParamValidationError

CODE_LIFETIME = timedelta(seconds=60)
MEMBER_GRANT = "urn:reef:local:member"
"""Signs in any member by address alone, for `python -m local token`."""

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

Form = dict[str, str]
Tokens = dict[str, Any]


class Denied(Exception):
    """A request for tokens that is refused.

    Args:
        error: the error's name by RFC 6749.
    """

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class PasswordRefused(Denied):
    """A new password that the pool does not take; its owner may choose another."""

    def __init__(self) -> None:
        super().__init__("invalid_grant")


class NewPasswordNeeded(Exception):
    """The password is right, but a temporary one; the session lets its owner choose another."""

    def __init__(self, session: str) -> None:
        super().__init__("a new password is needed")
        self.session = session


class _Grant(NamedTuple):
    tokens: Tokens
    challenge: str
    redirect_uri: str
    expires_at: datetime


class TokenEndpoint:
    """Gives out moto's own tokens.

    Args:
        cognito: a client of the emulated Cognito.
        pool: the user pool's id.
        client_id: the console's client.
        set_password: called with the address of a member who has no known password; gives one.
        now: gives the present time.
    """

    def __init__(
        self,
        cognito: Any,
        pool: str,
        client_id: str,
        set_password: Callable[[str], str],
        now: Callable[[], datetime],
    ) -> None:
        self._cognito, self._pool, self.client_id = cognito, pool, client_id
        self._set_password, self._now = set_password, now
        self._codes: dict[str, _Grant] = {}
        self._lock = threading.Lock()

    def sign_in(self, email: str, password: str) -> Tokens:
        """Sign a person in.

        Raises:
            Denied: the address or the password is wrong.
            NewPasswordNeeded: the password is a temporary one.
        """
        answer = self._ask(
            "admin_initiate_auth",
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email.strip().lower(), "PASSWORD": password},
        )
        if "AuthenticationResult" in answer:
            return _tokens(answer)
        if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
            raise NewPasswordNeeded(answer["Session"])
        raise Denied("invalid_grant")

    def choose_password(self, email: str, session: str, password: str) -> Tokens:
        """Replace a temporary password, and sign in.

        Raises:
            PasswordRefused: the pool does not take the password.
            Denied: the session is not known, or over.
        """
        answer = self._ask(
            "admin_respond_to_auth_challenge",
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=session,
            ChallengeResponses={"USERNAME": email.strip().lower(), "NEW_PASSWORD": password},
        )
        return _tokens(answer)

    def issue_code(self, tokens: Tokens, challenge: str, redirect_uri: str) -> str:
        """Keep tokens, for a minute, for whoever shows the code and the verifier."""
        code = secrets.token_urlsafe(32)
        grant = _Grant(tokens, challenge, redirect_uri, self._now() + CODE_LIFETIME)
        with self._lock:
            self._codes[code] = grant
        return code

    def exchange(self, form: Form) -> Tokens:
        """Answer a request to the token endpoint.

        Raises:
            Denied: with the error's name.
        """
        match form.get("grant_type"):
            case "authorization_code":
                self._check_client(form)
                return self._redeem(form)
            case "refresh_token":
                self._check_client(form)
                return self._refresh(form.get("refresh_token", ""))
            case "password":
                return self._by_password(form.get("username", ""), form.get("password", ""))
            case "urn:reef:local:member":
                email = form.get("username", "")
                return self._by_password(email, self._set_password(email))
        raise Denied("unsupported_grant_type")

    def _redeem(self, form: Form) -> Tokens:
        with self._lock:
            grant = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        if (
            grant is None
            or self._now() >= grant.expires_at
            or form.get("redirect_uri") != grant.redirect_uri
            or not _VERIFIER.fullmatch(verifier)
            or not hmac.compare_digest(challenge_of(verifier), grant.challenge)
        ):
            raise Denied("invalid_grant")
        return grant.tokens

    def _refresh(self, refresh_token: str) -> Tokens:
        answer = self._ask(
            "admin_initiate_auth",
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": refresh_token},
        )
        return _tokens(answer)

    def _by_password(self, email: str, password: str) -> Tokens:
        try:
            return self.sign_in(email, password)
        except NewPasswordNeeded:
            raise Denied("invalid_grant") from None

    def _check_client(self, form: Form) -> None:
        if form.get("client_id") != self.client_id:
            raise Denied("invalid_client")

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._cognito, operation)(
                UserPoolId=self._pool, ClientId=self.client_id, **arguments
            )
        except self._cognito.exceptions.InvalidPasswordException as error:
            raise PasswordRefused from error
        except (ClientError, ParamValidationError) as error:
            raise Denied("invalid_grant") from error
        return answer


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _tokens(answer: dict[str, Any]) -> Tokens:
    result = answer.get("AuthenticationResult")
    if not result:
        raise Denied("invalid_grant")
    names = {
        "id_token": "IdToken",
        "access_token": "AccessToken",
        "refresh_token": "RefreshToken",
        "expires_in": "ExpiresIn",
        "token_type": "TokenType",
    }
    return {name: result[key] for name, key in names.items() if key in result}
