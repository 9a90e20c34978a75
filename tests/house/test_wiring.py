"""What the code names exists in the packaged template, and the other way round."""

import importlib
import json
import re
import subprocess
import sys
from typing import Any

from infra.package import ROOT
from tests.house.reading import STACK, functions, of_type, role_of, setting_names, working_queues

API = "api_handler"

SET_ASIDE_BY_THE_CODE = {"RecordsDeadQueue"}
"""Where a function itself puts what can never be done."""

FED_BY_AWS = {"UploadsArrivedQueue", "WorkflowClockQueue"}
"""S3 or the state machine sends here, so no setting holds the queue's URL."""


def test_functions(resources: dict[str, Any], code: dict[str, Any]) -> None:
    packaged = functions(resources)
    assert set(packaged) == {API, *code["functions"]}
    for name, named in code["functions"].items():
        module, _, function = packaged[name]["Handler"].rpartition(".")
        assert function == name
        assert callable(getattr(importlib.import_module(module), function))
        assert ("schedule" in named) + ("queue" in named) + ("stream" in named) == 1, name


def test_queue_and_stream_functions_run_without_the_app(resources: dict[str, Any]) -> None:
    handlers = [
        function["Handler"].rpartition(".")
        for function in functions(resources).values()
        if any(e["Type"] in ("SQS", "DynamoDB") for e in function.get("Events", {}).values())
    ]
    calls = [
        f'importlib.import_module("{module}").{name}({{"Records": []}}, None)'
        for module, _, name in handlers
    ]
    script = f"import importlib, sys; print([{', '.join(calls)}], 'app' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.strip() == f"{[{'batchItemFailures': []}] * len(handlers)} False"


def test_each_function_has_its_own_memory_time_and_policy(code: dict[str, Any]) -> None:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))
    (stage,) = config["stages"].values()
    configured = stage["lambda_functions"]
    assert set(configured) == {API, *code["functions"]}
    assert config["autogen_policy"] is False
    for name, own in configured.items():
        assert set(own) == {"lambda_memory_size", "lambda_timeout", "iam_policy_file"}, name
        assert own["iam_policy_file"] == f"policy-{name}.json"
    policies = {path.name for path in (ROOT / ".chalice").glob("policy-*.json")}
    assert policies == {own["iam_policy_file"] for own in configured.values()}


def test_queues(resources: dict[str, Any], code: dict[str, Any]) -> None:
    queues = working_queues(resources)
    consumers = {
        named["queue"]: name for name, named in code["functions"].items() if "queue" in named
    }
    assert set(consumers) == {
        queue["QueueName"]["Fn::Sub"].removeprefix(STACK) for queue in queues.values()
    }
    for logical_id, queue in queues.items():
        name = consumers[queue["QueueName"]["Fn::Sub"].removeprefix(STACK)]
        function = functions(resources)[name]
        (event,) = function["Events"].values()
        source = event["Properties"]
        assert source["Queue"] == {"Fn::Sub": f"${{{logical_id}.Arn}}"}
        assert source["BatchSize"] == code["functions"][name]["batch_size"]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
        assert logical_id in json.dumps(role_of(function, resources)), f"{name} may not read it"


def told_by_records(resources: dict[str, Any], code: dict[str, Any]) -> set[str]:
    """Give the logical ids of the queues whose functions listen to audit records."""
    names = {f["queue"] for f in code["functions"].values() if f.get("hears_records")}
    assert names
    return {
        logical_id
        for logical_id, queue in working_queues(resources).items()
        if queue["QueueName"]["Fn::Sub"].removeprefix(STACK) in names
    }


def test_queues_that_the_code_sends_to(packaged: dict[str, Any], code: dict[str, Any]) -> None:
    told = told_by_records(packaged["Resources"], code)
    queues = set(working_queues(packaged["Resources"])) - FED_BY_AWS - told
    queues |= SET_ASIDE_BY_THE_CODE
    named = setting_names(packaged, queues)
    assert set(named) == queues
    assert set(named.values()) == {name for name in code["settings"] if name.endswith("_queue")}


