"""What people are told of settings and routes is true and complete."""

import json
import re
from typing import Any

import msgspec
from msgspec.structs import fields

from chalicelib.core.api import openapi, routing
from chalicelib.core.settings import TENANT_SETTINGS, Settings
from infra import template
from local.functions import ROOT
from tests.shared import declared_routes

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")
ROW = re.compile(r"^\| `([A-Z_]+)` \| `(.+?)` \| (tenant|deployment) \|", re.MULTILINE)


def given_by_the_template() -> set[str]:
    variables = template.load()["Globals"]["Function"]["Environment"]["Variables"]
    return {name.removeprefix("REEF_") for name in variables}


def test_every_setting_is_documented_with_its_default_and_who_may_change_it() -> None:
    defaults: dict[str, Any] = msgspec.to_builtins(Settings())
    free = {field.name.upper() for field in fields(Settings)} - given_by_the_template()
    documented = {name: (json.loads(default), who) for name, default, who in ROW.findall(PAGE)}
    assert documented == {
        name: (
            json.loads(json.dumps(defaults[name.lower()])),
            "tenant" if name.lower() in TENANT_SETTINGS else "deployment",
        )
        for name in free
    }


def test_the_page_names_no_setting_that_is_none() -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", PAGE))
    assert named <= {field.name.upper() for field in fields(Settings)}


def test_every_route_says_what_it_does_and_every_parameter_what_it_is() -> None:
    for route in declared_routes():
        assert re.fullmatch(r"[A-Z].{8,}\.", route.summary), f"{route.method} {route.path}"
    for path, item in openapi.document(routing.groups())["paths"].items():
        for method, operation in item.items():
            named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path)), f"{method} {path}"


def test_no_command_waits_for_a_function_longer_than_its_client_does() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    commands = [
        command
        for page in pages
        for command in re.findall(r"`(aws lambda invoke [^`]+)`", page.read_text("utf-8"))
    ]
    assert commands
    assert all("--invocation-type Event" in command for command in commands)
