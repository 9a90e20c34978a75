"""The document tells of all that a declaration says."""

from typing import Annotated, Any, Literal

import msgspec
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.core.api import openapi, routing
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.declaration import Example
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Blob, Csv, Html, NotModified, Page, SeeOther, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import PreconditionFailed


class Thing(msgspec.Struct):
    """A thing."""

    name: str


class Password(msgspec.Struct):
    """A password."""

    password: str


def described(*groups: Routes[Any]) -> dict[str, Any]:
    """Describe groups, and see that it is valid."""
    document = openapi.document(groups)
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    return document


def names(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation["parameters"]}


def test_preconditions_and_revisions_are_told() -> None:
    group = Routes[Actor](__name__)

    @group.get("/things", may=frozenset())
    def show(if_none_match: str | None) -> Tagged[Thing] | NotModified:
        return NotModified('"1"')

    @group.put("/things", may=frozenset(), problems=[PreconditionFailed])
    def change(body: Thing, if_match: str | None) -> Tagged[Thing]:
        return Tagged(body, '"2"')

    operations = described(group)["paths"]["/api/v3/things/"]
    read, write = operations["get"], operations["put"]
    assert names(read) == {"If-None-Match"}
    assert names(write) == {"If-Match"}
    assert set(read["responses"]["200"]["headers"]) == {"ETag"}
    assert "content" not in read["responses"]["304"]
    assert set(write["responses"]["200"]["headers"]) == {"ETag"}
    assert "412" in write["responses"]


def test_other_bodies_than_json_are_told() -> None:
    group = Routes[None](__name__, base="", audience=Audience.ANYONE, variables={"code": "A code."})

    @group.get("/list")
    def rows() -> Page[Thing] | Csv:
        return Csv("", None)

    @group.get("/code")
    def draw() -> Blob[Literal["image/png", "image/svg+xml"]]:
        return Blob(b"", "image/png")

    @group.post("/share/{code}")
    def unlock(code: str, form: Password) -> Html | SeeOther:
        return Html(code)

    paths = described(group)["paths"]
    rows_done = paths["/list/"]["get"]["responses"]["200"]
    assert set(rows_done["content"]) == {"application/json", "text/csv"}
    assert set(rows_done["headers"]) == {"X-Next-Cursor"}
    drawn = paths["/code/"]["get"]["responses"]["200"]
    assert set(drawn["content"]) == {"image/png", "image/svg+xml"}
    posted = paths["/share/{code}/"]["post"]
    assert set(posted["requestBody"]["content"]) == {"application/x-www-form-urlencoded"}
    assert {"200", "303", "400", "413", "415", "422"} <= set(posted["responses"])
    assert set(posted["responses"]["200"]["content"]) == {"text/html"}


def test_a_parameter_that_can_be_left_out_is_never_null() -> None:
    class Filter(ListQuery):
        """Which things.

        Attributes:
            name: of this name.
            size: so large.
        """

        name: Annotated[str, msgspec.Meta(max_length=9)] | None = None
        size: int = 3

    group = Routes[None](__name__, audience=Audience.ANYONE)

    @group.get("/things")
    def list_things(query: Filter) -> Page[Thing]:
        return Page([])

    parameters = described(group)["paths"]["/api/v3/things/"]["get"]["parameters"]
    schemas = {parameter["name"]: parameter["schema"] for parameter in parameters}
    assert schemas["name"] == {"type": "string", "maxLength": 9}
    assert schemas["size"] == {"type": "integer", "default": 3}
    assert schemas["cursor"] == {"type": "string"}
    said = {parameter["name"]: parameter["description"] for parameter in parameters}
    assert (said["name"], said["size"]) == ("Of this name.", "So large.")


def test_a_redirect_alone_has_no_other_success() -> None:
    group = Routes[None](__name__, base="", audience=Audience.ANYONE)

    @group.post("/done")
    def finish() -> SeeOther:
        return SeeOther("/")

    responses = described(group)["paths"]["/done/"]["post"]["responses"]
    assert [status for status in responses if status < "400"] == ["303"]


def test_each_audience_says_who_it_is_in_its_own_way() -> None:
    both = Routes[Any](__name__, base="/a", audience=Audience.MEMBERS | Audience.API_KEYS)
    devices = Routes[Any](__name__, base="/b", audience=Audience.DEVICES)
    anyone = Routes[Any](__name__, base="/c", audience=Audience.ANYONE)
    perhaps = Routes[Any](__name__, base="/d", audience=Audience.ANYONE | Audience.MEMBERS)
    for number, group in enumerate((both, devices, anyone, perhaps)):

        def view() -> None:
            return None

        view.__name__ = f"view_{number}"
        group.get("/x", may=frozenset({"admin"}) if group is both else None)(view)
    document = described(both, devices, anyone, perhaps)
    security = {path[1]: item["get"].get("security") for path, item in document["paths"].items()}
    assert security == {
        "a": [{"id_token": []}, {"api_key": []}],
        "b": [{"device_token": []}],
        "c": None,
        "d": [{}, {"id_token": []}],
    }
    assert set(document["components"]["securitySchemes"]) == {"id_token", "api_key", "device_token"}
    assert "401" in document["paths"]["/d/x/"]["get"]["responses"]
    assert "401" not in document["paths"]["/c/x/"]["get"]["responses"]


def test_every_route_of_the_product_that_takes_a_precondition_may_fail_by_it() -> None:
    taking = [route for route in routing.every() if "if_match" in route.wanted]
    failing = [route for route in routing.every() if PreconditionFailed in route.problems]
    assert taking == failing != []


def test_examples_stand_where_bodies_are_described() -> None:
    group = Routes[Actor](__name__)

    @group.post("/things", may=frozenset(), example=Example({"name": "a"}, {"name": "b"}))
    def make(body: Thing) -> Thing:
        return body

    operation = described(group)["paths"]["/api/v3/things/"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["example"] == {"name": "a"}
    assert operation["responses"]["200"]["content"]["application/json"]["example"] == {"name": "b"}


def test_each_problem_is_shown_in_its_own_words() -> None:
    group = Routes[Actor](__name__)

    @group.put("/things", may=frozenset(), problems=[PreconditionFailed])
    def change(body: Thing) -> Thing:
        return body

    document = described(group)
    stale = document["paths"]["/api/v3/things/"]["put"]["responses"]["412"]
    examples = stale["content"]["application/problem+json"]["examples"]
    assert examples == {
        "precondition_failed": {"$ref": "#/components/examples/precondition_failed"}
    }
    shown = document["components"]["examples"]["precondition_failed"]["value"]
    assert (shown["status"], shown["code"]) == (412, "precondition_failed")
    assert shown["detail"].startswith("It has changed since you read it")
    problem = document["components"]["schemas"]["Problem"]
    assert set(problem["required"]) <= set(shown) <= set(problem["properties"])
    assert document["components"]["examples"]["invalid"]["value"]["errors"]


def test_choices_among_texts_are_texts() -> None:
    class Colour(msgspec.Struct):
        """A colour."""

        name: Literal["red", "blue"]
        number: Literal[1, 2] = 1

    group = Routes[Actor](__name__)

    @group.post("/colours", may=frozenset())
    def paint(body: Colour, query: Colour) -> None:
        return None

    document = described(group)
    properties = document["components"]["schemas"]["Colour"]["properties"]
    assert properties["name"]["type"] == "string"
    assert "type" not in properties["number"]
    [name, _] = document["paths"]["/api/v3/colours/"]["post"]["parameters"]
    assert name["schema"]["type"] == "string"
