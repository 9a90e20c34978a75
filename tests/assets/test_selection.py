"""Which published assets a tag or a category fits, the newest first."""

import pytest

from chalicelib.assets import selection
from tests.assets.stages import asset
from tests.cloud import Cloud
from tests.shared import Team


def test_published_assets_that_fit_are_found_the_newest_first(
    cloud: Cloud, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = team("admin")
    admin = tenant.email("admin")

    def made(state: str = "approved!", **described: object) -> str:
        return asset(cloud, tenant.id, admin, state, **described)

    summer = made(tags=["Summer", "food"], category="menus/summer")
    other = made(tags=["summer"], category="menus")
    near = made(category="menusummer")
    made("approved", tags=["summer"], category="menus")
    trashed = made(tags=["summer"], category="menus")
    assert cloud.call("DELETE", f"/assets/{trashed}/", admin).status == 204

    def newest(tag: str | None, category: str | None, limit: int = 9) -> list[str]:
        return selection.newest(tenant.id, tag, category, limit)

    assert newest("sUMMER", None) == [other, summer]
    assert newest(None, "menus") == [other, summer]
    assert newest("food", "menus") == [summer]
    assert newest("winter", None) == []
    assert newest(None, None) == [near, other, summer]
    assert newest(None, None, 2) == [near, other]
    monkeypatch.setattr(selection, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(selection, "_AT_ONCE", 1)
    assert newest("summer", None) == []
