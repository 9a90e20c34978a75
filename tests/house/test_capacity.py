"""How much may run at once is said, with a reason, and what waits is noticed."""

import re
from typing import Any

from tests.house.reading import functions, of_type, working_queues


def test_every_queue_says_how_many_functions_it_may_start(
    packaged: dict[str, Any], resources: dict[str, Any]
) -> None:
    capped = set()
    for name, function in functions(resources).items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                most = event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
                parameter = packaged["Parameters"][most["Ref"]]
                assert 2 <= parameter["Default"] <= 1000, name
                assert parameter["MinValue"] == 2, "fewer than 2 are refused by Lambda"
                assert len(re.findall(r"\w+", parameter["Description"])) > 10, "without a reason"
                capped.add(most["Ref"])
    assert len(capped) == len(working_queues(resources))


def test_the_api_has_functions_of_its_own_and_refuses_more_than_they_can_do(
    packaged: dict[str, Any], resources: dict[str, Any]
) -> None:
    api = functions(resources)["api_handler"]
    assert api["ReservedConcurrentExecutions"]["Fn::If"][:2] == [
        "ReservesForApi",
        {"Ref": "ApiReservedConcurrency"},
    ]
    assert packaged["Parameters"]["ApiReservedConcurrency"]["Default"] == 100
    (every,) = resources["RestAPI"]["Properties"]["MethodSettings"]
    assert (every["HttpMethod"], every["ResourcePath"]) == ("*", "/*")
    assert every["ThrottlingRateLimit"] == {"Ref": "ApiRequestsPerSecond"}
    assert every["ThrottlingBurstLimit"] == {"Ref": "ApiBurst"}


def test_an_alarm_tells_of_each_queue_whose_messages_grow_old(resources: dict[str, Any]) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateAgeOfOldestMessage"
    }
    assert watched == set(working_queues(resources))


def test_an_alarm_tells_of_each_function_that_was_not_started(resources: dict[str, Any]) -> None:
    watched = [
        metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        for metric in alarm.get("Metrics", [])
        if "MetricStat" in metric and metric["MetricStat"]["Metric"]["MetricName"] == "Throttles"
    ]
    assert sorted(watched) == sorted(of_type(resources, "AWS::Serverless::Function"))
