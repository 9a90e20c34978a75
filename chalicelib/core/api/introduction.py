"""What the OpenAPI document says of the API as a whole: how to begin, and what routes share."""

from typing import Any

from chalicelib.core.errors import ReefError

TEXT = """\
Keep media, have it checked and approved, and publish it to screens.

## A token

Every route that is not public takes `Authorization: Bearer <ID token>`. The token is that of the
deployment's OpenID issuer: sign in by authorization code with PKCE, at the addresses that its
`/.well-known/openid-configuration` names, and take `id_token` from the answer. It proves who you
are; what you may do is read from your membership on every request.

Programs act for you with an API key, which is sent in the same way: `POST /api/v3/api_keys/` shows
it once. It may what its role and its scopes allow and you may yourself at that moment; decisions,
keys and the choice of a tenant are for people alone. `x-scope` names the scope that a route needs.

## From a file to a screen

1. `POST /api/v3/assets/upload/` says what will come, and answers where to send it.
2. Send the bytes: one form with all of `upload.fields` and then the `file`, to `upload.url`.
3. `GET /api/v3/processing/{job.id}/status/?wait=20` answers when something has changed; ask on
   until `status` is `completed` or `failed`.
4. `GET /api/v3/assets/{asset.id}/` shows what became of it. An `approved` one is published; one
   that is `in_review` waits for people, who find it at `GET /api/v3/workflows/?assigned_to=me`.
5. `POST /api/v3/workflows/{workflow_id}/approve/` is their decision.
6. `GET /api/v3/assets/{asset.id}/download/` redirects to the bytes.

## What all routes share

- Paths may end in a slash or not. Bodies are JSON in UTF-8, under 1 MiB.
- An unknown field of a body and an unknown parameter are refused (422), so that no typo drops a
  value silently.
- Every failure is `application/problem+json` (RFC 9457) with a `code` to rely on, a `detail` that
  says what to do, and a `request_id`; a 422 names each field at fault.
- What you may not see answers 404, like what does not exist; what you see but may not do, 403.
- Lists take `limit` and `cursor` and answer `items` and `next_cursor`, which is null at the end; a
  page may be short, or empty, before that.
- POSTs that create take an `Idempotency-Key`: sent again, the request has the effect of one.
- Times are RFC 3339 in UTC. Names of fields end in `_at`, `_bytes`, `_seconds` or `_hours`.
- Bytes never pass through the API: uploads go straight to storage by the URL that an answer names,
  and downloads are redirects to URLs that are good for some minutes.
"""

SCHEMES: dict[str, dict[str, Any]] = {
    "id_token": {
        "bearerFormat": "JWT",
        "description": "The ID token of a member, from the deployment's OpenID issuer.",
    },
    "api_key": {"description": "A key that acts for a member: `rk_…`."},
    "device_token": {"description": "The token of a player."},
}
"""How each audience says who it is; all by a bearer token."""

HEADERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "description": "Names this attempt: for 24 hours the same key gives the same answer again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "If-Match": {
        "description": "The `ETag` that you have seen; 412 if somebody has changed it since.",
        "schema": {"type": "string"},
    },
    "If-None-Match": {
        "description": "The `ETag` that you have; 304 if it still holds.",
        "schema": {"type": "string"},
    },
}
"""The request headers that some routes take."""

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A failure (RFC 9457), with a code to rely on and what to do in words.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "Always `about:blank`: the code says it all."},
        "title": {"type": "string", "description": "The kind of failure, in a few words."},
        "status": {"type": "integer", "description": "The HTTP status once more."},
        "detail": {
            "type": "string",
            "description": "What is wrong with this request and what to do, in a sentence.",
        },
        "code": {
            "type": "string",
            "description": "The kind of failure, for programs; each answer says which it may be.",
        },
        "request_id": {
            "type": "string",
            "description": "Names this request in the logs and the audit trail.",
        },
        "errors": {
            "type": "array",
            "description": "What is wrong with each field; in 422 alone.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Which one, such as `rights.expires_at`; empty for all.",
                    },
                    "message": {
                        "type": "string",
                        "description": "What is wrong with it, with what is allowed.",
                    },
                },
            },
        },
    },
}
"""Every failure's body."""


def problem(error: ReefError) -> dict[str, Any]:
    """Return what a failure looks like."""
    shown: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": "8f14e45f-ceea-467f-a8f0-3c8e5c3b2d11",
    }
    if error.status == 422:
        shown["errors"] = [{"field": "title", "message": "At least 1 character"}]
    return shown
