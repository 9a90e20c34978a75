"""Reads the CloudFormation fragments beside this file as one template.

`chalice package` merges the result into the template that it generates from the code; local mode
and the tests create the same resources from it. A resource without `Type` adds properties to one
that Chalice generates.
"""

from pathlib import Path
from typing import Any

import yaml

FRAGMENTS = Path(__file__).parent

Template = dict[str, Any]


def load(folder: Path = FRAGMENTS) -> Template:
    """Merge every fragment of the folder, with short tags such as `!Ref` in their long form.

    Raises:
        ValueError: two fragments define the same name, or one has an unknown form.
    """
    merged: Template = {}
    for path in sorted(folder.glob("*.yaml")):
        fragment = yaml.load(path.read_text("utf-8"), Loader=_FragmentLoader)
        for section, entries in fragment.items():
            if not isinstance(entries, dict):
                raise ValueError(f"{path.name}: section {section} is not a mapping")
            target = merged.setdefault(section, {})
            for name, definition in entries.items():
                if name in target:
                    raise ValueError(f"{path.name}: {section}.{name} is defined twice")
                target[name] = definition
    return merged


class _FragmentLoader(yaml.SafeLoader):  # type: ignore[misc]
    """A YAML loader that refuses repeated keys and knows CloudFormation's short tags."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise ValueError(f"{node.start_mark}: repeated keys {sorted(repeated)}")
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _long_form(loader: _FragmentLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """Turn `!Sub "x"` into `{"Fn::Sub": "x"}`, and `!GetAtt A.Arn` into its list form."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    return {name: value}


_FragmentLoader.add_multi_constructor("!", _long_form)
