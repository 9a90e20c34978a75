"""What types say of their fields in their docstrings."""

from typing import Any, Generic, TypeVar

import msgspec

from chalicelib.core.api import docstrings

T = TypeVar("T")


class Shape(msgspec.Struct):
    """A shape.

    Attributes:
        width: in pixels,
            which is more than a line.
        colour: such as `red`: a name.
    """

    width: int
    colour: str
    weight: float = 0


class Circle(Shape):
    """A shape that is round.

    Attributes:
        width: across, in pixels.
        centre: where it is.

    It has no corner.
    """

    centre: int = 0


class Plain(msgspec.Struct):
    """A thing."""

    a: int
    same: "Plain | None" = None


class Box(msgspec.Struct, Generic[T]):
    """A box.

    Attributes:
        things: what is in it.
    """

    things: list[T]
    plain: tuple[Plain, ...] = ()


def test_fields_are_described_in_the_section_of_attributes() -> None:
    said = {"width": "In pixels, which is more than a line.", "colour": "Such as `red`: a name."}
    assert docstrings.fields_of(Shape) == said
    assert docstrings.divided("Nothing of fields.") == ("Nothing of fields.", {})


def test_a_type_says_what_it_inherits_unless_it_says_otherwise() -> None:
    assert docstrings.fields_of(Circle) == {
        "width": "Across, in pixels.",
        "colour": "Such as `red`: a name.",
        "centre": "Where it is.",
    }


def test_a_schema_gets_the_words_where_its_properties_are() -> None:
    schema: dict[str, Any] = msgspec.json.schema(Circle)["$defs"]["Circle"]
    docstrings.describe(schema, Circle)
    assert schema["description"] == "A shape that is round.\n\nIt has no corner."
    assert schema["properties"]["centre"]["description"] == "Where it is."
    assert schema["properties"]["colour"]["description"] == "Such as `red`: a name."
    assert "description" not in schema["properties"]["weight"]


def test_a_schema_without_words_stays_as_it_is() -> None:
    schema = {"type": "object", "description": "A thing.", "properties": {"a": {}}}
    docstrings.describe(schema, Plain)
    assert schema == {"type": "object", "description": "A thing.", "properties": {"a": {}}}


def test_what_types_consist_of_is_found_once_and_however_deep() -> None:
    kinds = [Box[Circle], dict[str, list[Shape] | None], int]
    assert docstrings.structs_in(kinds) == [Box[Circle], Circle, Plain, Shape]


def test_a_generic_type_says_of_its_fields_what_it_says_without_its_parameter() -> None:
    assert docstrings.fields_of(Box[Circle]) == {"things": "What is in it."}
