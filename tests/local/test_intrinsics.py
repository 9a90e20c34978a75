"""Expressions of templates mean locally what they mean to CloudFormation."""

from typing import Any

import pytest

from local.intrinsics import Scope, UnknownName

TEMPLATE = {
    "Parameters": {"Colour": {"Default": "red"}, "Needed": {}},
    "Conditions": {
        "IsRed": {"Fn::Equals": [{"Ref": "Colour"}, "red"]},
        "IsBlue": {"Fn::Equals": [{"Ref": "Colour"}, "blue"]},
        "Both": {"Fn::And": [{"Condition": "IsRed"}, {"Condition": "IsBlue"}]},
        "Either": {"Fn::Or": [{"Condition": "IsRed"}, {"Condition": "IsBlue"}]},
        "NotBlue": {"Fn::Not": [{"Condition": "IsBlue"}]},
    },
}


@pytest.fixture
def scope() -> Scope:
    return Scope(
        TEMPLATE,
        {"AWS::Region": "us-east-1"},
        refer=lambda name: f"ref:{name}",
        attribute=lambda name, attribute: f"{name}:{attribute}",
    )


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("text", "text"),
        (5, 5),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "Colour"}, "red"),
        ({"Ref": "Bucket"}, "ref:Bucket"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "Queue:Arn"),
        ({"Fn::GetAtt": "Queue.Arn"}, "Queue:Arn"),
        ({"Fn::Sub": "a-${Colour}-${Queue.Arn}-${!Literal}"}, "a-red-Queue:Arn-${Literal}"),
        ({"Fn::Sub": ["${x}/${Colour}", {"x": {"Ref": "Bucket"}}]}, "ref:Bucket/red"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Colour"}, 1]]}, "a-red-1"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::If": ["IsRed", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"Fn::If": ["NotBlue", "yes", "no"]}, "yes"),
        (
            {"a": [{"Ref": "Colour"}], "b": {"c": {"Ref": "Bucket"}}},
            {"a": ["red"], "b": {"c": "ref:Bucket"}},
        ),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"a": {"Fn::If": ["IsBlue", 1, {"Ref": "AWS::NoValue"}]}}, {}),
    ],
)
def test_an_expression_is_resolved(scope: Scope, value: Any, meaning: Any) -> None:
    assert scope.resolve(value) == meaning


@pytest.mark.parametrize(
    "value",
    [{"Ref": "Needed"}, {"Fn::Cidr": ["10.0.0.0/8"]}, {"Fn::If": ["Unknown", 1, 2]}],
)
def test_what_is_unknown_is_said(scope: Scope, value: Any) -> None:
    with pytest.raises(UnknownName):
        scope.resolve(value)
