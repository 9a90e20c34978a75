"""Reading a packaged template."""

from typing import Any

STACK = "${AWS::StackName}-"


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    """Map logical ids to properties, of one type."""
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == kind
    }


def functions(resources: dict[str, Any]) -> dict[str, Any]:
    """Map the packaged functions' own names to their properties."""
    return {
        properties["FunctionName"]["Fn::Sub"].removeprefix(STACK): properties
        for properties in of_type(resources, "AWS::Serverless::Function").values()
    }


def working_queues(resources: dict[str, Any]) -> dict[str, Any]:
    """Map logical ids of queues to properties, without dead-letter queues."""
    queues = of_type(resources, "AWS::SQS::Queue")
    return {name: queue for name, queue in queues.items() if not name.endswith("DeadQueue")}


def variables(packaged: dict[str, Any]) -> dict[str, Any]:
    """Give the functions' environment."""
    found: dict[str, Any] = packaged["Globals"]["Function"]["Environment"]["Variables"]
    return found


def setting_names(packaged: dict[str, Any], logical_ids: set[str]) -> dict[str, str]:
    """Map the logical ids that a variable refers to, of those given, to the setting's name."""
    return {
        value["Ref"]: name.removeprefix("REEF_").lower()
        for name, value in variables(packaged).items()
        if value.get("Ref") in logical_ids
    }


def role_of(function: dict[str, Any], resources: dict[str, Any]) -> Any:
    """Give the policies of a function's role."""
    return resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]["Policies"]
