"""What may be said of an asset, and how it is written."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from chalicelib.assets.metadata import descriptions
from chalicelib.assets.metadata.descriptions import AssetChange, Rights
from chalicelib.core.errors import Invalid

BEFORE: dict[str, Any] = {"custom_fields": {"a": 1, "b": 2}, "rights": {"license": "CC0"}}
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def changed(**change: Any) -> dict[str, Any]:
    return descriptions.changed_values(BEFORE, msgspec.convert(change, AssetChange))


def test_only_what_is_named_changes() -> None:
    assert changed() == {}
    assert changed(title="Flut", category=None) == {"title": "Flut", "category": None}


def test_maps_are_merged_and_null_removes() -> None:
    assert changed(custom_fields={"b": None, "c": "x"}) == {"custom_fields": {"a": 1, "c": "x"}}
    rights = changed(rights={"license": None, "copyright": "Reef"})
    assert rights == {"rights": {"copyright": "Reef"}}


def test_words_are_kept_once_in_their_first_spelling() -> None:
    assert descriptions.unique_words(["Sea", " SEA ", "\uff53\uff45\uff41", "", "tide"]) == [
        "Sea",
        "tide",
    ]


@pytest.mark.parametrize(
    ("path", "written"), [(" menus / summer ", "menus/summer"), ("//a//b/", "a/b")]
)
def test_a_category_has_no_empty_segment(path: str, written: str) -> None:
    assert descriptions.checked_category(path) == written


@pytest.mark.parametrize("path", ["//", " / ", "a\nb"])
def test_a_path_that_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(Invalid):
        descriptions.checked_category(path)


def test_rights_are_stored_in_utc_and_shown_with_every_field() -> None:
    east = timezone(timedelta(hours=2))
    stored = descriptions.stored_rights(Rights(valid_from=NEW_YEAR.astimezone(east)))
    assert stored == {"valid_from": "2026-01-01T00:00:00.000Z"}
    shown = descriptions.shown_rights(stored)
    assert shown["valid_from"] == stored["valid_from"]
    assert shown["license"] is None


def test_rights_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(Invalid, match=r"rights\.expires_at"):
        descriptions.stored_rights(Rights(valid_from=NEW_YEAR, expires_at=NEW_YEAR))


def test_a_title_is_made_of_a_file_s_name() -> None:
    assert descriptions.title_of("ebb.and.flood.jpg") == "ebb.and.flood"
    assert descriptions.title_of(".jpg") == ".jpg"
    assert descriptions.checked_filename("C:\\films\\a.mp4") == "a.mp4"
    with pytest.raises(Invalid, match="filename"):
        descriptions.checked_filename("/ ")


def test_more_than_an_item_holds_is_refused_by_its_largest_field() -> None:
    descriptions.require_room({"title": "a" * 500})
    with pytest.raises(Invalid, match="description"):
        descriptions.require_room({"title": "a", "description": "潮" * 30_000})
