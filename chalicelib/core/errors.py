"""The failures that a caller can see, by family; each becomes a problem+json once."""

from typing import Any

from chalice.app import ChaliceUnhandledError


class ReefError(ChaliceUnhandledError):  # type: ignore[misc]
    """A failure with an HTTP status and a code that clients rely on.

    Chalice hands only this family to HTTP middleware, hence the base class.
    """

    status = 500
    code = "internal"
    title = "Something went wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or (self.__doc__ or self.title).strip().splitlines()[0]
        self.errors = errors
        self.headers = headers or {}
        self.extra = extra or {}


class BadRequest(ReefError):
    """The request cannot be understood."""

    status, code, title = 400, "bad_request", "Bad request"


class InvalidJson(BadRequest):
    """The body is not valid JSON."""

    code, title = "invalid_json", "The body is not JSON"


class InvalidCursor(BadRequest):
    """The cursor does not belong to this list and these filters; start again without it."""

    code, title = "invalid_cursor", "The cursor is not valid"


class Unauthenticated(ReefError):
    """Sign in and send the ID token as `Authorization: Bearer …`."""

    status, code, title = 401, "unauthenticated", "Not signed in"


class Forbidden(ReefError):
    """Your role does not allow this."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(ReefError):
    """There is nothing here, or nothing that you can see."""

    status, code, title = 404, "not_found", "Not found"


class Conflict(ReefError):
    """The request does not fit the present state."""

    status, code, title = 409, "conflict", "Conflict"


class RequestInProgress(Conflict):
    """The first request with this Idempotency-Key is still running; ask again shortly."""

    code, title = "request_in_progress", "Still running"


class Gone(ReefError):
    """It was here, and is no more."""

    status, code, title = 410, "gone", "Gone"


class PreconditionFailed(ReefError):
    """It has changed since you read it; `current` shows what it is now."""

    status, code, title = 412, "precondition_failed", "Changed meanwhile"


class LengthRequired(ReefError):
    """Send the body whole with a Content-Length; chunked bodies do not arrive."""

    status, code, title = 411, "length_required", "Content-Length needed"


class PayloadTooLarge(ReefError):
    """The body is larger than 1 MiB; files are uploaded straight to storage."""

    status, code, title = 413, "payload_too_large", "The body is too large"


class UnsupportedMediaType(ReefError):
    """This type of file is not accepted here."""

    status, code, title = 415, "unsupported_media_type", "Type not accepted"


class Invalid(ReefError):
    """Some fields are missing, unknown or out of range."""

    status, code, title = 422, "invalid", "The request does not fit"


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was used with another body; use a new one."""

    code, title = "idempotency_key_reused", "Idempotency-Key already used"


class TooManyRequests(ReefError):
    """Too many requests; wait as long as Retry-After says."""

    status, code, title = 429, "too_many_requests", "Too many requests"


def invalid(field: str, message: str) -> Invalid:
    """Make a 422 about one field."""
    return Invalid(f"{field}: {message}", errors=[{"field": field, "message": message}])
