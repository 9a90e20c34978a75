"""Verify the policy of a browser's POST upload.

Follows "POST Policy" of the Amazon S3 API reference.
"""

import base64
import json
import re
from datetime import datetime
from typing import Any, NamedTuple

from local.edge.answers import Refused
from local.edge.signatures import (
    ALGORITHM,
    Credentials,
    check_scope,
    check_signature,
    parse_time,
)

_SIGNED_WITH = ("policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
_NEED_NO_CONDITION = {"policy", "x-amz-signature", "file"}


class Sizes(NamedTuple):
    """How many bytes a file may have, both ends included; `most` is None without a limit."""

    least: int
    most: int | None


def verify(fields: dict[str, str], bucket: str, credentials: Credentials, now: datetime) -> Sizes:
    """Check a form's policy against its fields, and give the sizes that it allows.

    Args:
        fields: the form's fields before the file, with names in lower case.
        bucket: the bucket that the form was sent to.
        credentials: whose signature counts.
        now: the present time.

    Raises:
        Refused: the signature is not ours, the policy is over, or a field does not fit it.
    """
    missing = [name for name in _SIGNED_WITH if name not in fields]
    if missing:
        raise Refused(403, "AccessDenied", f"The form has no {missing[0]}.")
    if fields["x-amz-algorithm"] != ALGORITHM:
        raise Refused(400, "InvalidArgument", f"x-amz-algorithm has to be {ALGORITHM}.")
    moment = parse_time(fields["x-amz-date"])
    check_scope(fields["x-amz-credential"], credentials, moment)
    check_signature(fields["policy"], fields["x-amz-signature"], credentials, moment)
    policy = _decoded(fields["policy"])
    if now >= _expiration(policy):
        raise Refused(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    return _checked(policy["conditions"], {**fields, "bucket": bucket})


def _decoded(text: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(text, validate=True))
        if isinstance(policy["conditions"], list) and isinstance(policy["expiration"], str):
            return dict(policy)
    except (ValueError, TypeError, KeyError):
        pass
    raise _invalid("it has to be an object with expiration and conditions.")


def _expiration(policy: dict[str, Any]) -> datetime:
    try:
        expiration = datetime.fromisoformat(policy["expiration"])
    except ValueError:
        raise _invalid("expiration is not a time.") from None
    if expiration.tzinfo is None:
        raise _invalid("expiration has no time zone.")
    return expiration


def _checked(conditions: list[Any], fields: dict[str, str]) -> Sizes:
    sizes = Sizes(0, None)
    named = {"bucket"}
    for condition in conditions:
        match condition:
            case dict() if len(condition) == 1:
                ((field, wanted),) = condition.items()
                name = str(field).lower()
                fits = fields.get(name) == wanted
            case ["content-length-range", int(least), int(most)]:
                upper = most if sizes.most is None else min(most, sizes.most)
                sizes = Sizes(max(least, sizes.least), upper)
                continue
            case ["eq", str(field), wanted]:
                name = _field(field)
                fits = fields.get(name) == wanted
            case ["starts-with", str(field), str(prefix)]:
                name = _field(field)
                fits = name in fields and fields[name].startswith(prefix)
            case _:
                raise _invalid(f"unknown condition {json.dumps(condition)}")
        named.add(name)
        if not fits:
            raise Refused(
                403,
                "AccessDenied",
                f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}",
            )
    extra = [
        name
        for name in fields
        if name not in named | _NEED_NO_CONDITION and not name.startswith("x-ignore-")
    ]
    if extra:
        raise Refused(
            403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {extra[0]}"
        )
    return sizes


def _field(text: str) -> str:
    if not re.fullmatch(r"\$.+", text):
        raise _invalid(f"{text} is not a field's name with $.")
    return text[1:].lower()


def _invalid(message: str) -> Refused:
    return Refused(400, "InvalidPolicyDocument", f"Invalid Policy: {message}")
