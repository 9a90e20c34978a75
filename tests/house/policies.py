"""What the functions may do, by `.chalice/policy-*.json`, against what they do."""

import json
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from local.cloud import STACK, reefs_template
from local.functions import ROOT, STAGE
from tests.house.actions import UNSAID, Use, logical_id

POLICIES = ROOT / ".chalice"

_POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_READING_STREAMS = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
_GIVING_UP = {"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}
_LOGGING = ("logs:CreateLogStream", "logs:PutLogEvents")


def allowed(folder: Path = POLICIES) -> dict[str, set[Use]]:
    """Map each function to the actions that its policy allows, with patterns of resources."""
    return {
        path.stem.removeprefix("policy-"): _uses(json.loads(path.read_text("utf-8")))
        for path in sorted(folder.glob("policy-*.json"))
    }


def by_lambda_itself(function: str) -> set[Use]:
    """Give what Lambda does in a function's name, by the template."""
    return of_events(_properties(function))


def of_events(properties: dict[str, Any]) -> set[Use]:
    """Give what Lambda does for a function: writing its log, reading its queue or stream."""
    group = properties["LoggingConfig"]["LogGroup"]["Ref"]
    done = {(action, group) for action in _LOGGING}
    for event in properties.get("Events", {}).values():
        source = event["Properties"]
        if "Queue" in source:
            done |= {(action, _written(source["Queue"])) for action in _POLLING}
        elif "Stream" in source:
            done |= {(action, _written(source["Stream"])) for action in _READING_STREAMS}
        given_up = source.get("DestinationConfig", {}).get("OnFailure")
        if given_up:
            done.add((_GIVING_UP[given_up["Type"]], _written(given_up["Destination"])))
    return done


def compare(
    used: Mapping[str, Iterable[Use]], may: Mapping[str, Iterable[Use]], *, whole: bool
) -> list[str]:
    """Say what is used and not allowed and, if the whole suite ran, what is allowed in vain.

    Args:
        used: what each function did.
        may: what its policy allows; resources may hold `*`.
        whole: whether everything that the functions do was tried.
    """
    findings = []
    for function in sorted({*used, *may}):
        done, granted = {*used.get(function, ())}, {*may.get(function, ())}
        findings += [
            f"{function} needs {action} on {resource}; its policy does not allow it"
            for action, resource in sorted(done)
            if not any(_covers(grant, (action, resource)) for grant in granted)
        ]
        if whole:
            findings += [
                f"{function} is allowed {action} on {resource}; no test has it do that"
                for action, resource in sorted(granted)
                if not any(_covers((action, resource), use) for use in done)
            ]
    return findings


def names() -> list[str]:
    """List the functions that are deployed, the API included."""
    config = json.loads((POLICIES / "config.json").read_text("utf-8"))
    return sorted(config["stages"][STAGE]["lambda_functions"])


def _covers(grant: Use, use: Use) -> bool:
    return grant[0] == use[0] and (use[1] == UNSAID or fnmatchcase(use[1], grant[1]))


def _uses(policy: dict[str, Any]) -> set[Use]:
    return {
        (action, _written(resource))
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def _written(resource: Any) -> str:
    """Write a resource of a policy: its logical id, with what follows it."""
    if isinstance(resource, str):
        return resource
    ((kind, value),) = resource.items()
    if kind == "Ref":
        return str(value)
    text = "${" + ".".join(value) + "}" if kind == "Fn::GetAtt" else value
    text = re.sub(r"\.StreamArn\}$", ".Arn}/stream/*", text)
    text = re.sub(r"^\$\{(\w+)(\.\w+)?\}", r"\1", text)
    return logical_id(text.rpartition(":")[2].replace("${AWS::StackName}", STACK))


def _properties(function: str) -> dict[str, Any]:
    for resource in reefs_template()["Resources"].values():
        properties: dict[str, Any] = resource.get("Properties", {})
        name = properties.get("FunctionName")
        if isinstance(name, dict) and name["Fn::Sub"].endswith(f"-{function}"):
            return properties
    raise LookupError(f"infra/functions.yaml does not know {function}")
