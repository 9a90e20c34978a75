"""Work out the intrinsic functions of a CloudFormation template."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Template = dict[str, Any]

NO_VALUE = object()
"""What `AWS::NoValue` resolves to; a property with it is left out."""

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


class UnknownName(LookupError):
    """A template names something that it does not define."""


class Scope:
    """The names that a template's expressions may use, and what each stands for.

    Args:
        template: the template, with intrinsic functions in their long form.
        known: values of parameters and pseudo parameters.
        refer: gives `Ref` of a resource, by logical id.
        attribute: gives `Fn::GetAtt` of a resource, by logical id and attribute.
    """

    def __init__(
        self,
        template: Template,
        known: Mapping[str, str],
        refer: Callable[[str], str],
        attribute: Callable[[str, str], str],
    ) -> None:
        self._template = template
        self._known = known
        self._refer = refer
        self._attribute = attribute

    def resolve(self, value: Any) -> Any:
        """Replace every intrinsic function in a value by what it stands for."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), *_ = value.items()
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {name: self.resolve(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not NO_VALUE}

    def substitute(self, text: str) -> str:
        """Fill in the `${Name}` and `${Name.Attribute}` of a text, as `Fn::Sub` does."""
        return self._sub(text)

    def holds(self, condition: str) -> bool:
        """Return whether one of the template's named conditions is true."""
        conditions = self._template.get("Conditions", {})
        if condition not in conditions:
            raise UnknownName(f"the template has no condition {condition}")
        return self._truth(conditions[condition])

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._known:
            return self._known[name]
        parameters = self._template.get("Parameters", {})
        if name in parameters:
            if "Default" not in parameters[name]:
                raise UnknownName(f"parameter {name} has no default and was not given")
            return parameters[name]["Default"]
        return self._refer(name)

    def _call(self, function: str, argument: Any) -> Any:
        match function:
            case "Fn::GetAtt":
                resource, attribute = (
                    argument.split(".", 1) if isinstance(argument, str) else argument
                )
                return self._attribute(resource, attribute)
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::Join":
                separator, parts = argument
                return separator.join(str(part) for part in self.resolve(parts))
            case "Fn::Select":
                index, choices = argument
                return self.resolve(choices)[int(index)]
            case "Fn::Split":
                separator, text = argument
                return self.resolve(text).split(separator)
            case "Fn::If":
                condition, yes, no = argument
                return self.resolve(yes if self.holds(condition) else no)
        raise UnknownName(f"the local provisioner does not know {function}")

    def _sub(self, argument: str | list[Any]) -> str:
        text, names = (argument, {}) if isinstance(argument, str) else argument

        def value(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in names:
                return str(self.resolve(names[name]))
            if "." in name:
                return self._attribute(*name.split(".", 1))
            return str(self._ref(name))

        return _PLACEHOLDER.sub(value, text)

    def _truth(self, expression: Mapping[str, Any]) -> bool:
        (name, argument), *_ = expression.items()
        match name:
            case "Fn::Equals":
                left, right = self.resolve(argument)
                return bool(left == right)
            case "Fn::Not":
                return not self._truth(argument[0])
            case "Fn::And":
                return all(self._truth(part) for part in argument)
            case "Fn::Or":
                return any(self._truth(part) for part in argument)
            case "Condition":
                return self.holds(argument)
        raise UnknownName(f"the local provisioner does not know {name} in a condition")
