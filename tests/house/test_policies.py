"""The recorder tells what a function uses from what tests do, and finds what a policy lacks."""

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import storage
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.cloud import Cloud
from tests.house import calls, policies, recorder
from tests.house.actions import Unmapped, uses
from tests.house.calls import Call
from tests.shared import Team, cloud, team

__all__ = ["cloud", "team"]


def policy(folder: Path, *statements: tuple[list[str], list[Any]]) -> dict[str, set[Any]]:
    """Write the policy of a function that is called `work`, and read it."""
    written = [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in statements]
    (folder / "policy-work.json").write_text(json.dumps({"Statement": written}))
    return policies.allowed(folder)


ITEMS = (["dynamodb:GetItem"], [{"Fn::GetAtt": ["AssetsTable", "Arn"]}])
INDEX = (["dynamodb:Query"], [{"Fn::Sub": "${AssetsTable.Arn}/index/*"}])
OBJECTS = (["s3:GetObject"], [{"Fn::Sub": "${OriginalsBucket.Arn}/*"}])
USED = {
    "work": {
        ("dynamodb:GetItem", "AssetsTable"),
        ("dynamodb:Query", "AssetsTable/index/by_due"),
        ("s3:GetObject", "OriginalsBucket/{id}/{sha256}"),
    }
}


def test_a_policy_that_fits_passes(tmp_path: Path) -> None:
    assert policies.compare(USED, policy(tmp_path, ITEMS, INDEX, OBJECTS), whole=True) == []


@pytest.mark.parametrize("whole", [True, False])
def test_a_missing_action_is_found(tmp_path: Path, whole: bool) -> None:
    assert policies.compare(USED, policy(tmp_path, ITEMS, OBJECTS), whole=whole) == [
        "work needs dynamodb:Query on AssetsTable/index/by_due; its policy does not allow it"
    ]


def test_a_missing_resource_is_found(tmp_path: Path) -> None:
    other = (["s3:GetObject"], [{"Fn::Sub": "${UploadsBucket.Arn}/*"}])
    findings = policies.compare(USED, policy(tmp_path, ITEMS, INDEX, other), whole=False)
    assert findings == [
        "work needs s3:GetObject on OriginalsBucket/{id}/{sha256}; its policy does not allow it"
    ]


def test_a_superfluous_action_is_found_when_everything_ran(tmp_path: Path) -> None:
    deleting = (["dynamodb:DeleteItem"], [{"Fn::GetAtt": ["AssetsTable", "Arn"]}])
    may = policy(tmp_path, ITEMS, INDEX, OBJECTS, deleting)
    assert policies.compare(USED, may, whole=False) == []
    assert policies.compare(USED, may, whole=True) == [
        "work is allowed dynamodb:DeleteItem on AssetsTable; no test has it do that"
    ]


def test_a_call_that_names_no_resource_is_covered_by_its_action(tmp_path: Path) -> None:
    tokens = (["states:SendTaskSuccess"], [{"Ref": "ApprovalStateMachine"}])
    may = policy(tmp_path, tokens)
    used = {"work": set(uses(Call("work", "stepfunctions", "SendTaskSuccess", {"taskToken": "t"})))}
    assert policies.compare(used, may, whole=True) == []
    assert len(policies.compare({}, may, whole=True)) == 1
    assert len(policies.compare(used, policy(tmp_path, ITEMS), whole=False)) == 1


def test_a_function_without_a_policy_is_found(tmp_path: Path) -> None:
    assert len(policies.compare(USED, policies.allowed(tmp_path), whole=False)) == 3


def test_every_function_has_a_policy_and_lambda_may_do_its_part() -> None:
    may = policies.allowed()
    assert set(may) == set(policies.names())
    its_own = {name: policies.by_lambda_itself(name) for name in policies.names()}
    assert policies.compare(its_own, may, whole=False) == []
    assert ("sqs:ReceiveMessage", "ScanSmallQueue") in its_own["scan_upload"]


def test_an_operation_that_nobody_looked_up_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Call("work", "s3", "SelectObjectContent", {"Bucket": "b"})
    with pytest.raises(Unmapped):
        list(uses(call))
    monkeypatch.setattr(recorder, "seen", defaultdict(set))
    monkeypatch.setattr(recorder, "unmapped", set())
    recorder.note(call)
    recorder.write(tmp_path / "main.json")
    assert recorder.read(tmp_path)[1] == [
        "work calls s3 SelectObjectContent; add to actions.py what that needs"
    ]


