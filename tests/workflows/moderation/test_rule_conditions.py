"""What a rule's conditions say of a version, field by field."""

import re
from typing import Any

import msgspec
import pytest

from chalicelib.assets.admission import Candidate
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.core.errors import Invalid
from chalicelib.core.outbox import Person
from chalicelib.workflows.moderation import rule_conditions
from chalicelib.workflows.moderation.rule_conditions import Condition

TEXT = "Prices for Café Müller\nInternal use only"


@pytest.fixture(scope="module")
def photo() -> Candidate:
    face = Face(
        number=2,
        filename="Summer MENU.final.JPG",
        kind="image",
        content_type="image/jpeg",
        size_bytes=5000,
    )
    asset = AssetMetadata(
        "t#a",
        "ASSET",
        tenant_id="t",
        asset_id="a",
        title="Großer Garten",
        description="The garden\nin June",
        category="menus/summer",
        tags=["Draft", "Garten"],
        keywords=["june"],
    )
    version = AssetVersion(
        "t#a",
        "V#000002",
        number=2,
        face=face,
        created_by=Person("m-1", "Ann@agency.test"),
    )
    embedded = {
        "exif.Make": "Canon",
        "exif.ISOSpeedRatings": 3200,
        "exif.ExposureTime": 0.005,
        "xmp.dc.creator": ["Ann", "Bob"],
        "remark.Make": "by hand",
    }
    return Candidate(asset=asset, version=version, face=face, text=lambda: TEXT, embedded=embedded)


HOLDS: list[tuple[str, str, Any]] = [
    ("filename", "equals", "summer menu.final.jpg"),
    ("filename", "contains", "menu"),
    ("filename", "matches", r"^Summer\b.*\.JPG$"),
    ("filename", "matches", r"(?i)menu"),
    ("title", "equals", "GROSSER GARTEN"),
    ("title", "contains", "ßer"),
    ("description", "contains", "in june"),
    ("description", "matches", r"(?s)garden.in"),
    ("content_type", "equals", "image/jpeg"),
    ("content_type", "matches", "^image/"),
    ("kind", "equals", "image"),
    ("extension", "equals", "jpg"),
    ("extension", "equals", ".jpg"),
    ("extension", "matches", "^(JPG|PNG)$"),
    ("size_bytes", "equals", 5000),
    ("size_bytes", "greater_than", 4999),
    ("size_bytes", "greater_than", 4999.5),
    ("text", "contains", "café mü"),
    ("text", "contains", "CAFE\N{COMBINING ACUTE ACCENT}"),
    ("text", "matches", r"Internal\s+use"),
    ("text", "matches", "Cafe\N{COMBINING ACUTE ACCENT}"),
    ("uploaded_by", "equals", "m-1"),
    ("uploaded_by", "equals", "ann@agency.test"),
    ("uploaded_by", "contains", "@agency.test"),
    ("category", "equals", "menus/summer"),
    ("category", "matches", "^menus(/|$)"),
    ("tags", "equals", "garten"),
    ("tags", "contains", "raf"),
    ("keywords", "matches", "^j"),
    ("embedded.exif.Make", "equals", "canon"),
    ("embedded.make", "equals", "Canon"),
    ("embedded.Make", "equals", "by hand"),
    ("embedded.xmp.dc.creator", "equals", "Bob"),
    ("embedded.dc.creator", "contains", "bo"),
    ("embedded.ISOSpeedRatings", "equals", 3200),
    ("embedded.ISOSpeedRatings", "matches", "^32"),
    ("embedded.ISOSpeedRatings", "greater_than", 3199),
    ("embedded.ExposureTime", "greater_than", 0.004),
    ("embedded", "contains", "cano"),
    ("embedded", "equals", 3200),
]

DOES_NOT: list[tuple[str, str, Any]] = [
    ("filename", "equals", "summer menu"),
    ("filename", "matches", "menu"),
    ("title", "contains", "gärten"),
    ("text", "contains", "cafe"),
    ("text", "equals", "internal use only"),
    ("content_type", "equals", "image"),
    ("extension", "equals", "final"),
    ("size_bytes", "equals", 4999),
    ("size_bytes", "greater_than", 5000),
    ("uploaded_by", "equals", "agency.test"),
    ("tags", "equals", "gart"),
    ("embedded.ake", "equals", "Canon"),
    ("embedded.creator.dc", "equals", "Bob"),
    ("embedded.Make", "greater_than", 1),
    ("embedded.ISOSpeedRatings", "greater_than", 3200),
    ("embedded.Model", "matches", ".*"),
    ("embedded", "equals", "Nikon"),
]


