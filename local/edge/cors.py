"""Answer browsers' questions about other origins from a bucket's own CORS rules."""

from fnmatch import fnmatchcase
from typing import Any

from local.edge.answers import Answer, Headers, Refused, Request

Rules = list[dict[str, Any]]


def preflight(request: Request, rules: Rules) -> Answer:
    """Answer an OPTIONS request.

    Raises:
        Refused: no rule allows what the browser asks for.
    """
    method = request.headers.get("access-control-request-method", "")
    asked = request.headers.get("access-control-request-headers", "")
    names = [name.strip().lower() for name in asked.split(",") if name.strip()]
    rule = _matching(request, rules, method)
    if rule is None or not all(_is_allowed(name, rule) for name in names):
        raise Refused(403, "AccessForbidden", "CORSResponse: This CORS request is not allowed.")
    headers = _headers(request, rule)
    headers.append(("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethods"])))
    if names:
        headers.append(("Access-Control-Allow-Headers", ", ".join(names)))
    if "MaxAgeSeconds" in rule:
        headers.append(("Access-Control-Max-Age", str(rule["MaxAgeSeconds"])))
    return Answer(200, headers, [])


def headers_for(request: Request, rules: Rules) -> Headers:
    """Return the headers that let a page of an allowed origin read the answer."""
    rule = _matching(request, rules, request.method)
    return _headers(request, rule) if rule else []


def _matching(request: Request, rules: Rules, method: str) -> dict[str, Any] | None:
    origin = request.headers.get("origin")
    if origin is None:
        return None
    for rule in rules:
        if method in rule["AllowedMethods"] and any(
            fnmatchcase(origin, allowed) for allowed in rule["AllowedOrigins"]
        ):
            return rule
    return None


def _is_allowed(header: str, rule: dict[str, Any]) -> bool:
    return any(fnmatchcase(header, allowed.lower()) for allowed in rule.get("AllowedHeaders", []))


def _headers(request: Request, rule: dict[str, Any]) -> Headers:
    headers = [
        ("Access-Control-Allow-Origin", request.headers["origin"]),
        ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ]
    if rule.get("ExposeHeaders"):
        headers.append(("Access-Control-Expose-Headers", ", ".join(rule["ExposeHeaders"])))
    return headers