def test_schedules(resources: dict[str, Any], code: dict[str, Any]) -> None:
    named = {n: f["schedule"] for n, f in code["functions"].items() if "schedule" in f}
    packaged = {
        name: event["Properties"]["Schedule"]
        for name, function in functions(resources).items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Schedule"
    }
    assert packaged == named


def test_streams(resources: dict[str, Any], code: dict[str, Any]) -> None:
    streaming = {
        name
        for name, table in of_type(resources, "AWS::DynamoDB::Table").items()
        if "StreamSpecification" in table
    }
    consumed = {
        event["Properties"]["Stream"]["Fn::Sub"].removeprefix("${").removesuffix(".StreamArn}")
        for function in functions(resources).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    }
    assert streaming == consumed
    assert len(consumed) == len([f for f in code["functions"].values() if "stream" in f])


def test_topics_reach_their_queues(resources: dict[str, Any]) -> None:
    allowed = {
        (queue["Ref"], statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Ref"])
        for policy in of_type(resources, "AWS::SQS::QueuePolicy").values()
        for queue in policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Principal") == {"Service": "sns.amazonaws.com"}
    }
    subscribed = {
        (subscription["Endpoint"]["Fn::GetAtt"][0], subscription["TopicArn"]["Ref"])
        for subscription in of_type(resources, "AWS::SNS::Subscription").values()
        if subscription["Protocol"] == "sqs"
    }
    assert subscribed == allowed
    assert len(subscribed) == 6


def test_every_listener_to_records_says_what_it_wants_to_hear(
    resources: dict[str, Any], code: dict[str, Any]
) -> None:
    filters = {
        subscription["Endpoint"]["Fn::GetAtt"][0]: subscription["FilterPolicy"]
        for subscription in of_type(resources, "AWS::SNS::Subscription").values()
        if subscription["TopicArn"] == {"Ref": "RecordsTopic"}
    }
    assert set(filters) == told_by_records(resources, code)
    for wanted in filters.values():
        assert set(wanted) == {"action"}
        for action in wanted["action"]:
            text = action if isinstance(action, str) else action["prefix"]
            assert re.fullmatch(r"[a-z_]+\.[a-z_]*", text), action


def test_the_dispatcher_gets_new_records_in_order_and_gives_none_up_unnoticed(
    resources: dict[str, Any],
) -> None:
    (event,) = functions(resources)["dispatch_records"]["Events"].values()
    source = event["Properties"]
    assert source["Stream"] == {"Fn::Sub": "${AuditTable.StreamArn}"}
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumBatchingWindowInSeconds"] == 1
    assert source["MaximumRecordAgeInSeconds"] < 86_400
    assert source["DestinationConfig"]["OnFailure"] == {
        "Type": "SQS",
        "Destination": {"Fn::GetAtt": ["RecordsDeadQueue", "Arn"]},
    }
    (wanted,) = source["FilterCriteria"]["Filters"]
    assert json.loads(wanted["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"action": {"S": [{"exists": True}]}}},
    }


def test_routes(packaged: dict[str, Any], code: dict[str, Any]) -> None:
    paths = packaged["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    packaged_routes = sorted(
        [path, method.upper()]
        for path, methods in paths.items()
        for method in methods
        if method != "options"
    )
    assert packaged_routes == code["routes"]


def test_the_site_passes_every_route_on_to_the_api(
    resources: dict[str, Any], code: dict[str, Any]
) -> None:
    site = resources["SiteDistribution"]["Properties"]["DistributionConfig"]
    patterns = {
        behaviour["PathPattern"].removesuffix("*")
        for behaviour in site["CacheBehaviors"]
        if behaviour["TargetOriginId"] == "api"
    }
    (origin,) = [origin for origin in site["Origins"] if origin["Id"] == "api"]
    stage = resources["RestAPI"]["Properties"]["StageName"]
    assert origin["OriginPath"] == f"/{stage}"
    for path, _ in code["routes"]:
        assert [pattern for pattern in patterns if path.startswith(pattern)], path
    for pattern in patterns:
        assert [path for path, _ in code["routes"] if path.startswith(pattern)], pattern