def test_lambda_reads_queues_and_streams_in_a_functions_name(tmp_path: Path) -> None:
    dead = {"Fn::GetAtt": ["RecordsDeadQueue", "Arn"]}
    failures = {"OnFailure": {"Type": "SQS", "Destination": dead}}
    stream = {"Stream": {"Fn::Sub": "${AuditTable.StreamArn}"}, "DestinationConfig": failures}
    queue = {"Queue": {"Fn::Sub": "${ScanSmallQueue.Arn}"}}
    done = policies.of_events(
        {
            "LoggingConfig": {"LogGroup": {"Ref": "WorkLogGroup"}},
            "Events": {"Stream": {"Properties": stream}, "Queue": {"Properties": queue}},
        }
    )
    assert ("logs:PutLogEvents", "WorkLogGroup") in done
    assert ("sqs:DeleteMessage", "ScanSmallQueue") in done
    assert ("sqs:SendMessage", "RecordsDeadQueue") in done
    for arn in (
        {"Fn::Sub": "${AuditTable.Arn}/stream/*"},
        {"Fn::GetAtt": ["AuditTable", "StreamArn"]},
    ):
        read = {use for use in done if use[0] == "dynamodb:GetRecords"}
        may = policy(tmp_path, (["dynamodb:GetRecords"], [arn]))
        assert policies.compare({"work": read}, may, whole=True) == []
    table = {"Fn::GetAtt": ["AuditTable", "Arn"]}
    assert policies.compare(
        {"work": read}, policy(tmp_path, (["dynamodb:GetRecords"], [table])), whole=False
    )


@pytest.fixture
def heard() -> Any:
    found: list[Call] = []
    calls.listeners.append(found.append)
    yield found
    calls.listeners.remove(found.append)


def test_what_a_request_does_is_the_apis_and_what_a_test_does_is_nobodys(
    cloud: Cloud, team: Team, heard: list[Call]
) -> None:
    acme = team("contributor")
    cloud.token(acme.email("contributor"))
    assert {call.function for call in heard} == {None}
    heard.clear()
    body = {"filename": "a.jpg", "size_bytes": 1, "content_type": "image/jpeg"}
    reserved = cloud.post("/assets/upload/", acme.email("contributor"), body).json
    used = {use for call in heard for use in uses(call) if call.function == "api_handler"}
    assert {call.function for call in heard} == {"api_handler"}
    assert ("dynamodb:PutItem", "AuditTable") in used
    assert ("s3:PutObject", "UploadsBucket/{id}/{id}/{id}") in used  # signed for the browser
    heard.clear()
    cloud.put(reserved["upload"], b"1")
    cloud.run("route_upload")
    names = {(call.function, call.operation) for call in heard}
    assert (None, "PutObject") in names
    assert (None, "ReceiveMessage") in names
    assert ("route_upload", "ListObjectVersions") in names
    assert ("route_upload", "SendMessage") in names


def test_a_test_inside_a_function_and_a_pool_of_threads_are_told_apart(
    cloud: Cloud, heard: list[Call], tmp_path: Path
) -> None:
    bucket = settings().signatures_bucket
    (tmp_path / "file").write_bytes(b"1")
    with calls.as_function("refresh_signatures"):
        client("s3").list_objects_v2(Bucket=bucket)
        assert [call.function for call in heard] == [None]
        storage.upload(str(tmp_path / "file"), bucket, "file")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(storage.keys, bucket).result()
    assert [(call.function, call.operation) for call in heard[1:]] == [
        ("refresh_signatures", "PutObject"),
        ("refresh_signatures", "ListObjectsV2"),
    ]


def test_what_processes_wrote_is_put_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for worker, action in (("gw0", "dynamodb:GetItem"), ("gw1", "dynamodb:Query")):
        monkeypatch.setattr(recorder, "seen", {"work": {(action, "AssetsTable")}})
        recorder.write(tmp_path / f"{worker}.json")
    both = {("dynamodb:GetItem", "AssetsTable"), ("dynamodb:Query", "AssetsTable")}
    assert recorder.read(tmp_path) == ({"work": both}, [])
    found = [it for it in recorder.judge(tmp_path, whole=False) if it.startswith("work needs")]
    assert len(found) == 2


def test_every_function_of_a_queue_may_shorten_the_wait_of_what_fails(
    cloud: Cloud, heard: list[Call]
) -> None:
    sources = [one for one in cloud.app.event_sources if hasattr(one, "queue")]
    assert len(sources) >= 8
    for source in sources:
        queue = client("sqs").get_queue_url(QueueName=f"reef-{source.queue}")["QueueUrl"]
        client("sqs").purge_queue(QueueUrl=queue)
        client("sqs").send_message(QueueUrl=queue, MessageBody="no JSON")
        heard.clear()
        assert cloud.run(source.name, rounds=1) == 1
        used = {source.name: {use for call in heard if call.function for use in uses(call)}}
        assert {action for action, _ in used[source.name]} == {
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueUrl",
        }
        assert policies.compare(used, policies.allowed(), whole=False) == []