@pytest.mark.parametrize(("field", "op", "value"), HOLDS)
def test_it_holds(photo: Candidate, field: str, op: Any, value: Any) -> None:
    condition = Condition(field, op, value)
    rule_conditions.check("when[0]", condition)
    assert rule_conditions.hold([condition], photo)


@pytest.mark.parametrize(("field", "op", "value"), DOES_NOT)
def test_it_does_not_hold(photo: Candidate, field: str, op: Any, value: Any) -> None:
    condition = Condition(field, op, value)
    rule_conditions.check("when[0]", condition)
    assert not rule_conditions.hold([condition], photo)


def test_all_conditions_have_to_hold(photo: Candidate) -> None:
    image, large = Condition("kind", "equals", "image"), Condition("size_bytes", "equals", 1)
    assert rule_conditions.hold([image], photo)
    assert not rule_conditions.hold([image, large], photo)
    assert not rule_conditions.hold([large, image], photo)


def test_what_is_not_there_equals_nothing(photo: Candidate) -> None:
    face = msgspec.structs.replace(photo.face, filename="README")
    bare = msgspec.structs.replace(photo, face=face, embedded={}, text="")
    bare.asset = AssetMetadata("t#a", "ASSET", title="x", category=None)
    for field in ("extension", "category", "tags", "keywords", "embedded", "embedded.Make"):
        assert not rule_conditions.hold([Condition(field, "matches", ".*")], bare)


@pytest.mark.parametrize(
    ("field", "op", "value", "named"),
    [
        ("colour", "equals", "red", "field"),
        ("embedded.", "equals", "red", "field"),
        ("embeddedMake", "equals", "red", "field"),
        ("title", "greater_than", 5, "op"),
        ("size_bytes", "contains", "5", "op"),
        ("size_bytes", "matches", "5", "op"),
        ("size_bytes", "equals", "5", "value"),
        ("size_bytes", "greater_than", "5", "value"),
        ("embedded.ISO", "greater_than", "many", "value"),
        ("title", "equals", 5, "value"),
        ("title", "contains", 5, "value"),
        ("title", "matches", 5, "value"),
        ("embedded.ISO", "contains", 5, "value"),
        ("embedded.ISO", "matches", 5, "value"),
        ("title", "matches", "(", "value"),
        ("title", "matches", r"(?=a)b", "value"),
        ("title", "matches", r"(a)\1", "value"),
        ("title", "matches", "a{1001}", "value"),
        ("title", "matches", "((a{0,10}){0,10}){0,9}", "value"),
        ("title", "matches", r"(\pL{1,40}\d?){20}", "value"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(field: str, op: Any, value: Any, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        rule_conditions.check("when[3]", Condition(field, op, value))
    assert [error["field"] for error in refused.value.errors or []] == [f"when[3].{named}"]


NESTED = [r"^(a+)+$", r"^(a|aa)+$", r"^(a|a?)+$", r"(.*a){20}$", r"^(([a-z])+.)+[A-Z]([a-z])+$"]


@pytest.mark.parametrize("pattern", NESTED)
def test_nested_repetition_gives_its_verdict_on_long_texts(
    photo: Candidate, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's `re` takes longer than the universe for most of these; it must have no part."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a pattern of a member's was given to re")

    condition = Condition("text", "matches", pattern)
    rule_conditions.check("when[0]", condition)
    for name in ("compile", "search", "match", "fullmatch", "findall"):
        monkeypatch.setattr(re, name, refuse)
    almost = msgspec.structs.replace(photo, text=lambda: "a" * 100_000 + "!")
    assert rule_conditions.hold([condition], almost) is False
    fits = "a" * 100_000 if pattern != NESTED[-1] else "a" * 50_000 + "Zz"
    fitting = msgspec.structs.replace(photo, text=lambda: fits)
    assert rule_conditions.hold([condition], fitting) is True
