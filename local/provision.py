"""Create what infra/ describes in an emulated AWS, from the same files that production deploys."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core import aws
from local import resources
from local.intrinsics import Scope, Template

ACCOUNT_ID = "123456789012"
"""The account that moto answers as."""


def provision(
    template: Template,
    stack: str = "reef",
    overrides: Mapping[str, str] | None = None,
    client: Callable[[str], Any] = aws.client,
) -> dict[str, str]:
    """Create a template's resources and give the environment that its functions would have.

    Args:
        template: what `infra.template.load()` gives.
        stack: the stack's name, with which physical names begin.
        overrides: values of parameters, and of environment variables where the template's own would
            need something that is not made locally (CloudFront, say). Both may contain `${Name}`
            and `${Name.Attribute}`, as in `Fn::Sub`.
        client: makes a boto3 client of a service; `chalicelib.core.aws.client` unless given.

    Raises:
        resources.UnknownType: the template has a resource that is neither made locally nor known
            to be of no use there.
        UnknownName: an expression names what the template does not have.
    """
    return _Stack(template, stack, overrides or {}, client).create()


class _Stack:
    def __init__(
        self,
        template: Template,
        name: str,
        overrides: Mapping[str, str],
        client: Callable[[str], Any],
    ) -> None:
        self._template = template
        self._name = name
        self._client = client
        self._made: dict[str, resources.Made] = {}
        self._in_work: list[str] = []
        variables = template.get("Globals", {}).get("Function", {}).get("Environment", {})
        self._variables: dict[str, Any] = variables.get("Variables", {})
        self._overrides = overrides
        parameters = {n: v for n, v in overrides.items() if n in template.get("Parameters", {})}
        unknown = set(overrides) - set(parameters) - set(self._variables)
        if unknown:
            raise ValueError(f"neither parameters nor variables of the template: {sorted(unknown)}")
        pseudo = {
            "AWS::StackName": name,
            "AWS::StackId": f"arn:aws:cloudformation:local:{ACCOUNT_ID}:stack/{name}/local",
            "AWS::AccountId": ACCOUNT_ID,
            "AWS::Region": client("sqs").meta.region_name,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._scope = Scope(template, pseudo | parameters, self._refer, self._attribute)

    def create(self) -> dict[str, str]:
        for logical_id in self._template.get("Resources", {}):
            if self._is_wanted(logical_id):
                self._make(logical_id)
        return {name: self._variable(name) for name in self._variables}

    def _variable(self, name: str) -> str:
        if name in self._overrides:
            return self._scope.substitute(self._overrides[name])
        return str(self._scope.resolve(self._variables[name]))

    def _is_wanted(self, logical_id: str) -> bool:
        resource = self._template["Resources"][logical_id]
        if not resources.is_made_locally(logical_id, resource.get("Type", "")):
            return False
        return "Condition" not in resource or self._scope.holds(resource["Condition"])

    def _make(self, logical_id: str) -> resources.Made:
        if logical_id in self._made:
            return self._made[logical_id]
        resource = self._template["Resources"].get(logical_id)
        if resource is None or not self._is_wanted(logical_id):
            raise resources.UnknownType(f"{logical_id} is needed, but is not made locally")
        if logical_id in self._in_work:
            raise ValueError(f"circular: {' → '.join([*self._in_work, logical_id])}")
        self._in_work.append(logical_id)
        properties = self._scope.resolve(resource.get("Properties", {}))
        create = resources.CREATORS[resource["Type"]]
        made = create(self._client, f"{self._name}-{logical_id}", properties)
        self._in_work.pop()
        self._made[logical_id] = made
        return made

    def _refer(self, logical_id: str) -> str:
        return self._make(logical_id).ref

    def _attribute(self, logical_id: str, attribute: str) -> str:
        attributes = self._make(logical_id).attributes
        if attribute not in attributes:
            raise LookupError(f"{logical_id} has no attribute {attribute} locally")
        return attributes[attribute]
